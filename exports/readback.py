"""Reads a finished volume from what the storage returns, once from front to back, and checks every byte of it.

Nothing is trusted that the writer remembered: entries are found by their local headers, unpacked, counted
and hashed, compared with the bag's own manifests and with the central directory at the end. Works on
streams that cannot seek (S3) and keeps memory flat.
"""

from __future__ import annotations

import io
import shutil
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol, cast

from isal import isal_zlib

from exports.bundle import Written, encode_path
from exports.digests import BackgroundSha256
from exports.zip64 import (
    DEFLATED,
    LOCAL,
    LOCAL_SIGNATURE,
    STORED,
    Record,
    central_header,
    end_records,
    local_header,
)

_CHUNK = 1024 * 1024
_MAX32 = 0xFFFFFFFF
_InflateError = cast(type[Exception], isal_zlib.IsalError)
_MOST_DIRECTORY = 256 * 1024 * 1024
Counter = Callable[[BinaryIO], Any]


class DamagedVolumeError(Exception):
    """The bytes are no complete volume; says where and what."""


class Readable(Protocol):
    """All that reading back needs of a stream: it never seeks."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class Reading:
    """What the storage really holds.

    ``files``: path below the bag's folder → what was read; ``counts``: path → what its counter gave;
    ``problems``: sentences, empty when the bag agrees with its manifests; ``sha256`` and ``bytes`` of the whole file.
    """

    sha256: str = ""
    bytes: int = 0
    bag_name: str = ""
    files: dict[str, Written] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_back(
    stream: Readable, counter: Callable[[str], Counter | None] = lambda path: None, spool: str | None = None
) -> Reading:
    """Read a whole volume. DamagedVolumeError when it is cut off or no ZIP of ours.

    ``counter(path)`` may give a function that reads the entry's plain content (and may stop early); stored
    entries (workbooks) get a seekable copy in the folder ``spool``. What it raises as ValueError becomes a problem.
    """
    source = _Source(stream)
    try:
        return _VolumeReader(source, counter, spool).run()
    except (EOFError, struct.error, UnicodeDecodeError) as error:
        raise DamagedVolumeError(f"cut off or damaged at byte {source.position}: {error}") from error
    finally:
        source.sha.close()


class _Source:
    """The raw stream with the digest of everything read from it."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self.position = 0
        self.sha = BackgroundSha256()

    def some(self, most: int) -> bytes:
        """At least one byte and at most ``most``; EOFError at the end."""
        if self._at == len(self._buffer):
            self._buffer, self._at = self._stream.read(_CHUNK), 0
            if not self._buffer:
                raise EOFError("the file ends too early")
            self.sha.update(self._buffer)
        whole = self._at == 0 and most >= len(self._buffer)
        data = self._buffer if whole else self._buffer[self._at : self._at + most]
        self._at += len(data)
        self.position += len(data)
        return data

    def exactly(self, size: int) -> bytes:
        pieces = []
        while size:
            pieces.append(self.some(size))
            size -= len(pieces[-1])
        return b"".join(pieces)

    def rest(self, most: int) -> bytes:
        """Everything to the end, which must not be more than ``most`` bytes."""
        pieces, size = [], 0
        while size <= most:
            try:
                pieces.append(self.some(_CHUNK))
            except EOFError:
                break
            size += len(pieces[-1])
        return b"".join(pieces)


class _Content(io.RawIOBase):
    """The plain content of one entry, counted, checked and hashed while somebody reads it."""

    def __init__(self, source: _Source, method: int, compressed: int, sha: BackgroundSha256) -> None:
        super().__init__()
        self._source = source
        self._left = compressed
        self._inflate: Any = isal_zlib.decompressobj(wbits=-15) if method == DEFLATED else None
        self._sha = sha
        self._pending = b""
        self.size = 0
        self.crc32 = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._pending:
            self._pending = self._next()
        part = self._pending[: len(buffer)]
        buffer[: len(part)] = part
        self._pending = self._pending[len(part) :]
        return len(part)

    def drain(self) -> None:
        """Read what nobody read."""
        self._pending = b""
        while self._next():
            pass

    def _next(self) -> bytes:
        data = b""
        while not data:
            data = self._inflated() if self._inflate else self._raw()
            if not data and not self._left:
                return b""
        self.size += len(data)
        self.crc32 = isal_zlib.crc32(data, self.crc32)
        self._sha.update(data)
        return data

    def _raw(self) -> bytes:
        if not self._left:
            return b""
        data = self._source.some(self._left)
        self._left -= len(data)
        return data

    def _inflated(self) -> bytes:
        inflate = self._inflate
        if inflate.eof:
            if self._left or inflate.unused_data:
                raise EOFError("something stands after the compressed data")
            return b""
        packed = inflate.unconsumed_tail or self._raw()
        try:
            data = cast(bytes, inflate.decompress(packed, _CHUNK))
        except _InflateError as error:
            raise EOFError(f"the compressed data is damaged ({error})") from error
        if not data and not packed and not inflate.eof:
            raise EOFError("the compressed data ends too early")
        return data


class _VolumeReader:
    """One pass over one volume."""

    def __init__(self, source: _Source, counter: Callable[[str], Counter | None], spool: str | None) -> None:
        self._source = source
        self._counter = counter
        self._spool = spool
        self._sha = BackgroundSha256()
        self._local: list[Record] = []
        self._moment: tuple[int, int] | tuple[()] = ()
        self._tags: dict[str, bytes] = {}
        self.reading = Reading()

    def run(self) -> Reading:
        reading = self.reading
        try:
            while (signature := self._source.exactly(4)) == LOCAL_SIGNATURE.to_bytes(4, "little"):
                self._entry(self._source.position - 4)
        finally:
            self._sha.close()
        self._check_directory(signature + self._source.rest(_MOST_DIRECTORY))
        self._check_bag()
        reading.bytes = self._source.position
        reading.sha256 = self._source.sha.hexdigest()
        return reading

    def _entry(self, offset: int) -> None:
        fixed = LOCAL_SIGNATURE.to_bytes(4, "little") + self._source.exactly(LOCAL.size - 4)
        fields = LOCAL.unpack(fixed)
        method, self._moment, (crc, compressed, size) = fields[3], self._moment or fields[4:6], fields[6:9]
        name, extra = self._source.exactly(fields[9]), self._source.exactly(fields[10])
        if compressed == _MAX32 or size == _MAX32:
            size, compressed = struct.unpack_from("<QQ", extra, 4)
        record = Record(name, method, crc, compressed, size, offset)
        if method not in (STORED, DEFLATED) or fixed + name + extra != local_header(record, *self._moment):
            raise DamagedVolumeError(f"{name!r} at byte {offset} is no entry that we write")
        self._local.append(record)
        bag, _, path = name.decode().partition("/")
        if not path or self.reading.bag_name not in ("", bag) or path in self.reading.files:
            raise DamagedVolumeError(f"{name!r} at byte {offset} does not belong into this bag")
        self.reading.bag_name = bag
        self._sha.restart()
        content = _Content(self._source, method, compressed, self._sha)
        self._consume(path, content, stored=method == STORED)
        if (content.size, content.crc32) != (size, crc):
            self.reading.problems.append(f"{path}: size or CRC-32 differ from what its header says")
        self.reading.files[path] = Written(path, content.size, self._sha.hexdigest())

    def _consume(self, path: str, content: _Content, *, stored: bool) -> None:
        count = self._counter(path)
        if path in ("manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"):
            self._tags[path] = io.BufferedReader(content).read()
        elif count is not None and stored:
            with tempfile.TemporaryFile(dir=self._spool) as copy:
                shutil.copyfileobj(io.BufferedReader(content), copy, _CHUNK)
                copy.seek(0)
                self._count(path, count, cast(BinaryIO, copy))
        elif count is not None:
            self._count(path, count, cast(BinaryIO, io.BufferedReader(content, _CHUNK)))
        content.drain()

    def _count(self, path: str, count: Counter, stream: BinaryIO) -> None:
        try:
            self.reading.counts[path] = count(stream)
        except ValueError as error:
            self.reading.problems.append(f"{path}: {error}")

    def _check_directory(self, data: bytes) -> None:
        """The central directory must say what the local headers said, and nothing may follow it."""
        start = self._source.position - len(data)
        position = 0
        for record in self._local:
            header = central_header(record, *self._moment)
            if data[position : position + len(header)] != header:
                raise DamagedVolumeError(f"the central directory is damaged at byte {start + position}")
            position += len(header)
        if data[position:] != end_records(len(self._local), start, position):
            raise DamagedVolumeError("the end of the file is damaged")

    def _check_bag(self) -> None:
        """Compare with the bag's own manifests and Payload-Oxum (RFC 8493 2.1.3, 2.2.1, 2.2.2)."""
        files = self.reading.files
        payload = {path: entry for path, entry in files.items() if path.startswith("data/")}
        tags = {path: entry for path, entry in files.items() if path not in payload and not path.startswith("tagman")}
        self._compare("manifest-sha256.txt", payload)
        self._compare("tagmanifest-sha256.txt", tags)
        oxum = f"Payload-Oxum: {sum(entry.size for entry in payload.values())}.{len(payload)}"
        if oxum not in self._tags.get("bag-info.txt", b"").decode().splitlines():
            self.reading.problems.append(f"bag-info.txt does not say {oxum}")

    def _compare(self, manifest: str, entries: dict[str, Written]) -> None:
        if manifest not in self._tags:
            self.reading.problems.append(f"{manifest} is missing")
            return
        listed = set(self._tags[manifest].decode().splitlines())
        found = {f"{entry.sha256}  {encode_path(entry.path)}" for entry in entries.values()}
        self.reading.problems += [f"{manifest} and the files disagree: {line}" for line in sorted(listed ^ found)]
