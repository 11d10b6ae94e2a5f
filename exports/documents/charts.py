"""A figure as an SVG drawing: bars or lines over months, horizontal bars over values. Pure: no Django.

Colours differ in lightness as well as in hue, lines have marks of their own, and the numbers stand in a table beside.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exports.documents import wording

COLOURS = ("#1f5b8a", "#d08a1d", "#3f8f6b", "#8a3f6b", "#6b7280", "#a3b82f")
_WIDTH = 520
_MOST_STEPS = 5
_INK, _QUIET, _RULE = "#1d2933", "#55636e", "#d7e0e7"
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the axis begins, ends and has its lines."""

    low: Decimal
    high: Decimal
    step: Decimal

    def lines(self) -> list[Decimal]:
        count = int((self.high - self.low) / self.step)
        return [self.low + self.step * one for one in range(count + 1)]

    def share(self, number: Decimal) -> float:
        """0 at ``low``, 1 at ``high``."""
        return float((number - self.low) / (self.high - self.low))


def scale(numbers: Sequence[Decimal]) -> Scale:
    """An axis with at most a handful of round lines that holds zero and all numbers."""
    low, high = min([Decimal(0), *numbers]), max([Decimal(0), *numbers])
    span = high - low or Decimal(1)
    step = Decimal(10) ** (span / _MOST_STEPS).adjusted()
    for factor in (1, 2, 5, 10):
        if span / (step * factor) <= _MOST_STEPS:
            step *= factor
            break
    first, last = (low / step).to_integral_value("ROUND_FLOOR"), (high / step).to_integral_value("ROUND_CEILING")
    return Scale(first * step, max(last, first + 1) * step, step)


def numbers(figure: Facts) -> list[Decimal]:
    """Every number of a figure."""
    return [Decimal(text) for _name, line in figure["series"] for text in line if text]


def svg(figure: Facts, language: str, height: int = 190) -> str:
    """The drawing, ``_WIDTH`` points wide; '' where there is nothing to draw."""
    if not numbers(figure) or figure["chart"] == "none":
        return ""
    drawn = _Drawing(figure, language, height)
    body = "".join(drawn.upright() if figure["monthly"] else drawn.lying())
    size = f'width="{_WIDTH}pt" height="{drawn.height}pt" viewBox="0 0 {_WIDTH} {drawn.height}"'
    frame = f'<rect x="0" y="0" width="{_WIDTH}" height="{drawn.height}" fill="#ffffff" stroke="none"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{frame}{body}</svg>'


class _Drawing:
    def __init__(self, figure: Facts, language: str, height: int) -> None:
        self.figure, self.language, self.height = figure, language, height
        self.labels: list[str] = figure["labels"]
        self.series: list[tuple[str, list[Decimal | None]]] = [
            (name, [Decimal(text) if text else None for text in line]) for name, line in figure["series"]
        ]
        self.axis = scale(numbers(figure))

    def upright(self) -> Iterator[str]:
        """Months from left to right."""
        left, top, right, bottom = 46.0, 10.0, _WIDTH - 4.0, self.height - (40.0 if len(self.series) > 1 else 22.0)

        def y(number: Decimal) -> float:
            return bottom - (bottom - top) * self.axis.share(number)

        for line in self.axis.lines():
            yield _line(left, y(line), right, y(line), _RULE if line else "#8fa3b1")
            yield self.text(left - 5, y(line) + 2.5, self.said(line), "end")
        slot = (right - left) / len(self.labels)
        every = max(1, round(len(self.labels) / 12 + 0.49))
        for index, label in enumerate(self.labels):
            if index % every == 0:
                yield self.text(left + slot * (index + 0.5), bottom + 11, wording.short_month(label, self.language))
        for place, (_name, values) in enumerate(self.series):
            colour = COLOURS[place % len(COLOURS)]
            if self.figure["chart"] == "lines":
                yield from _path(
                    [(left + slot * (at + 0.5), y(one)) for at, one in enumerate(values) if one is not None], colour
                )
                continue
            width = slot * 0.72 / len(self.series)
            for at, one in enumerate(values):
                if one:
                    x = left + slot * (at + 0.14) + width * place
                    yield _box(x, min(y(one), y(Decimal(0))), width, abs(y(one) - y(Decimal(0))), colour)
        yield from self.legend(left, self.height - 8.0)

    def lying(self) -> Iterator[str]:
        """Values from top to bottom, with their numbers at the bars' ends."""
        row, left, right = 17.0, 190.0, _WIDTH - 60.0
        self.height = int(row * len(self.labels) + 10)
        zero = left + (right - left) * self.axis.share(Decimal(0))
        for index, (label, one) in enumerate(zip(self.labels, self.series[0][1], strict=True)):
            y = 5 + row * index
            yield self.text(left - 6, y + 9.5, _cut(label), "end", _INK)
            end = left + (right - left) * self.axis.share(one or Decimal(0))
            if one:
                yield _box(min(zero, end), y + 2, abs(end - zero), row - 6, COLOURS[0])
            yield self.text(max(zero, end) + 5, y + 9.5, "–" if one is None else self.said(one), "start", _INK)
        yield _line(zero, 2, zero, self.height - 4, "#8fa3b1")

    def legend(self, x: float, y: float) -> Iterator[str]:
        if len(self.series) < 2:
            return
        for place, (name, _line) in enumerate(self.series):
            yield _box(x, y - 6, 8, 6, COLOURS[place % len(COLOURS)])
            yield self.text(x + 11, y, _cut(name, 22), "start", _INK)
            x += 22 + 4.6 * min(len(name), 23)

    def said(self, number: Decimal) -> str:
        return wording.number(f"{number:f}", self.language)

    def text(self, x: float, y: float, text: str, anchor: str = "middle", colour: str = _QUIET) -> str:
        style = f'font-family="Paper_00" font-size="7" fill="{colour}" text-anchor="{anchor}"'
        return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{html.escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="0.6"/>'


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.2f}" fill="{colour}" stroke="none"/>'


def _path(points: Sequence[tuple[float, float]], colour: str) -> Iterator[str]:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.9" fill="{colour}" stroke="none"/>'


def _cut(text: str, most: int = 38) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
