"""Puts rows of Python values into the platform's database as fast as the engine takes them."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from exports import rows as copy_text
from exports.sample import schema
from exports.sample.world import Row

_CHUNK = 5000


class NotTheSampleError(Exception):
    """The database holds tables that are not the sample platform's; it is left alone."""


class Loader(ABC):
    """An empty sample schema that takes rows; it becomes the platform when the block ends without an error."""

    def __enter__(self) -> Self:
        self.create()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if error is None:
                self.finish()
        finally:
            self.close()

    @abstractmethod
    def create(self) -> None: ...

    @abstractmethod
    def load(self, table: str, rows: Iterable[Row]) -> int:
        """Adds rows, values in the order of the table's columns without generated ones; gives how many."""

    @abstractmethod
    def finish(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


def open_loader(url: str) -> Loader:
    """The loader for ``sqlite:///path`` or ``postgresql://…``; ``ValueError`` for anything else."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return SqliteLoader(Path(parsed.database))
    if parsed.get_backend_name() == "postgresql":
        return PostgresLoader(parsed.set(drivername="postgresql").render_as_string(hide_password=False))
    raise ValueError(f"url: {parsed.get_backend_name()} is neither a SQLite file nor PostgreSQL")


def _refuse_strangers(tables: Iterable[str], where: str) -> None:
    strangers = sorted(set(tables) - set(schema.TABLES) - set(schema.PARTITIONS))
    if strangers:
        raise NotTheSampleError(f"{where} is not replaced: {', '.join(strangers[:5])} is not of the sample platform")


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk


class SqliteLoader(Loader):
    """Builds the database beside the old one and replaces it whole at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.building = path.with_name(path.name + ".building")

    def create(self) -> None:
        if self.path.exists():
            with sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True) as old:
                names = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            old.close()
            _refuse_strangers((name for name in names if not name.startswith("sqlite_")), str(self.path))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.building.unlink(missing_ok=True)
        self.connection = sqlite3.connect(self.building, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=OFF")
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.executescript(schema.sql("sqlite.sql"))

    def load(self, table: str, rows: Iterable[Row]) -> int:
        count = 0
        self.connection.execute("BEGIN")
        for chunk in chunks(rows):
            plain = [[_SQLITE.get(type(value), _same)(value) for value in row] for row in chunk]
            marks = ",".join("?" * len(plain[0]))
            self.connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', plain)
            count += len(plain)
        self.connection.execute("COMMIT")
        return count

    def finish(self) -> None:
        broken = self.connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise ValueError(f"{broken[0]}: row {broken[1]} points at a missing row of {broken[2]}")
        self.connection.executescript(schema.sql("sqlite_keys.sql"))
        self.connection.close()
        for suffix in ("-journal", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.building.replace(self.path)

    def close(self) -> None:
        self.connection.close()
        self.building.unlink(missing_ok=True)


class PostgresLoader(Loader):
    """Drops and fills the schema ``public`` in one transaction, so that nobody sees half a platform."""

    def __init__(self, url: str) -> None:
        self.url = url

    def create(self) -> None:
        self.connection = psycopg.connect(self.url)
        self.connection.execute("SET LOCAL search_path TO public")
        found = self.connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        _refuse_strangers((str(name) for (name,) in found), f"database {self.connection.info.dbname}")
        self.connection.execute(schema.sql("postgresql_drop.sql").encode())
        self.connection.execute(schema.sql("postgresql.sql").encode())

    def load(self, table: str, rows: Iterable[Row]) -> int:
        count = 0
        statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in chunks(rows):
                copy.write("".join(map(_copy_line, chunk)))
                count += len(chunk)
        return count

    def finish(self) -> None:
        self.connection.execute(schema.sql("postgresql_keys.sql").encode())
        self.connection.commit()

    def close(self) -> None:
        self.connection.close()


def _copy_line(row: Row) -> str:
    return "\t".join([r"\N" if value is None else _POSTGRES[type(value)](value) for value in row]) + "\n"


def _same(value: Any) -> Any:
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _array(values: tuple[str, ...]) -> str:
    """A text array as PostgreSQL reads it (manual, "Array Value Input")."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def _clock(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


_SQLITE: dict[type, Callable[[Any], Any]] = {
    datetime: _utc,
    date: date.isoformat,
    timedelta: _clock,
    Decimal: str,
    UUID: str,
    dict: _json,
    list: _json,
    tuple: _json,
    bool: int,
}
_POSTGRES: dict[type, Callable[[Any], str]] = {
    str: copy_text.escape,
    int: str,
    bool: lambda value: "t" if value else "f",
    datetime: datetime.isoformat,
    date: date.isoformat,
    timedelta: _clock,
    Decimal: str,
    UUID: str,
    bytes: lambda value: "\\\\x" + value.hex(),
    dict: lambda value: copy_text.escape(_json(value)),
    list: lambda value: copy_text.escape(_json(value)),
    tuple: lambda value: copy_text.escape(_array(value)),
}
"""A tuple is an array of texts, a list is JSON."""
