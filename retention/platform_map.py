"""The data map as it is now, read anew only when its file has changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from exports.datamap import DataMap, load


def datamap() -> DataMap:
    """The map that the settings name; DataMapError where it cannot be used, OSError where it cannot be read."""
    path = Path(settings.DATA_MAP)
    changed = path.stat()
    return _read(path, changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, _size: int) -> DataMap:
    return load(path)
