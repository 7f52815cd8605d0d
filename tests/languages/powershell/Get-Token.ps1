# A token of AvePoint's identity service for some scopes, joined by blanks: with the PEM file of a certificate and its key, if
# one is named, else with the secret. It expires after an hour.
function Get-Token([string] $Scopes, [string] $Certificate) {
    $endpoint = "$env:AVEPOINT_IDENTITY_URL/connect/token"
    # A sandbox on this machine speaks plain HTTP; nothing else may.
    if (([Uri] $endpoint).Scheme -ne 'https' -and -not ([Uri] $endpoint).IsLoopback) {
        throw "No token from ${env:AVEPOINT_IDENTITY_URL}: it is not https."
    }
    $id = $env:AVEPOINT_CLIENT_ID
    $form = @{ grant_type = 'client_credentials'; scope = $Scopes }
    $headers = @{}
    if ($Certificate) {
        $form.client_id = $id
        $form.client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
        $form.client_assertion = Get-Assertion $endpoint $id $Certificate
    } else {
        $parts = $id, $env:AVEPOINT_CLIENT_SECRET | ForEach-Object { [Uri]::EscapeDataString($_) }
        $pair = [Text.Encoding]::UTF8.GetBytes($parts -join ':')
        $headers.Authorization = "Basic $([Convert]::ToBase64String($pair))"
    }
    (Invoke-RestMethod $endpoint -Method Post -Headers $headers -Body $form).access_token
}

# Proof of who the app is, once, for five minutes.
function Get-Assertion([string] $Endpoint, [string] $Id, [string] $Certificate) {
    $pair = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile($Certificate)
    $key = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($pair)
    $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    # GetCertHash is the SHA-1 that this header takes.
    $header = @{ alg = 'RS256'; typ = 'JWT'; x5t = ConvertTo-Base64Url $pair.GetCertHash() }
    $claims = @{
        iss = $Id; sub = $Id; aud = $Endpoint; jti = [Guid]::NewGuid().ToString()
        iat = $now; nbf = $now; exp = $now + 300
    }
    $parts = $header, $claims | ForEach-Object { ConvertTo-Base64Url ([Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $_ -Compress))) }
    $signed = $parts -join '.'
    $signature = $key.SignData(
        [Text.Encoding]::UTF8.GetBytes($signed),
        [Security.Cryptography.HashAlgorithmName]::SHA256,
        [Security.Cryptography.RSASignaturePadding]::Pkcs1)
    "$signed.$(ConvertTo-Base64Url $signature)"
}

function ConvertTo-Base64Url([byte[]] $Bytes) {
    [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}
