"""Where the platform's files lie: any Django storage, and only the folders that are the sample's own."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

FOLDERS = ("org/7", "org/17", "org/71", "org/170", "shared/library")
"""Everything the sample platform ever writes lies in these."""


class Shelf:
    """Puts files into the storage and remembers their sizes in bytes."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.sizes: dict[str, int] = {}

    def clear(self) -> None:
        """Removes what an earlier run left; other folders of the storage stay."""
        for folder in FOLDERS:
            self._clear(folder)

    def _clear(self, folder: str) -> None:
        try:
            folders, files = self.storage.listdir(folder)
        except FileNotFoundError:
            return
        for name in files:
            if name:
                self.storage.delete(f"{folder}/{name}")
        for name in folders:
            self._clear(f"{folder}/{name}")

    def put(self, path: str, content: bytes) -> bytes:
        """Stores one file under exactly this path; gives its SHA-256 (32 bytes).

        Raises ``ValueError`` for a path outside the sample's folders, ``OSError`` when the storage chose another name.
        """
        if not path.startswith(tuple(f"{folder}/" for folder in FOLDERS)):
            raise ValueError(f"path: {path!r} is outside the sample platform's folders")
        saved = self.storage.save(path, ContentFile(content))
        if saved != path:
            raise OSError(f"{path}: the storage kept it as {saved}")
        self.sizes[path] = len(content)
        return hashlib.sha256(content).digest()
