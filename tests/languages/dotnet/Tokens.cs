using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

/// <summary>
/// Tokens of AvePoint's identity service for these scopes, joined by blanks. The next one is fetched a minute before a token
/// expires. The app proves who it is with its secret, or with a certificate that has its key.
/// </summary>
public sealed class Tokens(HttpClient http, string identityUrl, string clientId, string scopes)
{
    public string? Secret { get; init; }

    public X509Certificate2? Certificate { get; init; }

    private readonly SemaphoreSlim turn = new(1);
    private string token = "";
    private DateTimeOffset until = DateTimeOffset.MinValue;

    private string Endpoint => $"{identityUrl}/connect/token";

    public async Task<string> GetAsync(CancellationToken cancellation = default)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (DateTimeOffset.UtcNow >= until)
            {
                using var request = Request();
                using var answer = await http.SendAsync(request, cancellation);
                answer.EnsureSuccessStatusCode();
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
                token = body.GetProperty("access_token").GetString()!;
                until = DateTimeOffset.UtcNow.AddSeconds(body.GetProperty("expires_in").GetInt32() - 60);
            }
            return token;
        }
        finally
        {
            turn.Release();
        }
    }

    private HttpRequestMessage Request()
    {
        // A sandbox on this machine speaks plain HTTP; nothing else may.
        if (new Uri(Endpoint) is { Scheme: not "https", IsLoopback: false })
        {
            throw new InvalidOperationException($"No token from {identityUrl}: it is not https.");
        }
        var request = new HttpRequestMessage(HttpMethod.Post, Endpoint);
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["scope"] = scopes };
        if (Certificate is not null)
        {
            form["client_id"] = clientId;
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            form["client_assertion"] = Assertion(Certificate);
        }
        else
        {
            var secret = Secret ?? throw new InvalidOperationException("A token needs a secret or a certificate.");
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", pair);
        }
        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    /// <summary>Proof of who the app is, once, for five minutes.</summary>
    private string Assertion(X509Certificate2 certificate)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        // GetCertHash is the SHA-1 that this header takes.
        var header = new { alg = "RS256", typ = "JWT", x5t = Base64Url.EncodeToString(certificate.GetCertHash()) };
        var claims = new
        {
            iss = clientId, sub = clientId, aud = Endpoint, jti = Guid.NewGuid().ToString(), iat = now, nbf = now, exp = now + 300,
        };
        var signed = $"{Part(header)}.{Part(claims)}";
        using var key = certificate.GetRSAPrivateKey() ?? throw new InvalidOperationException("The certificate has no RSA key.");
        var signature = key.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
