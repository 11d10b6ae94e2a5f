"""The files of one export: which volume each goes into, and writing such a volume."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import Storage

from exports.bundle import MOST_FILES, VolumeWriter, Written
from exports.contents import StoredFile
from exports.names import safe_path
from exports.sources.files import FileChanged, FileVanished, open_for_copy

_PER_FILE = 2_000
"""Bytes reserved per file for headers, manifests and the index; names are counted on top."""
_FRAME = 64 * 1024
_ROUNDS = 2
"""How often a file that changes while it is read is tried."""

Plan = list[list[Any]]
"""``[store, path, size, category, referenced_by]`` per file: what a volume row remembers."""


@dataclass(slots=True)
class MediaResult:
    """What was written and what could not be."""

    files: list[tuple[StoredFile, Written]] = field(default_factory=list)
    vanished: list[tuple[StoredFile, str]] = field(default_factory=list)
    changed: list[tuple[StoredFile, str]] = field(default_factory=list)


def plan_volumes(files: Iterable[StoredFile], limit: int) -> Iterator[Plan]:
    """Packs files in their order into plans of at most ``limit`` bytes; a larger file gets a volume of its own."""
    plan: Plan = []
    used = _FRAME
    for file in files:
        if file.size is None:
            continue
        need = file.size + _PER_FILE + 6 * len(file.path.encode("utf-8", "surrogateescape"))
        if plan and (used + need > limit or len(plan) >= MOST_FILES - 1):
            yield plan
            plan, used = [], _FRAME
        plan.append([file.store, file.path, file.size, str(file.category), file.referenced_by])
        used += need
    if plan:
        yield plan


def write_media(
    volume: VolumeWriter,
    plan: Plan,
    storages: Mapping[str, Storage],
    progress: Callable[[int], None],
    number: int,
) -> MediaResult:
    """Writes the planned files as they are, and an index with their original names.

    A file that vanished or keeps changing is reported, never skipped silently. ``progress`` gets the bytes read
    and may raise to stop.
    """
    result = MediaResult()
    for store, path, size, category, referenced_by in plan:
        file = StoredFile(store, path, category, size, referenced_by)
        _copy(volume, file, storages[store], progress, result)
    volume.add_bytes(f"media/files-{number:03d}.csv", _index(result.files))
    return result


def _copy(
    volume: VolumeWriter,
    file: StoredFile,
    storage: Storage,
    progress: Callable[[int], None],
    result: MediaResult,
) -> None:
    for last in (turn == _ROUNDS - 1 for turn in range(_ROUNDS)):
        try:
            with open_for_copy(storage, file.path) as source:
                written = _add(volume, file, source.size, _told(source.chunks(), progress))
        except FileVanished as error:
            result.vanished.append((file, str(error)))
            return
        except FileChanged as error:
            if last:
                result.changed.append((file, str(error)))
        else:
            result.files.append((file, written))
            return


def _add(volume: VolumeWriter, file: StoredFile, size: int, chunks: Iterator[bytes]) -> Written:
    name = f"media/{file.store}/{safe_path(file.path)}"
    if volume.holds(name):
        name = f"media/{file.store}/{safe_path(file.path, unique=True)}"
    return volume.add_stream(name, size, chunks)


def _told(chunks: Iterator[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        progress(len(chunk))
        yield chunk


def _index(files: list[tuple[StoredFile, Written]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["file", "store", "original path", "bytes", "sha256", "category", "named by"])
    for file, written in files:
        name = written.path.removeprefix("data/media/")
        writer.writerow([name, file.store, file.path, written.size, written.sha256, file.category, file.referenced_by])
    return text.getvalue().encode("utf-8", "surrogateescape")
