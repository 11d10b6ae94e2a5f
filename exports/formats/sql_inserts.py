"""INSERT statements for SQLite and MariaDB, a block of rows at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exports.contents import Column, Kind, Table
from exports.dialects import dialect
from exports.rows import NULL, Block, escape, unescape

if TYPE_CHECKING:
    from exports.formats.sql import Dump

_NUMBERS = re.compile(r"(?:(?:-?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,3})?|\\N)\n)*")
"""What may stand without quotes: every engine reads such a literal exactly as it reads the same text."""
_NUMERIC = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT}
_SPATIAL = re.compile(r"(multi)?(point|linestring|polygon)|geom", re.IGNORECASE)
_BITS = re.compile(r"bit\b", re.IGNORECASE)
_BACKSLASH = b"\xff"
"""Stands for a backslash meanwhile: no byte of UTF-8."""
_UNESCAPES = (b"\\n", b"\n"), (b"\\r", b"\r"), (b"\\t", b"\t"), (b"\\v", b"\v"), (b"\\f", b"\f"), (b"\\b", b"\b")


class Inserts:
    """Writes one table's rows: one INSERT per block, every row on a line of its own."""

    def __init__(self, dump: Dump, table: Table, kept: list[int], engine: str) -> None:
        self._dump = dump
        self._table = table
        self._kept = kept
        self._is_mysql = engine == "mysql"
        self._columns = [table.columns[place] for place in kept]
        names = ", ".join(dialect(engine).name(column.name) for column in self._columns)
        self._start = f"INSERT INTO {dialect(engine).name(table.name)} ({names}) VALUES\n".encode()

    def write(self, block: Block) -> None:
        if block.count:
            self._dump.write(self._table, self._start + self._rows(block) + b";\n", block.count)

    def close(self) -> None:
        self._dump.close_table()

    def _rows(self, block: Block) -> bytes:
        """In COPY text a backslash after a quote starts an escape, and the only escape ``\\N`` is a NULL field."""
        awkward = "\x00" in block.text or "\\r" in block.text
        plain = Block(block.data.replace(b"'", b"''"), block.first_row) if b"'" in block.data else block
        forms = [
            self._form(column, plain.columns[place], block.columns[place], awkward)
            for place, column in zip(self._kept, self._columns, strict=True)
        ]
        template = f"({', '.join(form for form, _ in forms)})"
        text = ",\n".join([template % row for row in zip(*(column for _, column in forms), strict=True)])
        data = text.encode().replace(b"b'\\N'", b"NULL").replace(b"'\\N'", b"NULL")
        return _mysql(data) if self._is_mysql else _sqlite(data)

    def _form(
        self, column: Column, fields: tuple[str, ...], original: tuple[str, ...], awkward: bool
    ) -> tuple[str, list[str] | tuple[str, ...]]:
        """How the column's values stand in a row, and the values."""
        if column.kind is Kind.BINARY or (self._is_mysql and _SPATIAL.match(column.type)):
            return "%s", [_bytes(field) for field in fields]
        if column.kind in _NUMERIC and _NUMBERS.fullmatch("\n".join(fields) + "\n"):
            return "%s", ["NULL" if field == NULL else field for field in fields] if NULL in fields else fields
        if self._is_mysql:
            return ("b'%s'" if _BITS.match(column.type) else "'%s'"), fields
        if column.kind is Kind.FLOAT:
            return "%s", [_INFINITE.get(field, f"'{field}'") for field in fields]
        if awkward:
            return "%s", [_text(field, other) for field, other in zip(fields, original, strict=True)]
        return "'%s'", fields


_INFINITE = {"Infinity": "9e999", "-Infinity": "-9e999"}
"""SQLite has no word for infinity; a number too large for a float is it (sqlite.org, Floating Point Numbers)."""


def _bytes(field: str) -> str:
    r"""``\x…`` in COPY text (two backslashes) as a hexadecimal literal; other text stays text."""
    if field == NULL:
        return "NULL"
    return f"X'{field[3:]}'" if field.startswith("\\\\x") else f"'{field}'"


def _text(field: str, original: str) -> str:
    """A SQLite literal for a text that a script cannot hold as it is.

    A NUL character would end the script; a carriage return is lost where files are read as lines.
    """
    if "\x00" in original:
        return f"CAST(X'{unescape(original).encode().hex()}' AS TEXT)"
    text = unescape(original) if "\\r" in original else ""
    if "\r" not in text:
        return f"'{field}'"
    mark = "<CR>"
    while mark in text:
        mark = f"<{mark}>"
    return f"REPLACE('{escape(text.replace(chr(13), mark)).replace(chr(39), chr(39) * 2)}', '{mark}', CHAR(13))"


def _sqlite(data: bytes) -> bytes:
    """Literals without escapes: what COPY escapes stands there itself."""
    if b"\\" in data:
        data = data.replace(b"\\\\", _BACKSLASH)
        for escaped, plain in _UNESCAPES:
            data = data.replace(escaped, plain)
        data = data.replace(_BACKSLASH, b"\\")
    return data


def _mysql(data: bytes) -> bytes:
    """Backslash escapes as in COPY text, but for those that MySQL has not or has beside (manual, String Literals)."""
    if b"\\v" in data or b"\\f" in data:
        data = data.replace(b"\\\\", _BACKSLASH).replace(b"\\v", b"\v").replace(b"\\f", b"\f")
        data = data.replace(_BACKSLASH, b"\\\\")
    return data.replace(b"\x00", b"\\0").replace(b"\x1a", b"\\Z")
