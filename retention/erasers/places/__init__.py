"""Where files are erased: a file system and S3, behind one small contract. Nothing else can be erased from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, Storage

from retention.erasers.file_codes import FileCode
from retention.erasers.findings import Refusal, RefusedError
from retention.erasers.places.file_system import FileSystemPlace
from retention.erasers.places.place import ErasingPlace
from retention.erasers.places.s3 import S3Place

__all__ = ["ErasingPlace", "erasing_place"]


def erasing_place(storage: Storage) -> ErasingPlace:
    """The place behind one of Django's storages; raises ``RefusedError`` for a kind that is not known."""
    if isinstance(storage, FileSystemStorage):
        return FileSystemPlace(Path(storage.base_location))
    if hasattr(storage, "bucket_name") and hasattr(storage, "connection"):
        settings: Any = storage
        return S3Place(settings)
    raise RefusedError((Refusal(FileCode.STORAGE, {"storage": type(storage).__name__}),))
