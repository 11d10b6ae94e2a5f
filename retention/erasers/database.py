"""Erasing one tenant's rows from one database of the platform. It knows a store and a tenant key, and no job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from types import TracebackType

import sqlalchemy

from exports.datamap import DataMap
from exports.sources.database import open_snapshot
from exports.sources.snapshot import SourceError
from retention.erasers import search
from retention.erasers.batches import Batches, Guard, nothing
from retention.erasers.findings import (
    BusyError,
    ChangedError,
    Code,
    EraserError,
    Findings,
    Identity,
    Leftover,
    Refusal,
    RefusedError,
)
from retention.erasers.inspection import Inspection, read_structure
from retention.erasers.keys import Keys
from retention.erasers.postgresql import PostgresSession
from retention.erasers.remembering import Remembered
from retention.erasers.session import Session
from retention.erasers.sqlite import SqliteSession
from retention.erasers.targets import Targets
from retention.erasers.walking import MOST_ROWS

_POSTGRESQL = {"postgres", "postgresql", "psql", "pgsql"}


def engine_of(url: str) -> str:
    """``postgresql``, ``sqlite``, or the name of an engine that cannot be erased from."""
    scheme = url.partition("://")[0].lower().partition("+")[0]
    if scheme in _POSTGRESQL:
        return "postgresql"
    with suppress(sqlalchemy.exc.ArgumentError):
        scheme = sqlalchemy.make_url(url).get_backend_name()
    return scheme


class DatabaseEraser:
    """Use as a context manager. ``notes`` is a file of this deletion alone that outlives a kill: the keys of rows
    whose owner can no longer be told when their turn comes. It must be the same file until the deletion is verified.

    Every method may raise ``EraserError``: ``BusyError`` means try again, all others stop the deletion.
    """

    def __init__(self, datamap: DataMap, store_key: str, url: str, tenant_key: str, notes: Path) -> None:
        self.datamap, self.store, self.url, self.tenant_key = datamap, datamap.databases[store_key], url, tenant_key
        self.engine = engine_of(url)
        self.notes = notes
        self._session: Session | None = None
        self._batches: Batches | None = None
        self._remembered: Remembered | None = None
        self._structure = ""
        self._turn = ""

    def __enter__(self) -> DatabaseEraser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connection and the notes."""
        if self._session is not None:
            self._session.close()
        if self._remembered is not None:
            self._remembered.close()
        self._session = self._batches = self._remembered = None

    def inspect(self, gone: Identity | None = None) -> Findings:
        """The dry run: all refusals, identity, tables in order with exact counts. Changes nothing.

        ``gone``: the tenant's own row as it was before a deletion that began; without it no row is no tenant.
        """
        if self.engine not in ("postgresql", "sqlite"):
            return Findings(None, (), (Refusal(Code.ENGINE, {"engine": self.engine}),))
        try:
            with open_snapshot(self.store.key, self.url) as snapshot:
                return Inspection(self.store, snapshot, self.tenant_key, gone).findings()
        except SourceError as error:
            raise BusyError(str(error)) from error

    def identity(self) -> Identity | None:
        """The tenant's own row as it is now, without counting anything; None where there is not exactly one."""
        try:
            with open_snapshot(self.store.key, self.url) as snapshot:
                inspection = Inspection(self.store, snapshot, self.tenant_key)
                return inspection.identity() if inspection.look() else None
        except SourceError as error:
            raise BusyError(str(error)) from error

    @property
    def structure(self) -> str:
        """``Findings.structure`` as it was when the first batch, count or this was asked for."""
        self._open()
        return self._structure

    def delete_batch(self, table: str, guard: Guard, limit: int = MOST_ROWS, still: Guard = nothing) -> int:
        """Deletes the next rows of ``table`` (one of ``Findings.turns``) and returns how many went; 0 for none left.

        At most ``limit`` and 10,000 rows, and as many as take about a second; no statement runs longer than two. Each
        batch is one transaction: ``guard`` is called in it before anything else, and what it raises leaves everything
        as it was; ``still`` is called last, right before the commit. ``gone`` tells the rows by table where several go
        together. Turns must be worked off in their order.
        """
        return self._ready(table).delete(table, guard, max(1, limit), still)

    @property
    def gone(self) -> Mapping[str, int]:
        """Rows of the last batch, by table."""
        return dict(self._batches.gone) if self._batches else {}

    def verify(self, table: str) -> int:
        """The tenant's rows that are still in the table and should not be; ask while its parents stand."""
        batches = self._open()
        target = batches.targets.by_key.get(table)
        if target is None:
            raise EraserError(f"{table} is not a table that is erased from.")
        return batches.left(target)

    def missing(self, table: str, before: int, seconds: float = inf) -> int:
        """How many of the tenant's rows of ``table`` are gone, of the ``before`` that were there at first.

        Exact also after a kill: it waits for the batch that a dead worker left behind, and where keys are remembered it
        counts by them. TimeoutError when it takes longer than ``seconds``.
        """
        batches = self._open()
        return batches.missing(batches.targets.by_key[table], before, seconds)

    def tidy(self, table: str) -> bool:
        """VACUUM of the table after its last batch, which makes its parents' turn fast; False where we may not."""
        batches = self._open()
        target = batches.targets.by_key[table]
        tidied = [batches.session.tidy(name) for name, _ in batches.targets.holders(target)]
        return all(tidied)

    def search(self, samples: Mapping[str, Sequence[Sequence[str]]]) -> list[Leftover]:
        """What is left of the tenant, by another connection and another way of thinking: see ``search.leftovers``."""
        return search.leftovers(self.datamap, self.store, self.url, self.tenant_key, samples)

    def _ready(self, table: str) -> Batches:
        """Before the first batch of each table: the database is what it was, and nothing is refused by its shape."""
        fresh = self._batches is None
        batches = self._open()
        if table != self._turn:
            if table not in {turn[0] for turn in batches.order.turns}:
                raise EraserError(f"{table} has no turn of its own.")
            if not fresh and self._fingerprint() != self._structure:
                raise ChangedError(f"The database has changed since the deletion began, before the turn of {table}.")
            self._turn = table
        return batches

    def _open(self) -> Batches:
        if self._batches is None:
            if self.engine not in ("postgresql", "sqlite"):
                raise RefusedError((Refusal(Code.ENGINE, {"engine": self.engine}),))
            self._structure, targets = self._read()
            self._session = PostgresSession(self.url) if self.engine == "postgresql" else SqliteSession(self.url)
            self._remembered = Remembered(self.notes)
            owner = f"{self.store.key}:{self.tenant_key}"
            self._batches = Batches(self._session, targets, Keys(self._session, targets, self._remembered, owner))
        return self._batches

    def _fingerprint(self) -> str:
        try:
            with open_snapshot(self.store.key, self.url) as snapshot:
                return read_structure(snapshot).fingerprint
        except SourceError as error:
            raise BusyError(str(error)) from error

    def _read(self) -> tuple[str, Targets]:
        """The fingerprint and the targets of the database as it is; raises ``RefusedError`` as ``inspect`` would."""
        try:
            with open_snapshot(self.store.key, self.url) as snapshot:
                inspection = Inspection(self.store, snapshot, self.tenant_key)
                targets = inspection.shape()
                return inspection.structure.fingerprint, targets
        except SourceError as error:
            raise BusyError(str(error)) from error
