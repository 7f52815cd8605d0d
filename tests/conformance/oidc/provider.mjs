// An OpenID provider of someone else's make (oidc-provider), as the identity service that the clients ask for tokens.
//
//   node provider.mjs CERTIFICATE SECRET
//
// CERTIFICATE is the PEM file of the client `certificate-client` (private_key_jwt), SECRET the secret of the client
// `secret-client` (client_secret_post). Prints lines of JSON: {"url": …} when it listens, then one for each token
// request, {"granted": {…}} or {"refused": {…}}; the latter has the reason, which the answer keeps from the client.
// Ends when stdin closes.
import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import Provider, { errors } from 'oidc-provider';

// Stdout is for the test; what the library has to say goes where people look.
console.info = console.error;
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

// Those of the Elements API that this provider knows. One is left out, so that a call can ask for an unknown one:
// elements.wm.read.all.
const scopes = [
  'elements.bm.baseline.read.all',
  'elements.bm.baseline.readwrite.all',
  'elements.bm.tenant.read.all',
  'elements.bm.tenant.readwrite.all',
  'elements.cbprotected.read.all',
  'elements.customers.read.all',
  'elements.customers.readwrite.all',
  'elements.jobs.read.all',
  'elements.license.read.all',
  'elements.license.readwrite.all',
  'elements.rm.read.all',
  'elements.scanprofiles.read.all',
  'elements.um.user.read.all',
  'elements.um.user.readwrite.all',
];
// Known, and granted to none of the clients.
const withheld = 'elements.customers.readwrite.all';
// The service refuses a longer value of `scope`.
const longestScope = 300;

function client(id, authentication) {
  return {
    client_id: id,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: scopes.filter((scope) => scope !== withheld).join(' '),
    ...authentication,
  };
}

// The provider asks for it on each token request: the API that all tokens are for.
function resourceServer(ctx) {
  const asked = ctx.oidc.params.scope ?? '';
  if (asked.length > longestScope) {
    throw new errors.InvalidScope('the scope value is too long', asked);
  }
  // By itself the provider would leave unknown scopes out of the token without a word, as RFC 6749 allows.
  const unknown = asked.split(' ').filter((scope) => scope && !scopes.includes(scope));
  if (unknown.length) {
    throw new errors.InvalidScope('requested scope is unknown', unknown.join(' '));
  }
  return {
    scope: scopes.join(' '),
    audience: 'elements',
    accessTokenFormat: 'jwt',
  };
}

// A key that comes straight from its generation can deadlock in `export`: a collection of garbage that falls into it
// takes the lock that both hold. One that was read from PEM shares it with nobody.
function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return createPrivateKey(privateKey).export({ format: 'jwk' });
}

const [, , certificateFile, secret] = process.argv;
if (!certificateFile || !secret) {
  console.error('usage: node provider.mjs CERTIFICATE SECRET');
  process.exit(2);
}
const certificate = new X509Certificate(readFileSync(certificateFile));

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const host = `127.0.0.1:${server.address().port}`;
  const url = `http://${host}`;
  const provider = new Provider(url, {
    clients: [
      client('secret-client', {
        token_endpoint_auth_method: 'client_secret_post',
        client_secret: secret,
      }),
      client('certificate-client', {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        jwks: {
          keys: [{
            ...certificate.publicKey.export({ format: 'jwk' }),
            // The name that the client gives the key: a key of another name is not even tried.
            kid: certificate.fingerprint.replaceAll(':', ''),
            use: 'sig',
          }],
        },
      }),
    ],
    clientAuthMethods: ['client_secret_post', 'private_key_jwt'],
    cookies: { keys: ['no browser comes here'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        defaultResource: () => 'urn:elements',
        getResourceServerInfo: resourceServer,
      },
    },
    jwks: { keys: [signingKey()] },
    responseTypes: [],
    routes: { token: '/connect/token' },
    scopes,
    ttl: { ClientCredentials: 3600 },
  });
  // Its addresses are those of its one public name, as behind a gateway, whatever name the request was sent to: an
  // assertion for `localhost` is for another audience.
  provider.use((ctx, next) => {
    ctx.req.headers.host = host;
    return next();
  });
  provider.on('grant.success', ({ oidc }) => {
    const { clientId, scope } = oidc.entities.ClientCredentials;
    tell({ granted: { client: clientId, scope: scope ?? '' } });
  });
  provider.on('grant.error', (_ctx, error) => {
    tell({ refused: { error: error.error, reason: error.error_detail ?? error.error_description } });
  });
  provider.on('server_error', (_ctx, error) => {
    console.error(error);
  });
  server.on('request', provider.callback());
  tell({ url });
});

process.stdin.on('close', () => process.exit(0));
process.stdin.resume();
