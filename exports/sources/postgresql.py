"""PostgreSQL through psycopg: one REPEATABLE READ transaction, tables by COPY in the server's own text."""

from __future__ import annotations

import selectors
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from exports import rows
from exports.scope import Selection
from exports.sources.snapshot import BLOCK_BYTES, Note, Snapshot, SourceError

# Fixed so that the same value always gives the same text, and so that nothing is left out in silence:
# with row_security off a policy that would hide rows is an error (pg_dump does the same).
_SETTINGS = """
SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';
SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL xmlbinary = 'base64';
SET LOCAL standard_conforming_strings = on; SET LOCAL row_security = off; SET LOCAL synchronize_seqscans = off;
SET LOCAL work_mem = '64MB';
"""
Received = Generator[bytes, None, int | None]
_FRONT_TO_BACK = b"""
SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL max_parallel_workers_per_gather = 0
"""
"""Leaves plain and bitmap scans, which give the rows as they lie."""
_ANY_WAY = b"RESET enable_indexscan; RESET enable_indexonlyscan; RESET max_parallel_workers_per_gather"
_KEEPALIVE = {
    "connect_timeout": "15",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "application_name": "offboarding export",
}


class PostgresSnapshot(Snapshot):
    """``connection`` is inside the transaction; every read and query has its own savepoint, so none can end it."""

    connection: psycopg.Connection[Any]

    def __init__(self, store: str, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        super().__init__(store, "postgresql", "", datetime.now(UTC))
        self._unchecked_text = connection.info.parameter_status("server_encoding") == "SQL_ASCII"
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with self._errors(""):
            connection.execute(_SETTINGS.encode())
            if self._unchecked_text:
                connection.execute("SET LOCAL client_encoding = 'SQL_ASCII'")  # else the server refuses broken text
            if connection.info.server_version >= 170000:
                connection.execute("SET LOCAL transaction_timeout = 0")
            self.version = self.query("SELECT current_setting('server_version')")[0][0] or ""

    def _answer(self, sql: str, table: str) -> list[tuple[str | None, ...]]:
        self._idle(table)
        with self._errors(table), self.connection.transaction():
            result = self.connection.execute(sql.encode(), prepare=False).pgresult
            if result is None or result.status != ExecStatus.TUPLES_OK:
                raise SourceError(self.store, table, "the statement gives no rows")
            width = range(result.nfields)
            return [tuple(_text(result.get_value(row, column)) for column in width) for row in range(result.ntuples)]

    def _chunks(self, selection: Selection) -> Received:
        """``copy.read()`` of psycopg costs four times the server's work on narrow rows; asking libpq for what has
        already arrived, and freeing each row before the next, costs no more than psql does."""
        table = selection.table.key
        connection, pgconn = self.connection, self.connection.pgconn
        with self._errors(table), connection.transaction(), connection.cursor() as cursor:
            if not selection.order:
                cursor.execute(_FRONT_TO_BACK)
            with cursor.copy(f"COPY ({selection.rows_sql}) TO STDOUT".encode()):
                received = _received(pgconn)
                told = yield from self._checked_text(selection, received) if self._unchecked_text else received
            if not selection.order:
                cursor.execute(_ANY_WAY)
            return told

    def _checked_text(self, selection: Selection, received: Received) -> Received:
        """A server with encoding SQL_ASCII promises nothing about its bytes: what is no UTF-8 becomes U+FFFD."""
        seen = 0
        while True:
            try:
                data = next(received)
            except StopIteration as end:
                return cast("int | None", end.value)
            yield self._repaired(selection, data, seen + 1)
            seen += data.count(b"\n")

    def _repaired(self, selection: Selection, data: bytes, first_row: int) -> bytes:
        try:
            data.decode()
        except UnicodeDecodeError:
            lines = data.split(b"\n")[:-1]
            return b"".join(self._repaired_row(selection, line, first_row + i) for i, line in enumerate(lines))
        return data

    def _repaired_row(self, selection: Selection, line: bytes, row: int) -> bytes:
        fields = []
        for column, field in zip(selection.table.columns, line.split(b"\t"), strict=True):
            text = field.decode(errors="replace")
            if text.encode() != field:
                original = rows.unescape(field.decode(errors="surrogateescape")).encode(errors="surrogateescape")
                reason = "the stored bytes are not valid UTF-8; each broken piece became U+FFFD"
                self.report(Note(selection.table.key, row, column.name, reason, original.hex()))
            fields.append(text)
        return "\t".join(fields).encode() + b"\n"

    @contextmanager
    def _errors(self, table: str) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            reason = _reason(error)
            if self.connection.closed:
                reason = f"the connection to the database was lost ({reason})"
            raise SourceError(self.store, table, reason) from error


@contextmanager
def open_postgresql(store: str, url: str) -> Iterator[PostgresSnapshot]:
    """``url`` in libpq's form, scheme ``postgresql``."""
    try:
        options = _KEEPALIVE | {name: str(value) for name, value in conninfo_to_dict(url).items()}
        connection = psycopg.connect(**(options | {"client_encoding": "UTF8"}))  # type: ignore[arg-type]
    except psycopg.Error as error:
        raise SourceError(store, "", f"no connection to the database: {_reason(error)}") from error
    try:
        yield PostgresSnapshot(store, connection)
    finally:
        connection.close()


def _received(pgconn: PGconn) -> Received:
    """Blocks of whole rows until the server has sent the last one or an error; then the count of its command tag.

    The last block is given only when the COPY is over, so that a reader may stop there too.
    """
    get = pgconn.get_copy_data
    buffer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pgconn.socket, selectors.EVENT_READ)
        while True:
            size, row = get(1)
            if size > 0:
                buffer += row
            elif size == 0:
                if len(buffer) >= BLOCK_BYTES:
                    yield bytes(buffer)
                    buffer.clear()
                selector.select()
                pgconn.consume_input()
            else:
                break
        while pgconn.is_busy():
            selector.select()
            pgconn.consume_input()
    told = _finished(pgconn)
    if buffer:
        yield bytes(buffer)
    return told


def _finished(pgconn: PGconn) -> int | None:
    """The number of rows in the server's command tag; the connection is idle afterwards, also after an error."""
    told: int | None = None
    failed = None
    while result := pgconn.get_result():
        failed = result if result.status != ExecStatus.COMMAND_OK else failed
        told = result.command_tuples
    if failed:
        raise psycopg.errors.error_from_result(failed, encoding="utf-8")
    return told


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")


def _reason(error: psycopg.Error) -> str:
    detail = error.diag.message_detail
    primary = error.diag.message_primary or " ".join(str(error).split())
    return f"{primary} ({detail})" if detail else primary
