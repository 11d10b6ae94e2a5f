"""The exported tables of an SQLite database as statements that build them again.

A table keeps its own CREATE statement, from which SQLite itself drops what is not exported. Where it cannot, the
table is built from what the pragmas tell, which know neither checks nor collations.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exports.contents import Table
from exports.dialects import SQLite
from exports.sources.ddl import Ddl, comment, mentions

if TYPE_CHECKING:
    from exports.sources.snapshot import Snapshot

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
_COLUMNS = 'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo({name}) ORDER BY cid'
_REFERENCES = """
SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list({name}) ORDER BY id, seq"""
_UNIQUE = "SELECT name, origin, partial FROM pragma_index_list({name}) ORDER BY seq"
_INDEXED = "SELECT name, cid, coll FROM pragma_index_xinfo({name}) WHERE key ORDER BY seqno"
_TAIL = re.compile(r"\)\s*((?:WITHOUT\s+ROWID|STRICT|\s|,)*)$", re.IGNORECASE)
_COLLATIONS = {"BINARY", "NOCASE", "RTRIM"}

_name, _literal = SQLite().name, SQLite().literal


def sqlite_ddl(snapshot: Snapshot, tables: Sequence[Table]) -> Ddl:
    """See ``exports.sources.ddl.ddl``."""
    return _Dump(snapshot, tables).ddl()


@dataclass(slots=True)
class _Live:
    table: Table
    sql: str
    columns: list[tuple[str, ...]]
    own: str = ""
    """Its own statement for the exported columns, '' when the table has to be built anew."""
    references: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    @property
    def exported(self) -> set[str]:
        return {column.name for column in self.table.columns}


class _Dump:
    def __init__(self, snapshot: Snapshot, tables: Sequence[Table]) -> None:
        self.snapshot = snapshot
        self.left_out: list[str] = []
        self.objects = self._rows(_OBJECTS)
        sql = {name: text for kind, name, _, text in self.objects if kind == "table"}
        self.tables: dict[str, _Live] = {}
        for table in tables:
            if table.name not in sql:
                raise LookupError(f"{table.store}: the table {table.name} is gone")
            literal = _literal(table.name)
            live = _Live(table, sql[table.name], self._rows(_COLUMNS.format(name=literal)))
            references: dict[str, list[tuple[str, ...]]] = defaultdict(list)
            for row in self._rows(_REFERENCES.format(name=literal)):
                references[row[0]].append(row)
            live.references = dict(references)
            self.tables[table.name.lower()] = live
        for live in self.tables.values():
            virtual = re.match(r"CREATE\s+VIRTUAL", live.sql, re.IGNORECASE)
            if not virtual and all(map(self._is_known, live.references.values())):
                live.own = _narrowed(live)

    def _rows(self, sql: str) -> list[tuple[str, ...]]:
        return [tuple(cell or "" for cell in row) for row in self.snapshot.query(sql)]

    def ddl(self) -> Ddl:
        before = "".join(f"{self._create(live)};\n\n" for live in self.tables.values())
        after = [*self._indexes(), *self._sequences()]
        self._name_the_rest()
        return Ddl(
            engine="sqlite",
            head="PRAGMA encoding = 'UTF-8';\nPRAGMA foreign_keys = OFF;\nBEGIN;\n",
            before=before,
            after="".join(f"{line};\n" for line in after) + "".join(comment(f"Left out: {x}") for x in self.left_out),
            foot="COMMIT;\n",
            left_out=self.left_out,
            computed={
                live.table.stem: names
                for live in self.tables.values()
                if live.own and (names := tuple(row[0] for row in live.columns if _is_computed(live, row)))
            },
        )

    # tables -------------------------------------------------------------------------------------------------------

    def _is_known(self, reference: list[tuple[str, ...]]) -> bool:
        """Whether the table and the columns that a foreign key points to are exported."""
        target = self.tables.get(reference[0][1].lower())
        columns = {name.lower() for name in target.exported} if target else set()
        return target is not None and all(not row[3] or row[3].lower() in columns for row in reference)

    def _create(self, live: _Live) -> str:
        self._look_for_loose_values(live)
        if live.own:
            return live.own
        name = live.table.name
        left_out = [row[0] for row in live.columns if row[0] not in live.exported]
        without = f"built without {', '.join(left_out)}" if left_out else "built anew"
        self.left_out.append(f"checks, collations and expressions of the table {name}: it is {without}")
        tail = _TAIL.search(live.sql)
        options = " ".join(tail[1].split()) if tail else ""
        lines = ",\n".join(f"    {line}" for line in self._lines(live))
        return f"CREATE TABLE {_name(name)} (\n{lines}\n){' ' + options if options else ''}"

    def _lines(self, live: _Live) -> Iterator[str]:
        columns = [row for row in live.columns if row[0] in live.exported]
        for name, declared, not_null, default, _, hidden in columns:
            words = [_name(name), declared, "NOT NULL" if not_null == "1" else ""]
            words.append(f"DEFAULT ({default})" if default and hidden == "0" else "")
            yield " ".join(filter(None, words))
        key = sorted((int(row[4]), row[0]) for row in live.columns if row[4] != "0")
        if key and all(name in live.exported for _, name in key):
            yield f"PRIMARY KEY ({', '.join(_name(name) for _, name in key)})"
        elif key:
            self.left_out.append(f"primary key of {live.table.name}: it has columns that are not exported")
        yield from self._unique(live)
        yield from self._foreign_keys(live)

    def _unique(self, live: _Live) -> Iterator[str]:
        for index, origin, _ in self._rows(_UNIQUE.format(name=_literal(live.table.name))):
            if origin == "u":
                names = [row[0] for row in self._rows(_INDEXED.format(name=_literal(index)))]
                if all(name in live.exported for name in names):
                    yield f"UNIQUE ({', '.join(map(_name, names))})"
                else:
                    self.left_out.append(f"unique ({', '.join(names)}) of {live.table.name}: not all are exported")

    def _foreign_keys(self, live: _Live) -> Iterator[str]:
        for reference in live.references.values():
            names = [row[2] for row in reference]
            target = reference[0][1]
            if not self._is_known(reference) or not all(name in live.exported for name in names):
                what = f"foreign key ({', '.join(names)}) of {live.table.name} to {target}"
                self.left_out.append(f"{what}: not everything it names is exported")
                continue
            to = f" ({', '.join(_name(row[3]) for row in reference)})" if reference[0][3] else ""
            actions = f" ON UPDATE {reference[0][4]} ON DELETE {reference[0][5]}"
            yield f"FOREIGN KEY ({', '.join(map(_name, names))}) REFERENCES {_name(target)}{to}{actions}"

    def _look_for_loose_values(self, live: _Live) -> None:
        """Numbers in a column without a type would come back as text: nothing in the dump tells them apart."""
        for name, declared, _, _, _, hidden in live.columns:
            if name not in live.exported or declared.upper() not in ("", "ANY") or hidden != "0":
                continue
            sql = f"SELECT count(*) FROM {_name(live.table.name)} WHERE typeof({_name(name)}) NOT IN ('text', 'null')"
            if self._rows(sql)[0][0] != "0":
                what = f"storage classes in {live.table.name}.{name}"
                self.left_out.append(f"{what}: the column declares no type, so its values are text here")

    # what follows the rows ------------------------------------------------------------------------------------------

    def _indexes(self) -> Iterator[str]:
        for kind, name, owner, sql in self.objects:
            live = self.tables.get(owner.lower())
            if kind != "index" or live is None:
                continue
            indexed = self._rows(_INDEXED.format(name=_literal(name)))
            foreign = {row[2] for row in indexed} - _COLLATIONS
            partial = any(row[0] == name and row[2] == "1" for row in self._rows(_UNIQUE.format(name=_literal(owner))))
            plain = not partial and all(row[0] in live.exported for row in indexed)
            if foreign:
                self.left_out.append(f"index {name} on {owner}: it needs the collation {', '.join(sorted(foreign))}")
            elif plain or {row[0] for row in live.columns} <= live.exported:
                yield sql
            else:
                self.left_out.append(f"index {name} on {owner}: it may need columns that are not exported")

    def _sequences(self) -> Iterator[str]:
        """AUTOINCREMENT goes on where the source stood."""
        if not any(name == "sqlite_sequence" for _, name, _, _ in self.objects):
            return
        for name, last in self._rows("SELECT name, seq FROM sqlite_sequence"):
            live = self.tables.get(name.lower())
            if live is not None and live.own:
                yield f"DELETE FROM sqlite_sequence WHERE name = {_literal(name)}"
                yield f"INSERT INTO sqlite_sequence (name, seq) VALUES ({_literal(name)}, {int(last)})"

    def _name_the_rest(self) -> None:
        names = [live.table.name for live in self.tables.values()]
        for kind, name, owner, sql in self.objects:
            if kind == "trigger" and owner.lower() in self.tables:
                self.left_out.append(f"trigger {name} on {owner}: triggers belong to the platform, not to its data")
            elif kind == "view" and mentions(sql, names):
                self.left_out.append(f"view {name}: what it shows is computed from the tables")


def _narrowed(live: _Live) -> str:
    """The table's own statement without the columns that are not exported; '' when SQLite cannot drop them."""
    hidden = [row[0] for row in live.columns if row[0] not in live.exported]
    if not hidden:
        return live.sql
    with closing(sqlite3.connect(":memory:")) as scratch:
        try:
            scratch.execute(live.sql)
            for name in hidden:
                scratch.execute(f"ALTER TABLE {_name(live.table.name)} DROP COLUMN {_name(name)}")
            (sql,) = scratch.execute("SELECT sql FROM sqlite_master WHERE name = ?", (live.table.name,)).fetchone()
        except sqlite3.Error:
            return ""
    return str(sql)


def _is_computed(live: _Live, column: tuple[str, ...]) -> bool:
    return column[0] in live.exported and column[5] in ("2", "3")
