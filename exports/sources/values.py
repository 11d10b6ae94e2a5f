"""Values as drivers other than psycopg hand them over, turned into COPY text column by column. Pure."""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from exports.contents import Column, Kind
from exports.rows import NULL, escape

_AWKWARD = re.compile(rb"[\x08-\x0d\\]")
_ESCAPES = (("\\", "\\\\"), ("\b", "\\b"), ("\t", "\\t"), ("\n", "\\n"), ("\v", "\\v"), ("\f", "\\f"), ("\r", "\\r"))
_PLAIN = (str, int, decimal.Decimal, datetime.date, datetime.time, datetime.timedelta, uuid.UUID)
_INFINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}

BROKEN = "the stored bytes are not valid UTF-8; each broken piece became U+FFFD"
BLOB = "a binary value in a column that is not binary; written as hexadecimal digits"
NO_BLOB = "a value that is not binary in a binary column; its text's bytes were written as hexadecimal digits"

Report = Callable[[int, str, str, bytes], None]
"""Row (from 1), column, reason, stored bytes."""


class UnreadableError(Exception):
    """A value of a type for which no exact text is known."""


def copy_text(batch: Sequence[tuple[Any, ...]], first_row: int, columns: Sequence[Column], report: Report) -> bytes:
    """COPY text of some rows.

    ``bytearray`` is text in UTF-8, ``bytes`` a binary value unless the column says text; numbers are spelled so that
    reading them gives the same number.
    """
    fields = [
        _column(values, first_row, column, report)
        for values, column in zip(zip(*batch, strict=True), columns, strict=True)
    ]
    return ("\n".join(map("\t".join, zip(*fields, strict=True))) + "\n").encode()


def plain(value: Any) -> str:
    """The text of one value that is neither None nor bytes."""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        return _INFINITE.get(repr(value), repr(value))
    if isinstance(value, _PLAIN):
        return str(value)
    raise UnreadableError(f"values of the type {type(value).__name__} cannot be read exactly")


def _column(values: tuple[Any, ...], first_row: int, column: Column, report: Report) -> list[str]:
    kinds = set(map(type, values))
    if kinds == {int}:
        return list(map(str, values))
    if kinds <= {bytearray, type(None)} and column.kind is not Kind.BINARY:
        fields = _texts(values)
        if fields is not None:
            return fields
    return [_field(value, first_row + i, column, report) for i, value in enumerate(values)]


def _texts(values: tuple[bytearray | None, ...]) -> list[str] | None:
    """A column of texts at once; None when one of them needs a closer look."""
    present = [value for value in values if value is not None]
    whole = b"\x00".join(present)
    if whole.count(b"\x00") != max(len(present) - 1, 0):
        return None
    try:
        text = whole.decode()
    except UnicodeDecodeError:
        return None
    if _AWKWARD.search(whole):
        for awkward, escaped in _ESCAPES:
            text = text.replace(awkward, escaped)
    fields = text.split("\x00") if present else []
    if len(present) == len(values):
        return fields
    following = iter(fields)
    return [NULL if value is None else next(following) for value in values]


def _field(value: Any, row: int, column: Column, report: Report) -> str:
    if value is None:
        return NULL
    binary = column.kind is Kind.BINARY
    if isinstance(value, bytes):
        if not binary:
            report(row, column.name, BLOB, value)
        return "\\\\x" + value.hex()
    stored = bytes(value) if isinstance(value, bytearray) else plain(value).encode()
    if binary:
        report(row, column.name, NO_BLOB, stored)
        return "\\\\x" + stored.hex()
    text = stored.decode(errors="replace")
    if text.encode() != stored:
        report(row, column.name, BROKEN, stored)
    return escape(text)
