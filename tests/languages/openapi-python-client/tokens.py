"""Tokens of AvePoint's identity service, for a client on httpx."""

import base64
import pathlib
import time
import urllib.parse
import uuid
from collections.abc import Generator

import httpx
import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Tokens(httpx.Auth):
    """Signs requests with a token for these scopes, and gets the next one a minute before that expires.

    The app proves who it is with its secret, or with a PEM file that has its certificate and the key of that.
    """

    requires_response_body = True

    def __init__(
        self,
        identity_url: str,
        client_id: str,
        scopes: list[str],
        *,
        secret: str | None = None,
        certificate: pathlib.Path | None = None,
    ) -> None:
        url = urllib.parse.urlsplit(identity_url)
        # A sandbox on this machine speaks plain HTTP; nothing else may.
        if url.scheme != "https" and url.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError(f"no token from {identity_url}: it is not https")
        self.url = f"{identity_url}/connect/token"
        self.client_id, self.scopes = client_id, scopes
        self.secret, self.certificate = secret, certificate
        self.token, self.until = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if time.monotonic() >= self.until:
            self.accept((yield self.request()))
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request

    def request(self) -> httpx.Request:
        """What asks for a token."""
        form = {"grant_type": "client_credentials", "scope": " ".join(self.scopes)}
        if self.certificate:
            form |= {"client_assertion_type": ASSERTION, "client_assertion": self.assertion(self.certificate)}
            return httpx.Request("POST", self.url, data=form)
        if not self.secret:
            raise ValueError("a token needs a secret or a certificate")
        request = httpx.Request("POST", self.url, data=form)
        basic = httpx.BasicAuth(*(urllib.parse.quote_plus(part) for part in (self.client_id, self.secret)))
        return next(basic.auth_flow(request))

    def accept(self, answer: httpx.Response) -> None:
        if answer.is_error:  # Its body says why.
            raise RuntimeError(f"no token: {answer.status_code}: {answer.text}")
        token = answer.json()
        self.token, self.until = token["access_token"], time.monotonic() + token["expires_in"] - 60

    def assertion(self, file: pathlib.Path) -> str:
        """Proof of who the app is, once, for five minutes."""
        pem = file.read_bytes()
        thumbprint = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA1())  # The header x5t demands SHA-1.
        now = int(time.time())
        return jwt.encode(
            {"iss": self.client_id, "sub": self.client_id, "aud": self.url, "jti": str(uuid.uuid4())}
            | {"iat": now, "nbf": now, "exp": now + 300},
            load_pem_private_key(pem, password=None),  # type: ignore[arg-type]
            algorithm="RS256",
            headers={"x5t": base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")},
        )
