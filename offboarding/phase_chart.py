"""The counts of one phase over some months as small bars, on a scale of its own. Pure.

Each phase has its own scale: beside a hundred thousand that run on, nobody would see the twelve that close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT, BAR = 56, 44
"""Pixels of the drawing, and of its highest bar."""
SHARE = 0.72
"""Of a month's width that its bar takes."""
LEAST_BAR = 2


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month: ``count`` None where it was not counted, which is drawn as a gap with a dot."""

    month: date
    count: int | None
    left: str
    middle: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One phase's drawing; ``wide`` of a bar in per cent; ``change`` since the month before, None where unknown."""

    bars: tuple[MonthBar, ...]
    wide: str
    height: int
    latest: int | None
    change: int | None


def chart(counts: Sequence[tuple[date, int | None]]) -> Chart:
    """``counts``: each month by its first day, the oldest first, with how many there were."""
    most = max((count for _month, count in counts if count is not None), default=0)
    step = 100 / max(len(counts), 1)
    bars = tuple(_bar(number, month, count, most, step) for number, (month, count) in enumerate(counts))
    known = [count for _month, count in counts]
    latest, before = (known[-1] if known else None), (known[-2] if len(known) > 1 else None)
    change = latest - before if latest is not None and before is not None else None
    return Chart(bars, f"{step * SHARE:.3f}%", HEIGHT, latest, change)


def _bar(number: int, month: date, count: int | None, most: int, step: float) -> MonthBar:
    height = 0 if not count else max(LEAST_BAR, round(BAR * count / most))
    left, middle = number * step + step * (1 - SHARE) / 2, number * step + step / 2
    return MonthBar(month, count, f"{left:.3f}%", f"{middle:.3f}%", HEIGHT - height, height)
