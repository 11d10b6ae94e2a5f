"""A case's story from left to right, on a scale of days. Pure.

Letters keep their size: places are per cent of the width, and what does not touch at ``LEAST_WIDTH`` pixels touches at
no greater width, because labels grow apart and never wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from offboarding.timeline import DAY_SIZE, EDGE, MOST_TEXT, TITLE_SIZE, Band, Point, Story, shortened, text_width

LEAST_WIDTH = 760
"""Pixels from which it is shown; the stylesheet says the same."""
MARGIN = 0.8
ROW, BAR, LANE = 36, 22, 9
OFFSET, GAP = 7, 14
LEAST_SPAN = 0.4
"""Per cent that something in a lane takes at least, so that one day is seen."""
FAR = 4
"""A term that began so many times further back than the rest is long is shown as having begun before."""
LONG_TERM = 550
"""Days that are always shown to scale: a year and what follows it."""


@dataclass(frozen=True, slots=True)
class Label:
    """A placed point; ``x`` in per cent, the rest in pixels from the top. It reads from its line to the right above
    the bar, and to the left below it."""

    point: Point
    x: float
    row: int
    above: bool
    title: str
    width: float
    line_from: int
    line_to: int
    title_y: int
    when_y: int

    @property
    def left(self) -> str:
        """``x`` as an attribute of SVG."""
        return f"{self.x:.3f}%"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A placed band or dot, in per cent of the width, and in pixels from the top; ``title`` is empty where it would not
    fit inside."""

    kind: str
    x: float
    span: float
    title: str
    name: str
    y: int = 0
    height: int = BAR
    title_from: float = 0
    """Per cent from which the title is written: after a line that would cross it."""

    @property
    def left(self) -> str:
        """``x`` as an attribute of SVG."""
        return f"{self.x:.3f}%"

    @property
    def title_left(self) -> str:
        """``title_from`` as an attribute of SVG."""
        return f"{self.title_from:.3f}%"

    @property
    def wide(self) -> str:
        """``span`` as an attribute of SVG."""
        return f"{self.span:.3f}%"


@dataclass(frozen=True, slots=True)
class Across:
    """The drawing for wide screens: ``height`` and ``bar`` (the top of the axis) in pixels."""

    height: int
    bar: int
    below: int
    """Where the axis and its lanes end, in pixels."""
    labels: tuple[Label, ...]
    stretches: tuple[Stretch, ...]
    dots: tuple[Stretch, ...]
    before: bool
    """Whether the term began before the left edge."""


def across(story: Story) -> Across:
    """The story from left to right on a scale of days."""
    scale = _Scale(story)
    placed = [(point, scale.at(point.day)) for point in story.in_order]
    upper = [(point, x) for point, x in placed if _pixels(x) + OFFSET + _width(point) <= LEAST_WIDTH]
    lower = [(point, x) for point, x in placed if (point, x) not in upper]
    rows_up, rows_down = _rows(upper[::-1], 1), _rows(lower, -1)
    bar = EDGE + ROW * (max(rows_up, default=-1) + 1) + 4
    below = bar + BAR + LANE * story.lanes
    labels = [_label(*one, row, bar, below, above=True) for one, row in zip(upper[::-1], rows_up, strict=True)][::-1]
    labels += [_label(*one, row, bar, below, above=False) for one, row in zip(lower, rows_down, strict=True)]
    return Across(
        height=below + ROW * (max(rows_down, default=-1) + 1) + EDGE,
        bar=bar,
        below=below,
        labels=tuple(labels),
        stretches=tuple(
            _stretch(band, scale, bar, [x for _point, x in placed]) for band in story.bands if scale.shows(band)
        ),
        dots=tuple(Stretch(dot.kind, scale.at(dot.day), 0, "", f"{dot.title} · {dot.when}") for dot in story.dots),
        before=story.start.day < scale.first,
    )


class _Scale:
    """Days to per cent of the width."""

    def __init__(self, story: Story) -> None:
        points = [point.day for point in story.points] or [story.start.day]
        near = [*points, story.today.day] if story.today.day <= max(points) else points
        first, last = min(near), max(near)
        span = max((last - first).days, 30)
        far = (first - story.start.day).days > max(FAR * span, LONG_TERM)
        self.first = _shifted(first, -span // 2) if far else min(first, story.start.day)
        room = max((last - self.first).days, 30)
        self.last = max(min(story.today.day, _shifted(last, room // 4)), _shifted(self.first, room), last)

    def at(self, day: date) -> float:
        part = (min(max(day, self.first), self.last) - self.first).days / max((self.last - self.first).days, 1)
        return MARGIN + part * (100 - 2 * MARGIN)

    def shows(self, band: Band) -> bool:
        return band.first <= self.last and band.last >= self.first


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.min if days < 0 else date.max


def _pixels(x: float) -> float:
    return x / 100 * LEAST_WIDTH


def _width(point: Point) -> float:
    title = shortened(point.title, MOST_TEXT, TITLE_SIZE)
    return max(text_width(title, TITLE_SIZE), text_width(point.when, DAY_SIZE))


def _rows(placed: Sequence[tuple[Point, float]], way: int) -> list[int]:
    """Rows counted from the bar. Each label reaches over those placed before it, so it stands in a row further out:
    its own line passes beside them, and theirs end before they come to it."""
    rows: list[int] = []
    for index, (point, x) in enumerate(placed):
        reach = OFFSET + _width(point) + GAP
        under = [
            rows[other]
            for other, (_other, near) in enumerate(placed[:index])
            if way * (_pixels(near) - _pixels(x)) < reach
        ]
        rows.append(max(under, default=-1) + 1)
    return rows


def _label(point: Point, x: float, row: int, bar: int, below: int, *, above: bool) -> Label:
    top = bar - 4 - ROW * (row + 1) if above else below + ROW * row + 6
    return Label(
        point=point,
        x=x,
        row=row,
        above=above,
        title=shortened(point.title, MOST_TEXT, TITLE_SIZE),
        width=_width(point),
        line_from=top if above else bar,
        line_to=below if above else top + ROW - 8,
        title_y=top + 12,
        when_y=top + 27,
    )


def _stretch(band: Band, scale: _Scale, bar: int, lines: Sequence[float]) -> Stretch:
    x, end = scale.at(band.first), scale.at(band.last)
    if band.lane:
        y = bar + BAR + LANE * (band.lane - 1) + 2
        return Stretch(band.kind, min(x, 100 - LEAST_SPAN), max(end - x, LEAST_SPAN), "", band.title, y, LANE - 2)
    needs, start = text_width(band.title, DAY_SIZE) + 2 * OFFSET, x
    for line in lines:
        if 0 < _pixels(line - start) < needs:
            start = line
    fits = needs <= _pixels(end - start)
    return Stretch(band.kind, x, end - x, band.title if fits else "", band.title, bar, title_from=start)
