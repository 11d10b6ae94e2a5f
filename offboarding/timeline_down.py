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
"""Where words begin."""


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
    return Down(
        height=steps[-1].bottom + EDGE,
        text=TEXT + LANE * story.lanes,
        steps=tuple(steps),
        reaches=tuple(_reach(band, steps) for band in story.bands),
        dots=tuple(
            Reach(dot.kind, _depth(dot.day, steps), 0, f"{dot.title} · {dot.when}")
            for dot in story.dots
            if ordered[0].day <= dot.day <= ordered[-1].day
        ),
    )


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
