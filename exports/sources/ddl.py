"""The schema of the exported tables as SQL that builds it again in an empty database of the same engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exports.contents import Table

if TYPE_CHECKING:
    from exports.sources.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Ddl:
    """What a dump needs around the data; every text is whole statements, each line ended."""

    engine: str
    """``postgresql``, ``sqlite`` or ``mysql``."""
    head: str
    """Settings of the session that loads; harmless to repeat, so every part of a dump can start with them."""
    before: str
    """Schemas, types, functions, sequences and tables with their exported columns."""
    after: str
    """Keys, checks, indexes, foreign keys, sequence values and comments: what is added once the rows are there."""
    left_out: list[str] = field(default_factory=list)
    """What the source has and the dump has not, each with its reason."""
    computed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Table stem → generated columns: the loading database computes them, so the rows must not bring them."""
    foot: str = ""
    """What every part of a dump ends with."""


def ddl(snapshot: Snapshot, tables: Sequence[Table]) -> Ddl:
    """The schema of ``tables``, read from the snapshot's own catalogue.

    Raises ``ValueError`` for an engine whose SQL is not known here and ``LookupError`` when a table is gone.
    """
    if snapshot.engine == "postgresql":
        from exports.sources.ddl_postgresql import postgresql_ddl

        return postgresql_ddl(snapshot, tables)
    if snapshot.engine == "sqlite":
        from exports.sources.ddl_sqlite import sqlite_ddl

        return sqlite_ddl(snapshot, tables)
    if snapshot.engine == "mysql":
        from exports.sources.ddl_mysql import mysql_ddl

        return mysql_ddl(snapshot, tables)
    raise ValueError(f"{snapshot.store}: no SQL dump can be written for the engine {snapshot.engine!r}")


def comment(text: str) -> str:
    """A whole-line SQL comment that no name inside can end."""
    return "-- " + "".join(" " if ord(char) < 32 or char in "\x7f\x85\u2028\u2029" else char for char in text) + "\n"


def mentions(sql: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in the statement as a word."""
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql, re.IGNORECASE) for name in names)
