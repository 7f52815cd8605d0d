import { X509Certificate, createHash, createPrivateKey } from "node:crypto";
import * as openid from "openid-client";

/** A client that proves by its secret who it is; `identityUrl` is `https://identity.avepointonlineservices.com`, or that of another cloud. */
export function bySecret(identityUrl: string, clientId: string, secret: string): openid.Configuration {
  return client(identityUrl, clientId, openid.ClientSecretBasic(secret));
}

/** One that proves it by a certificate; `pem` has that and its key, PKCS#8 without a password. */
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

/** A token for these scopes, and no others. It holds for `expires_in` seconds; there is no other way to renew it than to ask again. */
export function token(client: openid.Configuration, scopes: string[]) {
  return openid.clientCredentialsGrant(client, { scope: scopes.join(" ") });
}

function client(identityUrl: string, clientId: string, proof: openid.ClientAuth): openid.Configuration {
  const server = { issuer: identityUrl, token_endpoint: tokenEndpoint(identityUrl) };
  const configuration = new openid.Configuration(server, clientId, undefined, proof);
  // A sandbox speaks plain HTTP; nothing else may.
  if (new URL(identityUrl).hostname === "127.0.0.1") {
    openid.allowInsecureRequests(configuration);
  }
  return configuration;
}

function tokenEndpoint(identityUrl: string): string {
  return `${identityUrl}/connect/token`;
}
