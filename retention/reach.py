"""What a hold or a duty keeps, and what one step of a run is about: categories, tables, prefixes, files. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exports.contents import Category

NAMED = "named:"
"""How a place begins whose files lie anywhere in the store, because rows name them; a prefix has a ``/``."""


class Place(StrEnum):
    """What kind of thing a target is."""

    TABLE = "table"
    PREFIX = "prefix"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Target:
    """What one step erases. ``name``: a table's key in the data map, the beginning of file names, or one whole name.

    ``category`` None: not known; then it counts as every category.
    """

    place: Place
    store: str
    name: str
    category: Category | None

    @property
    def anywhere(self) -> bool:
        """Whether its files may lie anywhere in the store."""
        return self.place is Place.PREFIX and self.name.startswith(NAMED) and "/" not in self.name

    def covers(self, other: Target) -> bool:
        """Whether all of ``other`` lies in this one, by the same category."""
        if self.store != other.store or self.category != other.category:
            return False
        if self.place is Place.PREFIX and other.place is not Place.TABLE:
            return self.anywhere or other.name.startswith(self.name)
        return self == other


@dataclass(frozen=True, slots=True)
class Reach:
    """What a hold or a duty is about: everything of the customer, or these; the sets hold (store, name).

    A prefix keeps every file whose name begins with it. Names are compared as they are and as Unicode composes them,
    so that an ``å`` typed on another machine keeps the same file; that never keeps less than what was named.
    """

    everything: bool = False
    categories: frozenset[Category] = frozenset()
    tables: frozenset[tuple[str, str]] = frozenset()
    prefixes: frozenset[tuple[str, str]] = frozenset()
    files: frozenset[tuple[str, str]] = frozenset()

    @property
    def whole(self) -> bool:
        """Everything, also where that is said by naming every category."""
        return self.everything or self.categories == frozenset(Category)

    @property
    def nothing(self) -> bool:
        """It names nothing: somebody forgot to say what it is about."""
        return self == Reach()

    def keeps(self, target: Target) -> bool:
        """Whether all or a part of the target is kept; where it may be a part, ask for the single files."""
        named = self.everything or target.category in self.categories
        if named or (target.category is None and self.categories):
            return True
        place = (target.store, target.name)
        if target.place is Place.TABLE:
            return _among(place, self.tables)
        if any(_begins(place, prefix) for prefix in self.prefixes):
            return True
        if target.place is Place.FILE:
            return _among(place, self.files)
        inside = self.prefixes | self.files
        return any(inner[0] == target.store if target.anywhere else _begins(inner, place) for inner in inside)

    def keeps_all(self, target: Target) -> bool:
        """Whether nothing of the target may go; ``keeps`` is also true where only a part of it stays."""
        if self.everything or target.category in self.categories or (target.category is None and self.categories):
            return True
        if target.place is Place.PREFIX:
            place = (target.store, target.name)
            return not target.anywhere and any(_begins(place, prefix) for prefix in self.prefixes)
        return self.keeps(target)

    def to_json(self) -> dict[str, Any]:
        """Plain lists, sorted, as records keep it."""
        return {
            "everything": self.everything,
            "categories": sorted(category.value for category in self.categories),
            **{name: [list(place) for place in sorted(getattr(self, name))] for name in _PLACES},
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Reach:
        """What ``to_json`` wrote. ValueError for anything else: what is kept is never guessed."""
        if found.keys() != {"everything", "categories", *_PLACES} or not isinstance(found["everything"], bool):
            raise ValueError(f"{found!r} does not say what is kept.")
        categories = frozenset(Category(name) for name in found["categories"])
        places = {name: frozenset(_place(pair) for pair in found[name]) for name in _PLACES}
        return cls(found["everything"], categories, **places)

    def parts(self) -> Iterator[Reach]:
        """Each table, prefix and file that it names, alone; categories and everything always mean something."""
        yield from (Reach(tables=frozenset({place})) for place in sorted(self.tables))
        yield from (Reach(prefixes=frozenset({place})) for place in sorted(self.prefixes))
        yield from (Reach(files=frozenset({place})) for place in sorted(self.files))


_PLACES = ("tables", "prefixes", "files")


def _place(pair: Any) -> tuple[str, str]:
    if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
        raise ValueError(f"{pair!r} names no place: a store and a name are needed.")
    return pair[0], pair[1]


def _composed(place: tuple[str, str]) -> tuple[str, str]:
    return place[0], unicodedata.normalize("NFC", place[1])


def _among(place: tuple[str, str], places: frozenset[tuple[str, str]]) -> bool:
    return _composed(place) in map(_composed, places)


def _begins(place: tuple[str, str], prefix: tuple[str, str]) -> bool:
    """Whether the name begins with the prefix, in the same store."""
    spellings = ((place, prefix), (_composed(place), _composed(prefix)))
    return place[0] == prefix[0] and any(full[1].startswith(begin[1]) for full, begin in spellings)
