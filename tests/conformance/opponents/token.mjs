// openid-client asks the sandbox's identity service for tokens: what it finds by discovery must do, each way to prove
// who one is gets a token that a call is answered with, and a wrong proof is refused.
//
//   node token.mjs
//
// The variables of the sandbox say where it is. AVEPOINT_CLIENT_CERTIFICATE_PATH is the PEM file of the client's
// certificate and its key, AVEPOINT_CLIENT_SECRET its secret.
import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

import * as openid from 'openid-client';

const {
  AVEPOINT_BASE_URL: base,
  AVEPOINT_IDENTITY_URL: identity,
  AVEPOINT_CLIENT_ID: id,
  AVEPOINT_CLIENT_SECRET: secret,
  AVEPOINT_CLIENT_CERTIFICATE_PATH: pem,
} = process.env;
const scope = 'elements.customers.read.all';

// The certificate's key, or another one, under the certificate's name.
async function assertion(key = createPrivateKey(readFileSync(pem))) {
  const der = key.export({ format: 'der', type: 'pkcs8' });
  const form = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const kid = new X509Certificate(readFileSync(pem)).fingerprint.replaceAll(':', '');
  return openid.PrivateKeyJwt({ key: await crypto.subtle.importKey('pkcs8', der, form, false, ['sign']), kid });
}

async function ask(authentication) {
  const options = { execute: [openid.allowInsecureRequests] };
  const found = await openid.discovery(new URL(identity), id, undefined, authentication, options);
  return openid.clientCredentialsGrant(found, { scope });
}

async function grants(name, authentication) {
  const token = await ask(authentication);
  if (token.token_type !== 'bearer' || token.scope !== scope || !(token.expires_in > 0)) {
    throw new Error(`${name}: the token is for ${token.scope}, for ${token.expires_in} s, of type ${token.token_type}`);
  }
  const answer = await fetch(`${base}/partner/external/v3/general/customers/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (answer.status !== 200) {
    throw new Error(`${name}: a call with the token is answered with ${answer.status} ${await answer.text()}`);
  }
  console.log(`granted: ${name}`);
}

async function refuses(name, authentication) {
  const refusal = await ask(authentication).then(
    () => { throw new Error(`${name}: a token was given`); },
    (error) => error,
  );
  // The code of RFC 6749 is in the body; the library reads it unless the answer has a challenge.
  const code = refusal.error ?? (await refusal.response?.json())?.error;
  if (code !== 'invalid_client') {
    throw new Error(`${name}: not refused with invalid_client`, { cause: refusal });
  }
  console.log(`refused: ${name}`);
}

const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 });
await grants('secret in the header', openid.ClientSecretBasic(secret));
await grants('secret in the form', openid.ClientSecretPost(secret));
await grants('assertion with the key of the certificate', await assertion());
await refuses('wrong secret in the header', openid.ClientSecretBasic(`${secret}x`));
await refuses('wrong secret in the form', openid.ClientSecretPost(`${secret}x`));
await refuses('assertion with another key', await assertion(stranger));
