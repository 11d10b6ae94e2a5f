"""The exact layer: RFC 4180, UTF-8, a header, every value quoted, NULL an empty field without quotes.

So NULL (nothing) is told from the empty text (``""``), as PostgreSQL's ``COPY … (FORMAT csv, FORCE_QUOTE *)``
does. A value is the engine's own text to the last character; binary columns keep PostgreSQL's ``\\x…`` hex
text. In a table of one column NULL is an empty line, which is a record and must not be skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from exports.contents import Table
from exports.formats.base import Part, ReadBackError, checked_columns
from exports.rows import Block
from exports.staging import Parts

if TYPE_CHECKING:
    from exports.formats.changes import Changes
    from exports.staging import Sink

_CHUNK = 1 << 20
_BACKSLASH = b"\xff"
"""Stands for an unescaped backslash meanwhile: no byte of UTF-8."""
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v", b"f": b"\f", b"b": b"\b"}
_SPARSE = 50
"""Bytes per escape from which a step per escape beats replacing each kind in the whole block."""
_NEITHER_QUOTE_NOR_NEWLINE = bytes({*range(256)} - {*b'"\n'})


def records(block: Block) -> bytes:
    """The CSV records of a block, by replacing in the whole block; the order of the steps is what makes it right.

    In COPY text a backslash after a quote starts an escape, and the only escape ``\\N`` is a NULL field.
    """
    _ = block.text  # raises UnicodeDecodeError: what is no UTF-8 is not the exact layer
    text = block.data[:-1].replace(b'"', b'""').replace(b"\t", b'","').replace(b"\n", b'"\r\n"')
    text = b"".join((b'"', text, b'"\r\n'))
    if not block.has_backslash:
        return text
    text = text.replace(b'"\\N"', b"")
    escapes = text.count(b"\\")
    return text if not escapes else _few(text) if escapes * _SPARSE < len(text) else _many(text)


def _few(text: bytes) -> bytes:
    """Unescape escape by escape, jumping from one backslash to the next."""
    first, *rest = text.split(b"\\")
    plain, pieces = [first], iter(rest)
    for piece in pieces:
        plain.append(_PLAIN[piece[:1]] + piece[1:] if piece else b"\\" + next(pieces))
    return b"".join(plain)


def _many(text: bytes) -> bytes:
    """Unescape by replacing each kind of escape in the whole text."""
    text = text.replace(b"\\\\", _BACKSLASH)
    for letter, plain in _PLAIN.items():
        text = text.replace(b"\\" + letter, plain)
    return text.replace(_BACKSLASH, b"\\")


class CsvTable:
    """Writes one table's exact CSV."""

    def __init__(self, table: Table, sink: Sink, parts: list[Part]) -> None:
        header = ",".join('"' + column.name.replace('"', '""') + '"' for column in checked_columns(table))
        head = f"{header}\r\n".encode()
        self._stem = table.stem
        self._finished = parts
        self._parts = Parts(sink, f"csv/{table.category}/{table.stem}", ".csv", lambda _: head, lambda: b"")

    def write(self, block: Block) -> None:
        if block.count:
            self._parts.write(records(block), block.count)

    def close(self) -> None:
        self._finished += [Part(path, "csv", {self._stem: rows}) for path, rows in self._parts.close()]


class CsvFormat:
    """One file per table: ``csv/<category>/<stem>.csv``."""

    name = "csv"

    def __init__(self, sink: Sink) -> None:
        self.parts: list[Part] = []
        self._sink = sink

    def table(self, table: Table) -> CsvTable:
        return CsvTable(table, self._sink, self.parts)

    def finish(self) -> None:
        """Nothing spans the tables."""


def create(sink: Sink, changes: Changes[Any], **_: Any) -> CsvFormat:
    """Nothing can differ from the exact layer here, so no change is ever recorded."""
    return CsvFormat(sink)


def read_back(stream: BinaryIO, part: Part) -> dict[str, int]:
    """Count the records after the header: the newlines outside quotes. Raises ``ReadBackError``."""
    newlines, quoted, last = 0, False, b""
    while chunk := stream.read(_CHUNK):
        last = (last + chunk[-2:])[-2:]
        # Two quotes without a newline between them change nothing for what follows: most of the file vanishes.
        skeleton = chunk.translate(None, _NEITHER_QUOTE_NOR_NEWLINE)
        if quoted:
            skeleton = b'"' + skeleton
        pieces = skeleton.replace(b'""', b"").split(b'"')
        newlines += sum(piece.count(b"\n") for piece in pieces[::2])
        quoted = len(pieces) % 2 == 0
    if quoted:
        raise ReadBackError(f"{part.path} ends within a quoted value")
    if last != b"\r\n":
        raise ReadBackError(f"{part.path} does not end with a finished record")
    (stem,) = part.rows
    return {stem: newlines - 1}
