"""Erasing one tenant's files from one file store of the platform. It knows a store and a tenant key, and no job."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from django.core.files.storage import Storage

from exports.contents import Category
from exports.datamap import DataMap
from retention.erasers import file_search
from retention.erasers.file_findings import FileFindings, Gone, Keeps, category_named, shown
from retention.erasers.file_inspection import FileInspection, obstacles
from retention.erasers.file_notes import FileNotes
from retention.erasers.file_turns import Guard, NamedTurn, PrefixTurn, Turn
from retention.erasers.findings import ChangedError, EraserError, Leftover, RefusedError
from retention.erasers.judging import Judging
from retention.erasers.naming import NamedFiles
from retention.erasers.places import erasing_place
from retention.erasers.places.place import MOST, ErasingPlace
from retention.erasers.prefixes import plain

__all__ = ["FileEraser", "NamedFiles"]

_READ = "rows read"
_IDENTITY = "identity"


class FileEraser:
    """Use as a context manager. ``notes`` is a file of this deletion alone that outlives a kill; it must be the same
    file until the deletion is verified. ``keeps`` says of a single file whether a hold or a duty keeps it.

    **``remember`` must be called before the first row of the platform goes**, for the rows say which files outside the
    tenant's prefixes are the tenant's; ``inspect`` does it too. ``also`` are more such files, which no row names any
    more: what was kept of an earlier deletion. ``identity`` is that of the findings, where the notes are gone.

    Every method may raise ``EraserError``: ``BusyError`` means try again, all others stop the deletion.
    """

    def __init__(
        self,
        datamap: DataMap,
        store_key: str,
        storage: Storage,
        tenant_key: str,
        notes: Path,
        named: NamedFiles,
        *,
        keeps: Keeps | None = None,
        also: Iterable[tuple[str, Category]] = (),
        identity: str = "",
    ) -> None:
        self.datamap, self.store, self.storage, self.tenant_key = (
            datamap,
            datamap.files[store_key],
            storage,
            tenant_key,
        )
        self.named, self.keeps, self.also, self.known_identity = named, keeps, tuple(also), identity
        self._notes_path = notes
        self._opened: _Opened | None = None

    def __enter__(self) -> FileEraser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the storage and the notes."""
        if self._opened is not None:
            self._opened.close()
        self._opened = None

    def inspect(self) -> FileFindings:
        """The dry run: all refusals, problems, exact counts of every place. Changes nothing on the platform."""
        try:
            opened = self._open(checked=False)
            self.remember()
        except RefusedError as error:
            return FileFindings(type(self.storage).__name__, (), error.refusals)
        return FileInspection(opened.place, opened.notes, opened.judging).findings()

    def remember(self) -> None:
        """Reads from the platform which files the tenant's rows name, and keeps it in the notes; again and again does
        no harm, and files that rows name only now are added."""
        opened = self._open(checked=False)
        if wrong := opened.judging.wrong_prefixes():
            raise RefusedError(tuple(wrong))
        opened.place.reach()
        notes = opened.notes
        exact = opened.place.one_spelling
        found = itertools.chain(self.named.read(self.store.key), ((*one, "") for one in self.also))
        notes.add_named((plain(path, exact), category, by) for path, category, by in found)
        opened.settle()
        notes.keep(_READ, "yes")

    def delete_batch(self, prefix: str, guard: Guard, limit: int = MOST) -> Gone:
        """Deletes the next entries of a place (``PlaceFinding.prefix``); 0 objects for none left.

        At most ``limit`` and 1,000, and as many as take about a second. ``guard`` is called before anything of the
        batch goes, and what it raises leaves everything as it was; ``keeps`` is asked and the platform's rows are read
        after it. Where single entries would not go, the next call raises ``NotDeletedError``.
        """
        opened = self._open()
        gone = opened.turn(prefix, deleting=True).batch(guard, max(1, min(limit, MOST)))
        if not gone.objects:
            opened.steady()
        return gone

    def verify(self, prefix: str) -> int:
        """The entries of a place that are still there and should not be, by a listing from its beginning."""
        opened = self._open()
        left = opened.turn(prefix, deleting=False).left()
        opened.steady()
        return left

    def search(self, tenant_key: str = "") -> list[Leftover]:
        """What is left of the tenant, found in another way: see ``file_search``."""
        opened = self._open()
        key = tenant_key or self.tenant_key
        found = file_search.leftovers(self.store, self.storage, key, self.named, self.keeps)
        opened.steady()
        return found

    def _open(self, *, checked: bool = True) -> _Opened:
        """``checked``: after everything that needs no counting to be refused was looked at."""
        if self._opened is None:
            place = erasing_place(self.storage)
            notes = FileNotes(self._notes_path, self.store.key)
            judging = Judging(self.store, self.tenant_key, place, notes, self.named, self.keeps)
            self._opened = _Opened(place, notes, judging, self.known_identity)
        if checked:
            self._opened.check()
        return self._opened


class _Opened:
    """What an eraser holds on to."""

    def __init__(self, place: ErasingPlace, notes: FileNotes, judging: Judging, identity: str) -> None:
        self.place, self.notes, self.judging, self.identity = place, notes, judging, identity
        self.checked = False
        self.turns: dict[str, Turn] = {}

    def close(self) -> None:
        for turn in self.turns.values():
            turn.close()
        self.place.close()
        self.notes.close()

    def check(self) -> None:
        """Raises ``RefusedError`` or ``ChangedError`` where not even nothing could be believed."""
        if not self.checked:
            self.place.reach()
            if refusals := obstacles(self.place, self.judging)[0]:
                raise RefusedError(tuple(refusals))
        self.steady()
        self.settle()
        self.checked = True

    def steady(self) -> None:
        """A disk may vanish in the middle, and what it was mounted on is an empty folder: asked before and after."""
        if not self.place.same(self.notes.fact(_IDENTITY) or self.identity):
            raise ChangedError("The file store lies on another disk or in another bucket than before: is it mounted?")

    def settle(self) -> None:
        """Keeps which disk it is, from the first time on."""
        if not self.notes.fact(_IDENTITY):
            self.notes.keep(_IDENTITY, self.place.identity())

    def turn(self, name: str, *, deleting: bool) -> Turn:
        """The turn of a place; raises ``EraserError`` where it would miss files."""
        category = category_named(name)
        if category is None and name not in self.judging.prefixes:
            raise EraserError(f"{shown(name)} is no place of {self.judging.store.key}.")
        if (deleting or category is not None) and not self.notes.fact(_READ):
            raise EraserError("Which files the rows name was not read before the deletion began.")
        if name not in self.turns:
            judging = self.judging
            self.turns[name] = PrefixTurn(judging, name) if category is None else NamedTurn(judging, category)
        return self.turns[name]
