"""Any other database through SQLAlchemy Core, in the same COPY text; SQLite and MariaDB/MySQL value by raw value."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError

from exports.contents import Column, Kind
from exports.scope import Selection
from exports.sources.engines import engine_for, reason
from exports.sources.snapshot import BLOCK_BYTES, Note, Snapshot, SourceError
from exports.sources.values import UnreadableError, copy_text, plain

Row = tuple[Any, ...]
Shape = Callable[[bytes], bytearray]
_FETCH = 1000
"""At most so many rows are asked of the driver at once; a block holds one or more such batches."""


class AlchemySnapshot(Snapshot):
    """The transaction the engine gives by itself; values as the driver types them, refused where that is not exact."""

    connection: sqlalchemy.Connection
    _begin: tuple[str, ...] = ()
    _version = ""

    def __init__(self, store: str, connection: sqlalchemy.Connection) -> None:
        self.connection = connection
        self._fetch = _FETCH
        super().__init__(store, connection.dialect.name, "", datetime.now(UTC))
        with self._errors(""):
            for statement in self._begin:
                connection.exec_driver_sql(statement)
        if self._version:
            self.version = self.query(self._version)[0][0] or ""
        else:
            self.version = ".".join(map(str, connection.dialect.server_version_info or ()))

    def _answer(self, sql: str, table: str) -> list[tuple[str | None, ...]]:
        self._idle(table)
        self._fetch = _FETCH
        with self._errors(table):
            return [tuple(map(self._text, row)) for batch in self._batches(sql) for row in batch]

    def _chunks(self, selection: Selection) -> Generator[bytes, None, int | None]:
        table, columns = selection.table.key, selection.table.columns
        rows = 0
        self._fetch = 1  # more as soon as it is known how wide rows are: memory stays flat
        parts: list[bytes] = []
        size = 0

        def report(row: int, column: str, reason: str, stored: bytes) -> None:
            self.report(Note(table, row, column, reason, stored.hex()))

        with self._errors(table):
            for batch in self._batches(selection.rows_sql, columns):
                parts.append(copy_text(batch, rows + 1, columns, report))
                rows += len(batch)
                self._fetch = max(1, min(_FETCH, 4 * len(batch), BLOCK_BYTES * len(batch) // len(parts[-1])))
                size += len(parts[-1])
                if size >= BLOCK_BYTES:
                    yield b"".join(parts)
                    parts, size = [], 0
            if parts:
                yield b"".join(parts)
        return None

    def _batches(self, sql: str, columns: Sequence[Column] = ()) -> Iterator[Sequence[Row]]:
        options = {"stream_results": True, "no_parameters": True}
        with self.connection.exec_driver_sql(sql, execution_options=options) as result:
            while rows := result.fetchmany(self._fetch):
                yield [tuple(row) for row in rows]

    def _text(self, value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, bytes):
            return "\\x" + value.hex()
        return value.decode(errors="replace") if isinstance(value, bytearray) else plain(value)

    @property
    def _driver(self) -> Any:
        """The driver's own connection below SQLAlchemy's."""
        return self.connection.connection.driver_connection

    @contextmanager
    def _errors(self, table: str) -> Iterator[None]:
        try:
            yield
        except UnreadableError as error:
            raise SourceError(self.store, table, str(error)) from error
        except (SQLAlchemyError, self.connection.dialect.loaded_dbapi.Error) as error:
            raise SourceError(self.store, table, reason(error)) from error


class SqliteSnapshot(AlchemySnapshot):
    """One read transaction. With a rollback journal (no WAL) writers wait until the snapshot is closed."""

    _begin = ("BEGIN", "SELECT count(*) FROM sqlite_master")  # BEGIN alone does not look at the database yet
    _version = "SELECT sqlite_version()"
    _FITS = {
        Kind.INTEGER: "typeof({0}) IN ('integer', 'null')",
        Kind.DECIMAL: "typeof({0}) IN ('integer', 'real', 'null')",
        Kind.FLOAT: "typeof({0}) IN ('integer', 'real', 'null')",
        Kind.BOOLEAN: "{0} IS NULL OR typeof({0}) = 'integer' AND {0} IN (0, 1)",
        Kind.JSON: "{0} IS NULL OR typeof({0}) = 'text' AND json_valid({0})",
    }

    def fitted(self, selection: Selection) -> Selection:
        """SQLite keeps ``'abc'`` in an INTEGER column: columns with such values become ``Kind.TEXT`` (one scan)."""
        strict = [column for column in selection.table.columns if column.kind in self._FITS]
        if not strict:
            return selection
        tests = ", ".join(f"max(NOT ({self._FITS[column.kind].format(_quoted(column.name))}))" for column in strict)
        sql = f"SELECT {tests} FROM (SELECT {selection.columns} FROM {selection.source})"
        found = zip(strict, self._answer(sql, selection.table.key)[0], strict=True)
        loose = {column.name for column, misfit in found if misfit == "1"}
        columns = tuple(
            replace(column, kind=Kind.TEXT) if column.name in loose else column for column in selection.table.columns
        )
        return replace(selection, table=replace(selection.table, columns=columns))

    def _batches(self, sql: str, columns: Sequence[Column] = ()) -> Iterator[Sequence[Row]]:
        """With ``text_factory`` bytearray the driver tells text (bytearray) from blob (bytes) and decodes nothing;
        it is set only while fetching, since SQLAlchemy's own reflection wants str."""
        driver = self._driver
        cursor = driver.cursor()
        usual = driver.text_factory
        try:
            cursor.execute(sql)
            while True:
                driver.text_factory = bytearray
                try:
                    batch = cursor.fetchmany(self._fetch)
                finally:
                    driver.text_factory = usual
                if not batch:
                    return
                yield batch
        finally:
            cursor.close()


class MysqlSnapshot(AlchemySnapshot):
    """``WITH CONSISTENT SNAPSHOT``, which covers InnoDB tables; every value is the bytes that the server sent."""

    _begin = (
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET SESSION sql_mode = '', time_zone = '+00:00'",
        "SET SESSION net_write_timeout = 86400, wait_timeout = 86400",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    )
    _version = "SELECT version()"

    def __init__(self, store: str, connection: sqlalchemy.Connection) -> None:
        super().__init__(store, connection)
        self.engine = "mysql"

    def _text(self, value: Any) -> str | None:
        try:
            return None if value is None else str(value.decode())
        except UnicodeDecodeError:
            return "\\x" + str(value.hex())

    def _batches(self, sql: str, columns: Sequence[Column] = ()) -> Iterator[Sequence[Row]]:
        from pymysql.cursors import SSCursor

        driver = self._driver
        cursor = driver.cursor(SSCursor)
        try:
            with _undecoded(driver):
                cursor.execute(sql)
            shapes = _shapes(cursor.description or (), columns)
            while batch := cursor.fetchmany(self._fetch):
                yield list(zip(*map(_shaped, shapes, zip(*batch, strict=True)), strict=True))
        except GeneratorExit:
            self._cancel(cursor)
            raise
        finally:
            if not driver.open and cursor._result:  # else PyMySQL goes on reading from the closed socket
                cursor._result.unbuffered_active = False
            cursor.close()

    def _cancel(self, cursor: Any) -> None:
        """Without this the driver would fetch all remaining rows before the connection can be used again."""
        with suppress(SQLAlchemyError), self.connection.engine.connect() as other:
            other.exec_driver_sql(f"KILL QUERY {self._driver.thread_id()}")
        with suppress(self.connection.dialect.loaded_dbapi.Error):
            while cursor.fetchmany(_FETCH):
                pass


@contextmanager
def open_alchemy(store: str, url: str) -> Iterator[AlchemySnapshot]:
    """Any URL that SQLAlchemy understands; SQLite is opened read-only and must exist."""
    engine = engine_for(store, url)
    try:
        connection = engine.connect()
    except (SQLAlchemyError, OSError) as error:
        raise SourceError(store, "", f"no connection to the database: {reason(error)}") from error
    try:
        kinds = {"sqlite": SqliteSnapshot, "mysql": MysqlSnapshot, "mariadb": MysqlSnapshot}
        yield kinds.get(engine.dialect.name, AlchemySnapshot)(store, connection)
    finally:
        with suppress(SQLAlchemyError, engine.dialect.loaded_dbapi.Error):
            connection.close()
        engine.dispose()


@contextmanager
def _undecoded(driver: Any) -> Iterator[None]:
    """Statements executed inside give bytes: dates such as 0000-00-00 and decimals stay what the server wrote."""
    usual = driver.use_unicode, driver.decoders
    driver.use_unicode, driver.decoders = False, {}
    try:
        yield
    finally:
        driver.use_unicode, driver.decoders = usual


def _shapes(description: Sequence[Any], columns: Sequence[Column]) -> list[Shape | None]:
    """How the bytes of each column are to be understood; None: as they are (see ``copy_text``)."""
    from pymysql.constants import FIELD_TYPE

    shapes: list[Shape | None] = []
    for i, (_name, code, _display, length, *_rest) in enumerate(description):
        if code == FIELD_TYPE.BIT:
            shapes.append(partial(_bits, length))
        elif code == FIELD_TYPE.GEOMETRY:
            shapes.append(_hexadecimal)
        else:
            binary = not columns or columns[i].kind is Kind.BINARY
            shapes.append(None if binary else bytearray)
    return shapes


def _shaped(shape: Shape | None, values: tuple[bytes | None, ...]) -> Iterable[Any]:
    return values if shape is None else [None if value is None else shape(value) for value in values]


def _bits(length: int, value: bytes) -> bytearray:
    return bytearray(format(int.from_bytes(value, "big"), f"0{length}b").encode())


def _hexadecimal(value: bytes) -> bytearray:
    return bytearray(b"\\x" + value.hex().encode())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
