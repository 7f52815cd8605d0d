import { X509Certificate, createHash, createPrivateKey } from "node:crypto";
import * as openid from "openid-client";

/** An app that proves by its secret who it is, to the identity service of its cloud. */
export function bySecret(identityUrl: string, clientId: string, secret: string): openid.Configuration {
  return client(identityUrl, clientId, openid.ClientSecretBasic(secret));
}

/** An app that proves it by a certificate: `pem` has that, and its key in PKCS#8 without a password. */
export async function byCertificate(identityUrl: string, clientId: string, pem: string): Promise<openid.Configuration> {
  const der = createPrivateKey(pem).export({ format: "der", type: "pkcs8" });
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const x5t = createHash("sha1").update(new X509Certificate(pem).raw).digest("base64url");
  const assertion = openid.PrivateKeyJwt(key, {
    [openid.modifyAssertion](header, payload) {
      header.x5t = x5t;
      payload.aud = tokenEndpoint(identityUrl);
      payload.exp = Math.floor(Date.now() / 1000) + 5 * 60;
    },
  });
  return client(identityUrl, clientId, assertion);
}

/** Gives tokens for just the scopes that are asked for; each is kept until a minute before it ends. */
export function tokens(client: openid.Configuration): (scopes: string[]) => Promise<Token> {
  const kept = new Map<string, Promise<Token>>();
  const ask = (scope: string) => {
    const asked = openid.clientCredentialsGrant(client, { scope });
    kept.set(scope, asked);
    asked.catch(() => kept.delete(scope));
    return asked;
  };
  return async (scopes) => {
    const scope = scopes.join(" ");
    const known = kept.get(scope) ?? ask(scope);
    const token = await known;
    if ((token.expiresIn() ?? 0) > 60) {
      return token;
    }
    // Of several who find it old, one asks.
    const renewed = kept.get(scope);
    return renewed && renewed !== known ? renewed : ask(scope);
  };
}

type Token = Awaited<ReturnType<typeof openid.clientCredentialsGrant>>;

function client(identityUrl: string, clientId: string, proof: openid.ClientAuth): openid.Configuration {
  const server = { issuer: identityUrl, token_endpoint: tokenEndpoint(identityUrl) };
  const configuration = new openid.Configuration(server, clientId, undefined, proof);
  // A sandbox on this machine speaks plain HTTP; nothing else may.
  if (["127.0.0.1", "[::1]", "localhost"].includes(new URL(identityUrl).hostname)) {
    openid.allowInsecureRequests(configuration);
  }
  return configuration;
}

function tokenEndpoint(identityUrl: string): string {
  return `${identityUrl}/connect/token`;
}
