"""An OpenID Connect provider on loopback: discovery, authorization code with PKCE, tokens, userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "offboarding", "the client's secret"


class Provider:
    """``person`` is who signs in there: the claims of the next token; ``seen``: what the application asked for."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def discovery(self) -> dict[str, Any]:
        names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        ends = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in names.items()}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **ends}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to: the person has agreed."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, said: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(said.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(said.get("code_verifier", "").encode()).digest())
        right = asked and asked["code_challenge"] == challenge.rstrip(b"=").decode()
        if not right or (said.get("client_id"), said.get("client_secret")) != (CLIENT, SECRET):
            return None
        claims = {"iss": self.url, "aud": CLIENT, "iat": time.time(), "exp": time.time() + 60, **self.person}
        signed = jwt.encode(claims, "k" * 64, algorithm="HS256")
        return {"access_token": "token", "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/authorize":
                    self.send_response(302)
                    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                    self.send_header("Location", provider.authorize(asked))
                    self.end_headers()
                elif parts.path == "/userinfo":
                    self._json(provider.person)
                else:
                    self._json(provider.discovery())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._json(provider.token({name: values[0] for name, values in parse_qs(body).items()}))

            def _json(self, told: Any) -> None:
                content = json.dumps(told or {"error": "invalid_grant"}).encode()
                self.send_response(200 if told else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_told: Any) -> None:
                pass

        return Handler
