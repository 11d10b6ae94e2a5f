"""The ``exports`` storage: putting finished files there, reading them back, removing what is nobody's.

Whatever a storage raises when it cannot be reached or refuses is an ``OSError`` here, also where it is S3.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from django.core.files import File
from django.core.files.storage import Storage, storages

from offboarding.storing import answering, sync_folder

log = logging.getLogger(__name__)


class _FinishedFile(File):  # type: ignore[type-arg]
    """A local file that a file-system storage may move into place instead of copying."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def storage() -> Storage:
    return storages["exports"]


def put(path: Path, name: str) -> str:
    """Stores a finished file (fsynced by its writer) and removes the local one; gives the name it got."""
    with answering(), path.open("rb") as source:
        stored = storage().save(name, _FinishedFile(source, name=str(path)))
    path.unlink(missing_ok=True)
    with suppress(NotImplementedError):
        sync_folder(Path(storage().path(stored)).parent)
    return str(stored)


def put_bytes(data: bytes, name: str, work: Path) -> str:
    """Stores a small file."""
    path = work / Path(name).name
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return put(path, name)


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The stored file as the storage returns it, for reading back."""
    with answering(), storage().open(name, "rb") as stream:
        yield cast(IO[bytes], stream)


def remove(names: Iterable[str]) -> None:
    """Removes stored files; one that cannot be removed now is found again by ``worker.clear_up``."""
    for name in names:
        try:
            with answering():
                storage().delete(name)
        except OSError:
            log.exception("could not remove %s from the exports storage", name)


def stored_below(folder: str) -> Iterator[str]:
    """Names of everything stored below a folder."""
    try:
        with answering():
            folders, files = storage().listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files if name)
    for name in folders:
        yield from stored_below(f"{folder}/{name}")


def abort_unfinished_uploads(folder: str) -> int:
    """Ends multipart uploads that a dead worker left on S3: they are invisible and yet hold data."""
    bucket = getattr(storage(), "bucket", None)
    if bucket is None:
        return 0
    location = getattr(storage(), "location", "").strip("/")
    prefix = f"{location}/{folder}/" if location else f"{folder}/"
    with answering():
        uploads = [upload for upload in bucket.multipart_uploads.all() if upload.object_key.startswith(prefix)]
        for upload in uploads:
            upload.abort()
    return len(uploads)
