// Package token asks AvePoint's identity service for access tokens, by the secret or the certificate of an app.
package token

import (
	"context"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// BySecret is a source of tokens for the secret of a client; endpoint is `https://…/connect/token`.
func BySecret(ctx context.Context, endpoint, client, secret string, scopes ...string) (oauth2.TokenSource, error) {
	if err := secure(endpoint); err != nil {
		return nil, err
	}
	config := clientcredentials.Config{
		ClientID: client, ClientSecret: secret, TokenURL: endpoint, Scopes: scopes, AuthStyle: oauth2.AuthStyleInHeader,
	}
	return config.TokenSource(ctx), nil
}

// ByCertificate is a source of tokens for the certificate of a client: file is PEM, with the certificate and its key.
func ByCertificate(ctx context.Context, endpoint, client, file string, scopes ...string) (oauth2.TokenSource, error) {
	if err := secure(endpoint); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	source := &certificate{ctx: ctx, endpoint: endpoint, client: client, scopes: scopes}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "CERTIFICATE":
			thumbprint := sha1.Sum(block.Bytes)
			source.thumbprint = base64.RawURLEncoding.EncodeToString(thumbprint[:])
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			source.key, _ = key.(*rsa.PrivateKey)
		}
	}
	if source.thumbprint == "" || source.key == nil {
		return nil, fmt.Errorf("%s: needs a certificate and its RSA key, as PEM", file)
	}
	return oauth2.ReuseTokenSource(nil, source), nil
}

// secure refuses an endpoint without TLS: only a sandbox on this machine speaks plain HTTP.
func secure(endpoint string) error {
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return err
	}
	if parsed.Scheme != "https" && !slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, parsed.Hostname()) {
		return fmt.Errorf("no token from %s: it is not https", endpoint)
	}
	return nil
}

type certificate struct {
	ctx              context.Context
	endpoint, client string
	scopes           []string
	thumbprint       string
	key              *rsa.PrivateKey
}

// Token proves with a new assertion each time who the client is.
func (c *certificate) Token() (*oauth2.Token, error) {
	now := time.Now()
	assertion := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": c.client, "sub": c.client, "aud": c.endpoint, "jti": uuid.NewString(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	})
	assertion.Header["x5t"] = c.thumbprint
	signed, err := assertion.SignedString(c.key)
	if err != nil {
		return nil, err
	}
	config := clientcredentials.Config{
		ClientID: c.client, TokenURL: c.endpoint, Scopes: c.scopes, AuthStyle: oauth2.AuthStyleInParams,
		EndpointParams: url.Values{
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion":      {signed},
		},
	}
	return config.Token(c.ctx)
}
