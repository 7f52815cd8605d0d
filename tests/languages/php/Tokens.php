<?php
// Access tokens from AvePoint's identity service, by the secret or the certificate of an app.

use GuzzleHttp\Client;

final class Tokens
{
    private readonly string $endpoint;
    private string $token = '';
    private float $expires = 0;

    /** $identity is `https://…`; $certificate is a PEM file, with the certificate and its key. */
    public function __construct(
        string $identity,
        private readonly string $clientId,
        private readonly array $scopes,
        #[SensitiveParameter] private readonly ?string $secret = null,
        private readonly ?string $certificate = null,
    ) {
        // A sandbox on this machine speaks plain HTTP; nothing else may.
        $here = in_array(parse_url($identity, PHP_URL_HOST), ['127.0.0.1', '[::1]', 'localhost'], true);
        if (parse_url($identity, PHP_URL_SCHEME) !== 'https' && !$here) {
            throw new InvalidArgumentException("no token from $identity: it is not https");
        }
        $this->endpoint = "$identity/connect/token";
    }

    /** A token that holds for a minute at least. */
    public function token(): string
    {
        if (time() + 60 > $this->expires) {
            $proof = $this->secret === null
                ? ['form_params' => $this->assertion()]
                : ['form_params' => [], 'auth' => [urlencode($this->clientId), urlencode($this->secret)]];
            $proof['form_params'] += ['grant_type' => 'client_credentials', 'scope' => implode(' ', $this->scopes)];
            $answer = json_decode((new Client())->post($this->endpoint, $proof)->getBody(), flags: JSON_THROW_ON_ERROR);
            $this->token = $answer->access_token;
            $this->expires = time() + $answer->expires_in;
        }
        return $this->token;
    }

    /** Proves who the client is, with the key of the certificate. */
    private function assertion(): array
    {
        $pem = file_get_contents($this->certificate);
        $thumbprint = openssl_x509_fingerprint($pem, 'sha1', true);
        $claims = [
            'iss' => $this->clientId, 'sub' => $this->clientId, 'aud' => $this->endpoint, 'jti' => bin2hex(random_bytes(16)),
            'iat' => time(), 'nbf' => time(), 'exp' => time() + 300,
        ];
        $head = ['alg' => 'RS256', 'typ' => 'JWT', 'x5t' => self::base64url($thumbprint)];
        $signed = implode('.', array_map(fn ($part) => self::base64url(json_encode($part)), [$head, $claims]));
        openssl_sign($signed, $signature, openssl_pkey_get_private($pem), OPENSSL_ALGO_SHA256);
        return [
            'client_id' => $this->clientId,
            'client_assertion_type' => 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            'client_assertion' => $signed . '.' . self::base64url($signature),
        ];
    }

    private static function base64url(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
