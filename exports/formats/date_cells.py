"""Columns of days and moments → cells that hold days since 1899-12-30; what such a number cannot hold stays text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from exports.contents import Column, Kind
from exports.formats.cells import BLANK, Cells, Place, Style, TypedCells
from exports.formats.changes import Reason
from exports.rows import NULL

_EPOCH = date(1899, 12, 30).toordinal()
_FIRST_DAY = 61
"""1900-03-01; before it spreadsheets disagree, because Excel's calendar has a 1900-02-29."""
_DAYS_KEPT = 20_000
_TIMES_KEPT = 90_000
"""More than the seconds of a day."""
_TIME = r"[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?"
_TIME_OF_DAY = re.compile(_TIME, re.ASCII)
_MOMENT = re.compile(rf"(\d{{4}}-\d\d-\d\d){_TIME}", re.ASCII)
_NO_DATE_HERE = re.compile(r"-?infinity|[0-9-]{10}[^a-zA-Z]*( BC)?|[0-9]{5,}-.*")
_ZERO_FRACTION = re.compile(r"\.[0-9]*0(?![0-9])")
_UTC = {"+00", "+00:00", "Z"}


class _Remembered(dict[str, str]):
    """Cells by text, made by ``make`` when first asked for; it raises ``KeyError`` for what has no cell."""

    def __init__(self, make: Callable[[str], str], kept: int) -> None:
        super().__init__()
        self._make = make
        self._kept = kept

    def __missing__(self, text: str) -> str:
        if len(self) >= self._kept:
            self.clear()
        made = self[text] = self._make(text)
        return made


class Times:
    """Times of day → the end of a cell, with and without offset; one for all tables, for it fills megabytes."""

    def __init__(self) -> None:
        self.local = _Remembered(lambda text: time_of_day(text, zoned=False, millis=False), _TIMES_KEPT)
        self.utc = _Remembered(lambda text: time_of_day(text, zoned=True, millis=False), _TIMES_KEPT)


class DateCells(TypedCells):
    """Days from 1900-03-01 to 9999-12-31 as dates."""

    def __init__(self, column: Column, place: Place, style: Style) -> None:
        super().__init__(column, place)
        self._before = f'<c s="{style("yyyy-mm-dd")}"><v>'
        self._days = _Remembered(self._day, _DAYS_KEPT)

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
            return Reason.DATE_OUT_OF_RANGE if _NO_DATE_HERE.fullmatch(value) else Reason.NOT_OF_TYPE


class TimestampCells(TypedCells):
    """Moments from 1900-03-01 to 9999-12-31, at most milliseconds, as dates; with an offset: as UTC wall clock."""

    _SECONDS, _MILLIS = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd hh:mm:ss.000"

    def __init__(self, column: Column, place: Place, style: Style) -> None:
        super().__init__(column, place)
        self._zoned = column.kind is Kind.TIMESTAMPTZ
        self._seconds = f'<c s="{style(self._SECONDS)}"><v>'
        self._millis = f'<c s="{style(self._MILLIS)}"><v>'
        self._before: str | None = None
        self._days = _Remembered(lambda text: f"{self._before}{serial(text)}", _DAYS_KEPT)

    def convert(self, values: Sequence[str], first_row: int) -> Cells:
        if self._zoned and self._text_because is None:
            self.note(Reason.SHOWN_IN_UTC)
        return super().convert(values, first_row)

    def usual(self, values: Sequence[str]) -> Cells | None:
        if self._before is None:
            self._before = self._millis if "." in "".join(values) else self._seconds
        if self._before == self._millis and _ZERO_FRACTION.search("\t".join(values)):
            self.note(Reason.TRAILING_ZEROS)
        try:
            return "", self._milliseconds(values) if self._before == self._millis else self._whole(values), ""
        except KeyError:
            return None

    def _whole(self, values: Sequence[str]) -> list[str]:
        days, times = self._days, self.place.times.utc if self._zoned else self.place.times.local
        if NULL in values:
            return [BLANK if v == NULL else days[v[:10]] + times[v[10:]] for v in values]
        return [days[v[:10]] + times[v[10:]] for v in values]

    def _milliseconds(self, values: Sequence[str]) -> list[str]:
        """Too many different times to remember them."""
        days, zoned = self._days, self._zoned
        return [BLANK if v == NULL else days[v[:10]] + time_of_day(v[10:], zoned=zoned, millis=True) for v in values]

    def exact(self, value: str) -> str | Reason:
        match = _MOMENT.fullmatch(value)
        if match is None or (match[6] and not self._zoned):
            return Reason.DATE_OUT_OF_RANGE if _NO_DATE_HERE.fullmatch(value) else Reason.NOT_OF_TYPE
        day, time, fraction, offset = match[1], value[10:19], match[5] or "", match[6]
        if fraction[3:].strip("0"):
            return Reason.FINER_THAN_MILLISECONDS
        try:
            if offset and offset not in _UTC:
                moment = datetime.fromisoformat(f"{day}T{time[1:]}").replace(tzinfo=UTC) - _offset(offset)
                day, time = moment.date().isoformat(), f" {moment:%H:%M:%S}"
            rest = time_of_day(f"{time}.{fraction}" if fraction else time, zoned=False, millis=True)
            return f"{self._millis if fraction else self._seconds}{serial(day)}{rest}"
        except (KeyError, ValueError, OverflowError):
            return Reason.DATE_OUT_OF_RANGE


def serial(day: str) -> int:
    """Days since 1899-12-30 of a day written YYYY-MM-DD; KeyError for one that spreadsheets cannot hold alike."""
    try:
        number = date.fromisoformat(day).toordinal() - _EPOCH
    except ValueError:
        raise KeyError(day) from None
    if number < _FIRST_DAY or len(day) != 10 or day[7] != "-":  # ISO 8601 has week dates too
        raise KeyError(day)
    return number


def time_of_day(text: str, *, zoned: bool, millis: bool) -> str:
    """``' 12:00:00.5+00'`` → ``'.500005787037</v></c>'``, 12 digits being a tenth of a microsecond.

    KeyError for what is no time, in another zone than UTC, or finer than (``millis``) milliseconds or seconds.
    """
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None:
        raise KeyError(text)
    hours, minutes, seconds, fraction, offset = match.groups()
    if hours > "23" or minutes > "59" or seconds > "59" or (offset and not (zoned and offset in _UTC)):
        raise KeyError(text)
    of_day = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + 0.0
    if fraction:
        if not millis or fraction[3:].strip("0"):
            raise KeyError(text)
        of_day += int(fraction[:3].ljust(3, "0")) / 1000
    return f"{of_day / 86400:.12f}"[1:].rstrip("0").rstrip(".") + "</v></c>"


def _offset(text: str) -> timedelta:
    digits = re.sub("[^0-9]", "", text).ljust(6, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    return -offset if text[0] == "-" else offset
