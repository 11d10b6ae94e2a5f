"""An S3 server on loopback (moto): real HTTP and real boto3, no signatures checked."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlsplit

import boto3
from moto.server import ThreadedMotoServer

_numbers = itertools.count(1)


class S3:
    """``endpoint`` is its URL; ``storage_url(bucket)`` is what our ``STORAGE_…_URL`` settings take."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"

    def client(self) -> Any:
        """A boto3 client of the server."""
        return boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id="test", aws_secret_access_key="test",
            region_name="us-east-1",
        )  # fmt: skip

    def make_bucket(self) -> str:
        """Make a fresh, empty bucket and return its name."""
        name = f"bucket-{next(_numbers)}"
        self.client().create_bucket(Bucket=name)
        return name

    def storage_url(self, bucket: str) -> str:
        """The bucket as a ``STORAGE_…_URL`` setting."""
        return f"s3://test:test@{urlsplit(self.endpoint).netloc}/{bucket}?region=us-east-1&tls=no&addressing=path"

    def close(self) -> None:
        """Stop serving."""
        self._server.stop()
