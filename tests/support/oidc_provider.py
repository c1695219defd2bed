"""An institution's own sign-in on loopback: OpenID Connect, with a real key and real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET, ACCESS_TOKEN = "invigil-test", "a client secret", "an-access-token"
HOUR_S = 3600


@dataclass
class Provider:
    """Signs whoever asks in as ``email``; ``bent`` changes the token's claims before it is
    signed, ``discovery`` what the issuer says of itself.
    """

    url: str = ""
    now: int = 0
    email: str = "proctor@example.edu"
    bent: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    signing: ECKey | None = None
    # What it says of a person beside the token, to who shows the access token.
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def sign_in(self, address: str) -> dict[str, str]:
        """What somebody's browser does there: the query that it comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return {"code": code, "state": query["state"]}

    def document(self) -> dict[str, Any]:
        """Discovery."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            **self.discovery,
        }

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """A token for a code, where code, client and verifier fit together."""
        asked = self.asked.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge:
            return None
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return None
        now = self.now or int(time.time())
        claims = {
            "iss": self.url,
            "sub": "s-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + HOUR_S,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
            "name": "Ada Elsewhere",
            **self.bent,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.signing or self.key)
        return {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": signed}


@contextmanager
def provider() -> Iterator[Provider]:
    """One that answers until the end."""
    one = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            one.requests.append(self.path)
            match self.path:
                case "/.well-known/openid-configuration":
                    self.answer(one.document())
                case "/keys":
                    self.answer({"keys": [one.key.as_dict(private=False)]})
                case "/userinfo":
                    shown = self.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"
                    self.answer(one.userinfo if shown else {}, 200 if shown else 401)
                case _:
                    self.answer({}, 404)

        def do_POST(self) -> None:
            one.requests.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            made = one.token(form) if self.path == "/token" else None
            self.answer(made or {"error": "invalid_grant"}, 200 if made else 400)

        def answer(self, value: dict[str, Any], status: int = 200) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Nothing: tests read no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
