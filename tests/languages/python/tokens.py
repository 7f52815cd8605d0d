"""Tokens of AvePoint's identity service, for the client."""

import base64
import threading
import time
import typing
import urllib.parse
import uuid
from collections.abc import Callable

import avepoint
import jwt
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# What proves to the token endpoint that it is this app: headers, and members of the form.
Proof = Callable[[str], tuple[dict[str, str], dict[str, str]]]


def by_secret(client_id: str, secret: str) -> Proof:
    pair = ":".join(urllib.parse.quote_plus(part) for part in (client_id, secret))
    return lambda _: (urllib3.make_headers(basic_auth=pair), {})


def by_certificate(client_id: str, pem: bytes) -> Proof:
    """An assertion for each request, signed with the key that stands in the PEM file beside the certificate."""
    thumbprint = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA1())  # The header x5t demands SHA-1.
    key = typing.cast(typing.Any, load_pem_private_key(pem, password=None))

    def proof(endpoint: str) -> tuple[dict[str, str], dict[str, str]]:
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": endpoint, "jti": str(uuid.uuid4())}
        times = {"iat": now, "nbf": now, "exp": now + 300}
        x5t = base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")
        return {}, {
            "client_id": client_id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(claims | times, key, algorithm="RS256", headers={"x5t": x5t}),
        }

    return proof


class Tokens:
    """A token for these scopes, and the next one a minute before that expires."""

    def __init__(self, identity_url: str, scopes: list[str], proof: Proof) -> None:
        url = urllib.parse.urlsplit(identity_url)
        # A sandbox on this machine speaks plain HTTP; nothing else may.
        if url.scheme != "https" and url.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError(f"no token from {identity_url}: it is not https")
        self.endpoint = f"{identity_url}/connect/token"
        self.scopes, self.proof = scopes, proof
        self.token, self.granted, self.until = "", list[str](), 0.0
        self.lock = threading.Lock()

    def current(self) -> str:
        with self.lock:
            if time.monotonic() >= self.until:
                self.renew()
            return self.token

    def renew(self) -> None:
        headers, members = self.proof(self.endpoint)
        form = {"grant_type": "client_credentials", "scope": " ".join(self.scopes)} | members
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        answer = urllib3.request("POST", self.endpoint, headers=headers, body=urllib.parse.urlencode(form))
        if answer.status != 200:
            raise RuntimeError(f"no token: {answer.status} {answer.data.decode()}")
        token = answer.json()
        self.token, self.granted = token["access_token"], sorted(token["scope"].split())
        self.until = time.monotonic() + token["expires_in"] - 60


class Configuration(avepoint.Configuration):
    """The configuration of a client whose calls carry such a token."""

    def __init__(self, host: str, tokens: Tokens) -> None:
        # Without this urllib3 repeats reads that the service refuses, after `Retry-After`.
        super().__init__(host=host, retries=urllib3.Retry(0, respect_retry_after_header=False))
        self.tokens = tokens

    def auth_settings(self) -> typing.Any:
        self.access_token = self.tokens.current()
        return super().auth_settings()
