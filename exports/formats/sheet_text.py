"""Texts that a worksheet cannot take as they are: escapes of XML and of ST_Xstring, and texts too long for a cell.

ECMA-376 part 1, §22.9.2.19 (ST_Xstring): a character that XML 1.0 cannot represent is written ``_xHHHH_``,
and an underscore that happens to begin such an escape is written ``_x005F_``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from exports.contents import Kind, Table
from exports.formats.changes import Changes, Reason
from exports.rows import NULL, Block, escape, unescape

CELL_LIMIT = 32_767
"""UTF-16 units that a cell holds."""

_ILLEGAL = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff"
_ILLEGAL_CHARACTER = re.compile(f"[{_ILLEGAL}]")
_FALSE_ESCAPE = re.compile(rf"_(?=x[0-9A-Fa-f]{{4}}(?:_|[{_ILLEGAL}]))")
_ESCAPE_LIKE = re.compile("_x[0-9A-Fa-f]{4}_")
_AWKWARD_LINE = re.compile(rf"[{_ILLEGAL}]|\\[bvf]|_x[0-9A-Fa-f]{{4}}_")
_CONTROL_ESCAPES = b"\\b", b"\\v", b"\\f"
_MARKUP = ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")
_COPY_ESCAPES = ("\\\\", "&#92;"), ("\\n", "&#10;"), ("\\r", "&#13;"), ("\\t", "&#9;")
"""In this order; as references, so that no parser normalises or trims them."""

SideFile = Callable[[str, bytes], str]
"""``(name, content)`` → what the cell says instead; writes a file beside the workbooks."""


def marked_up(fields: Sequence[str]) -> Sequence[str]:
    """A column of COPY fields as XML character data; NULL stays as it is."""
    text = "\t".join(fields)
    marked = _marked(text)
    return fields if marked is text else marked.split("\t")


def marked_up_text(field: str) -> str:
    """One COPY field as XML character data."""
    return _marked(field)


def cell_text(plain: str) -> str:
    """A plain text as XML character data, with ST_Xstring escapes."""
    return _marked(escape(escaped(plain)))


def escaped(plain: str) -> str:
    """A plain text with ST_Xstring escapes; the text itself when it needs none."""
    text = _FALSE_ESCAPE.sub("_x005F_", plain) if "_x" in plain else plain
    return _ILLEGAL_CHARACTER.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def units(text: str) -> int:
    """Length in UTF-16 units, as spreadsheets count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_awkward(block: Block) -> bool:
    """Whether a text in the block may need an escape or be too long for a cell."""
    return (
        block.has_controls
        or _has_long_row(block.data)
        or _ESCAPE_LIKE.search(block.text) is not None
        or (_has_escapes(block) and any(escape in block.data for escape in _CONTROL_ESCAPES))
        or (not block.text.isascii() and ("\ufffe" in block.text or "\uffff" in block.text))
    )


def tamed(block: Block, table: Table, file: str, changes: Changes[Any], side_file: SideFile) -> Block:
    """The block with every awkward text replaced by one that a cell holds, each recorded for ``file``."""
    lines = block.text.split("\n")[:-1]
    for at, line in enumerate(lines):
        if len(line) > CELL_LIMIT // 2 or _AWKWARD_LINE.search(line):
            lines[at] = "\t".join(
                field if field == NULL else _tame(field, table, number, block.first_row + at, file, changes, side_file)
                for number, field in enumerate(line.split("\t"))
            )
    return Block("".join(f"{line}\n" for line in lines).encode(), block.first_row)


def _tame(
    field: str, table: Table, number: int, row: int, file: str, changes: Changes[Any], side_file: SideFile
) -> str:
    plain, column = unescape(field), table.columns[number]
    if units(plain) > CELL_LIMIT:
        content, reason, suffix = plain.encode(), Reason.LONG_TEXT_IN_FILE, "txt"
        if column.kind is Kind.BINARY and re.fullmatch(r"\\x(?:[0-9a-fA-F]{2})*", plain):
            content, reason, suffix = bytes.fromhex(plain[2:]), Reason.BINARY_IN_FILE, "bin"
        changes.add(file, row, column.name, reason, plain)
        return escape(side_file(f"{table.stem}-r{row}-{number + 1}.{suffix}", content))
    text = escaped(plain)
    if text is plain or text == plain:
        return field
    illegal = _ILLEGAL_CHARACTER.search(plain)
    changes.add(file, row, column.name, Reason.ESCAPED_CHARACTERS if illegal else Reason.ESCAPE_LIKE_TEXT, plain)
    return escape(text)


def _marked(text: str) -> str:
    for plain, reference in _MARKUP:
        if plain in text:
            text = text.replace(plain, reference)
    if "\\" in text and text.count("\\") != text.count(NULL):
        for field, reference in _COPY_ESCAPES:
            text = text.replace(field, reference)
    return text


def _has_escapes(block: Block) -> bool:
    """Whether a backslash stands for more than NULL."""
    return block.has_backslash and block.data.count(b"\\") != block.data.count(b"\\N")


def _has_long_row(data: bytes) -> bool:
    """Whether a row has more bytes than a cell has units: looks only for newlines, one per cell limit."""
    start = 0
    while len(data) - start > CELL_LIMIT:
        newline = data.rfind(b"\n", start, start + CELL_LIMIT)
        if newline < 0:
            return True
        start = newline + 1
    return False
