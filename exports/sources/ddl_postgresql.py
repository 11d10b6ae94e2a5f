"""The exported tables of a PostgreSQL database as statements that build them again, from its own catalogue.

Every name and expression is PostgreSQL's own deparsing (``format_type``, ``pg_get_expr`` …) with an empty
``search_path``, so it is qualified and quoted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exports.contents import Table
from exports.sources.ddl import Ddl, comment
from exports.sources.ddl_constraints import Keys, Sequences
from exports.sources.ddl_dependencies import Dependencies, Node, Thing
from exports.sources.ddl_live import LiveColumn, LiveTable
from exports.sources.ddl_objects import OPTIONS, comments, listed, not_carried, statements, unproven_domain_checks

if TYPE_CHECKING:
    from exports.sources.snapshot import Snapshot

_TABLES = """
SELECT c.oid::text, n.nspname, c.relname, c.oid::regclass::text, c.relkind::text, c.relispartition::int::text,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, pg_get_expr(c.relpartbound, c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""
_PARENTS = "SELECT inhrelid::text, inhparent::text FROM pg_inherits ORDER BY inhrelid, inhseqno"
_COLUMNS = f"""
SELECT a.attrelid::text, a.attnum::text, a.attname, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       a.attnotnull::int::text, a.attgenerated::text, d.oid::text, pg_get_expr(d.adbin, d.adrelid),
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
       CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
       (SELECT format('SEQUENCE NAME %s ', s.seqrelid::regclass) || {OPTIONS}
        FROM pg_depend o JOIN pg_sequence s ON s.seqrelid = o.objid
        WHERE o.refclassid = 'pg_class'::regclass AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum
          AND o.classid = 'pg_class'::regclass AND o.deptype = 'i')
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN ({{oids}}) ORDER BY a.attrelid, a.attnum
"""
_SESSION = """
SELECT current_setting('DateStyle'), current_setting('IntervalStyle'), current_setting('TimeZone'),
       current_setting('lc_monetary')
"""
_ELSEWHERE = {
    *("aclitem", "regclass", "regcollation", "regnamespace", "regoper"),
    *("regoperator", "regproc", "regprocedure", "regrole", "regtype"),
}
"""Types whose values name objects that an empty database does not have; their values travel as text."""


@contextmanager
def qualified_names(snapshot: Snapshot) -> Iterator[str]:
    """An empty ``search_path`` for the time of the block; gives the schemas of the one before."""
    before = snapshot.query("SELECT current_setting('search_path')")[0][0] or ""
    query = "SELECT coalesce(string_agg(quote_ident(s), ', '), '''''') FROM unnest(current_schemas(false)) s"
    effective = snapshot.query(query)[0][0] or ""
    snapshot.query("SELECT set_config('search_path', '', false)")
    try:
        yield effective
    finally:
        quoted = before.replace("'", "''")
        snapshot.query(f"SELECT set_config('search_path', '{quoted}', false)")


def postgresql_ddl(snapshot: Snapshot, tables: Sequence[Table]) -> Ddl:
    """See ``exports.sources.ddl.ddl``."""
    with qualified_names(snapshot) as search_path:
        return _Dump(snapshot, tables).ddl(search_path)


class _Dump:
    def __init__(self, snapshot: Snapshot, tables: Sequence[Table]) -> None:
        self.snapshot = snapshot
        self.left_out: list[str] = []
        self.tables = self._find(tables)
        self.needs = Dependencies(snapshot, {})
        self._read_columns()
        self._arrange()

    # what there is ------------------------------------------------------------------------------------------------

    def _find(self, tables: Sequence[Table]) -> dict[int, LiveTable]:
        rows = self.snapshot.query(_TABLES)
        self.live = {int(row[0] or 0): row for row in rows}
        by_name = {(row[1], row[2]): int(row[0] or 0) for row in rows}
        found: dict[int, LiveTable] = {}
        for table in tables:
            oid = by_name.get((table.schema or "public", table.name))
            if oid is None:
                raise LookupError(f"{table.store}: the table {table.schema}.{table.name} is gone")
            found[oid] = self._live_table(oid, table)
        return found

    def _live_table(self, oid: int, table: Table | None) -> LiveTable:
        _, _, _, name, kind, _, key, bound = self.live[oid]
        return LiveTable(oid, name or "", kind or "r", key, bound, table)

    def _read_columns(self) -> None:
        for row in self.snapshot.query(_COLUMNS.format(oids=listed(self.tables))):
            table = self.tables[int(row[0] or 0)]
            assert table.table is not None
            if any(column.name == row[2] for column in table.table.columns):
                number, default = int(row[1] or 0), int(row[7] or 0)
                texts = row[2] or "", row[3] or "", row[4] or ""
                table.columns.append(
                    LiveColumn(number, *texts, row[5] == "1", row[6] or "", default, row[8], row[9], row[10], row[11])
                )
        self.needs.usable = {oid: {column.number for column in table.columns} for oid, table in self.tables.items()}
        for table in self.tables.values():
            for column in table.columns:
                self._check_type(table, column)
        for oid, table in self.tables.items():
            self.needs.usable[oid] -= {column.number for column in table.columns if column.as_text}
        self.needs.forget()
        for table in self.tables.values():
            for column in table.columns:
                self._check_default(table, column)
            if table.columns and all(column.generated for column in table.columns):
                self._leave_out(f"expressions of {table.name}", "COPY needs a column that takes values")
                for column in table.columns:
                    column.generated, column.default = "", None

    def _check_type(self, table: LiveTable, column: LiveColumn) -> None:
        """Types and collations the dump cannot have are replaced by text, which loses no value."""
        edges = self.needs.edges(("pg_class", table.oid, column.number))
        reason = self.needs.first_reason(edge for edge in edges if edge[:2] != ("pg_class", table.oid))
        if column.type.removesuffix("[]") in _ELSEWHERE:
            reason = "its values name objects that only the source has"
        if reason:
            self._leave_out(f"type {column.type} of {table.name}.{column.quoted}", f"{reason}; its values are text")
            column.type, column.as_text, column.collation = "text", True, None
            column.generated, column.default, column.identity = "", None, None

    def _check_default(self, table: LiveTable, column: LiveColumn) -> None:
        if column.default is None:
            return
        node: Node = ("pg_attrdef", column.default_oid, 0)
        edges = self.needs.edges(node) + self.needs.edges(("pg_class", table.oid, column.number))
        reason = self.needs.first_reason(edge for edge in edges if edge != ("pg_class", table.oid, column.number))
        if reason:
            what = "expression" if column.generated else "default"
            kept = "; its values are kept as they are" if column.generated else ""
            self._leave_out(f"{what} of {table.name}.{column.quoted}", reason + kept)
            column.generated, column.default = "", None
        column.later = not column.generated and self.needs.calls_functions(node)

    def _arrange(self) -> None:
        """Partitions follow their root into the dump; children keep the parents that are in it."""
        parents: dict[int, list[int]] = defaultdict(list)
        children: dict[int, list[int]] = defaultdict(list)
        for child, parent in self.snapshot.query(_PARENTS):
            parents[int(child or 0)].append(int(parent or 0))
            children[int(parent or 0)].append(int(child or 0))
        for table in list(self.tables.values()):
            if table.bound is None or not set(parents[table.oid]) & set(self.tables):
                table.bound = None
                self._add_partitions(table, children)
        for oid, table in self.tables.items():
            kept = [parent for parent in parents[oid] if parent in self.tables]
            self.needs.parents[oid] = kept if table.bound is not None or self.live[oid][5] == "0" else []
            self.needs.table_needs[oid] = self._mentioned(table)

    def _add_partitions(self, table: LiveTable, children: dict[int, list[int]]) -> None:
        if table.kind != "p":
            return
        nodes = [edge for edge in self.needs.edges(("pg_class", table.oid, 0)) if edge[0] != "pg_class"]
        if reason := self.needs.first_reason(nodes + self.needs.partition_keys[table.oid]):
            table.key = None
            self._leave_out(f"partitions of {table.name}", f"{reason}; its rows are in one table")
            return
        for oid in children[table.oid]:
            partition = self.tables.setdefault(oid, self._live_table(oid, None))
            partition.bound = self.live[oid][7]
            names = {column.name for column in table.columns}
            rows = self.snapshot.query(_COLUMNS.format(oids=oid))
            self.needs.usable.setdefault(oid, {int(row[1] or 0) for row in rows if row[2] in names})
            if partition.kind == "f":
                self._leave_out(f"foreign table {partition.name}", "its rows are here, in a partition of the same name")
            self._add_partitions(partition, children)

    def _mentioned(self, table: LiveTable) -> list[Node]:
        """What the statement that creates the table mentions."""
        mentioned: list[Node] = []
        if table.key is not None:
            own = self.needs.edges(("pg_class", table.oid, 0))
            mentioned += [edge for edge in own if edge[0] != "pg_class"]
        for column in table.columns:
            nodes: list[Node] = [] if column.as_text else [("pg_class", table.oid, column.number)]
            if column.default is not None and not column.later:
                nodes.append(("pg_attrdef", column.default_oid, 0))
            for node in nodes:
                mentioned += [edge for edge in self.needs.edges(node) if edge[:2] != ("pg_class", table.oid)]
        return mentioned

    def _leave_out(self, what: str, why: str) -> None:
        self.left_out.append(f"{what}: {why}")

    # what is written ----------------------------------------------------------------------------------------------

    def ddl(self, search_path: str) -> Ddl:
        keys = Keys(self.snapshot, self.needs, {oid: table.name for oid, table in self.tables.items()}, self._leave_out)
        later = [(t, c) for t in self.tables.values() for c in t.columns if c.default is not None and c.later]
        roots: list[Node] = [("pg_class", oid, 0) for oid in self.tables]
        roots += [edge for _, c in later for edge in self.needs.edges(("pg_attrdef", c.default_oid, 0))]
        roots += [edge for node in keys.nodes for edge in self.needs.edges(node)]
        columns = {oid: {column.number for column in table.columns} for oid, table in self.tables.items()}
        sequences = Sequences(self.snapshot, columns)
        things = self.needs.in_order(roots + sequences.nodes)
        self.left_out += not_carried(self.snapshot, list(self.tables))
        has_functions = any(catalogue == "pg_proc" for catalogue, _ in things)
        defaults = [f"ALTER TABLE ONLY {t.name} ALTER COLUMN {c.quoted} SET DEFAULT {c.default};" for t, c in later]
        remarks = comments(self.snapshot, [*things, *((node[0], node[1]) for node in keys.nodes)], columns)
        after = [*keys.checks, *unproven_domain_checks(self.snapshot, things), *keys.indexes, *keys.foreign, *defaults]
        after += sequences.statements(things) + remarks
        before = "".join(f"{statement}\n\n" for statement in self._created(things))
        return Ddl(
            engine="postgresql",
            head=self._head(search_path if has_functions else "''", "money" in before),
            before=before,
            after="".join(f"{statement}\n" for statement in after) + "".join(map(self._told, self.left_out)),
            left_out=self.left_out,
            computed={
                table.table.stem: names
                for table in self.tables.values()
                if table.table is not None and (names := tuple(c.name for c in table.columns if c.generated))
            },
        )

    @staticmethod
    def _told(text: str) -> str:
        return comment(f"Left out: {text}")

    def _created(self, things: Sequence[Thing]) -> Iterator[str]:
        others = statements(self.snapshot, things)
        for thing in things:
            if thing in others:
                yield others[thing]
            elif thing[0] == "pg_class" and thing[1] in self.tables:
                yield self._create_table(self.tables[thing[1]])

    def _create_table(self, table: LiveTable) -> str:
        key = f" PARTITION BY {table.key}" if table.key else ""
        parents = [self.tables[oid].name for oid in self.needs.parents[table.oid]]
        if table.bound is not None:
            return f"CREATE TABLE {table.name} PARTITION OF {parents[0]} {table.bound}{key};"
        columns = [column for column in table.columns if not self._comes_from_parent(table, column)]
        body = ",\n".join(f"    {column.definition}" for column in columns)
        inherits = f" INHERITS ({', '.join(parents)})" if parents else ""
        return f"CREATE TABLE {table.name} (\n{body}\n){inherits}{key};"

    def _comes_from_parent(self, table: LiveTable, column: LiveColumn) -> bool:
        """Whether inheriting gives the table this very column."""
        mine = (column.name, column.type, column.collation, column.not_null, column.default)
        parents = [self.tables[oid] for oid in self.needs.parents[table.oid]]
        return any(
            mine == (other.name, other.type, other.collation, other.not_null, other.default)
            for parent in parents
            for other in parent.columns
        )

    def _head(self, search_path: str, has_money: bool) -> str:
        row = self.snapshot.query(_SESSION)[0]
        date_style, interval_style, time_zone, money = [(value or "").replace("'", "''") for value in row]
        return "".join(
            f"SET {setting};\n"
            for setting in (
                "client_encoding = 'UTF8'",
                "standard_conforming_strings = on",
                "check_function_bodies = off",
                "client_min_messages = warning",
                "statement_timeout = 0",
                "lock_timeout = 0",
                "idle_in_transaction_session_timeout = 0",
                "row_security = off",
                "xmloption = content",
                f"DateStyle = '{date_style}'",
                f"IntervalStyle = '{interval_style}'",
                f"TimeZone = '{time_zone}'",
                "default_tablespace = ''",
                f"search_path = {search_path}",
                *([f"lc_monetary = '{money}'"] if has_money else []),
            )
        )
