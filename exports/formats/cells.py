"""Columns of COPY fields → cells of SpreadsheetML (ECMA-376 part 1, §18.3.1.4), a whole column at a time.

A column that is as its type promises costs one C-level test per block; only a block with something awkward
in it takes the exact path, value by value. What a spreadsheet cannot hold as its type is written as text,
exactly as the engine spelled it, and recorded in the changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from exports.contents import Column, Kind
from exports.formats.changes import Changes, Reason
from exports.formats.sheet_text import marked_up, marked_up_text
from exports.rows import NULL, unescape

BLANK = "<c/>"
TEXT = ('<c t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>")
"""Around a text; an inline string is never read as a formula, number or date."""

Cells = tuple[str, Sequence[str], str]
"""Markup before each value, the values, markup after each value."""
Style = Callable[[str], int]
"""Number format → index of the cell style in the workbook."""

_MOSTLY = 200
"""So many awkward values in a column's first block, and most of it, make the whole column text."""
_EPOCH = date(1899, 12, 30).toordinal()
_FIRST_DAY = 61
"""1900-03-01; before it spreadsheets disagree, because Excel's calendar has a 1900-02-29."""
_CACHE = 100_000
_NO_ZERO = r"(?!-0(?:\.0*)?\t)"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", re.IGNORECASE)
_NOT_NUMBERS = {"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"}
_LARGEST, _SMALLEST = 9.99999999999999e307, 2.2250738585072014e-308


class Place:
    """Where a table's cells stand just now: changes are recorded for ``file``, rows are counted by the block."""

    def __init__(self, changes: Changes[Any], file: str = "") -> None:
        self.changes = changes
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


class NumberCells(TypedCells):
    """Integers and decimals of at most 15 significant digits, and floating point numbers, as numbers."""

    def __init__(self, column: Column, place: Place, style: Style) -> None:
        super().__init__(column, place)
        scale = _scale(column) if column.kind is Kind.DECIMAL else None
        self._any = f'<c s="{style("General")}"><v>'
        self._whole = f'<c s="{style("0")}"><v>'
        fitting = self._whole if column.kind is Kind.INTEGER or scale == 0 else self._any
        self._before = f'<c s="{style("0." + "0" * scale)}"><v>' if scale else fitting
        if column.kind is Kind.INTEGER or scale == 0:
            pattern = r"(?!-0)-?(?:0|[1-9][0-9]{0,14})"
        elif scale:
            pattern = rf"(?=-?[0-9.]{{1,15}}\t){_NO_ZERO}-?(?:0|[1-9][0-9]*)\.[0-9]{{{scale}}}"
        else:
            pattern = rf"(?=-?[0-9.]{{1,15}}\t){_NO_ZERO}-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?"
        self._scale = scale
        self._pattern = re.compile(rf"(?:{pattern}\t)*")

    def usual(self, values: Sequence[str]) -> Cells | None:
        present = [value for value in values if value != NULL] if NULL in values else values
        if present and not self._pattern.fullmatch("\t".join(present) + "\t"):
            return None
        return nullable(self._before, values, "</v></c>")

    def exact(self, value: str) -> str | Reason:
        if value in _NOT_NUMBERS:
            return Reason.NOT_A_NUMBER
        if not _NUMBER.fullmatch(value) or (self.column.kind is Kind.INTEGER and not value.lstrip("-").isdecimal()):
            return Reason.NOT_OF_TYPE
        size = abs(float(value))
        negative_zero = size == 0 and value[0] == "-"
        if negative_zero or size > _LARGEST or (size < _SMALLEST and value.lower().split("e")[0].strip("0.")):
            return Reason.NUMBER_OUT_OF_RANGE
        mantissa = value.lstrip("-").lower().split("e")[0]
        digits = len(mantissa.replace(".", "").lstrip("0"))
        if digits > 15:
            if self.column.kind is not Kind.FLOAT:
                return Reason.TOO_MANY_DIGITS
            self.note(Reason.FLOAT_DISPLAY)
        return self._cell(value, mantissa)

    def _cell(self, value: str, mantissa: str) -> str:
        decimals = len(mantissa.partition(".")[2])
        if self._scale is not None and decimals == self._scale:
            return f"{self._before}{value}</v></c>"
        if decimals and mantissa[-1] == "0":
            self.note(Reason.TRAILING_ZEROS)
        return f"{self._whole if self.column.kind is Kind.INTEGER else self._any}{value}</v></c>"


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


class _Remembered(dict[str, str]):
    """Cells by text, made by ``make`` when first asked for; it raises ``KeyError`` for what has no cell."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> str:
        if len(self) > _CACHE:
            self.clear()
        made = self[text] = self._make(text)
        return made


class DateCells(TypedCells):
    """Days from 1900-03-01 to 9999-12-31 as dates."""

    def __init__(self, column: Column, place: Place, style: Style) -> None:
        super().__init__(column, place)
        self._before = f'<c s="{style("yyyy-mm-dd")}"><v>'
        self._days = _Remembered(self._day)

    def _day(self, text: str) -> str:
        return BLANK if text == NULL else f"{self._before}{serial(text)}</v></c>"

    def usual(self, values: Sequence[str]) -> Cells | None:
        days = self._days
        try:
            return "", [days[value] for value in values], ""
        except KeyError:
            return None

    def exact(self, value: str) -> str | Reason:
        try:
            return self._days[value]
        except KeyError:
            return Reason.DATE_OUT_OF_RANGE


class TimestampCells(TypedCells):
    """Moments from 1900-03-01 to 9999-12-31, at most milliseconds, as dates; with an offset: as UTC wall clock."""

    _SECONDS, _MILLIS = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd hh:mm:ss.000"

    def __init__(self, column: Column, place: Place, style: Style) -> None:
        super().__init__(column, place)
        self._zoned = column.kind is Kind.TIMESTAMPTZ
        self._seconds = f'<c s="{style(self._SECONDS)}"><v>'
        self._millis = f'<c s="{style(self._MILLIS)}"><v>'
        self._before: str | None = None
        self._days = _Remembered(lambda text: f"{self._before}{serial(text)}")
        self._times = _Remembered(self._time)

    def convert(self, values: Sequence[str], first_row: int) -> Cells:
        if self._zoned and self._text_because is None:
            self.note(Reason.SHOWN_IN_UTC)
        return super().convert(values, first_row)

    def usual(self, values: Sequence[str]) -> Cells | None:
        if self._before is None:
            self._before = self._millis if "." in "".join(values) else self._seconds
        days, times = self._days, self._times
        try:
            if NULL in values:
                return "", [BLANK if v == NULL else days[v[:10]] + times[v[10:]] for v in values], ""
            return "", [days[v[:10]] + times[v[10:]] for v in values], ""
        except KeyError:
            return None

    def _time(self, text: str) -> str:
        """``' 12:30:00.5+00'`` → the rest of the cell."""
        match = _MOMENT.fullmatch("2000-01-01" + text)
        if match is None or (match[4] or "+00") not in self._offsets():
            raise KeyError(text)
        if match[3] and (self._before != self._millis or match[3][3:].strip("0")):
            raise KeyError(text)
        return f"{_fraction(match[2], match[3])}</v></c>"

    def _offsets(self) -> tuple[str, ...]:
        return ("+00", "+00:00", "Z") if self._zoned else ("+00",)

    def exact(self, value: str) -> str | Reason:
        match = _MOMENT.fullmatch(value)
        if match is None or (match[4] and not self._zoned):
            return Reason.DATE_OUT_OF_RANGE if value[:1].isdigit() or "infinity" in value else Reason.NOT_OF_TYPE
        day, time, fraction, offset = match.groups()
        if fraction and fraction[3:].strip("0"):
            return Reason.FINER_THAN_MILLISECONDS
        try:
            if offset and offset not in self._offsets():
                moment = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC) - _offset(offset)
                day, time = f"{moment:%Y-%m-%d}".rjust(10, "0"), f"{moment:%H:%M:%S}"
            return f"{self._millis if fraction else self._seconds}{serial(day)}{_fraction(time, fraction)}</v></c>"
        except (KeyError, ValueError, OverflowError):
            return Reason.DATE_OUT_OF_RANGE


def cells_for(column: Column, place: Place, style: Style) -> TextCells:
    """The conversion that fits a column's kind."""
    match column.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.FLOAT:
            return NumberCells(column, place, style)
        case Kind.BOOLEAN:
            return BooleanCells(column, place)
        case Kind.DATE:
            return DateCells(column, place, style)
        case Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
            return TimestampCells(column, place, style)
        case _:
            return TextCells(column, place)


def nullable(before: str, values: Sequence[str], after: str) -> Cells:
    """Cells of one markup, with blank ones for NULL."""
    if NULL not in values:
        return before, values, after
    return "", [BLANK if value == NULL else f"{before}{value}{after}" for value in values], ""


def serial(day: str) -> int:
    """Days since 1899-12-30 of a day written YYYY-MM-DD; KeyError for one that spreadsheets cannot hold alike."""
    try:
        number = date.fromisoformat(day).toordinal() - _EPOCH
    except ValueError:
        raise KeyError(day) from None
    if number < _FIRST_DAY or len(day) != 10:
        raise KeyError(day)
    return number


def _fraction(time: str, fraction: str | None) -> str:
    """The part of a day, ``''`` or ``'.5'``; 12 digits are a tenth of a microsecond."""
    hours, minutes, seconds = map(int, time.split(":"))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise KeyError(time)
    part = hours * 3600 + minutes * 60 + seconds + (int(fraction[:3].ljust(3, "0")) / 1000 if fraction else 0)
    return f"{part / 86400:.12f}"[1:].rstrip("0").rstrip(".")


def _offset(text: str) -> timedelta:
    digits = re.sub("[^0-9]", "", text).ljust(6, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    return -offset if text[0] == "-" else offset


def _scale(column: Column) -> int | None:
    """Decimals that ``numeric(p,s)`` fixes; None when the type fixes none or more than a cell shows."""
    match = re.search(r"\(\s*\d+\s*(?:,\s*(\d+)\s*)?\)", column.type)
    scale = int(match[1] or 0) if match else None
    return scale if scale is None or scale <= 15 else None
