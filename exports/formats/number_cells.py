"""Columns of numbers → cells; what has more than 15 significant digits stays text, for a spreadsheet would round it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exports.contents import Column, Kind
from exports.formats.cells import Cells, Place, Style, TypedCells, nullable
from exports.formats.changes import Reason
from exports.rows import NULL

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", re.IGNORECASE)
_NOT_NUMBERS = {"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"}
_LARGEST, _SMALLEST = 9.99999999999999e307, 2.2250738585072014e-308


class NumberCells(TypedCells):
    """Integers and decimals of at most 15 significant digits, and floating point numbers, as numbers."""

    def __init__(self, column: Column, place: Place, style: Style) -> None:
        super().__init__(column, place)
        scale = _scale(column) if column.kind is Kind.DECIMAL else None
        self._any = f'<c s="{style("General")}"><v>'
        self._whole = f'<c s="{style("0")}"><v>'
        fitting = self._whole if column.kind is Kind.INTEGER or scale == 0 else self._any
        self._before = f'<c s="{style("0." + "0" * scale)}"><v>' if scale else fitting
        self._scale = scale
        self._pattern, self._with_zeros = _patterns(column.kind, scale)

    def usual(self, values: Sequence[str]) -> Cells | None:
        present = [value for value in values if value != NULL] if NULL in values else values
        joined = "\t".join(present) + "\t" if present else ""
        if not self._pattern.fullmatch(joined):
            if not self._with_zeros.fullmatch(joined):
                return None
            self._pattern = self._with_zeros
            self.note(Reason.TRAILING_ZEROS)
        if self.column.kind is Kind.FLOAT and max(map(len, present), default=0) > 16:
            self.note(Reason.FLOAT_DISPLAY)
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


def _scale(column: Column) -> int | None:
    """Decimals that ``numeric(p,s)`` fixes; None when the type fixes none or more than a cell shows."""
    match = re.search(r"\(\s*\d+\s*(?:,\s*(\d+)\s*)?\)", column.type)
    scale = int(match[1] or 0) if match else None
    return scale if scale is None or scale <= 15 else None


def _patterns(kind: Kind, scale: int | None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a column of numbers usually matches as a whole, without and with zeros that a cell does not show.

    The lengths keep every match within 15 digits, or for floating point within what a double gives.
    """
    whole, length = "-?(?:0|[1-9][0-9]*)", 25 if kind is Kind.FLOAT else 15
    if kind is Kind.INTEGER or scale == 0:
        strict = relaxed = "(?!-0)-?(?:0|[1-9][0-9]{0,14})"
    else:
        limits = rf"(?=-?[0-9.]{{1,{length}}}\t)(?!-0(?:\.0*)?\t)"
        strict = rf"{limits}{whole}\.[0-9]{{{scale}}}" if scale else rf"{limits}{whole}(?:\.[0-9]*[1-9])?"
        relaxed = strict if scale else rf"{limits}{whole}(?:\.[0-9]+)?"
    return re.compile(rf"(?:{strict}\t)*"), re.compile(rf"(?:{relaxed}\t)*")
