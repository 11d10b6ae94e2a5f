"""What a PostgreSQL dump adds after the rows: keys, checks, indexes, foreign keys and the state of sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from exports.sources.ddl_dependencies import Dependencies, Node, Thing
from exports.sources.ddl_objects import listed

if TYPE_CHECKING:
    from exports.sources.snapshot import Snapshot

_CONSTRAINTS = """
SELECT c.oid::text, c.conrelid::text, c.contype::text, quote_ident(c.conname), pg_get_constraintdef(c.oid),
       c.conindid::text, (0 = ANY (c.conkey))::int::text, c.coninhcount::text, c.convalidated::int::text
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE c.contype IN ('p', 'u', 'x', 'c', 'f') AND c.conparentid = 0 AND c.conrelid IN ({oids})
ORDER BY position(c.contype::text IN 'puxcf'), n.nspname, r.relname, c.conname
"""
_INDEXES = """
SELECT i.indexrelid::text, i.indrelid::text, quote_ident(c.relname), pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid IN ({oids})
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY n.nspname, c.relname
"""
_SEQUENCES = """
SELECT d.objid::text, d.refobjid::text, d.refobjsubid::text, d.deptype::text, d.refobjid::regclass::text,
       (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = d.refobjid AND attnum = d.refobjsubid)
FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  AND d.refobjid IN ({oids})
ORDER BY d.objid
"""
_READABLE = """
SELECT oid::text, oid::regclass::text, has_sequence_privilege(oid, 'SELECT')::int::text
FROM pg_class WHERE relkind = 'S' AND oid IN ({oids}) ORDER BY pg_class.oid
"""


def anonymous(body: str) -> str:
    """A DO block around whole lines of PL/pgSQL."""
    tag = "$load$"
    while tag in body:
        tag = f"{tag[:-1]}_$"
    return f"DO {tag} BEGIN\n{body}END {tag};"


def careful(statement: str, otherwise: str, condition: str, warning: str) -> str:
    """A statement that may fail on ``condition``: then ``otherwise`` is tried and a warning says so."""
    told = warning.replace("'", "''").replace("%", "%%")
    fallback = f"    {otherwise}\n" if otherwise else ""
    return anonymous(
        f"    {statement}\nEXCEPTION WHEN {condition} THEN\n{fallback}    RAISE WARNING '{told} (%)', SQLERRM;\n"
    )


class Keys:
    """Constraints and indexes of the tables ``names`` (oid → qualified name), as statements in their order."""

    def __init__(
        self,
        snapshot: Snapshot,
        needs: Dependencies,
        names: dict[int, str],
        leave_out: Callable[[str, str], None],
    ) -> None:
        self.nodes: list[Node] = []
        """The constraints and indexes that are in the dump."""
        self.checks: list[str] = []
        self.indexes: list[str] = []
        self.foreign: list[str] = []
        self._needs = needs
        self._names = names
        self._leave_out = leave_out
        for row in snapshot.query(_CONSTRAINTS.format(oids=listed(names))):
            self._constraint([cell or "" for cell in row])
        for row in snapshot.query(_INDEXES.format(oids=listed(names))):
            self._index([cell or "" for cell in row])

    def _constraint(self, row: list[str]) -> None:
        oid, relation, kind, name, definition, index, whole_row, inherited, valid = row
        table = int(relation)
        if inherited != "0" and kind == "c" and self._needs.parents.get(table):
            return  # the parent's constraint comes down to it
        node: Node = ("pg_constraint", int(oid), 0)
        nodes: list[Node] = [node, ("pg_class", int(index), 0)] if kind in "pux" else [node]
        reason = self._needs.first_reason(nodes)
        if not reason and whole_row == "1" and self._needs.is_partial(table):
            reason = "it looks at whole rows, which are exported in part"
        if reason:
            self._leave_out(f"constraint {name} of {self._names[table]}", reason)
            return
        self.nodes += nodes
        only = "" if kind == "c" or self._needs.relations[table][0] == "p" else "ONLY "
        statement = f"ALTER TABLE {only}{self._names[table]} ADD CONSTRAINT {name} {definition};"
        if kind == "f":
            self.foreign.append(self._foreign(table, name, statement, valid == "1"))
        elif kind == "c" and self._needs.calls_functions(node):
            unproven = statement.removesuffix(";") + (" NOT VALID;" if valid == "1" else ";")
            warning = f"check {name} of {self._names[table]} does not hold here"
            self.checks.append(careful(statement, unproven, "OTHERS", warning))
        else:
            self.checks.append(statement)

    def _foreign(self, table: int, name: str, statement: str, valid: bool) -> str:
        """Rows may point to rows that stay with the platform; the load goes on and says so."""
        if not valid:
            return statement
        # a partitioned table takes no NOT VALID foreign key (PostgreSQL manual, ALTER TABLE, before version 18)
        unproven = "" if self._needs.relations[table][0] == "p" else statement.removesuffix(";") + " NOT VALID;"
        warning = f"foreign key {name} of {self._names[table]}: some rows point to rows that are not in this export"
        return careful(statement, unproven, "foreign_key_violation", warning)

    def _index(self, row: list[str]) -> None:
        oid, relation, name, definition = row
        node: Node = ("pg_class", int(oid), 0)
        table = self._names[int(relation)]
        if reason := self._needs.why_not(node):
            self._leave_out(f"index {name} on {table}", reason)
            return
        self.nodes.append(node)
        statement = definition.replace(f"INDEX {name} ON ONLY ", f"INDEX {name} ON ", 1) + ";"
        if self._needs.calls_functions(node):
            statement = careful(statement, "", "OTHERS", f"index {name} on {table} could not be built")
        self.indexes.append(statement)


class Sequences:
    """Sequences that exported columns own, and how all sequences of the dump come to their owners and values.

    A sequence is no part of a snapshot: its value is the one of now, which is never below the rows'.
    """

    def __init__(self, snapshot: Snapshot, columns: dict[int, set[int]]) -> None:
        self._snapshot = snapshot
        rows = [[cell or "" for cell in row] for row in snapshot.query(_SEQUENCES.format(oids=listed(columns)))]
        self._owners = {int(row[0]): (row[3], row[4], row[5]) for row in rows if int(row[2]) in columns[int(row[1])]}
        self._identities = {oid for oid, (kind, _, _) in self._owners.items() if kind == "i"}
        self.nodes: list[Node] = [("pg_class", oid, 0) for oid in self._owners if oid not in self._identities]
        """Sequences that need a statement of their own."""

    def statements(self, things: Iterable[Thing]) -> list[str]:
        """Owner and value of every sequence among the things and of every identity column."""
        wanted = {oid for catalogue, oid in things if catalogue == "pg_class"} | self._identities
        owned, values = [], ""
        for oid, name, readable in self._snapshot.query(_READABLE.format(oids=listed(wanted))):
            kind, table, column = self._owners.get(int(oid or 0), ("", "", ""))
            if kind == "a":
                owned.append(f"ALTER SEQUENCE {name} OWNED BY {table}.{column};")
            values += self._value(name or "", readable == "1", table, column)
        return owned + ([anonymous(values)] if values else [])

    def _value(self, name: str, readable: bool, table: str, column: str) -> str:
        quoted = name.replace("'", "''")
        if readable:
            last, called = self._snapshot.query(f"SELECT last_value::text, is_called::int::text FROM {name}")[0]
            return f"    PERFORM pg_catalog.setval('{quoted}', {last}, {'true' if called == '1' else 'false'});\n"
        top = f"max({column})"
        return f"    PERFORM pg_catalog.setval('{quoted}', {top}) FROM {table} HAVING {top} > 0;\n" if table else ""
