"""Deleting in SQLite: for the sample platform and small installations, with its foreign keys enforced."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy

from retention.erasers.findings import BlockedError, BusyError, EraserError
from retention.erasers.session import BATCH_SECONDS, LOCK_SECONDS, Scan, Session, Stretch, Way

_FETCH = 5000


class SqliteSession(Session):
    """The file must exist. SQLite enforces foreign keys only where a connection asks for it; this one does."""

    engine = "sqlite"

    def __init__(self, url: str) -> None:
        path = Path(sqlalchemy.make_url(url).database or "").absolute()
        try:
            self.connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, timeout=LOCK_SECONDS
            )
            self.connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error as error:
            raise BusyError(f"No connection to the database: {error}") from error
        self._deadline = 0.0
        self.connection.set_progress_handler(self._overdue, 10_000)

    def _overdue(self) -> bool:
        return bool(self._deadline) and time.monotonic() > self._deadline

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with _told(""):
            return self.connection.execute(sql).fetchall()

    def texts(self, sql: str) -> Iterator[str]:
        with _told(""), closing(self.connection.execute(sql)) as cursor:
            for (text,) in cursor:
                yield text

    def change(self, sql: str, table: str) -> int:
        with _told(table):
            return max(self.connection.execute(sql).rowcount, 0)

    @contextmanager
    def transaction(self, table: str) -> Iterator[None]:
        self.change("BEGIN IMMEDIATE", table)
        try:
            yield
            self._deadline = 0.0
            self.change("COMMIT", table)
        except BaseException:
            self._deadline = 0.0
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def alone(self, owner: str) -> None:
        """BEGIN IMMEDIATE has waited already: a file has one writer."""

    def limit(self) -> None:
        self._deadline = time.monotonic() + BATCH_SECONDS

    def defer(self) -> None:
        self.change("PRAGMA defer_foreign_keys = ON", "")

    def scan(self, source: str, alias: str, condition: str, way: Way) -> Scan:
        return _Steps(self, source, alias, condition, backwards=way is Way.BACKWARDS)

    def among(self, alias: str, found: Sequence[Stretch]) -> str:
        return f"{alias}.rowid IN ({', '.join([one.first for one in found])})"

    def tidy(self, source: str) -> bool:
        return False  # freed pages are used again; VACUUM would copy the whole file under a lock

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self.connection.close()


class _Steps(Scan):
    """Row numbers from the last one seen on: an open cursor would stand in the way of every COMMIT."""

    def __init__(self, session: SqliteSession, source: str, alias: str, condition: str, *, backwards: bool) -> None:
        self.session, self.alias, self.backwards = session, alias, backwards
        self.sql = f"SELECT {alias}.rowid FROM {source} WHERE ({condition})"
        self.last = ""

    def take(self) -> list[Stretch]:
        beyond = f" AND {self.alias}.rowid {'<' if self.backwards else '>'} {self.last}" if self.last else ""
        order = f" ORDER BY {self.alias}.rowid{' DESC' if self.backwards else ''} LIMIT {_FETCH}"
        found = [str(place) for (place,) in self.session.rows(self.sql + beyond + order)]
        self.last = found[-1] if found else self.last
        return [Stretch(1, place, place) for place in found]

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def _told(table: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise BlockedError(table, str(error)) from error
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise TimeoutError(str(error)) from error
        raise BusyError(f"{table or 'The database'}: {error}") from error
    except sqlite3.Error as error:
        raise EraserError(f"{table or 'The database'}: {error}") from error
