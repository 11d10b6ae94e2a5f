"""The originals of messages in the ``default`` storage: each under its SHA-256, written once, never changed.

What a storage raises when it cannot be reached or refuses is an ``OSError`` here, also where it is S3.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from django.core.files import File
from django.core.files.storage import Storage, storages

from offboarding.storing import answering, sync_folder

FOLDER = "messages"
PIECE = 1024 * 1024
"""Bytes that are held in memory at a time."""
ABANDONED = 24 * 3600
"""Seconds after which an unfinished file is a dead process's."""
_SUFFIXES = {"message/rfc822": "eml", "application/pdf": "pdf"}


class DamagedOriginalError(OSError):
    """What is stored under a hash does not have it."""


@dataclass(frozen=True, slots=True)
class Original:
    """A stored original: its SHA-256 (hex), its bytes, and its name in the ``default`` storage."""

    sha256: str
    bytes: int
    storage_name: str


def keep(content: IO[bytes], content_type: str) -> Original:
    """Stores the bytes from their start and reads them back; an identical original that is there is reused.

    ``OSError`` where the storage fails, ``DamagedOriginalError`` where it holds other bytes than it should.
    """
    digest, size = measured(content)
    name = f"{FOLDER}/{digest[:2]}/{digest}.{_SUFFIXES.get(content_type, 'bin')}"
    with answering():
        if not _storage().exists(name):
            _put(content, name, digest)
        _check(name, digest)
    return Original(digest, size, name)


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The stored bytes, for reading in pieces."""
    with answering(), _storage().open(name, "rb") as stream:
        yield cast(IO[bytes], stream)


def checked(name: str, sha256: str) -> IO[bytes]:
    """The stored bytes, open, after all of them were read and found unchanged; the caller closes them."""
    with answering():
        _check(name, sha256)
        return cast(IO[bytes], _storage().open(name, "rb"))


def measured(content: IO[bytes]) -> tuple[str, int]:
    """SHA-256 (hex) and number of the bytes from the start; leaves the position at the start."""
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while piece := content.read(PIECE):
        digest.update(piece)
        size += len(piece)
    content.seek(0)
    return digest.hexdigest(), size


def clear_up() -> int:
    """Removes unfinished files that dead processes left; gives their number."""
    try:
        folder = Path(_storage().path(FOLDER))
    except NotImplementedError:  # an object storage has an object whole or not at all
        return 0
    before, removed = time.time() - ABANDONED, 0
    for part in folder.glob("*/.*.part"):
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < before:
                part.unlink()
                removed += 1
    return removed


def _storage() -> Storage:
    return storages["default"]


def _put(content: IO[bytes], name: str, digest: str) -> None:
    try:
        path = Path(_storage().path(name))
    except NotImplementedError:
        _put_object(content, name)
    else:
        _put_file(content, path, digest)
    content.seek(0)


def _put_file(content: IO[bytes], path: Path, digest: str) -> None:
    """Whole or not at all, whenever this process dies: the name appears when the bytes are on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{digest}.{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        with part.open("xb") as file:
            while piece := content.read(PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        sync_folder(folder)


def _put_object(content: IO[bytes], name: str) -> None:
    stored = str(_storage().save(name, File(_StaysOpen(content), name=name)))  # type: ignore[arg-type]
    if stored != name:  # somebody else was quicker, and the storage never writes over
        _storage().delete(stored)


def _check(name: str, digest: str) -> None:
    with _storage().open(name, "rb") as stream:
        found, _size = measured(cast(IO[bytes], stream))
    if found != digest:
        raise DamagedOriginalError(f"{name} in the default storage holds other bytes than its name says.")


class _StaysOpen(io.RawIOBase):
    """Hands out another file's bytes; whoever uploads it may close this and not the other."""

    def __init__(self, inner: IO[bytes]) -> None:
        self.inner = inner

    def read(self, size: int | None = -1) -> bytes:
        return self.inner.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.inner.seek(offset, whence)

    def tell(self) -> int:
        return self.inner.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
