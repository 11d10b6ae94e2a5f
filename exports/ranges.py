"""Which bytes of a file a request asks for (RFC 9110, sections 13 and 14). Pure.

One range of bytes is honoured. Several at once, other units and what cannot be read are ignored, as the RFC allows: the
whole file answers them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,19})-([0-9]{0,19})", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"[^"]*"')


class UnsatisfiableError(ValueError):
    """The range lies outside the file: 416."""


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes ``first`` to ``last`` of a file, both inclusive."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def asked_for(header: str, size: int) -> Range | None:
    """The range of a ``Range`` header; None for the whole file. ``UnsatisfiableError`` where nothing of it is there."""
    found = _ONE_RANGE.fullmatch(header.strip().replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise UnsatisfiableError
        return Range(max(0, size - int(last)), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableError
    return Range(int(first), min(int(last), size - 1) if last else size - 1)


def same(tag: str, header: str) -> bool:
    """Whether ``If-Range`` names exactly this strong tag; a day, a weak tag or several of them do not."""
    return header.strip() == tag


def one_of(tag: str, header: str) -> bool:
    """Whether ``If-None-Match`` names this tag, weakly compared, or any at all."""
    return header.strip() == "*" or tag in [found.removeprefix("W/") for found in _TAG.findall(header)]
