"""A case's story from top to bottom, in order, with more room where more time passes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from offboarding.timeline import EDGE, Band, Point, Story, wrapped

AXIS, WIDTH, LANE = 4, 12, 6
"""Pixels: where the axis lies, how wide it is, and each lane beside it."""
TEXT = 30
"""Where words begin, where nothing lies beside the axis."""
DOT = 8
"""Pixels: how wide a dot is, and the least from one to the next."""


@dataclass(frozen=True, slots=True)
class Step:
    """One point of the drawing for narrow screens: ``y`` of its mark, and each line of its text with its own y."""

    point: Point
    y: int
    lines: tuple[tuple[int, str], ...]
    when_y: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Reach:
    """A band of the drawing for narrow screens, in pixels from the top."""

    kind: str
    y: int
    height: int
    name: str
    x: int = AXIS
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Down:
    """The drawing for narrow screens."""

    height: int
    text: int
    """Where words begin, in pixels from the left."""
    steps: tuple[Step, ...]
    reaches: tuple[Reach, ...]
    dots: tuple[Reach, ...]
    """In a lane of their own before the words; ``x`` and ``y`` are their middle."""

    @property
    def reach(self) -> int:
        """Pixels from the first mark to the last."""
        return self.steps[-1].y - self.steps[0].y


def down(story: Story) -> Down:
    """The story from top to bottom: in order, with more room where more time passes."""
    steps: list[Step] = []
    y, ordered = EDGE, story.in_order
    for index, point in enumerate(ordered):
        if index:
            y = steps[-1].bottom + min(max((point.day - ordered[index - 1].day).days // 6, 8), 36)
        steps.append(_step(point, y))
    dots = _dots(story, steps)
    return Down(
        height=max([steps[-1].bottom, *(dot.y + DOT for dot in dots)]) + EDGE,
        text=TEXT + LANE * story.lanes + (DOT if dots else 0),
        steps=tuple(steps),
        reaches=tuple(_reach(band, steps) for band in story.bands),
        dots=dots,
    )


def _dots(story: Story, steps: Sequence[Step]) -> tuple[Reach, ...]:
    """Those inside the story: none covers another; of one kind in one place there is one, named after all of them."""
    names: dict[tuple[str, int], list[str]] = {}
    first, last = steps[0].point.day, steps[-1].point.day
    for dot in sorted(story.dots, key=lambda dot: dot.day):
        if first <= dot.day <= last:
            place = dot.kind, _depth(dot.day, steps) // DOT
            names.setdefault(place, []).append(f"{dot.title} · {dot.when}")
    x, row = TEXT - DOT // 2 + LANE * story.lanes, 0
    dots: list[Reach] = []
    for (kind, nearest), titles in names.items():
        row = max(row + 1, nearest) if dots else nearest
        dots.append(Reach(kind, row * DOT + DOT // 2, 0, "\n".join(titles), x, DOT))
    return tuple(dots)


def _step(point: Point, top: int) -> Step:
    lines = tuple((top + 12 + 16 * number, line) for number, line in enumerate(wrapped(point.title)))
    when_y = lines[-1][0] + 16
    return Step(point, top + 8, lines, when_y, when_y + 4)


def _reach(band: Band, steps: Sequence[Step]) -> Reach:
    begins, ends = _depth(band.first, steps), _depth(band.last, steps)
    height = max(ends - begins, 2)
    if band.lane:
        return Reach(band.kind, begins, height, band.title, AXIS + WIDTH + 3 + LANE * (band.lane - 1), LANE - 2)
    return Reach(band.kind, begins, height, band.title)


def _depth(day: date, steps: Sequence[Step]) -> int:
    """The pixel of a day: a point's own, or in proportion between two points."""
    for step in steps:
        if step.point.day == day:
            return step.y
    for one, following in pairwise(steps):
        if one.point.day < day < following.point.day:
            part = (day - one.point.day).days / (following.point.day - one.point.day).days
            return round(one.y + part * (following.y - one.y))
    return steps[0].y if day < steps[0].point.day else steps[-1].y
