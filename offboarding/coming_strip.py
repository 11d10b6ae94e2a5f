"""The next days as a drawn strip: a lane for each kind of date, a bar for each day. Pure.

Widths are per cent, so that it fits every screen without a script; heights are pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LANE, TITLE, BAR = 64, 22, 34
"""Pixels of a lane, of its title's line, and of its highest bar."""
FOOT = 26
"""Pixels below the lanes, for the months."""
LEAST_BAR = 4
"""A day with anything is always seen."""
NEAR_EDGE = 90.0
"""Per cent of the width beyond which a month's name would not fit any more."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of one kind: place and size, and how many."""

    day: date
    count: int
    x: float
    y: int
    height: int

    @property
    def left(self) -> str:
        """``x`` as an attribute of SVG."""
        return f"{self.x:.3f}%"


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind: its title, how many in all, where its line lies, and its bars."""

    kind: str
    title: str
    total: int
    title_y: int
    base: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A day that is marked below the lanes: the first of a month, or the end of a span."""

    day: date
    x: float

    @property
    def left(self) -> str:
        """``x`` as an attribute of SVG."""
        return f"{self.x:.3f}%"

    @property
    def fits(self) -> bool:
        """Whether a name beside it stays inside the drawing."""
        return self.x < NEAR_EDGE


@dataclass(frozen=True, slots=True)
class Strip:
    """The drawing: ``height`` in pixels, ``wide`` of one day's bar in per cent."""

    height: int
    foot: int
    wide: str
    lanes: tuple[Lane, ...]
    months: tuple[Tick, ...]
    weeks: tuple[Tick, ...]
    spans: tuple[Tick, ...]


def strip(
    today: date, days: int, kinds: Sequence[tuple[str, str, Mapping[date, int]]], spans: Sequence[int] = ()
) -> Strip:
    """``kinds``: name, title, day → how many; days outside are left out. ``spans``: after how many days a line is."""
    lanes = tuple(_lane(number, today, days, *kind) for number, kind in enumerate(kinds))
    foot = LANE * len(lanes)
    ticks = [Tick(today + timedelta(days=number), 100 * number / days) for number in range(days)]
    return Strip(
        height=foot + FOOT,
        foot=foot,
        wide=f"{100 / days * 0.78:.3f}%",
        lanes=lanes,
        months=tuple(tick for tick in ticks if tick.day.day == 1),
        weeks=tuple(tick for tick in ticks if tick.day.weekday() == 0),
        spans=tuple(Tick(today + timedelta(days=span), 100 * span / days) for span in spans if span < days),
    )


def _lane(number: int, today: date, days: int, kind: str, title: str, counts: Mapping[date, int]) -> Lane:
    top = LANE * number
    base = top + TITLE + BAR
    inside = {day: count for day, count in counts.items() if count and 0 <= (day - today).days < days}
    most = max(inside.values(), default=0)
    bars = tuple(_bar(day, count, 100 * (day - today).days / days, base, most) for day, count in sorted(inside.items()))
    return Lane(kind, title, sum(inside.values()), top + 15, base, bars)


def _bar(day: date, count: int, x: float, base: int, most: int) -> Bar:
    height = max(LEAST_BAR, round(BAR * count / most))
    return Bar(day, count, x, base - height, height)
