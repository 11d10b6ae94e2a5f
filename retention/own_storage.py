"""Erasing from our own storages: every version, marker and unfinished upload, as from the platform's.

``BusyError`` where trying again may help, other ``EraserError`` where a person has to look.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from math import inf
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

from retention.erasers.findings import BusyError, EraserError
from retention.erasers.places import ErasingPlace, erasing_place
from retention.erasers.places.place import MOST, Entry, Kind


def erase(alias: str, prefix: str, seconds: float = inf) -> tuple[int, int]:
    """Erases what begins with the prefix in the storage ``alias``; objects and bytes. Stops after ``seconds``."""
    objects = size = 0
    until = time.monotonic() + seconds
    with _place(alias) as place:
        entries = place.entries(prefix) if place else iter(())
        while place and (group := list(islice(entries, MOST))):
            outcome = place.delete(group)
            objects, size = objects + outcome.objects, size + outcome.bytes
            _check(alias, outcome.failed, outcome.busy)
            if time.monotonic() > until:
                break
    return objects, size


def erase_exactly(alias: str, names: Iterable[str]) -> int:
    """Erases everything of these very names; objects. EraserError where something of one is still there."""
    objects = 0
    with _place(alias) as place:
        for name in names if place else ():
            assert place is not None
            objects += _erase_one(alias, place, name)
    return objects


def _erase_one(alias: str, place: ErasingPlace, name: str) -> int:
    if not (entries := place.exactly(name)):
        return 0
    outcome = place.delete(entries)
    _check(alias, outcome.failed, outcome.busy)
    if place.exactly(name):
        raise EraserError(f"{name} in the storage {alias} is still there after it was erased.")
    return outcome.objects


def left(alias: str, prefix: str) -> int:
    """How many entries begin with the prefix, by a listing from its beginning."""
    with _place(alias) as place:
        return sum(entry.kind is not Kind.FOLDER for entry in place.entries(prefix)) if place else 0


def _check(alias: str, failed: dict[Entry, str], busy: str) -> None:
    if busy:
        raise BusyError(f"The storage {alias} does not answer: {busy}")
    for entry, why in failed.items():
        if entry.kind is not Kind.FOLDER:  # a folder that is not empty yet goes with what lies in it
            raise EraserError(f"{entry.path} in the storage {alias} cannot be erased: {why}")


@contextmanager
def _place(alias: str) -> Iterator[ErasingPlace | None]:
    """None for a folder that was never made, because nothing was ever stored there."""
    storage = storages[alias]
    if isinstance(storage, FileSystemStorage) and not Path(storage.base_location).exists():
        yield None
        return
    place = erasing_place(storage)
    try:
        yield place
    finally:
        place.close()
