"""A folder for the notes of one look at a tenant's data; they hold names and keys of people, so none may stay behind.

The folder is locked (flock(2)) as long as its process lives. Who is killed leaves its folder, and the next look removes
every one that nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "offboarding-look-"


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that only this user can read, gone at the end."""
    clear_up()
    place, held = _made()
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)


def clear_up() -> list[Path]:
    """Removes what killed processes of this user have left on this machine, and gives it."""
    removed = []
    for place in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        with suppress(OSError):  # somebody else's, just removed, or in use
            held = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place)
                removed.append(place)
            finally:
                os.close(held)
    return removed


def _made() -> tuple[Path, int]:
    """A new folder and the descriptor that locks it; made again where it was cleared up before it was locked."""
    while True:
        place = Path(tempfile.mkdtemp(prefix=PREFIX))
        with suppress(FileNotFoundError):
            held = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(held, fcntl.LOCK_EX)
            if place.exists():
                return place, held
            os.close(held)
