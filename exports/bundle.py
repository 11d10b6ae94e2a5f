"""Packs finished files into volumes: one ZIP file is one valid BagIt 1.0 bag (RFC 8493).

Everything lies below one folder named like the bag. A volume is written to ``<path>.part`` and only gets its
name once it is complete and on the disk, so whatever a crash leaves is recognisable as unfinished.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from exports import datapackage
from exports.contents import Table
from exports.datapackage import PlainFile, TableFile
from exports.staging import Staged, check_path
from exports.zip64 import END_BYTES, ZipWriter, overhead

MOST_FILES = 20_000
"""Files of one volume: more would slow down every unpacking tool, and memory stays bounded."""
_FRAME = 8 * 1024
"""Bytes kept free for the small files every bag has."""
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class VolumeFullError(Exception):
    """The entry does not fit into this volume; it belongs into the next one."""


def part_limit(volume_limit: int) -> int:
    """How large a single file may become (compressed) so that it surely fits into an empty volume."""
    return max(volume_limit - min(volume_limit // 4, 256 * 1024), 1)


@dataclass(frozen=True, slots=True)
class BagInfo:
    """What ``bag-info.txt`` says. ``total`` is None while the number of volumes is not known."""

    source_organization: str
    external_identifier: str
    group: str
    number: int
    moment: datetime
    total: int | None = None
    description: str = ""
    software: str = ""

    def lines(self, oxum: str) -> bytes:
        """Label: value lines (RFC 8493 2.2.2); line breaks in values would end them and become spaces."""
        values = {
            "Source-Organization": self.source_organization,
            "External-Identifier": self.external_identifier,
            "External-Description": self.description,
            "Bagging-Date": self.moment.date().isoformat(),
            "Payload-Oxum": oxum,
            "Bag-Group-Identifier": self.group,
            "Bag-Count": f"{self.number} of {self.total or '?'}",
            "Bag-Software-Agent": self.software,
        }
        return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in values.items() if value).encode()


@dataclass(frozen=True, slots=True)
class Written:
    """A file within a volume: ``path`` below the bag's folder, ``sha256`` of its plain content."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class VolumeSummary:
    """A finished volume. ``files``: path below the bag's folder → what was written there, tag files included."""

    path: Path
    bag_name: str
    bytes: int
    payload_files: int
    payload_bytes: int
    oversize: bool
    """Larger than the limit, because its only file is."""
    files: dict[str, Written] = field(repr=False)


def encode_path(path: str) -> str:
    """A path in a manifest (RFC 8493 2.1.3): CR, LF and % are percent-encoded."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


class VolumeWriter:
    """Writes one volume of at most ``limit`` bytes; as a context manager it removes what was not closed.

    ``dangling`` is explained at ``datapackage.describe``. OSError (a full disk, say) surfaces as it comes.
    """

    def __init__(
        self, path: Path, bag_name: str, info: BagInfo, limit: int, dangling: Collection[tuple[str, str]] = ()
    ) -> None:
        self.path = path
        self.bag_name = check_path(bag_name)
        self.oversize = False
        self._info = info
        self._limit = limit
        self._dangling = dangling
        self._temporary = path.with_name(path.name + ".part")
        self._file = self._temporary.open("xb", buffering=0)
        self._zip = ZipWriter(self._file, info.moment)
        self._files: dict[str, Written] = {}
        self._names: set[str] = set()
        self._payload = 0
        self._tables: list[TableFile] = []
        self._described = 0
        self._manifest = 0
        self._tag(Written("bagit.txt", len(_BAGIT), self._zip.add_bytes(f"{bag_name}/bagit.txt", _BAGIT)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    @property
    def empty(self) -> bool:
        """Whether it holds no file of the customer yet."""
        return self._payload == 0

    def holds(self, path: str) -> bool:
        """Whether something lies at ``path`` below ``data/`` already, or at one that differs only in case."""
        return f"data/{path}".casefold() in self._names

    def fits(self, path: str, compressed: int, table: TableFile | None = None) -> bool:
        """Whether a file of ``compressed`` bytes at ``path`` (below ``data/``) keeps the volume within its limit."""
        line = len(encode_path(path).encode()) + 80
        described = datapackage.estimate(table or PlainFile(f"data/{path}", compressed, "0" * 64))
        more = compressed + overhead(f"{self.bag_name}/data/{path}") + line + described
        tags = self._manifest + self._described + _FRAME + END_BYTES
        return self._payload < MOST_FILES and self._zip.offset + self._zip.central + tags + more <= self._limit

    def fits_staged(self, staged: Staged, table: Table | None = None) -> bool:
        described = TableFile(table, f"data/{staged.path}", 0, staged.size, staged.sha256) if table else None
        return self.fits(staged.path, staged.compressed, described)

    def add(self, staged: Staged, table: Table | None = None, rows: int = 0, *, loose: bool = False) -> Written:
        """Append a staged file below ``data/``. ``table`` and ``rows`` describe it when it is a table's CSV.

        VolumeFullError when it does not fit and the volume holds something already.
        """
        name = f"data/{staged.path}"
        described = TableFile(table, name, rows, staged.size, staged.sha256, loose) if table else None
        self._admit(staged.path, staged.compressed, described)
        self._zip.add(staged, f"{self.bag_name}/{name}")
        return self._keep(Written(name, staged.size, staged.sha256), described)

    def add_bytes(self, path: str, data: bytes) -> Written:
        """Append a small file below ``data/``."""
        self._admit(path, len(data), None)
        digest = self._zip.add_bytes(f"{self.bag_name}/data/{path}", data)
        return self._keep(Written(f"data/{path}", len(data), digest), None)

    def add_tag(self, name: str, data: bytes) -> Written:
        """Append a small file about the bag beside ``data/``, e.g. the README that people shall see first."""
        self._claim(name)
        return self._tag(Written(name, len(data), self._zip.add_bytes(f"{self.bag_name}/{name}", data)))

    def add_stream(self, path: str, size: int, chunks: Iterable[bytes]) -> Written:
        """Append a file of known size straight from its source, below ``data/``, as it is.

        When reading fails or gives another number of bytes (ValueError), the volume stands as before.
        """
        self._admit(path, size, None)
        try:
            digest = self._zip.stream_stored(f"{self.bag_name}/data/{path}", size, chunks)
        except BaseException:
            self._names.discard(f"data/{path}".casefold())
            raise
        return self._keep(Written(f"data/{path}", size, digest), None)

    def close(self) -> VolumeSummary:
        """Complete the bag, bring it to the disk and give it its name."""
        self._write_tags()
        size = self._zip.close()
        os.fsync(self._file.fileno())
        self._file.close()
        self._temporary.rename(self.path)
        _sync(self.path.parent)
        payload = sum(entry.size for entry in self._files.values() if entry.path.startswith("data/"))
        return VolumeSummary(self.path, self.bag_name, size, self._payload, payload, self.oversize, self._files)

    def abort(self) -> None:
        """Remove the unfinished file; without effect after ``close``."""
        if not self._file.closed:
            self._file.close()
            self._temporary.unlink(missing_ok=True)

    def _admit(self, path: str, compressed: int, table: TableFile | None) -> None:
        check_path(path)
        if not self.fits(path, compressed, table):
            if not self.empty:
                raise VolumeFullError(f"{path} does not fit into {self.bag_name}")
            self.oversize = True
        self._claim(f"data/{path}")

    def _claim(self, name: str) -> None:
        if name.casefold() in self._names:
            raise ValueError(f"{name!r} is already in {self.bag_name}")
        self._names.add(name.casefold())

    def _keep(self, written: Written, table: TableFile | None) -> Written:
        self._payload += 1
        self._manifest += len(encode_path(written.path).encode()) + 67
        self._described += datapackage.estimate(table or PlainFile(written.path, written.size, written.sha256))
        if table:
            self._tables.append(table)
        self._files[written.path] = written
        return written

    def _tag(self, written: Written) -> Written:
        self._names.add(written.path.casefold())
        self._files[written.path] = written
        return written

    def _write_tags(self) -> None:
        payload = [entry for entry in self._files.values() if entry.path.startswith("data/")]
        tables = {table.path for table in self._tables}
        others = [PlainFile(entry.path, entry.size, entry.sha256) for entry in payload if entry.path not in tables]
        descriptor = datapackage.describe(
            self.bag_name, self._info.moment.isoformat(timespec="seconds"), self._tables, others, self._dangling
        )
        if payload:
            self.add_tag("datapackage.json", datapackage.to_json(descriptor))
        self.add_tag("bag-info.txt", self._info.lines(f"{sum(entry.size for entry in payload)}.{len(payload)}"))
        self.add_tag("manifest-sha256.txt", _manifest(payload))
        tags = [entry for entry in self._files.values() if not entry.path.startswith("data/")]
        self.add_tag("tagmanifest-sha256.txt", _manifest(tags))


def _manifest(entries: Iterable[Written]) -> bytes:
    return "".join(f"{entry.sha256}  {encode_path(entry.path)}\n" for entry in entries).encode()


def sha256_of(path: Path) -> str:
    """Hex digest of a local file, in flat memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
