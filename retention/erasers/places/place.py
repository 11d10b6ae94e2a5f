"""What the file eraser asks of a storage. Names are taken exactly as they are stored; ``/`` separates folders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from retention.erasers.file_findings import Problem
from retention.erasers.findings import Refusal

MOST = 1000
"""Entries of one request or batch."""


class Kind(Enum):
    """What an entry is; all but folders are counted when they go."""

    FILE = "a file, or the version of an object that is shown"
    VERSION = "an older version"
    MARKER = "a delete marker"
    UPLOAD = "an unfinished upload"
    LINK = "a symbolic link"
    FOLDER = "a folder; it goes when it is empty"


class Entry(NamedTuple):
    """One thing that can be deleted alone. ``version``: of an object or upload; where a link leads.

    ``size`` in bytes, of a folder how many names it had when it was listed; ``links`` how many names the content has.
    """

    path: str
    kind: Kind
    size: int = 0
    version: str = ""
    links: int = 1


class Lock(NamedTuple):
    """Why an object cannot be deleted, and until when (ISO text; '' for as long as somebody wants)."""

    why: str
    until: str


class Outcome(NamedTuple):
    """What became of a batch: how much went, what did not and why, and what trying again may help ('' for nothing)."""

    objects: int
    bytes: int
    failed: dict[Entry, str]
    busy: str = ""


class ErasingPlace(ABC):
    """One storage. Raises ``BusyError`` when trying again may help, else ``EraserError`` or ``RefusedError``."""

    name: str
    """What it is, in words: ``file system`` or ``S3``."""
    at_once = 1
    """How many questions about single names may run beside each other."""
    one_spelling = True
    """Whether a file has only one path: ``a//b`` and ``a/b`` are two."""

    @abstractmethod
    def reach(self) -> None:
        """Raises ``RefusedError`` when the place as a whole is not there, so that it is never taken for empty."""

    @abstractmethod
    def identity(self) -> str:
        """What tells this disk from another one that may be mounted in its place; '' where that cannot be."""

    @abstractmethod
    def same(self, before: str) -> bool:
        """Whether ``identity`` once told this place."""

    @abstractmethod
    def empty(self) -> bool:
        """Whether there is nothing at all, of anybody."""

    @abstractmethod
    def survey(self, prefix: str) -> tuple[list[Refusal], list[Problem]]:
        """What stands in the way before anything is listed."""

    @abstractmethod
    def entries(self, prefix: str, *, hindered: list[Refusal] | None = None) -> Iterator[Entry]:
        """Everything whose name begins with the prefix, what lies in a folder before the folder.

        Memory does not grow with their number. Deleting what was given does not disturb the listing, but what was
        changed meanwhile may be missed: only a listing in which nothing was deleted says that nothing is left.
        ``hindered`` collects what cannot be listed or removed; without it that is a ``RefusedError``.
        """

    @abstractmethod
    def exactly(self, path: str) -> list[Entry]:
        """Everything of that very name; [] where there is nothing."""

    @abstractmethod
    def locks(self, entries: Sequence[Entry]) -> dict[Entry, Lock]:
        """The entries that cannot be deleted because a lock of the storage keeps them."""

    @abstractmethod
    def delete(self, entries: Sequence[Entry]) -> Outcome:
        """Deletes at most ``MOST`` entries, durably. What is gone already is not counted."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of connections."""
