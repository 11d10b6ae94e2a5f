"""The exported tables of a MariaDB or MySQL database as statements that build them again.

``SHOW CREATE TABLE`` writes one column, key or constraint a line; the lines that name what is not exported go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from exports.contents import Table
from exports.dialects import MySQL
from exports.sources.ddl import Ddl, comment, mentions

if TYPE_CHECKING:
    from exports.sources.snapshot import Snapshot

_HEAD = """SET NAMES utf8mb4;
SET time_zone = '+00:00';
SET foreign_key_checks = 0;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,STRICT_ALL_TABLES';
SET autocommit = 0;
"""
_COLUMNS = """
SELECT column_name, column_type, is_nullable, extra LIKE '%GENERATED%' AND extra NOT LIKE '%DEFAULT_GENERATED%'
FROM information_schema.columns WHERE table_schema = database() AND table_name = {name} ORDER BY ordinal_position"""
_TRIGGERS = """
SELECT trigger_name, event_object_table FROM information_schema.triggers
WHERE event_object_schema = database() ORDER BY 2, 1"""
_VIEWS = "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = database() ORDER BY 1"
_QUOTED = re.compile(r"`((?:[^`]|``)+)`|'(?:[^'\\]|\\.|'')*'", re.DOTALL)
"""An identifier (group 1) or a literal, in the form SHOW CREATE TABLE writes them."""
_REFERENCE = re.compile(r"FOREIGN KEY \((.+?)\) REFERENCES (.+?) \((.+?)\)")
_COUNTER = re.compile(r" DEFAULT nextval\(`(?:[^`]|``)+`(?:\.`(?:[^`]|``)+`)?\)", re.IGNORECASE)

_name, _literal = MySQL().name, MySQL().literal


def mysql_ddl(snapshot: Snapshot, tables: Sequence[Table]) -> Ddl:
    """See ``exports.sources.ddl.ddl``."""
    dump = _Dump(snapshot, tables)
    before = "".join(f"{dump.create(table)};\n\n" for table in tables)
    dump.name_the_rest()
    after = "".join(comment(f"Left out: {text}") for text in dump.left_out)
    return Ddl("mysql", _HEAD, before, after, dump.left_out, dump.computed, foot="COMMIT;\n")


class _Dump:
    def __init__(self, snapshot: Snapshot, tables: Sequence[Table]) -> None:
        self.snapshot = snapshot
        self.left_out: list[str] = []
        self.computed: dict[str, tuple[str, ...]] = {}
        self.exported = {table.name: {column.name for column in table.columns} for table in tables}

    def _rows(self, sql: str) -> list[tuple[str, ...]]:
        return [tuple(cell or "" for cell in row) for row in self.snapshot.query(sql)]

    def create(self, table: Table) -> str:
        """The CREATE TABLE of the exported columns."""
        live = self._rows(_COLUMNS.format(name=_literal(table.name)))
        if not live:
            raise LookupError(f"{table.store}: the table {table.name} is gone")
        hidden = {row[0] for row in live} - self.exported[table.name]
        first, body, tail = _split(self._rows(f"SHOW CREATE TABLE {_name(table.name)}")[0][1])
        by_name = {row[0]: row for row in live}
        generated = {row[0] for row in live if row[3] == "1"} - hidden
        lines = []
        for line in body:
            if line.startswith("`"):
                name = _named(line)[0]
                if name not in hidden:
                    lines.append(self._column(table, line, by_name[name], hidden, generated))
            elif self._is_whole(table, line, hidden):
                lines.append(line)
        if generated:
            self.computed[table.stem] = tuple(name for name in by_name if name in generated)
        lines = self._counted(table, lines)
        body_text = ",\n".join(f"  {line}" for line in lines)
        return f"{first}\n{body_text}\n{self._options(table, tail, hidden)}"

    def _column(self, table: Table, line: str, row: tuple[str, ...], hidden: set[str], generated: set[str]) -> str:
        name, declared, nullable, _ = row
        if _COUNTER.search(line):
            line = _COUNTER.sub("", line)
            self.left_out.append(f"default of {table.name}.{name}: it takes numbers from a sequence")
        if set(_named(line)[1:]) & hidden:
            self.left_out.append(f"expressions of {table.name}.{name}: they need columns that are not exported")
            generated.discard(name)
            return f"{_name(name)} {declared}{' NOT NULL' if nullable == 'NO' else ''}"
        return line

    def _is_whole(self, table: Table, line: str, hidden: set[str]) -> bool:
        """Whether everything a key or constraint names is exported; else it is noted as left out."""
        reference = _REFERENCE.search(line)
        if reference:
            own, target, columns = (_named(part) for part in reference.groups())
            known = len(target) == 1 and set(columns) <= self.exported.get(target[0], set())
            whole = known and not set(own) & hidden
        else:
            whole = not set(_named(line)) & hidden
        if not whole:
            self.left_out.append(f"{line} of {table.name}: not everything it names is exported")
        return whole

    def _counted(self, table: Table, lines: list[str]) -> list[str]:
        """An AUTO_INCREMENT column must lead a key."""
        leading = {names[0] for line in lines if (names := _led(line))}
        kept = []
        for line in lines:
            if line.startswith("`") and " AUTO_INCREMENT" in _QUOTED.sub("", line) and _named(line)[0] not in leading:
                self.left_out.append(f"AUTO_INCREMENT of {table.name}.{_named(line)[0]}: its key is not exported")
                line = line.replace(" AUTO_INCREMENT", "", 1)
            kept.append(line)
        return kept

    def _options(self, table: Table, tail: list[str], hidden: set[str]) -> str:
        if set(_named("\n".join(tail))) & hidden:
            self.left_out.append(f"partitions of {table.name}: they need columns that are not exported")
            return tail[0]
        return "\n".join(tail)

    def name_the_rest(self) -> None:
        """Triggers and views stay with the platform."""
        for name, table in self._rows(_TRIGGERS):
            if table in self.exported:
                self.left_out.append(f"trigger {name} on {table}: triggers belong to the platform, not to its data")
        for name, sql in self._rows(_VIEWS):
            if mentions(sql, self.exported):
                self.left_out.append(f"view {name}: what it shows is computed from the tables")


def _split(sql: str) -> tuple[str, list[str], list[str]]:
    """First line, the lines of the body without indent and comma, and the lines from the closing parenthesis on."""
    first, *lines = sql.split("\n")
    end = next(number for number, line in enumerate(lines) if line.startswith(")"))
    body: list[str] = []
    for line in lines[:end]:
        if line.startswith("  "):
            body.append(line[2:])
        else:
            body[-1] += f"\n{line}"
    return first, [line.removesuffix(",") for line in body], lines[end:]


def _named(text: str) -> list[str]:
    """The identifiers outside literals."""
    return [name.replace("``", "`") for name in _QUOTED.findall(text) if name]


def _led(line: str) -> list[str]:
    """The columns of a key line."""
    return _named(line[line.find("(") :]) if re.match(r"(PRIMARY |UNIQUE )?KEY", line) else []
