"""A case as a story that is drawn: its points and bands, and how much room their words take. Pure.

It is laid out twice, so that no label covers another: ``timeline_across`` for wide screens, ``timeline_down`` for
narrow ones; the stylesheet shows the one that fits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

TITLE_SIZE, DAY_SIZE = 13, 12
"""Pixels of the letters, as the stylesheet has them."""
EDGE = 10
"""Pixels above and below a drawing."""
MOST_TEXT, NARROW_TEXT = 300, 250
"""Pixels that a label may take, across and down."""


@dataclass(frozen=True, slots=True)
class Point:
    """Something on one day. ``title`` and ``when`` are its label, in the reader's language; ``kind`` is its look."""

    kind: str
    day: date
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class Band:
    """A time from ``first`` to ``last``. ``lane``: 0 lies on the axis, others beside it, each kind in its own."""

    kind: str
    first: date
    last: date
    title: str
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """What is drawn: where the term began, today, the points between, bands, and dots without a label."""

    start: Point
    today: Point
    points: tuple[Point, ...]
    bands: tuple[Band, ...] = ()
    dots: tuple[Point, ...] = ()

    @property
    def lanes(self) -> int:
        """How many lanes lie beside the axis."""
        return max((band.lane for band in self.bands), default=0)

    @property
    def in_order(self) -> list[Point]:
        """Everything with a label, by day."""
        return sorted((self.start, *self.points, self.today), key=lambda point: point.day)


def text_width(text: str, size: float) -> float:
    """A generous estimate, in pixels, of a text's width in the fonts of the back office."""
    return sum(size * (1.1 if unicodedata.east_asian_width(char) in "WF" else 0.61) for char in text)


def shortened(text: str, most: float, size: float) -> str:
    """The text, or its beginning and an ellipsis where it is wider than ``most`` pixels."""
    if text_width(text, size) <= most:
        return text
    while text and text_width(text + "…", size) > most:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, most: float = NARROW_TEXT, size: float = TITLE_SIZE) -> list[str]:
    """The text in lines of at most so many pixels; a word that is wider is broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= most:
            lines[-1] = longer
            continue
        lines += [*_pieces(word, most, size)]
    return [line for line in lines if line] or [""]


def _pieces(word: str, most: float, size: float) -> Iterable[str]:
    piece = ""
    for char in word:
        if text_width(piece + char, size) > most:
            yield piece
            piece = ""
        piece += char
    yield piece
