"""From finished files to stored volumes that were read back: pack, put, read every byte again, compare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from exports import delivery
from exports.bundle import BagInfo, VolumeSummary, VolumeWriter
from exports.contents import Table
from exports.formats import base
from exports.formats.base import Part
from exports.outcomes import Damage, PartOutcome
from exports.readback import Counter, DamagedVolumeError, Reading, read_back
from exports.staging import Staged


@dataclass(frozen=True, slots=True)
class Label:
    """What all volumes of one package share; ``folder`` is where this attempt's volumes go in the storage."""

    package_id: str
    vendor: str
    description: str
    software: str
    moment: datetime
    folder: str
    work: Path
    limit: int

    def bag_name(self, number: int) -> str:
        return f"{self.package_id}-{number:03d}"

    def writer(self, number: int, total: int | None = None, dangling: Collection[tuple[str, str]] = ()) -> VolumeWriter:
        """A new volume in the work directory."""
        bag_name = self.bag_name(number)
        info = BagInfo(
            source_organization=self.vendor,
            external_identifier=bag_name,
            group=self.package_id,
            number=number,
            moment=self.moment,
            total=total,
            description=self.description,
            software=self.software,
        )
        return VolumeWriter(self.work / f"{bag_name}.zip", bag_name, info, self.limit, dangling)


@dataclass(slots=True)
class StoredVolume:
    """A volume as the storage gave it back."""

    number: int
    name: str
    bag_name: str
    bytes: int
    sha256: str
    files: int
    """Payload files read back."""
    tagmanifest_sha256: str = ""
    """Of the bag's ``tagmanifest-sha256.txt``: it binds every file of the bag."""
    parts: list[PartOutcome] = field(default_factory=list)
    damaged: list[Damage] = field(default_factory=list)
    intact: frozenset[str] = frozenset()
    """Paths below the bag's folder that came back with the size and SHA-256 they were written with."""


def pack(
    label: Label,
    staged: Iterable[Staged],
    parts: dict[str, Part],
    tables: dict[str, Table],
    loose: Collection[str],
    dangling: Collection[tuple[str, str]],
) -> Iterator[tuple[int, VolumeSummary]]:
    """Packs staged files into volumes 2, 3 … and gives each once it is closed; staged files are removed as they go in.

    ``loose`` names the stores whose engine lets any value into any column.
    """
    number, writer = 2, label.writer(2, dangling=dangling)
    try:
        for one in staged:
            part = parts.get(one.path)
            table = tables[next(iter(part.rows))] if part is not None and part.format == "csv" else None
            if not writer.empty and not writer.fits_staged(one, table):
                yield number, writer.close()
                number, writer = number + 1, label.writer(number + 1, dangling=dangling)
            rows = sum(part.rows.values()) if part is not None else 0
            writer.add(one, table, rows, loose=table is not None and table.store in loose)
            one.file.unlink()
        yield number, writer.close()
    finally:
        writer.abort()


def store(
    label: Label, number: int, summary: VolumeSummary, parts: dict[str, Part], check: Callable[[], None]
) -> StoredVolume:
    """Puts a closed volume into the storage, reads it back and compares with what was written.

    ``check`` is called between the steps and may raise to stop.
    """
    check()
    name = delivery.put(summary.path, f"{label.folder}/{summary.path.name}")
    check()
    try:
        with delivery.opened(name) as stream:
            reading = read_back(stream, lambda path: _counter(path, parts), str(label.work))
    except DamagedVolumeError as error:
        damage = [Damage(summary.path.name, str(error))]
        return StoredVolume(number, name, summary.bag_name, summary.bytes, "", 0, damaged=damage)
    return StoredVolume(
        number=number,
        name=name,
        bag_name=summary.bag_name,
        bytes=reading.bytes,
        sha256=reading.sha256,
        files=sum(1 for path in reading.files if path.startswith("data/")),
        tagmanifest_sha256=reading.files["tagmanifest-sha256.txt"].sha256,
        parts=list(_read_parts(number, reading, parts)),
        damaged=list(_damages(summary, reading)),
        intact=frozenset(path for path, one in reading.files.items() if summary.files.get(path) == one),
    )


def _counter(path: str, parts: dict[str, Part]) -> Counter | None:
    part = parts.get(path.removeprefix("data/"))
    if part is None:
        return None

    def count(stream: BinaryIO) -> dict[str, int]:
        return base.read_back(stream, part)

    return count


def _read_parts(number: int, reading: Reading, parts: dict[str, Part]) -> Iterator[PartOutcome]:
    for path, written in reading.files.items():
        part = parts.get(path.removeprefix("data/"))
        if part is not None:
            rows = reading.counts.get(path, {})
            yield PartOutcome(number, part.path, part.format, written.sha256, dict(rows))


def _damages(summary: VolumeSummary, reading: Reading) -> Iterator[Damage]:
    if reading.bytes != summary.bytes:
        yield Damage(summary.path.name, f"{reading.bytes} bytes came back, {summary.bytes} were written")
    for path in sorted(summary.files.keys() | reading.files.keys()):
        if summary.files.get(path) != reading.files.get(path):
            yield Damage(f"{summary.bag_name}/{path}", "its size or SHA-256 differs")
    for problem in reading.problems:
        yield Damage(summary.bag_name, problem)
