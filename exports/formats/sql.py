"""SQL: a dump of this customer only, which loads into an empty database of the platform's engine.

For PostgreSQL the rows stand as COPY text (PostgreSQL manual, COPY, "Text Format"), byte for byte as they were
read; for SQLite and MariaDB as INSERT statements. One dump per database: ``sql/dump.sql``, or
``sql/<store>/dump.sql`` when there are several; a long one continues in ``dump-002.sql`` …, and every part is a
complete script of its own, to be loaded in order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from exports.contents import Table
from exports.dialects import PostgreSQL
from exports.formats.base import Part, TableWriter
from exports.formats.sql_inserts import Inserts
from exports.formats.sql_scan import CLOSE, END, MARK, TITLE, scan
from exports.rows import Block
from exports.sources.ddl import comment

if TYPE_CHECKING:
    from exports.formats.changes import Changes
    from exports.sources.ddl import Ddl
    from exports.staging import Sink

NAME = "sql"
_LOADERS = {
    "postgresql": "psql -X -v ON_ERROR_STOP=1 -f {file} EMPTY_DATABASE",
    "sqlite": 'sqlite3 -bail EMPTY_DATABASE ".read {file}"',
    "mysql": "mariadb --default-character-set=utf8mb4 EMPTY_DATABASE < {file}",
}


def create(sink: Sink, changes: Changes[Any], *, ddl: Mapping[str, Ddl], **_: Any) -> Sql:
    """Start the dumps; ``ddl`` is the schema of every database store that has tables to come."""
    return Sql(sink, ddl)


def read_back(stream: BinaryIO, part: Part) -> dict[str, int]:
    """Rows per table stem, counted by the grammar of COPY and INSERT; ``ReadBackError`` when it is broken."""
    return scan(stream, part.path)


class Sql:
    """The dumps of one export."""

    name = NAME

    def __init__(self, sink: Sink, ddl: Mapping[str, Ddl]) -> None:
        self.parts: list[Part] = []
        self._dumps = {
            store: Dump(sink, "sql/dump" if len(ddl) == 1 else f"sql/{store}/dump", one) for store, one in ddl.items()
        }

    def table(self, table: Table) -> TableWriter:
        """Start a table in its store's dump."""
        return self._dumps[table.store].table(table)

    def finish(self) -> None:
        """Write what follows the rows."""
        for dump in self._dumps.values():
            self.parts += dump.finish()


class Dump:
    """One database's dump; one table at a time."""

    def __init__(self, sink: Sink, stem: str, ddl: Ddl) -> None:
        from exports.staging import Parts

        if any(line.startswith((MARK, CLOSE)) for line in (ddl.before + ddl.after).encode().split(b"\n")):
            raise ValueError(f"{stem}: a definition in the source has a line that begins like our own marks")
        self._stem = stem
        self._ddl = ddl
        self._reopen = ""
        self._close = ""
        self._part = 1
        self._rows: dict[int, dict[str, int]] = defaultdict(dict)
        self._parts = Parts(sink, stem, ".sql", self._head, self._foot)

    def table(self, table: Table) -> TableWriter:
        """Start a table; ``Table`` values with generated columns lose them, the loading database computes them."""
        if self._reopen:
            raise RuntimeError(f"{self._stem}: the table before {table.key} is still open")
        computed = set(self._ddl.computed.get(table.stem, ()))
        kept = [place for place, column in enumerate(table.columns) if column.name not in computed]
        told = "".join(comment(f"Not exported: {table.key}.{name}: {why}") for name, why in table.left_out.items())
        start = f"\n{told}{MARK.decode()}{table.stem}\n"
        if self._ddl.engine == "postgresql":
            start += _copy(table, kept)
            self._close = "\\.\n"
            writer: TableWriter = Copy(self, table, kept)
        else:
            self._close = CLOSE.decode()
            writer = Inserts(self, table, kept, self._ddl.engine)
        self._parts.write(start.encode(), 0)
        self._rows[self._part].setdefault(table.stem, 0)
        self._reopen = start
        return writer

    def write(self, table: Table, data: bytes, rows: int) -> None:
        """Append whole rows of the open table."""
        self._parts.write(data, rows)
        counted = self._rows[self._part]
        counted[table.stem] = counted.get(table.stem, 0) + rows

    def close_table(self) -> None:
        """End the open table."""
        if self._close:
            self._parts.write(self._close.encode(), 0)
        self._reopen, self._close = "", ""

    def finish(self) -> list[Part]:
        """Write what follows the rows → the finished parts."""
        self._parts.write(f"\n{self._ddl.after}".encode(), 0)
        finished = self._parts.close()
        return [Part(path, NAME, self._rows.get(number, {})) for number, (path, _) in enumerate(finished, 1)]

    def _head(self, number: int) -> bytes:
        self._part = number
        file = self._stem.rpartition("/")[2] + ("" if number == 1 else f"-{number:03d}") + ".sql"
        load = _LOADERS[self._ddl.engine].format(file=file)
        order = "" if number == 1 else f" after {number - 1} earlier part{'s' if number > 2 else ''}"
        head = f"{TITLE.decode()}{self._ddl.engine}\n-- Part {number}. Load it{order}: {load}\n\n{self._ddl.head}\n"
        return (head + (self._ddl.before if number == 1 else "") + self._reopen).encode()

    def _foot(self) -> bytes:
        return f"{self._close}\n{self._ddl.foot}".encode() + END


def _copy(table: Table, kept: list[int]) -> str:
    columns = ", ".join(_name(table.columns[place].name) for place in kept)
    return f"COPY {_name(table.schema or 'public')}.{_name(table.name)} ({columns}) FROM stdin;\n"


def _name(text: str) -> str:
    """A quoted identifier on one line: control characters as escapes (PostgreSQL manual, 4.1.2.3, U&"")."""
    if text.isprintable():
        return PostgreSQL().name(text)
    escaped = "".join(f"\\{ord(c):04x}" if ord(c) < 32 or c == "\x7f" else c for c in text.replace("\\", "\\\\"))
    return f"U&{PostgreSQL().name(escaped)}"


class Copy:
    """COPY blocks pass as they are; only generated columns are cut out of them."""

    def __init__(self, dump: Dump, table: Table, kept: list[int]) -> None:
        self._dump = dump
        self._table = table
        self._kept = kept if len(kept) < len(table.columns) else None

    def write(self, block: Block) -> None:
        data = block.data if self._kept is None else self._cut(block, self._kept)
        self._dump.write(self._table, data, block.count)

    def close(self) -> None:
        self._dump.close_table()

    @staticmethod
    def _cut(block: Block, kept: list[int]) -> bytes:
        columns = block.columns
        template = "\t".join(["%s"] * len(kept)) + "\n"
        rows = zip(*(columns[place] for place in kept), strict=True)
        return "".join([template % row for row in rows]).encode()
