"""Finished pieces of a package, staged as files: deflated, counted and hashed while they are written.

A format writes bytes; a worker thread per entry deflates them (RFC 1951), computes CRC-32 and SHA-256 of the plain
content and writes to a file in the work directory. The queue between them is bounded, so memory stays flat, and isal
and hashlib release the GIL, so the caller hardly waits. ``bundle`` packs the staged entries without deflating again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from queue import Queue
from typing import Any

from isal import isal_zlib

CHUNK = 512 * 1024  # bytes collected before the worker gets them
_WAITING = 6  # chunks that may wait for the worker; then the caller waits
_LEVEL = 2  # isal's: 400 MB/s at 5 % more size than zlib's 6
_FLUSH = object()
_STOP = object()


@dataclass(frozen=True, slots=True)
class Staged:
    """A finished entry; ``file`` holds raw deflate data, or the content itself when ``stored``.

    ``size``, ``crc32`` and ``sha256`` (hex) are those of the plain content, ``compressed`` is the size of ``file``.
    """

    path: str
    file: Path
    size: int
    compressed: int
    crc32: int
    sha256: str
    stored: bool


def check_path(path: str) -> str:
    """The path itself, if every ZIP reader can unpack it inside its folder; else ValueError."""
    pure = PurePosixPath(path)
    if path in ("", ".") or pure.is_absolute() or str(pure) != path or ".." in pure.parts or {"\\", "\0"} & {*path}:
        raise ValueError(f"{path!r} is no safe relative path for a package")
    return path


class Entry:
    """One file of the package while it is being written. Errors of the worker surface at the next call."""

    def __init__(self, sink: Sink, path: str, file: Path, *, stored: bool) -> None:
        self.path = path
        self.file = file
        self.size = 0
        self.compressed = 0
        self._sink = sink
        self._stored = stored
        self._deflate: Any = None if stored else isal_zlib.compressobj(level=_LEVEL, wbits=-15)
        self._crc = 0
        self._sha = hashlib.sha256()
        self._buffer: list[bytes] = []
        self._buffered = self._done = 0
        self._queue: Queue[Any] = Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._aborted = False
        self._open = True
        self._out = file.open("xb", buffering=0)

    @property
    def at_most(self) -> int:
        """An upper bound of the bytes staged so far: what still waits for the worker counts in full."""
        waiting = self.size - self._done
        return self.compressed + waiting + waiting // 1000 + 64

    def write(self, data: bytes) -> None:
        """Append plain content. The worker's error (``OSError`` for a full disk) is raised here or at ``close``."""
        if not self._open:
            raise ValueError(f"{self.path} is closed")
        self._raise()
        self.size += len(data)
        self._buffer.append(data)
        self._buffered += len(data)
        if self._buffered >= CHUNK:
            self._hand_over()

    def settle(self) -> None:
        """Wait until everything written so far is in the file and ``compressed`` is exact."""
        self._hand_over()
        if self._thread is not None:
            self._queue.put(_FLUSH)
            self._queue.join()
        self._raise()

    def close(self) -> Staged:
        """Finish the file. After an error the file is gone and the error is raised."""
        if not self._open:
            raise ValueError(f"{self.path} is closed")
        try:
            if self._thread is None:
                self._consume(b"".join(self._buffer))
            else:
                self._hand_over()
                self._end_thread()
            self._raise()
            if self._deflate is not None:
                self._put(self._deflate.flush())
            self._out.close()
        except BaseException:
            self.abort()
            raise
        self._open = False
        digest = self._sha.hexdigest()
        staged = Staged(self.path, self.file, self.size, self.compressed, self._crc, digest, self._stored)
        self._sink._closed(self, staged)
        return staged

    def abort(self) -> None:
        """Stop the worker and remove the file; may be called at any time, also twice."""
        if not self._open:
            return
        self._open = False
        self._aborted = True
        self._end_thread()
        self._out.close()
        self.file.unlink(missing_ok=True)
        self._sink._closed(self, None)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _hand_over(self) -> None:
        if not self._buffer:
            return
        data = self._buffer[0] if len(self._buffer) == 1 else b"".join(self._buffer)
        self._buffer.clear()
        self._buffered = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=f"stage {self.path}", daemon=True)
            self._thread.start()
        self._queue.put(data)

    def _end_thread(self) -> None:
        if self._thread is not None:
            self._queue.put(_STOP)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        """The worker: after an error it only empties the queue, so that nobody waits for ever."""
        while (item := self._queue.get()) is not _STOP:
            try:
                if not self._aborted and self._error is None:
                    self._flush() if item is _FLUSH else self._consume(item)
            except BaseException as error:
                self._error = error
            finally:
                self._queue.task_done()

    def _consume(self, data: bytes) -> None:
        self._crc = isal_zlib.crc32(data, self._crc)
        self._sha.update(data)
        self._put(data if self._deflate is None else self._deflate.compress(data))
        self._done += len(data)

    def _flush(self) -> None:
        if self._deflate is not None:
            self._put(self._deflate.flush(isal_zlib.Z_SYNC_FLUSH))

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = self._out.write(view)
            self.compressed += written
            view = view[written:]


class Sink:
    """Where formats put their files: ``directory`` must exist and belong to this attempt alone.

    ``part_limit`` is the number of compressed bytes after which a file must be continued in a next part.
    """

    def __init__(self, directory: Path, part_limit: int) -> None:
        self.directory = directory
        self.part_limit = part_limit
        self.staged: list[Staged] = []
        """Finished entries in order of closing."""
        self._paths: set[str] = set()
        self._entries: list[Entry] = []
        self._number = 0

    def open(self, path: str, *, stored: bool = False) -> Entry:
        """A new entry at ``path`` below the bag's ``data/``; ValueError for an unsafe or already used path.

        ``stored`` is for content that is compressed already (media, workbooks). Names that differ only in
        case would overwrite each other on common desktops, so they count as used.
        """
        check_path(path)
        if path.casefold() in self._paths:
            raise ValueError(f"{path!r} is already used in this package")
        self._paths.add(path.casefold())
        self._number += 1
        entry = Entry(self, path, self.directory / f"{self._number:06d}.staged", stored=stored)
        self._entries.append(entry)
        return entry

    def discard(self) -> None:
        """Abort what is open and remove every staged file."""
        for entry in list(self._entries):
            entry.abort()
        for staged in self.staged:
            staged.file.unlink(missing_ok=True)
        self.staged.clear()

    def _closed(self, entry: Entry, staged: Staged | None) -> None:
        self._entries.remove(entry)
        if staged is not None:
            self.staged.append(staged)


class Parts:
    """One logical file that continues in a next part before ``sink.part_limit`` is passed.

    ``people.csv``, then ``people-002.csv`` …; ``head(number)`` and ``foot()`` frame every part, ``separator``
    stands between two writes of one part. A part holds at least one write, whatever its size.
    """

    def __init__(
        self,
        sink: Sink,
        stem: str,
        suffix: str,
        head: Callable[[int], bytes],
        foot: Callable[[], bytes],
        separator: bytes = b"",
    ) -> None:
        self._sink = sink
        self._stem = stem
        self._suffix = suffix
        self._head = head
        self._foot = foot
        self._separator = separator
        self._parts: list[tuple[str, int]] = []
        self._rows = 0
        self._empty = True
        self._entry = self._next()

    @property
    def path(self) -> str:
        """The file that the last write went to."""
        return self._entry.path

    def write(self, data: bytes, rows: int) -> None:
        """Append whole rows; ``rows`` is how many. What holds no rows stays in the part of what was written before."""
        if not self._empty:
            if rows and self._is_full(data):
                self._finish()
                self._entry = self._next()
            elif self._separator:
                self._entry.write(self._separator)
        self._entry.write(data)
        self._rows += rows
        self._empty = False

    def close(self) -> list[tuple[str, int]]:
        """Finish the last part → (path, rows) of every part in order."""
        self._finish()
        return self._parts

    def abort(self) -> None:
        """Drop the part being written; finished ones stay with the sink."""
        self._entry.abort()

    def _next(self) -> Entry:
        number = len(self._parts) + 1
        entry = self._sink.open(f"{self._stem}{'' if number == 1 else f'-{number:03d}'}{self._suffix}")
        self._rows = 0
        self._empty = True
        entry.write(self._head(number))
        return entry

    def _finish(self) -> None:
        self._entry.write(self._foot())
        self._parts.append((self._entry.path, self._rows))
        self._entry.close()

    def _is_full(self, data: bytes) -> bool:
        """Whether ``data`` would pass the limit; looked at closely only when the limit is near."""
        limit = self._sink.part_limit
        spare = len(self._separator) + len(self._foot()) + 64
        if self._entry.at_most + len(data) + spare <= limit:
            return False
        self._entry.settle()
        alone = len(isal_zlib.compress(data, _LEVEL))
        return self._entry.compressed + alone + alone // 8 + spare > limit
