"""Columns of COPY fields → cells of SpreadsheetML (ECMA-376 part 1, §18.3.1.4), a whole column at a time.

A column that is as its type promises costs one C-level test per block; only a block with something awkward
in it takes the exact path, value by value. What a spreadsheet cannot hold as its type is written as text,
exactly as the engine spelled it, and recorded in the changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from exports.contents import Column
from exports.formats.changes import Changes, Reason
from exports.formats.sheet_text import marked_up, marked_up_text
from exports.rows import NULL, unescape

if TYPE_CHECKING:
    from exports.formats.date_cells import Times

BLANK = "<c/>"
TEXT = ('<c t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>")
"""Around a text; an inline string is never read as a formula, number or date."""

Cells = tuple[str, Sequence[str], str]
"""Markup before each value, the values, markup after each value."""
Style = Callable[[str], int]
"""Number format → index of the cell style in the workbook."""

_MOSTLY = 200
"""So many awkward values in a column's first block, and most of it, make the whole column text."""


class Place:
    """Where a table's cells stand just now: changes are recorded for ``file``, rows are counted by the block."""

    def __init__(self, changes: Changes[Any], times: Times, file: str = "") -> None:
        self.changes = changes
        self.times = times
        self.file = file


class TextCells:
    """Texts, and everything that has no type of its own in a spreadsheet."""

    def __init__(self, column: Column, place: Place) -> None:
        self.column = column
        self.place = place
        self._look_for_empty = column.nullable

    def convert(self, values: Sequence[str], first_row: int) -> Cells:
        """``values`` are COPY fields, ``first_row`` is the number of the first one's row."""
        if self._look_for_empty and "" in values:
            self.note(Reason.EMPTY_LOOKS_LIKE_NULL)
        return nullable(TEXT[0], marked_up(values), TEXT[1])

    def note(self, reason: Reason, original: str = "") -> None:
        self.place.changes.column_note(self.place.file, self.column.name, reason, original)


class TypedCells(TextCells):
    """Values that become something else than text where that is exact.

    ``usual`` answers for a whole column of a block or gives None; then ``exact`` decides value by value:
    a cell, or the reason why there is none.
    """

    _text_because: Reason | None = None
    _fresh = True

    def convert(self, values: Sequence[str], first_row: int) -> Cells:
        if self._text_because is not None:
            self.note(self._text_because)
            self.note(Reason.COLUMN_AS_TEXT)
            return nullable(TEXT[0], marked_up(values), TEXT[1])
        usual = self.usual(values)
        fresh, self._fresh = self._fresh, False
        return usual if usual is not None else self._exactly(values, first_row, fresh)

    def usual(self, values: Sequence[str]) -> Cells | None:
        raise NotImplementedError

    def exact(self, value: str) -> str | Reason:
        raise NotImplementedError

    def _exactly(self, values: Sequence[str], first_row: int, fresh: bool) -> Cells:
        cells = [BLANK if value == NULL else self.exact(value) for value in values]
        awkward = Counter(cell for cell in cells if isinstance(cell, Reason))
        if fresh and awkward.total() > _MOSTLY and 2 * awkward.total() > len(values) - values.count(NULL):
            self._text_because = awkward.most_common(1)[0][0]
            return self.convert(values, first_row)
        for reason in awkward:
            changed = [(first_row + at, unescape(values[at])) for at, cell in enumerate(cells) if cell is reason]
            self.place.changes.add_many(self.place.file, self.column.name, reason, changed)
        before, after = TEXT
        return (
            "",
            [
                f"{before}{marked_up_text(value)}{after}" if isinstance(cell, Reason) else cell
                for cell, value in zip(cells, values, strict=True)
            ],
            "",
        )


class BooleanCells(TypedCells):
    """PostgreSQL spells t and f, others 1 and 0 or true and false."""

    _CELLS = {NULL: BLANK} | {
        spelling: f'<c t="b"><v>{number}</v></c>'
        for number, spellings in enumerate((("f", "0", "false", "False"), ("t", "1", "true", "True")))
        for spelling in spellings
    }

    def usual(self, values: Sequence[str]) -> Cells | None:
        try:
            return "", list(map(self._CELLS.__getitem__, values)), ""
        except KeyError:
            return None

    def exact(self, value: str) -> str | Reason:
        return self._CELLS.get(value, Reason.NOT_OF_TYPE)


def nullable(before: str, values: Sequence[str], after: str) -> Cells:
    """Cells of one markup, with blank ones for NULL."""
    if NULL not in values:
        return before, values, after
    return "", [BLANK if value == NULL else f"{before}{value}{after}" for value in values], ""
