"""Counts the rows in a finished SQL dump by the grammar of COPY and of INSERT, in flat memory."""

from __future__ import annotations

from typing import BinaryIO

from exports.formats.base import ReadBackError

TITLE = b"-- SQL dump for "
"""How every part begins; the engine's name ends the line."""
MARK = b"-- Rows of table "
"""The line before a table's rows; the table's stem ends it."""
CLOSE = b"-- End of rows\n"
"""The line after a table's INSERT statements."""
END = b"-- End of this part\n"
"""The last line of every part."""
_COPY_END = b"\n\\.\n"
_CHUNK = 1 << 20


def scan(stream: BinaryIO, path: str) -> dict[str, int]:
    """Table stem → rows of one part; raises ``ReadBackError`` when it is cut off or malformed."""
    return _Scan(stream, path).rows()


class _Scan:
    def __init__(self, stream: BinaryIO, path: str) -> None:
        self._stream = stream
        self._path = path
        self._buffer = b""
        self._escapes = False

    def rows(self) -> dict[str, int]:
        line = self._line()
        if not line.startswith(TITLE):
            raise ReadBackError(f"{self._path} does not begin like a dump of ours")
        self._escapes = line == TITLE + b"mysql\n"
        found: dict[str, int] = {}
        stem = ""
        last = line
        while line := self._line():
            last = line
            if line.startswith(MARK):
                stem = line[len(MARK) : -1].decode()
                found.setdefault(stem, 0)
                found[stem] += self._copied() if self._peek() == b"COPY " else 0
            elif line == CLOSE:
                stem = ""
            elif stem and line.startswith(b"INSERT INTO "):
                found[stem] += self._inserted(line)
        if last != END:
            raise ReadBackError(f"{self._path} is cut off")
        return found

    def _more(self) -> bool:
        chunk = self._stream.read(_CHUNK)
        self._buffer += chunk
        return bool(chunk)

    def _peek(self) -> bytes:
        while len(self._buffer) < 5 and self._more():
            pass
        return self._buffer[:5]

    def _line(self) -> bytes:
        """The next line with its end; b"" at the end of the file."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if not self._more():
                end = searched - 1
                break
        line, self._buffer = self._buffer[: end + 1], self._buffer[end + 1 :]
        return line

    def _copied(self) -> int:
        """Rows up to the line ``\\.``, which no row can be: a backslash in a value stands doubled."""
        statement = self._line()
        if not statement.endswith(b") FROM stdin;\n"):
            raise ReadBackError(f"{self._path}: a COPY statement is not on one line")
        self._buffer = b"\n" + self._buffer
        count = -1
        while (end := self._buffer.find(_COPY_END)) < 0:
            keep = max(len(self._buffer) - len(_COPY_END) + 1, 0)
            count += self._buffer.count(b"\n", 0, keep)
            self._buffer = self._buffer[keep:]
            if not self._more():
                raise ReadBackError(f"{self._path} is cut off within the rows of a table")
        count += self._buffer.count(b"\n", 0, end + 1)
        self._buffer = self._buffer[end + len(_COPY_END) :]
        return count

    def _inserted(self, header: bytes) -> int:
        """Rows of one INSERT: the opening parentheses outside literals, but for those of functions."""
        while not header.endswith(b" VALUES\n"):
            header = self._line()
            if not header:
                raise ReadBackError(f"{self._path}: an INSERT statement has no VALUES")
        rows, quoted = 0, 0
        while True:
            text, self._buffer = self._whole_escapes()
            pieces = text.split(b"'")
            if (end := _end(pieces, quoted)) >= 0:
                self._buffer = text[end + 1 :] + self._buffer
                return rows + _opened(text[:end].split(b"'"), quoted)
            rows += _opened(pieces, quoted)
            quoted ^= len(pieces) % 2 == 0
            if not self._more():
                raise ReadBackError(f"{self._path} is cut off within an INSERT statement")

    def _whole_escapes(self) -> tuple[bytes, bytes]:
        """The buffer with escaped characters masked, and what must wait for the next chunk."""
        if not self._escapes:
            return self._buffer, b""
        half = (len(self._buffer) - len(self._buffer.rstrip(b"\\"))) % 2
        whole = self._buffer[: len(self._buffer) - half]
        return whole.replace(b"\\\\", b"__").replace(b"\\'", b"__"), self._buffer[len(whole) :]


def _opened(pieces: list[bytes], quoted: int) -> int:
    """Rows begun outside literals: other parentheses belong to CAST, REPLACE and CHAR, which all have one C."""
    outside = b"".join(pieces[quoted::2])
    return outside.count(b"(") - outside.count(b"C")


def _end(pieces: list[bytes], quoted: int) -> int:
    """Where the first semicolon outside literals stands, -1 without one."""
    if b";" not in b"".join(pieces[quoted::2]):
        return -1
    place = 0
    for number, piece in enumerate(pieces):
        if number % 2 == quoted and (found := piece.find(b";")) >= 0:
            return place + found
        place += len(piece) + 1
    return -1
