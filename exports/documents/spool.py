"""The rows that documents need, kept in a scratch SQLite file while the tables are read once. Pure: no Django.

What is kept is the text of the snapshot, so documents say what the exact layer says, on every engine alike, and can be
made after the snapshot is closed. Keys are compared as text; memory stays flat whatever the tables hold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from exports.contents import Kind, Table
from exports.rows import Block, value

Row = dict[str, str]
"""Column → text, '' for NULL."""
_BATCH = 500


class SpoolError(Exception):
    """The kept rows do not give what was asked; ``str()`` is a sentence for people."""


class _Sum:
    """Exact sum and average of decimal texts; SQLite's own would go through floating point."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.count = 0

    def step(self, text: str | None) -> None:
        if text:
            self.total += _number(text)
            self.count += 1

    def finalize(self) -> str | None:
        return str(self.total) if self.count else None


class _Average(_Sum):
    def finalize(self) -> str | None:
        return str(self.total / self.count) if self.count else None


class _Most(_Sum):
    best: Decimal | None = None

    def step(self, text: str | None) -> None:
        if text:
            self.best = _number(text) if self.best is None else self.choose(self.best, _number(text))

    def choose(self, one: Decimal, other: Decimal) -> Decimal:
        return max(one, other)

    def finalize(self) -> str | None:
        return None if self.best is None else str(self.best)


class _Least(_Most):
    def choose(self, one: Decimal, other: Decimal) -> Decimal:
        return min(one, other)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise SpoolError(f"{text!r} is no number that can be counted up")
    return number


class Spool:
    """The kept tables of all stores, in the file ``path``, which starts empty."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;")
        aggregates: dict[str, Any] = {"sum": _Sum, "avg": _Average, "max": _Most, "min": _Least}
        for name, kind in aggregates.items():
            self._database.create_aggregate(f"exact_{name}", 1, kind)
        self._tables: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}

    def close(self) -> None:
        self._database.close()

    def tap(self, table: Table) -> Callable[[Block], None]:
        """A function that keeps each block of the table; bytes are not kept, no document shows them."""
        kept = [index for index, column in enumerate(table.columns) if column.kind is not Kind.BINARY]
        name = f"t{len(self._tables)}"
        columns = {table.columns[index].name: f"c{index}" for index in kept}
        self._tables[table.store, table.key] = name, columns
        self._database.execute(f"CREATE TABLE {name} ({', '.join(f'{one} TEXT' for one in columns.values())})")
        insert = f"INSERT INTO {name} VALUES ({', '.join('?' * len(kept))})"

        def keep(block: Block) -> None:
            fields: list[tuple[str | None, ...]] = [block.fields[index :: block.width] for index in kept]
            if block.has_backslash:
                fields = [tuple(value(field or "") for field in column) for column in fields]
            self._database.execute("BEGIN")
            self._database.executemany(insert, zip(*fields, strict=True))
            self._database.execute("COMMIT")

        return keep

    def index(self, store: str, table: str, columns: Sequence[str]) -> None:
        """Makes looking rows up by these columns fast."""
        name, known = self._tables[store, table]
        keys = [known[column] for column in columns]
        if keys:
            self._database.execute(f"CREATE INDEX IF NOT EXISTS {name}_{'_'.join(keys)} ON {name} ({', '.join(keys)})")

    def column(self, store: str, table: str, column: str, alias: str) -> str:
        """SQL of a column of a kept table that goes by ``alias``."""
        return f"{alias}.{self._tables[store, table][1][column]}"

    def relation(self, store: str, table: str, alias: str) -> str:
        """SQL of a kept table as a FROM item."""
        return f"{self._tables[store, table][0]} AS {alias}"

    def rows(self, store: str, table: str, where: Sequence[tuple[str, str]] = ()) -> Iterator[Row]:
        """All rows in the order of the table, or those whose columns have these texts."""
        name, columns = self._tables[store, table]
        condition = " AND ".join(f"{columns[column]} = ?" for column, _text in where) or "1"
        sql = f"SELECT {', '.join(columns.values())} FROM {name} WHERE {condition} ORDER BY rowid"
        return self._read(sql, [text for _column, text in where], list(columns))

    def count(self, store: str, table: str, where: Sequence[tuple[str, str]] = ()) -> int:
        """How many rows ``rows`` gives."""
        name, columns = self._tables[store, table]
        condition = " AND ".join(f"{columns[column]} = ?" for column, _text in where) or "1"
        answer = self._database.execute(
            f"SELECT count(*) FROM {name} WHERE {condition}", [text for _column, text in where]
        )
        return int(answer.fetchone()[0])

    def select(self, sql: str, values: Sequence[str], names: Sequence[str]) -> Iterator[Row]:
        """The answer to a query over ``relation`` and ``column``; ``names`` are those of its columns."""
        return self._read(sql, values, names)

    def columns(self, store: str, table: str) -> list[str]:
        """The columns that are kept of a table."""
        return list(self._tables[store, table][1])

    def _read(self, sql: str, values: Sequence[str], names: Sequence[str]) -> Iterator[Row]:
        cursor = self._database.cursor()
        try:
            cursor.execute(sql, values)
            while batch := cursor.fetchmany(_BATCH):
                for row in batch:
                    yield {name: "" if field is None else str(field) for name, field in zip(names, row, strict=True)}
        except sqlite3.OperationalError as error:
            if "user-defined" in str(error):  # sqlite3 swallows what an aggregate raises
                raise SpoolError("a value of the column is no number that can be counted up") from error
            raise
        finally:
            cursor.close()
