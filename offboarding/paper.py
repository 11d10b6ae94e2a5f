"""What a document says, before it is a PDF or a Word file: blocks of text and tables in one language. Pure.

A builder makes a ``Paper`` from records; ``pdf.of_paper`` and ``word.render`` draw it, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell or a point that does not agree with what it should; drawn in red beside its words."""

    text: str

    def __str__(self) -> str:
        return self.text


Cell = str | Wrong


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title: level 2 or 3."""

    text: str
    level: int = 2
    shape: ClassVar[str] = "heading"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. ``kind``: '', ``lead`` (what the document says), ``strong``, ``quiet``, ``lead-in`` to a table."""

    text: str
    kind: str = ""
    shape: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    points: Sequence[Cell]
    shape: ClassVar[str] = "points"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and their values. ``seal``: what the document is checked by, set apart; ``codes``: names shown large."""

    rows: Sequence[tuple[str, str]]
    seal: bool = False
    codes: Sequence[str] = ()
    name_width: int = 30
    shape: ClassVar[str] = "facts"

    @property
    def value_width(self) -> int:
        """What the names leave, in per cent."""
        return 100 - self.name_width


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``width`` in per cent."""

    title: str
    width: int
    number: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``total`` is its last row. ``titled`` False: a list of names and figures that needs no heads."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    titled: bool = True
    shape: ClassVar[str] = "grid"

    def __post_init__(self) -> None:
        """ValueError for a row that has not as many cells as there are columns."""
        for row in (*self.rows, *((self.total,) if self.total else ())):
            if len(row) != len(self.columns):
                raise ValueError(f"A row of {len(row)} cells does not fit {len(self.columns)} columns: {row!r}")


@dataclass(frozen=True, slots=True)
class Page:
    """What follows begins on a new page."""

    shape: ClassVar[str] = "page"


Block = Heading | Text | Points | Facts | Grid | Page


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document in ``language``. ``footer`` stands on each page; ``made`` goes into the file's properties."""

    title: str
    language: str
    vendor: str
    footer: str
    blocks: Sequence[Block]
    made: datetime | None = None


def widths(first: int, others: int) -> list[int]:
    """Per cents of a first column and of ``others`` equal ones beside it, that make 100."""
    each = (100 - first) // others if others else 0
    return [100 - each * others, *([each] * others)]
