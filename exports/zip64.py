"""Writes ZIP files (PKWARE APPNOTE 6.3) from entries that are deflated already, or streamed as they are.

Sizes and checksums stand in the local headers – no data descriptors – so every reader, also one that
reads from front to back, understands the file. Zip64 (APPNOTE 4.5.3) is used exactly where a number
does not fit. The same input gives the same bytes: the time is given, nothing else varies.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from isal import isal_zlib

from exports.digests import BackgroundSha256
from exports.staging import Staged

LOCAL = struct.Struct("<IHHHHHIIIHH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
LOCAL_SIGNATURE, CENTRAL_SIGNATURE, END_SIGNATURE = 0x04034B50, 0x02014B50, 0x06054B50
END64_SIGNATURE, LOCATOR_SIGNATURE = 0x06064B50, 0x07064B50
STORED, DEFLATED = 0, 8
END_BYTES = 56 + 20 + 22
"""The most that stands after the central directory: Zip64 end record, locator and end record."""

_MAX32, _MAX16 = 0xFFFFFFFF, 0xFFFF
_UTF8 = 0x0800
_UNIX_FILE = 0o100644 << 16
_CHUNK = 1024 * 1024


class Writable(Protocol):
    """All a ZIP needs of its target; only ``stream_stored`` also seeks in it."""

    def write(self, data: bytes, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as the central directory will list it."""

    name: bytes
    method: int
    crc32: int
    compressed: int
    size: int
    offset: int


def overhead(name: str) -> int:
    """The most bytes an entry of that name takes besides its data: local header, central header, Zip64 fields."""
    return LOCAL.size + CENTRAL.size + 2 * len(name.encode()) + 20 + 28


def local_header(record: Record, time: int, date: int) -> bytes:
    """What stands before the entry's data (APPNOTE 4.3.7); ``time`` and ``date`` in DOS format."""
    big = record.size >= _MAX32 or record.compressed >= _MAX32
    extra = struct.pack("<HHQQ", 1, 16, record.size, record.compressed) if big else b""
    short = (_MAX32, _MAX32) if big else (record.compressed, record.size)
    fixed = LOCAL.pack(
        LOCAL_SIGNATURE, 45 if big else 20, _UTF8, record.method, time, date, record.crc32, *short,
        len(record.name), len(extra),
    )  # fmt: skip
    return fixed + record.name + extra


def central_header(record: Record, time: int, date: int) -> bytes:
    """The central directory's header of one entry (APPNOTE 4.3.12); ``time`` and ``date`` in DOS format."""
    numbers = (record.size, record.compressed, record.offset)
    large = [number for number in numbers if number >= _MAX32]
    extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    size, compressed, offset = (min(number, _MAX32) for number in numbers)
    version = 45 if large else 20
    fixed = CENTRAL.pack(
        CENTRAL_SIGNATURE, 3 << 8 | version, version, _UTF8, record.method, time, date, record.crc32,
        compressed, size, len(record.name), len(extra), 0, 0, 0, _UNIX_FILE, offset,
    )  # fmt: skip
    return fixed + record.name + extra


def end_records(count: int, start: int, size: int) -> bytes:
    """What follows a central directory of ``count`` entries and ``size`` bytes that begins at byte ``start``."""
    zip64 = b""
    if count >= _MAX16 or start >= _MAX32 or size >= _MAX32:
        zip64 = struct.pack("<IQHHIIQQQQ", END64_SIGNATURE, 44, 3 << 8 | 45, 45, 0, 0, count, count, size, start)
        zip64 += struct.pack("<IIQI", LOCATOR_SIGNATURE, 0, start + size, 1)
    short = min(count, _MAX16)
    return zip64 + struct.pack("<IHHHHIIH", END_SIGNATURE, 0, 0, short, short, min(size, _MAX32), min(start, _MAX32), 0)


class ZipWriter:
    """Appends entries to ``file``; ``close`` writes the central directory but leaves the file open.

    ``moment`` is the time every entry carries (1980–2107, its own clock as it is).
    """

    def __init__(self, file: Writable, moment: datetime) -> None:
        if not 1980 <= moment.year <= 2107:
            raise ValueError(f"a ZIP file cannot hold the time {moment.isoformat()}")
        self._file = file
        self._time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
        self._date = moment.year - 1980 << 9 | moment.month << 5 | moment.day
        self._records: list[Record] = []
        self.offset = 0
        """Bytes written so far."""
        self.central = 0
        """Bytes the central directory will take, without its end records."""

    def add(self, staged: Staged, name: str | None = None) -> None:
        """Append a staged entry as it is; OSError when its file is not what was staged."""
        method = STORED if staged.stored else DEFLATED
        self._header(name or staged.path, method, staged.crc32, staged.compressed, staged.size)
        self._copy(staged.file, staged.compressed)

    def add_bytes(self, name: str, data: bytes) -> str:
        """Append small content, deflated where that helps → its SHA-256 in hex."""
        packed = isal_zlib.compressobj(level=2, wbits=-15)
        deflated = packed.compress(data) + packed.flush()
        method, body = (DEFLATED, deflated) if len(deflated) < len(data) else (STORED, data)
        self._header(name, method, isal_zlib.crc32(data), len(body), len(data))
        self._write(body)
        return hashlib.sha256(data).hexdigest()

    def stream_stored(self, name: str, size: int, chunks: Iterable[bytes]) -> str:
        """Append content of a known size straight from its source, undeflated → its SHA-256 in hex.

        Read once, written once: SHA-256 runs beside the writing and the CRC is put into the header afterwards,
        so the target must be able to seek. ValueError when the source gives more or fewer bytes than ``size``.
        After any error the entry is taken back and the ZIP can go on without it.
        """
        before = self.central
        start = self._header(name, STORED, 0, size, size)
        crc, done, sha = 0, 0, BackgroundSha256()
        try:
            for chunk in chunks:
                done += len(chunk)
                if done > size:
                    break
                sha.update(chunk)
                crc = isal_zlib.crc32(chunk, crc)
                self._write(chunk)
            if done != size:
                raise ValueError(f"{name}: {size} bytes were announced, {'more' if done > size else done} came")
            digest = sha.hexdigest()
        except BaseException:
            self._take_back(start, before)
            raise
        finally:
            sha.close()
        self._patch(start, crc)
        return digest

    def close(self) -> int:
        """Write the central directory → the size of the whole ZIP."""
        start = self.offset
        for record in self._records:
            self._write(central_header(record, self._time, self._date))
        self._write(end_records(len(self._records), start, self.offset - start))
        return self.offset

    def _header(self, name: str, method: int, crc: int, compressed: int, size: int) -> int:
        encoded = name.encode()
        if len(encoded) > _MAX16:
            raise ValueError(f"a ZIP file cannot hold a name of {len(encoded)} bytes")
        record = Record(encoded, method, crc, compressed, size, self.offset)
        self._write(local_header(record, self._time, self._date))
        self._records.append(record)
        self.central += len(central_header(record, self._time, self._date))
        return record.offset

    def _patch(self, start: int, crc: int) -> None:
        record = self._records[-1]
        self._records[-1] = Record(record.name, record.method, crc, record.compressed, record.size, record.offset)
        target = cast(BinaryIO, self._file)
        end = target.tell()
        target.seek(end - self.offset + start + 14)
        target.write(struct.pack("<I", crc))
        target.seek(end)

    def _take_back(self, start: int, central: int) -> None:
        target = cast(BinaryIO, self._file)
        target.seek(start - self.offset, os.SEEK_CUR)
        target.truncate()
        self._records.pop()
        self.offset, self.central = start, central

    def _copy(self, path: Path, size: int) -> None:
        left = size
        with path.open("rb", buffering=0) as source:
            if isinstance(self._file, FileIO) and hasattr(os, "sendfile"):
                while left and (sent := os.sendfile(self._file.fileno(), source.fileno(), None, min(left, 1 << 30))):
                    left -= sent
                    self.offset += sent
            else:
                while left and (data := source.read(min(left, _CHUNK))):
                    left -= len(data)
                    self._write(data)
            if left or source.read(1):
                raise OSError(f"{path} is not the file that was staged: {size} bytes were expected")

    def _write(self, data: bytes) -> None:
        self.offset += len(data)
        if isinstance(self._file, FileIO):
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
        else:
            self._file.write(data)
