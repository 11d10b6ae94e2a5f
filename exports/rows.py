"""Rows of text: PostgreSQL's COPY text format as the one form in which table data travels.

Fields are separated by a tab, rows end with a newline, NULL is ``\\N`` and the characters backspace,
tab, newline, vertical tab, form feed, carriage return and backslash are escaped with a backslash
(PostgreSQL manual, COPY, "Text Format"). Encoding is UTF-8. Sources of every engine produce it, so a
writer can work on whole blocks of bytes and never meets a Python type that would change a value.
"""

from __future__ import annotations

import re
from functools import cached_property

NULL = "\\N"

_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)
_UNESCAPES = {escaped: plain for plain, escaped in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\[btnvfr\\]")
_NO_CONTROLS = bytes({*range(256)} - {*range(32)} | {*b"\t\n"})


def escape(value: str | None) -> str:
    """The field for one value; None is SQL NULL."""
    return NULL if value is None else value.translate(_ESCAPE_TABLE)


def unescape(text: str) -> str:
    """The plain text behind a field, or behind any text made of fields, that holds no NULL."""
    return _ESCAPED.sub(lambda match: _UNESCAPES[match[0]], text) if "\\" in text else text


def value(field: str) -> str | None:
    """The value of one field; None for NULL."""
    return None if field == NULL else unescape(field)


class Block:
    """Some whole rows of one table: ``data`` is COPY text that ends with a newline.

    The derived views are computed once, whoever asks first, and shared by all formats.
    """

    def __init__(self, data: bytes, first_row: int) -> None:
        self.data = data
        self.first_row = first_row
        """Number of the first row within the table, counted from 1."""

    @cached_property
    def text(self) -> str:
        return self.data.decode()

    @cached_property
    def count(self) -> int:
        return self.data.count(b"\n")

    @cached_property
    def has_backslash(self) -> bool:
        """Whether anything is escaped or NULL."""
        return b"\\" in self.data

    @cached_property
    def has_controls(self) -> bool:
        """Whether a control character stands in a value unescaped: U+0000 to U+001F but those that COPY escapes."""
        return len(self.data.translate(None, _NO_CONTROLS)) > 0

    @cached_property
    def width(self) -> int:
        """Fields per row; 0 when there is no row."""
        return self.data.count(b"\t", 0, self.data.index(b"\n")) + 1 if self.data else 0

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Escaped fields of all rows in one run: column ``i`` is ``fields[i::width]``. The cheapest view of all."""
        fields = tuple(self.text[:-1].replace("\n", "\t").split("\t")) if self.data else ()
        if len(fields) != self.count * self.width:
            raise ValueError(f"rows from {self.first_row} on do not all have {self.width} fields")
        return fields

    @cached_property
    def rows(self) -> list[list[str]]:
        """Escaped fields, row by row."""
        return list(map(list, zip(*[iter(self.fields)] * self.width, strict=True)))

    @cached_property
    def columns(self) -> list[tuple[str, ...]]:
        """Escaped fields, column by column."""
        return [self.fields[index :: self.width] for index in range(self.width)]
