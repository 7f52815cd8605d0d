# Calls every operation of a generated client, over a socket, and says what came through.
#
# It reads cases from standard input and writes one result for each: tests/languages/cases.py describes both. The folder
# of the client is on the load path.

require 'json'
require 'webrick'
require_relative 'remedies'

# Keeps what it receives, and answers with what the case says.
class Service < WEBrick::HTTPServlet::AbstractServlet
  class << self
    attr_accessor :case, :received, :target
  end

  def service(request, response)
    Service.received = request.body
    Service.target = "#{request.request_method} #{request.unparsed_uri}"
    call = Service.case
    return response.status = 204 if call['side'] == 'request'

    response.status = call['status']
    response.content_type = call['media']
    response.body = call['media'] == 'application/json' ? call['answer'].to_json : call['answer']
  end
end

# A name without what distinguishes the conventions of languages.
def plain(name)
  name.to_s.downcase.delete('^a-z0-9')
end

# The methods that make a call, by their plain names.
def operations
  apis = OpenapiClient.constants.grep(/Api$/).map { |name| OpenapiClient.const_get(name).new }
  apis.flat_map { |api| api.public_methods(false).map { |name| [plain(name), api.method(name)] } }.to_h
end

def snake(name)
  name.gsub(/(?<=[a-z0-9])(?=[A-Z])/, '_').downcase
end

# The body as the model that is called like the argument.
def model(argument, body)
  name = OpenapiClient.constants.find { |constant| plain(constant) == plain(argument) }
  OpenapiClient.const_get(name).build_from_hash(body)
end

def run(operations, call)
  method = operations.fetch(plain(call['operation'])) { raise "the client has no method #{call['operation']}" }
  values = call['parameters'].to_h { |parameter| [snake(parameter['name']), parameter['value']] }.compact
  arguments = method.parameters.filter_map { |kind, name| name.to_s if kind == :req }.map do |name|
    # The tool puts _ before words that the language reserves. What is no parameter is the body.
    values.delete(name.delete_prefix('_')) || model(name, call.delete('body'))
  end
  if call.key?('body')
    name = "#{snake(call['operation'])}_request"
    values[name] = model(name, call['body'])
  end
  answer = method.call(*arguments, values.transform_keys(&:to_sym))
  return JSON.parse(Service.received) if call['side'] == 'request'

  answer.is_a?(Tempfile) ? File.read(answer.path) : OpenapiClient::ApiClient.default.object_to_hash(answer)
rescue OpenapiClient::ApiError => e
  raise unless e.code == call['status'] && e.response_body

  JSON.parse(e.response_body)
end

server = WEBrick::HTTPServer.new(
  Port: 0, BindAddress: '127.0.0.1', AccessLog: [], Logger: WEBrick::Log.new(nil, WEBrick::Log::FATAL),
  # Otherwise each answer waits until its head has been acknowledged.
  AcceptCallback: ->(socket) { socket.setsockopt(:TCP, :NODELAY, true) }
)
server.mount('/', Service)
Thread.new { server.start }
OpenapiClient.configure do |config|
  config.scheme = 'http'
  config.host = "127.0.0.1:#{server.config[:Port]}"
  config.logger = Logger.new($stderr, level: :warn)
end
all = operations
$stdin.each_line do |line|
  Service.case = JSON.parse(line)
  Service.received = nil
  result = begin
    { value: run(all, Service.case), target: Service.target }
  rescue StandardError => e # Whatever it is, it is what a caller would see.
    { error: "#{e.class}: #{e.message}" }
  end
  puts result.to_json
end
