"""File names from data: readable, safe on every system, and unique without looking at upper and lower case. Pure."""

from __future__ import annotations

from collections import Counter

from exports.names import plain

_LONGEST = 80
_SEPARATORS = str.maketrans({"/": "-", "\\": "-", "\0": "-"})


class Names:
    """The stems of one kind of document; the same originals in the same order give the same stems."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._again: Counter[str] = Counter()

    def stem(self, original: str, number: int) -> str:
        """A stem for the document ``number``, as near to ``original`` as it may be; never one given before."""
        readable = plain(original.translate(_SEPARATORS)[:_LONGEST])
        wanted = readable if readable.strip("_-") else f"{number:06d}"
        stem = wanted
        while stem.casefold() in self._used:
            self._again[wanted.casefold()] += 1
            stem = f"{wanted} ({self._again[wanted.casefold()] + 1})"
        self._used.add(stem.casefold())
        return stem
