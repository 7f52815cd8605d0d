# Access tokens from AvePoint's identity service, by the secret or the certificate of an app.

require 'json'
require 'net/http'
require 'openssl'
require 'securerandom'

class Tokens
  # `identity` is `https://…`; `certificate` is a PEM file, with the certificate and its key.
  def initialize(identity, client_id, scopes, secret: nil, certificate: nil)
    @endpoint = URI("#{identity}/connect/token")
    # A sandbox on this machine speaks plain HTTP; nothing else may.
    here = %w[127.0.0.1 ::1 localhost].include?(@endpoint.hostname)
    raise ArgumentError, "no token from #{identity}: it is not https" unless @endpoint.scheme == 'https' || here

    @client_id = client_id
    @scopes = scopes
    @secret = secret
    @pem = File.read(certificate) if certificate
    @expires = 0
    @mutex = Mutex.new
  end

  # A token that holds for a minute at least.
  def token
    @mutex.synchronize do
      fetch if now + 60 > @expires
      @token
    end
  end

  def inspect = '#<Tokens>'

  private

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def fetch
    request = Net::HTTP::Post.new(@endpoint)
    request.basic_auth(*[@client_id, @secret].map { |part| URI.encode_www_form_component(part) }) if @secret
    request.set_form_data({ grant_type: 'client_credentials', scope: @scopes.join(' ') }.merge(@secret ? {} : proof))
    answer = Net::HTTP.start(@endpoint.hostname, @endpoint.port, use_ssl: @endpoint.scheme == 'https') { |http| http.request(request) }
    raise "no token: #{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPOK)

    values = JSON.parse(answer.body)
    @token = values['access_token']
    @expires = now + values['expires_in']
  end

  # An assertion that is signed with the key of the certificate.
  def proof
    certificate = OpenSSL::X509::Certificate.new(@pem)
    head = { alg: 'RS256', typ: 'JWT', x5t: base64url(OpenSSL::Digest::SHA1.digest(certificate.to_der)) }
    time = Time.now.to_i
    claims = { iss: @client_id, sub: @client_id, aud: @endpoint, jti: SecureRandom.uuid, iat: time, nbf: time, exp: time + 300 }
    signed = [head, claims].map { |part| base64url(part.to_json) }.join('.')
    signature = OpenSSL::PKey.read(@pem).sign('SHA256', signed)
    {
      client_id: @client_id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: "#{signed}.#{base64url(signature)}"
    }
  end

  def base64url(bytes) = [bytes].pack('m0').tr('+/', '-_').delete('=')
end
