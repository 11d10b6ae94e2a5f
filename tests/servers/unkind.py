"""A proxy before an S3 server that is unkind in the ways real ones are: single keys refused, busy, broken off."""

from __future__ import annotations

import hashlib
import http.client
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import boto3

_OBJECT = re.compile(rb"<Object>.*?</Object>", re.DOTALL)
_ERROR = b"<Error>%s<Code>%s</Code><Message>%s</Message></Error>"


class Unkind:
    """``endpoint`` is its URL. ``stubborn``: part of a key → (code, message) of its error in DeleteObjects.

    So many of the next requests as ``busy`` says are answered with 503 SlowDown; while ``away`` none is answered.
    ``seen``: the headers of every DeleteObjects, ``sums``: the MD5 of their bodies.
    """

    def __init__(self, endpoint: str) -> None:
        self.target = urlsplit(endpoint).netloc
        self.stubborn: dict[str, tuple[str, str]] = {}
        self.busy = 0
        self.away = False
        self.seen: list[dict[str, str]] = []
        self.sums: list[bytes] = []
        unkind = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                unkind.answer(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if self.away:
            request.close_connection = True
            return
        if self.busy > 0:
            self.busy -= 1
            self._send(request, 503, {}, b"<Error><Code>SlowDown</Code><Message>slow down</Message></Error>")
            return
        deleting = request.command == "POST" and urlsplit(request.path).query == "delete"
        refused: list[bytes] = []
        headers = dict(request.headers.items())
        if deleting:
            self.seen.append(headers)
            self.sums.append(hashlib.md5(body, usedforsecurity=False).digest())
            body, refused = self._without(body)
            if not _OBJECT.search(body):
                self._send(request, 200, {}, b"<DeleteResult>" + b"".join(refused) + b"</DeleteResult>")
                return
        connection = http.client.HTTPConnection(self.target)
        kept = {name: text for name, text in headers.items() if name.lower() != "content-length"}
        connection.request(request.command, request.path, body, kept | {"Content-Length": str(len(body))})
        response = connection.getresponse()
        data = response.read()
        if refused and response.status == 200:
            data = data.replace(b"</DeleteResult>", b"".join(refused) + b"</DeleteResult>")
        self._send(request, response.status, dict(response.getheaders()), data)

    def _without(self, body: bytes) -> tuple[bytes, list[bytes]]:
        """The request without the stubborn keys, and their errors."""
        refused = []
        for found in _OBJECT.findall(body):
            for part, (code, message) in self.stubborn.items():
                if part.encode() in found:
                    body = body.replace(found, b"", 1)
                    inner = found.removeprefix(b"<Object>").removesuffix(b"</Object>")
                    refused.append(_ERROR % (inner, code.encode(), message.encode()))
                    break
        return body, refused

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], data: bytes) -> None:
        request.send_response_only(status)
        length = headers.get("Content-Length", "0") if request.command == "HEAD" else str(len(data))
        for name, text in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                request.send_header(name, text)
        request.send_header("Content-Length", length)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)

    def client(self) -> Any:
        """A boto3 client of the proxy."""
        return boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id="test", aws_secret_access_key="test",
            region_name="us-east-1",
        )  # fmt: skip

    def storage_url(self, bucket: str) -> str:
        """The bucket as a ``STORAGE_…_URL`` setting."""
        return f"s3://test:test@{urlsplit(self.endpoint).netloc}/{bucket}?region=us-east-1&tls=no&addressing=path"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
