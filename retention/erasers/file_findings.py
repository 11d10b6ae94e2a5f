"""What the file eraser finds and does: plain values. Pure.

A store has places: one for each prefix of the data map, and ``named:<category>`` for the files that rows name outside
the tenant's own prefixes. The name of a place is what ``delete_batch`` and ``verify`` take and what a step is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from exports.contents import Category
from retention.erasers.file_codes import FILE_WORDS, FileCode
from retention.erasers.findings import EraserError, Facts, Refusal

Keeps = Callable[[str, Category], bool]
"""Whether a hold or a duty keeps one file: its path, and a category it belongs to."""
EXAMPLES = 3
_NAMED = "named:"


class Staying(IntEnum):
    """Whose row that stays names a file; where several do, the first of these counts."""

    OTHERS = 0
    """Somebody else's: below the tenant's prefix that is a mistake that a person has to settle."""
    SHARED = 1
    """One that several tenants use, and perhaps this one did: the file stays with it."""
    KEPT = 2
    """The tenant's own, kept by a hold or a duty."""


def named_place(category: Category) -> str:
    """The place of the files that rows of a category name outside the tenant's prefixes."""
    return f"{_NAMED}{category}"


def category_named(place: str) -> Category | None:
    """The category of such a place; None for a prefix, which always has a ``/``."""
    return Category(place.removeprefix(_NAMED)) if place.startswith(_NAMED) and "/" not in place else None


def shown(path: str) -> str:
    """A path as it can be shown and written anywhere: bytes that are no UTF-8 as ``\\xff``."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def examples(paths: Iterable[str]) -> str:
    """Some paths as they are told in a fact."""
    return ", ".join(map(shown, sorted(paths)[:EXAMPLES]))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not stop the deletion and that a person should know of it."""

    code: FileCode
    facts: Facts

    def __str__(self) -> str:
        return FILE_WORDS[self.code] % self.facts


@dataclass(frozen=True, slots=True)
class Gone:
    """What a batch deleted: ``objects`` with every version, delete marker, unfinished upload and link counted alone."""

    objects: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class PlaceFinding:
    """One place; all counts are of what goes, but the last five, which stay.

    ``objects`` are names, ``versions`` everything with content (the same on a file system), ``bytes`` of all versions
    and uploads. ``locked`` objects cannot be deleted yet, ``shared`` files are named by rows that stay, ``kept`` ones
    by a hold or a duty, ``foreign`` ones lie below the prefix of another tenant. ``examples`` are some that go.
    """

    prefix: str
    category: Category
    objects: int = 0
    bytes: int = 0
    versions: int = 0
    markers: int = 0
    uploads: int = 0
    locked: int = 0
    shared: int = 0
    shared_bytes: int = 0
    kept: int = 0
    foreign: int = 0
    examples: tuple[str, ...] = ()

    @property
    def named(self) -> bool:
        """Whether rows name these files; else they lie below the prefix."""
        return category_named(self.prefix) is not None

    @property
    def entries(self) -> int:
        """What the batches' ``Gone.objects`` add up to."""
        return self.versions + self.markers + self.uploads


@dataclass(frozen=True, slots=True)
class FileFindings:
    """A dry run. Nothing may be deleted unless ``refusals`` is empty; ``problems`` are to be read by a person.

    ``storage`` is the method in words; ``identity`` tells one disk from another ('' where nothing does): it is no part
    of what is approved, because it may change when a machine starts anew.
    """

    storage: str
    places: tuple[PlaceFinding, ...]
    refusals: tuple[Refusal, ...]
    problems: tuple[Problem, ...] = ()
    identity: str = ""


class NotDeletedError(EraserError):
    """Single files would not go, each with its reason; what else the batch had was deleted and told before."""

    def __init__(self, reasons: dict[str, str]) -> None:
        told = "; ".join(f"{shown(path)}: {reasons[path]}" for path in sorted(reasons)[:EXAMPLES])
        super().__init__(f"{len(reasons)} files could not be deleted. For example {told}")
        self.reasons = reasons


class SharedError(EraserError):
    """Rows that stay name files of the batch; ``paths`` are those files with who names them."""

    def __init__(self, paths: dict[str, str]) -> None:
        told = "; ".join(f"{shown(path)} ({paths[path]})" for path in sorted(paths)[:EXAMPLES])
        super().__init__(f"{len(paths)} files of the batch are named by rows that stay: {told}")
        self.paths = paths
