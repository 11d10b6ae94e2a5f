"""One JSON document (RFC 8259) per table: what the table is, its keys and references, then one object per row and line.

Numbers keep the engine's digits, however many; NaN and infinities are strings and listed as changes. JSON
columns are nested as they are (number spellings and repeated keys kept); only white space between their tokens
becomes a space where it would break the line. Binary columns are base64, everything else is the engine's text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from exports.contents import Column, Kind, Table
from exports.formats.base import Part, ReadBackError
from exports.formats.changes import Reason
from exports.formats.documents import (
    NUMBERS,
    SPECIALS,
    BlockNotes,
    Document,
    DocumentFormat,
    Marks,
    Treated,
    binaries,
    booleans,
    has_specials,
    odd_numbers,
)
from exports.rows import NULL, Block, unescape

if TYPE_CHECKING:
    from exports.formats.changes import Changes
    from exports.staging import Sink

_UNQUOTED = NUMBERS | {Kind.BOOLEAN, Kind.JSON}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_TAB, _QUOTED_TAB = "\t", '"\t"'
_MEANWHILE = "\n"
"""Stands for an unescaped backslash meanwhile: COPY text never holds a line break within a row."""
_BACKSLASH_OR_VT = re.compile(r"\\[\\v]")
_ROWS = ',\n "rows": [\n'
"""Ends the head. A line break never stands inside a JSON string, so these bytes stand there only."""
_FOOT = b"\n]}\n"


def describe(table: Table, number: int) -> dict[str, Any]:
    """The head of a document: the table, its columns, keys and references."""
    columns = [
        {"name": column.name, "type": column.type} | ({"encoding": "base64"} if column.kind is Kind.BINARY else {})
        for column in table.columns
    ]
    references = [
        {
            "columns": list(key.columns),
            "references": {"schema": key.target_schema, "table": key.target, "columns": list(key.target_columns)},
        }
        for key in table.foreign_keys
    ]
    return {
        "table": table.name,
        "schema": table.schema,
        "store": table.store,
        "category": table.category.value,
        "part": number,
        "columns": columns,
        "primaryKey": list(table.primary_key),
        "foreignKeys": references,
    }


class JsonTable(Document):
    """Writes one table's JSON documents."""

    name = "json"
    row_ends = "{", "}"
    separator = ",\n"

    @cached_property
    def _fractions(self) -> bool:
        return any(column.kind in (Kind.DECIMAL, Kind.FLOAT) for column in self.columns)

    def head(self, number: int) -> bytes:
        described = json.dumps(describe(self.table, number), ensure_ascii=False, indent=1)
        return (described.removesuffix("\n}") + _ROWS).encode()

    def foot(self) -> bytes:
        return _FOOT

    def marks(self) -> list[Marks]:
        marks = []
        for index, column in enumerate(self.columns):
            name = f"{', ' if index else ''}{json.dumps(column.name, ensure_ascii=False)}: "
            quote = "" if column.kind in _UNQUOTED else '"'
            marks.append(Marks(name + quote, quote, name, ""))
        return marks

    def treated(self, block: Block, notes: BlockNotes) -> Iterator[Treated]:
        odd_numbers = not self.trusted or (self._fractions and has_specials(block))
        awkward = block.has_backslash or b'"' in block.data or block.has_controls
        for index, column in enumerate(self.columns):
            if column.kind in NUMBERS:
                if odd_numbers and not (self.trusted and column.kind is Kind.INTEGER):
                    yield Treated(index, _numbers(column, block.columns[index], notes))
                elif block.has_backslash:
                    yield Treated(index, _nulls(block.columns[index]))
            elif column.kind is Kind.BOOLEAN:
                yield Treated(index, _booleans(column, block.columns[index], notes))
            elif column.kind is Kind.JSON:
                yield Treated(index, _nested(column, block.columns[index], notes, trusted=self.trusted))
            elif column.kind is Kind.BINARY:
                yield Treated(index, _binaries(column, block.columns[index], notes), bare=True)
            elif awkward:
                yield Treated(index, *_strings(block.columns[index], controls=block.has_controls))


def _strings(values: Sequence[str], *, controls: bool) -> tuple[Sequence[str], bool]:
    r"""JSON strings without their quotes, or with them (``bare``) where NULL makes some of them ``null``.

    COPY's escapes but vertical tab are JSON's too (RFC 8259, 7). In the quoted text a backslash after a quote
    starts an escape, and the only escape ``\N`` is a NULL field.
    """
    text = "\t".join(values)
    if not controls and '"' not in text and "\\v" not in text and "\\N" not in text:
        return values, False
    text = text.replace('"', '\\"')
    if "\\v" in text:
        text = _BACKSLASH_OR_VT.sub(lambda match: match[0].replace("\\v", "\\u000b"), text)
    if controls:
        text = _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    if "\\N" not in text:
        return text.split("\t"), False
    text = f'"{text.replace(_TAB, _QUOTED_TAB)}"'
    return text.replace('"\\N"', "null").split("\t"), True


def _string(value: str) -> str:
    return json.dumps(unescape(value), ensure_ascii=False)


def _nulls(values: Sequence[str]) -> Sequence[str]:
    """Numbers, with NULL written as null."""
    text = "\t".join(values)
    return text.replace("\\N", "null").split("\t") if "\\" in text else values


def _numbers(column: Column, values: Sequence[str], notes: BlockNotes) -> Sequence[str]:
    odd = odd_numbers(values, Kind.FLOAT)
    if not odd:
        return _nulls(values)
    notes.cells(column, Reason.NOT_A_NUMBER, values, [index for index in odd if values[index] in SPECIALS])
    notes.cells(column, Reason.NOT_OF_TYPE, values, [index for index in odd if values[index] not in SPECIALS])
    written = ["null" if value == NULL else value for value in values]
    for index in odd:
        written[index] = _string(values[index])
    return written


def _booleans(column: Column, values: Sequence[str], notes: BlockNotes) -> Sequence[str]:
    written, odd = booleans(values, null="null")
    notes.cells(column, Reason.NOT_OF_TYPE, values, odd)
    for index in odd:
        written[index] = _string(values[index])
    return written


def _binaries(column: Column, values: Sequence[str], notes: BlockNotes) -> Sequence[str]:
    encoded, odd = binaries(values)
    notes.column(column, Reason.BINARY_ENCODED)
    notes.cells(column, Reason.NOT_OF_TYPE, values, odd)
    written = ["null" if value == NULL else f'"{value}"' for value in encoded]
    for index in odd:
        written[index] = _string(values[index])
    return written


def _nested(column: Column, values: Sequence[str], notes: BlockNotes, *, trusted: bool) -> Sequence[str]:
    r"""JSON values as they are, on one line: a line break or tab that is no ``\n`` or ``\t`` stands between tokens."""
    odd = [] if trusted else [i for i, value in enumerate(values) if value != NULL and not _is_json(unescape(value))]
    text = "\t".join(values)
    if "\\" in text:
        text = text.replace("\\\\", _MEANWHILE)
        if any(white in text for white in ("\\n", "\\r", "\\t")):
            text = text.replace("\\n", " ").replace("\\r", " ").replace("\\t", " ")
            notes.column(column, Reason.JSON_SPACING)
    elif not odd and "null" not in text:
        return values
    if column.nullable and "null" in text:
        nulls = [index for index, value in enumerate(text.split("\t")) if value.strip(" ") == "null"]
        notes.cells(column, Reason.JSON_NULL, values, nulls)
    written = text.replace("\\N", "null").replace(_MEANWHILE, "\\").split("\t")
    notes.cells(column, Reason.JSON_AS_TEXT, values, odd)
    for index in odd:
        written[index] = _string(values[index])
    return written


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def create(sink: Sink, changes: Changes[Any], **options: Any) -> DocumentFormat:
    """Option ``engines``: store → engine; a store that is not ``postgresql`` has every typed value checked."""
    return DocumentFormat(JsonTable, "json", sink, changes, options.get("engines", {}))


_CHUNK = 1 << 20
_LONGEST_HEAD = 64 << 20
_NOT_STRUCTURE = bytes({*range(256)} - {*b'"{}[]'})
_PASSES = 8


def read_back(stream: BinaryIO, part: Part) -> dict[str, int]:
    """Count the objects of ``rows`` by the brackets outside strings. Raises ``ReadBackError``."""
    rows, quoted, held, brackets, last = 0, False, b"", b"", b""
    chunk = _after_head(stream, part) or stream.read(_CHUNK)
    while chunk:
        last = (last + chunk[-len(_FOOT) :])[-len(_FOOT) :]
        chunk, held = _whole_escapes(held + chunk)
        skeleton = chunk.translate(None, _NOT_STRUCTURE)
        if quoted:
            skeleton = b'"' + skeleton
        pieces = skeleton.replace(b'""', b"").split(b'"')
        quoted = len(pieces) % 2 == 0
        done, brackets = _closed_rows(brackets + b"".join(pieces[::2]), part)
        rows += done
        chunk = stream.read(_CHUNK)
    if quoted or held or brackets != b"]}" or last != _FOOT:
        raise ReadBackError(f"{part.path} is cut off or not one JSON document")
    (stem,) = part.rows
    return {stem: rows}


def _after_head(stream: BinaryIO, part: Part) -> bytes:
    """Read and check the head; gives what was read beyond it."""
    text, marker = b"", _ROWS.encode()
    while (chunk := stream.read(_CHUNK)) and len(text) < _LONGEST_HEAD:
        text += chunk
        head, found, rest = text.partition(marker)
        if found:
            try:
                json.loads(head + marker + b"]}")
            except ValueError as error:
                raise ReadBackError(f"{part.path} has a head that is no JSON: {error}") from error
            return rest
    raise ReadBackError(f"{part.path} has no rows: it is cut off or not one of our documents")


def _whole_escapes(text: bytes) -> tuple[bytes, bytes]:
    """The text without escaped quotes and backslashes, and a backslash at its end whose escape is not complete."""
    if b"\\" not in text:
        return text, b""
    text = text.replace(b"\\\\", b"")
    held = b"\\" if text.endswith(b"\\") else b""
    return text[: len(text) - len(held)].replace(b'\\"', b""), held


def _closed_rows(brackets: bytes, part: Part) -> tuple[int, bytes]:
    """Count the closed objects at the level of rows; gives their number and the brackets that are still open."""
    passes = 0
    while nested := b"{{" in brackets or b"[" in brackets:
        if passes == _PASSES:
            break
        brackets = brackets.replace(b"[]", b"").replace(b"{{}", b"{").replace(b"[{}", b"[")
        passes += 1
    simple = brackets.replace(b"{}", b"")
    if nested or simple not in (b"", b"{", b"]", b"]}"):
        return _scanned(brackets, part)
    return (len(brackets) - len(simple)) // 2, simple


def _scanned(brackets: bytes, part: Part) -> tuple[int, bytes]:
    """The same bracket by bracket, for values nested deeper than the passes reach."""
    rows, open_ = 0, bytearray()
    for bracket in brackets:
        ends_document = len(open_) < 2 and bytes((*open_, bracket)) in (b"]", b"]}")
        if bracket in b"{[" or ends_document:
            open_.append(bracket)
        elif open_ and open_[-1] == {ord("}"): ord("{"), ord("]"): ord("[")}[bracket]:
            open_.pop()
            rows += not open_
        else:
            raise ReadBackError(f"{part.path} has brackets that do not match")
    return rows, bytes(open_)
