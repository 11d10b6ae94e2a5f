"""Storages to fill and to read: on disk, on S3, in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage

from exports.sources.files import open_for_copy
from offboarding.configuration import Environment
from tests.servers.s3 import S3


class Store:
    """One storage to fill and to read; ``cannot`` are characters that the storage or our test server cannot keep."""

    def __init__(self, storage: Storage, put: Callable[[str, bytes], object], cannot: str = "") -> None:
        self.storage = storage
        self.put = put
        self.cannot = cannot


def on_disk(base: Path) -> Store:
    base.mkdir(parents=True, exist_ok=True)

    def put(name: str, data: bytes) -> None:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return Store(FileSystemStorage(location=base), put)


def on_s3(s3: S3, location: str = "") -> Store:
    bucket = s3.make_bucket()
    url = s3.storage_url(bucket).replace(f"/{bucket}?", f"/{bucket}/{location}?" if location else f"/{bucket}?")
    config = Environment(Path())._storage(url)
    from storages.backends.s3 import S3Storage

    client = s3.client()
    base = f"{location}/" if location else ""
    storage = S3Storage(**config["OPTIONS"])
    return Store(storage, lambda name, data: client.put_object(Bucket=bucket, Key=base + name, Body=data), "\n")


def in_memory() -> Store:
    storage = InMemoryStorage()

    def put(name: str, data: bytes) -> None:
        storage.delete(name)
        assert storage.save(name, ContentFile(data)) == name

    return Store(storage, put, "\\")


@pytest.fixture(params=["disk", "s3", "s3 below a location", "any storage"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return on_disk(tmp_path / "media")
    if request.param == "any storage":
        return in_memory()
    return on_s3(request.getfixturevalue("s3"), "platform/media" if "below" in request.param else "")


def content(storage: Storage, path: str) -> bytes:
    with open_for_copy(storage, path) as file:
        data = b"".join(file.chunks())
        assert file.size == len(data)
    return data
