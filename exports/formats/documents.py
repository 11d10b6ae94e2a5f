"""What formats with one marked-up document per table have in common: constant pieces laid between the fields.

A block's fields are split once, whatever the number of formats; a column is touched only where its kind
or a rare character asks for it, and then as one joined text, not value by value.
"""

from __future__ import annotations

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from exports.contents import Column, Kind, Table
from exports.formats.base import Part, checked_columns
from exports.formats.changes import Reason
from exports.rows import NULL, Block, unescape
from exports.staging import Parts

if TYPE_CHECKING:
    from exports.formats.changes import Changes
    from exports.staging import Sink

NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT})
SPECIALS = frozenset({"NaN", "Infinity", "-Infinity"})
"""What PostgreSQL's number columns may hold beside numbers."""
_INTEGER = r"-?(?:0|[1-9][0-9]*)"
_DECIMAL = rf"{_INTEGER}(?:\.[0-9]+)?"
_NUMBER = {Kind.INTEGER: _INTEGER, Kind.DECIMAL: _DECIMAL, Kind.FLOAT: rf"{_DECIMAL}(?:[eE][-+]?[0-9]+)?"}
"""What of each kind is a number both in JSON (RFC 8259, 6) and in XML Schema."""
_ONE = {kind: re.compile(pattern) for kind, pattern in _NUMBER.items()}
_ALL = {kind: re.compile(rf"(?:(?:{pattern}|\\N)\t)*+") for kind, pattern in _NUMBER.items()}
_BOOLEAN = {"t": "true", "f": "false", "1": "true", "0": "false", "true": "true", "false": "false"}
_HEX = re.compile(r"\\\\x((?:[0-9a-fA-F]{2})*)")


def odd_numbers(values: Sequence[str], kind: Kind) -> list[int]:
    """Positions of the fields that are neither NULL nor a number of that kind."""
    if _ALL[kind].fullmatch("\t".join(values) + "\t"):
        return []
    one = _ONE[kind]
    return [index for index, value in enumerate(values) if value != NULL and not one.fullmatch(value)]


def has_specials(block: Block) -> bool:
    """Whether NaN or an infinity may stand in a number column of the block."""
    return b"NaN" in block.data or b"Infinity" in block.data


def booleans(values: Sequence[str], null: str) -> tuple[list[str], list[int]]:
    """``true``, ``false`` and ``null`` for the engine's own words, and the positions of what is none of these."""
    words = _BOOLEAN | {NULL: null}
    try:
        return list(map(words.__getitem__, values)), []
    except KeyError:
        odd = [index for index, value in enumerate(values) if value not in words]
        return [words.get(value, value) for value in values], odd


def binaries(values: Sequence[str]) -> tuple[list[str], list[int]]:
    r"""Base64 (RFC 4648, 4) for PostgreSQL's ``\x…`` hex text, and the positions of what is no such text."""
    written, odd = list(values), []
    for index, value in enumerate(values):
        if match := _HEX.fullmatch(value):
            written[index] = base64.b64encode(bytes.fromhex(match[1])).decode()
        elif value != NULL:
            odd.append(index)
    return written, odd


@dataclass(slots=True)
class Note:
    """Changed values of one column of a block; ``cells`` None: the whole column."""

    column: str
    reason: Reason
    cells: list[tuple[int | str, str]] | None


@dataclass(slots=True)
class BlockNotes:
    """What changed while a block was converted; told once it is known which file the block went to."""

    block: Block
    found: list[Note] = field(default_factory=list)

    def cells(self, column: Column, reason: Reason, values: Sequence[str], odd: Iterable[int]) -> None:
        first = self.block.first_row
        cells: list[tuple[int | str, str]] = [(first + index, unescape(values[index])) for index in odd]
        if cells:
            self.found.append(Note(column.name, reason, cells))

    def column(self, column: Column, reason: Reason) -> None:
        self.found.append(Note(column.name, reason, None))


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands right before and after a field, and what stands there when the field brings its own ends."""

    before: str
    after: str
    bare_before: str
    bare_after: str


@dataclass(frozen=True, slots=True)
class Treated:
    """A column whose fields could not be taken as they are; ``bare``: they bring their own ends."""

    index: int
    values: Sequence[str]
    bare: bool = False


class Document(ABC):
    """Writes one table's documents; the subclass knows the mark-up.

    ``trusted``: the engine guarantees that a column's values are of its type, so that only what the type
    allows needs to be looked for; otherwise (SQLite takes any value in any column) all are checked.
    """

    name: ClassVar[str]
    row_ends: ClassVar[tuple[str, str]]
    separator: ClassVar[str] = ""
    """Between two rows."""

    def __init__(self, table: Table, sink: Sink, changes: Changes[Any], parts: list[Part], *, trusted: bool) -> None:
        self.table = table
        self.columns = checked_columns(table)
        self.trusted = trusted
        self.stem = f"{self.name}/{table.category}/{table.stem}"
        self._sink = sink
        self._changes = changes
        self._finished = parts
        self._marks = self.marks()
        self._parts = Parts(sink, self.stem, f".{self.name}", self.head, self.foot, self.separator.encode())

    @abstractmethod
    def head(self, number: int) -> bytes:
        """Everything before the rows of the part with that number."""

    @abstractmethod
    def foot(self) -> bytes:
        """Everything after the rows."""

    @abstractmethod
    def marks(self) -> list[Marks]:
        """The mark-up around the fields of each column."""

    @abstractmethod
    def treated(self, block: Block, notes: BlockNotes) -> Iterator[Treated]:
        """The columns whose fields cannot be taken as they are."""

    def write(self, block: Block) -> None:
        if not block.count:
            return
        if block.width != len(self.columns):
            raise ValueError(f"table {self.table.key}: rows have {block.width} fields, not {len(self.columns)}")
        notes = BlockNotes(block)
        text = self._laid_out(block, list(self.treated(block, notes)))
        self._parts.write(text.encode(), block.count)
        self._tell(notes.found)

    def _laid_out(self, block: Block, treated: list[Treated]) -> str:
        """The rows: mark-up and fields laid alternately into one list."""
        width = len(self.columns)
        ends = [(marks.before, marks.after) for marks in self._marks]
        for column in treated:
            if column.bare:
                ends[column.index] = self._marks[column.index].bare_before, self._marks[column.index].bare_after
        first, last = self.row_ends[0] + ends[0][0], ends[-1][1] + self.row_ends[1]
        inner = [ends[index - 1][1] + ends[index][0] for index in range(1, width)]
        pieces: list[Any] = [None] * (2 * width * block.count)
        pieces[0::2] = [last + self.separator + first, *inner] * block.count
        pieces[0] = first
        pieces[1::2] = block.fields
        for column in treated:
            pieces[2 * column.index + 1 :: 2 * width] = column.values
        pieces.append(last)
        return "".join(pieces)

    def close(self) -> None:
        self._finished += [Part(path, self.name, {self.table.stem: rows}) for path, rows in self._parts.close()]

    def _tell(self, notes: list[Note]) -> None:
        for note in notes:
            if note.cells is None:
                self._changes.column_note(self._parts.path, note.column, note.reason)
            else:
                self._changes.add_many(self._parts.path, note.column, note.reason, note.cells)


class DocumentFormat:
    """One document per table, of the given class; ``engines`` store → engine decides what is trusted."""

    def __init__(
        self, document: Callable[..., Document], name: str, sink: Sink, changes: Changes[Any], engines: dict[str, str]
    ) -> None:
        self.name = name
        self.parts: list[Part] = []
        self._document = document
        self._sink = sink
        self._changes = changes
        self._engines = engines

    def table(self, table: Table) -> Document:
        trusted = self._engines.get(table.store) == "postgresql"
        return self._document(table, self._sink, self._changes, self.parts, trusted=trusted)

    def finish(self) -> None:
        """Nothing spans the tables."""
