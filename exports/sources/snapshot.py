"""What every database source is: one consistent look at a platform database, read as blocks of COPY text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exports.rows import Block
from exports.scope import Selection

BLOCK_BYTES = 256 * 1024
"""Blocks are cut at the first row that reaches this size: small enough for the processor's cache and for the
socket's buffer, so the server goes on working while a block is being formatted."""


class SourceError(Exception):
    """A platform store could not be read; ``str()`` is a sentence for people."""

    def __init__(self, store: str, table: str, reason: str) -> None:
        self.store, self.table, self.reason = store, table, reason
        place = f"Store {store}, table {table}" if table else f"Store {store}"
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True, slots=True)
class Note:
    """A value that COPY text could not carry as it was; ``row`` counts from 1, ``original_hex`` is what was stored."""

    table: str
    row: int
    column: str
    reason: str
    original_hex: str


class Snapshot(ABC):
    """One read-only, consistent look at one database of the platform.

    One table is read at a time. ``report`` is called for every value that had to be changed to become
    text; as long as nobody has set it, such a value is an error.
    """

    connection: Any
    """``psycopg.Connection`` or ``sqlalchemy.Connection``, inside the snapshot's transaction."""

    def __init__(self, store: str, engine: str, version: str, taken_at: datetime) -> None:
        self.store = store
        self.engine = engine
        """``postgresql``, ``sqlite``, ``mysql``, or SQLAlchemy's name of another dialect."""
        self.version = version
        self.taken_at = taken_at
        """Aware, UTC, by this machine's clock."""
        self.report: Callable[[Note], None] = self._refuse
        self._reading = ""

    def query(self, sql: str) -> list[tuple[str | None, ...]]:
        """The whole answer to a small question, every value as the engine's text, None for NULL."""
        return self._answer(sql, "")

    def count(self, selection: Selection) -> int:
        """Rows of the selection by the engine's own ``count(*)``."""
        return int(self._answer(selection.count_sql, selection.table.key)[0][0] or 0)

    def fitted(self, selection: Selection) -> Selection:
        """The selection with the kinds its values really have, for engines that do not enforce declared types."""
        return selection

    def read(self, selection: Selection) -> Generator[Block, None, None]:
        """The selected rows in order; closing the generator early stops the engine's work too."""
        table = selection.table.key
        self._idle(table)
        self._reading = table
        rows = 0
        try:
            with closing(self._chunks(selection)) as chunks:
                while True:
                    try:
                        block = Block(next(chunks), rows + 1)
                    except StopIteration as end:
                        self._check(table, rows, end.value)
                        return
                    yield block
                    rows += block.count
        finally:
            self._reading = ""

    @abstractmethod
    def _answer(self, sql: str, table: str) -> list[tuple[str | None, ...]]: ...

    @abstractmethod
    def _chunks(self, selection: Selection) -> Generator[bytes, None, int | None]:
        """Whole rows of COPY text, never empty; returns how many rows the engine says it sent, None if it does not."""

    def _idle(self, table: str) -> None:
        if self._reading:
            raise SourceError(self.store, table, f"table {self._reading} of the same snapshot is still being read")

    def _check(self, table: str, seen: int, told: int | None) -> None:
        if told is not None and told != seen:
            raise SourceError(self.store, table, f"the database sent {told} rows but {seen} arrived")

    def _refuse(self, note: Note) -> None:
        where = f"row {note.row}, column {note.column}"
        raise SourceError(self.store, note.table, f"{where}: {note.reason} (stored bytes {note.original_hex[:80]})")
