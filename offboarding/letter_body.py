"""A letter's body as blocks: written once as plain text, set as text and as HTML. Pure.

The form of ``templates/letters/<occasion>.txt``: the first block is the subject, blank lines part blocks, lines that
begin with ``- `` are a list, and ``[dates]`` alone stands where the milestones go.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DATES = "[dates]"
WIDTH = 76
"""Columns of the plain text: what mail programs show without breaking lines themselves."""
_BLANK_LINE = re.compile(r"\n\s*\n")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph (``text``), one list (``points``), or the place of the milestones (``dates``)."""

    text: str = ""
    points: tuple[str, ...] = ()
    dates: bool = False


@dataclass(frozen=True, slots=True)
class Date:
    """One milestone as it reads: what it is, the day, which end of it by whose clock, why, and which day it was before.

    ``before`` is empty where the day has not moved.
    """

    title: str
    day: str
    clock: str
    why: str
    before: str = ""


def one_line(value: object) -> str:
    """The value as one line without control characters: no name can add a header, a paragraph or a list.

    Half a character (a lone surrogate) becomes a question mark: neither a mail nor a database can hold it.
    """
    whole = str(value).encode(errors="replace").decode()
    return _SPACES.sub(" ", _UNSEEN.sub(" ", whole)).strip()


def read_body(rendered: str) -> tuple[str, tuple[Block, ...]]:
    """Subject and blocks; ValueError for a body that has no subject or nothing else."""
    parts = [part.strip() for part in _BLANK_LINE.split(rendered.strip()) if part.strip()]
    if len(parts) < 2:
        raise ValueError("A letter needs a subject and a text.")
    return one_line(parts[0]), tuple(_block(part) for part in parts[1:])


def _block(part: str) -> Block:
    lines = [line.strip() for line in part.splitlines() if line.strip()]
    if lines == [DATES]:
        return Block(dates=True)
    if all(line.startswith("- ") for line in lines):
        return Block(points=tuple(one_line(line[2:]) for line in lines))
    return Block(text=one_line(" ".join(lines)))


def as_text(opening: str, blocks: Iterable[Block], dates: Sequence[Date], closing: Sequence[str]) -> str:
    """The whole letter as plain text, lines broken at ``WIDTH`` but never inside an address; ends with a newline."""
    parts = [_wrapped(opening)]
    for block in blocks:
        if block.dates:
            parts += [_date(date) for date in dates]
        elif block.points:
            parts.append("\n".join(_wrapped(point, "- ", "  ") for point in block.points))
        else:
            parts.append(_wrapped(block.text))
    parts += ["\n".join(_wrapped(line) for line in part.splitlines()) for part in closing]
    return "\n\n".join(parts) + "\n"


def _date(date: Date) -> str:
    lines = [date.title + ":", _wrapped(f"{date.day}, {date.clock}", "  ", "  ")]
    lines += [_wrapped(text, "  ", "  ") for text in (date.before, date.why) if text]
    return "\n".join(lines)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
