"""Deleting in PostgreSQL through psycopg: rows by where they lie, with the condition asked again.

A cursor WITH HOLD keeps the places of all rows on the server, so that no batch searches the table again and memory
stays flat. Places can change hands (an UPDATE and a VACUUM later another row lies there): therefore every DELETE has
the whole condition beside the places.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from retention.erasers.findings import BlockedError, BusyError, EraserError
from retention.erasers.session import ALONE_SECONDS, BATCH_SECONDS, LOCK_SECONDS, Scan, Session, Stretch, Way

_OPTIONS = {
    "connect_timeout": "15",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "application_name": "offboarding erasure",
}
# Nothing may be hidden from a count or a DELETE in silence: with row_security off that is an error.
_SETTINGS = """
SET row_security = off; SET idle_in_transaction_session_timeout = '60s'; SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET standard_conforming_strings = on; SET work_mem = '64MB';
SET statement_timeout = 0; SET default_transaction_isolation = 'read committed'; SET jit = off;
"""
_numbers = itertools.count(1)
_FETCH = 5000
_STRETCH = 500
_FRONT_TO_BACK = """
SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL synchronize_seqscans = off;
SET LOCAL max_parallel_workers_per_gather = 0
"""
"""Leaves plain and bitmap scans, which give the rows as they lie."""
_ROW_BY_ROW = "SET LOCAL random_page_cost = 0.01; SET LOCAL seq_page_cost = 1;"
"""A batch goes straight to its places; by the planner's usual prices it would read the whole table for each."""


class PostgresSession(Session):
    """``url`` in libpq's form or with scheme ``postgres``/``psql``; raises ``BusyError`` when nobody answers."""

    engine = "postgresql"
    sweeps = True
    lock = " FOR UPDATE"

    def __init__(self, url: str) -> None:
        address = "postgresql://" + url.partition("://")[2]
        try:
            options = _OPTIONS | {name: str(value) for name, value in conninfo_to_dict(address).items()}
            self.connection = psycopg.connect(**options, autocommit=True)  # type: ignore[arg-type]
            self.connection.execute(_SETTINGS.encode())
        except psycopg.Error as error:
            raise BusyError(f"No connection to the database: {_reason(error)}") from error

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with _told(""):
            return self.connection.execute(sql.encode(), prepare=False).fetchall()

    def texts(self, sql: str) -> Iterator[str]:
        cursor = _HeldCursor(self, sql)
        try:
            while found := cursor.fetch():
                yield from (text for (text,) in found)
        finally:
            cursor.close()

    def change(self, sql: str, table: str) -> int:
        with _told(table):
            return self.connection.execute(sql.encode(), prepare=False).rowcount

    @contextmanager
    def transaction(self, table: str) -> Iterator[None]:
        with _told(table), self.connection.transaction():
            yield

    def alone(self, owner: str) -> None:
        self.change(f"SET LOCAL lock_timeout = {int(ALONE_SECONDS * 1000)}", "")
        with _told(""):
            key = "hashtextextended(%s, 0)"
            self.connection.execute(f"SELECT pg_advisory_xact_lock({key})".encode(), [f"erasure {owner}"])

    def limit(self) -> None:
        self.change(
            f"{_ROW_BY_ROW} SET LOCAL statement_timeout = {int(BATCH_SECONDS * 1000)}; "
            f"SET LOCAL lock_timeout = {int(LOCK_SECONDS * 1000)}",
            "",
        )

    def defer(self) -> None:
        self.change("SET CONSTRAINTS ALL DEFERRED", "")

    def scan(self, source: str, alias: str, condition: str, way: Way) -> Scan:
        rows = f"FROM {source} WHERE ({condition})"
        if way is not Way.STRETCHES:
            order = f" ORDER BY {alias}.ctid DESC" if way is Way.BACKWARDS else ""
            return _Rows(self, f"SELECT {alias}.ctid {rows}{order}")
        with self.transaction(""):
            self.change(_FRONT_TO_BACK, "")
            return _Stretches(self, f"{alias}.ctid", rows)

    def among(self, alias: str, found: Sequence[Stretch]) -> str:
        if all(one.first == one.last for one in found):
            listed = '","'.join([one.first for one in found])
            return f"""{alias}.ctid = ANY ('{{"{listed}"}}'::tid[])"""
        return f"{alias}.ctid >= '{found[0].first}'::tid AND {alias}.ctid <= '{found[-1].last}'::tid"

    def tidy(self, source: str) -> bool:
        try:
            self.connection.execute(f"VACUUM (SKIP_LOCKED, TRUNCATE FALSE) {source}".encode())
        except (errors.InsufficientPrivilege, errors.LockNotAvailable):
            return False
        except psycopg.Error as error:
            raise BusyError(_reason(error)) from error
        return True

    def close(self) -> None:
        with suppress(psycopg.Error):
            self.connection.close()


class _HeldCursor:
    """An answer that the server keeps beyond the transaction."""

    def __init__(self, session: PostgresSession, sql: str) -> None:
        self.session, self.name = session, f"places_{next(_numbers)}"
        session.change(f"DECLARE {self.name} NO SCROLL CURSOR WITH HOLD FOR {sql}", "")

    def fetch(self) -> list[tuple[Any, ...]]:
        return self.session.rows(f"FETCH {_FETCH} FROM {self.name}")

    def close(self) -> None:
        with suppress(EraserError):
            self.session.change(f"CLOSE {self.name}", "")


class _Rows(_HeldCursor, Scan):
    def take(self) -> list[Stretch]:
        return [Stretch(1, place, place) for (place,) in self.fetch()]


class _Stretches(_HeldCursor, Scan):
    """Only the ends of each stretch leave the server; the rows after the last full one come singly."""

    def __init__(self, session: PostgresSession, place: str, rows: str) -> None:
        numbered = f"SELECT {place} AS place, row_number() OVER () AS n {rows}"
        super().__init__(session, f"SELECT place, n FROM ({numbered}) AS numbered WHERE n % {_STRETCH} IN (0, 1)")
        self.place, self.of = place, rows
        self.begun = ""

    def take(self) -> list[Stretch]:
        found = []
        for place, number in self.fetch():
            if number % _STRETCH:
                self.begun = place
            else:
                found.append(Stretch(_STRETCH, self.begun, place))
                self.begun = ""
        if not found and self.begun:
            rest = f"{self.of} AND {self.place} >= '{self.begun}'::tid ORDER BY {self.place} LIMIT {_FETCH}"
            found = [Stretch(1, place, place) for (place,) in self.session.rows(f"SELECT {self.place} {rest}")]
            self.begun = ""
        return found


@contextmanager
def _told(table: str) -> Iterator[None]:
    try:
        yield
    except errors.QueryCanceled as error:
        raise TimeoutError(_reason(error)) from error
    except (errors.ForeignKeyViolation, errors.RestrictViolation) as error:
        raise BlockedError(table, _reason(error)) from error
    except (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure) as error:
        raise BusyError(f"Rows of {table or 'the database'} are locked: {_reason(error)}") from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise BusyError(f"The connection to the database was lost: {_reason(error)}") from error
    except psycopg.Error as error:
        raise EraserError(f"{table or 'The database'}: {_reason(error)}") from error


def _reason(error: psycopg.Error) -> str:
    detail = error.diag.message_detail
    primary = error.diag.message_primary or " ".join(str(error).split())
    return f"{primary} ({detail})" if detail else primary
