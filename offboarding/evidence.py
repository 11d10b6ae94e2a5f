"""Files in the ``evidence`` storage: written whole or not at all, never over one that stands, and read back.

Every function raises OSError where the storage does not answer.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from offboarding.storing import answering, sync_folder


def create(name: str, content: bytes) -> bool:
    """Writes a file that survives a power cut; False, and nothing is changed, where one of that name stands."""
    with answering():
        try:
            path = Path(_storage().path(name))
        except NotImplementedError:
            return _save(name, content)
        return _link(path, content)


def read(name: str, most: int) -> bytes:
    """The first ``most`` bytes of a file. FileNotFoundError where there is none."""
    with answering(), _storage().open(name, "rb") as file:
        return bytes(file.read(most))


def exists(name: str) -> bool:
    """Whether a file of that name stands."""
    with answering():
        return _storage().exists(name)


def names(folder: str) -> list[str]:
    """The names of the files in a folder, without it, sorted; drafts of a write that was cut short are none."""
    with answering():
        try:
            _folders, files = _storage().listdir(folder)
        except FileNotFoundError:
            return []
        return sorted(name for name in files if name and name[0] != ".")


def _storage() -> Storage:
    return storages["evidence"]


def _save(name: str, content: bytes) -> bool:
    if _storage().exists(name):
        return False
    _storage().save(name, ContentFile(content))
    return True


def _link(path: Path, content: bytes) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True
