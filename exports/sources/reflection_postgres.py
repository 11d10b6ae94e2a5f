"""Reflection of PostgreSQL from ``pg_catalog`` (manual, chapter "System Catalogs")."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation
from exports.contents import ForeignKey, Kind
from exports.sources.snapshot import Snapshot

_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'"

_RELATIONS = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition::int
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS}
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
"""
_COLUMNS = f"""
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid, a.attnotnull::int,
       (a.attgenerated <> '')::int, (a.attcollation <> 0)::int
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS}
ORDER BY a.attrelid, a.attnum
"""
# A type can be sorted by when it, or a type it is binary-coercible to, has a default B-tree operator class.
_TYPES = """
SELECT t.oid, t.typname, t.typtype, t.typbasetype, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END,
       EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
               WHERE o.opcdefault AND (o.opcintype = t.oid OR o.opcintype IN (
                   SELECT k.casttarget FROM pg_cast k WHERE k.castsource = t.oid AND k.castmethod = 'b')))::int
FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typtype <> 'p' AND (c.oid IS NULL OR c.relkind = 'c')
"""
# A key that references a partitioned table has one more row per partition of the target; only the first is the key.
_CONSTRAINTS = f"""
SELECT k.conrelid, k.contype, k.conname, k.confrelid,
       (SELECT json_agg(a.attname ORDER BY i) FROM unnest(k.conkey) WITH ORDINALITY AS u(attnum, i)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum)::text,
       (SELECT json_agg(a.attname ORDER BY i) FROM unnest(k.confkey) WITH ORDINALITY AS u(attnum, i)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum)::text
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_constraint p ON p.oid = k.conparentid
WHERE k.contype IN ('p', 'f') AND {_OURS} AND (p.oid IS NULL OR p.conrelid <> k.conrelid)
ORDER BY k.conrelid, k.conname COLLATE "C"
"""
_PARENTS = "SELECT inhrelid, inhparent FROM pg_inherits ORDER BY inhrelid, inhseqno"
# Rules copy rows as triggers do. The clones of a trigger on the partitions are the trigger itself.
_TRIGGERS = f"""
SELECT g.tgrelid, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND coalesce(to_jsonb(g) ->> 'tgparentid', '0') = '0' AND {_OURS}
UNION ALL
SELECT r.ev_class, r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.rulename <> '_RETURN' AND {_OURS}
ORDER BY 1, 2
"""
_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), Kind.INTEGER),
    "numeric": Kind.DECIMAL,
    **dict.fromkeys(("float4", "float8"), Kind.FLOAT),
    "bool": Kind.BOOLEAN,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "timestamp": Kind.TIMESTAMP,
    "timestamptz": Kind.TIMESTAMPTZ,
    **dict.fromkeys(("json", "jsonb"), Kind.JSON),
    "bytea": Kind.BINARY,
    **dict.fromkeys(("text", "varchar", "bpchar", "char", "uuid", "citext", "name"), Kind.TEXT),
}


@dataclass(frozen=True)
class _Type:
    name: str
    kind: str
    base: str
    element: str
    ordered: bool


class _Types:
    """The database's types by oid; domains stand for what they are made of."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.types = {
            oid: _Type(name, kind, base, element, ordered == "1")
            for oid, name, kind, base, element, ordered in _rows(snapshot, _TYPES)
        }

    def base(self, oid: str) -> _Type | None:
        found = self.types.get(oid)
        while found is not None and found.kind == "d":
            found = self.types.get(found.base)
        return found

    def kind(self, oid: str) -> Kind:
        base = self.base(oid)
        if base is None:
            return Kind.OTHER
        return Kind.TEXT if base.kind == "e" else _KINDS.get(base.name, Kind.OTHER)

    def sortable(self, oid: str) -> bool:
        base = self.base(oid)
        if base is None or base.kind == "c":  # a composite sorts only where all its fields do
            return False
        if base.element != "0":
            return self.sortable(base.element)
        return base.kind in "erm" or base.ordered


def reflect(snapshot: Snapshot) -> Catalogue:
    """The catalogue of a PostgreSQL database in seven queries."""
    relations = _rows(snapshot, _RELATIONS)
    names = {oid: (schema, name) for oid, schema, name, _, _ in relations}
    columns = _columns(snapshot)
    primary_keys, foreign_keys = _constraints(snapshot, names)
    parents: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for child, parent in _rows(snapshot, _PARENTS):
        if child in names and parent in names:
            parents[child].append(names[parent])
    triggers: dict[str, list[str]] = defaultdict(list)
    for table, name in _rows(snapshot, _TRIGGERS):
        triggers[table].append(name)
    tables = {
        (schema, name): LiveTable(
            schema=schema,
            name=name,
            relation=_relation(kind, partition == "1", bool(parents[oid])),
            columns=tuple(columns[oid]),
            primary_key=primary_keys.get(oid, ()),
            foreign_keys=tuple(foreign_keys[oid]),
            parents=tuple(parents[oid]),
            triggers=tuple(triggers[oid]),
        )
        for oid, schema, name, kind, partition in relations
    }
    large_objects = int(_rows(snapshot, "SELECT count(*) FROM pg_largeobject_metadata")[0][0])
    return Catalogue("postgresql", snapshot.version, tables, large_objects)


def _rows(snapshot: Snapshot, sql: str) -> list[tuple[str, ...]]:
    """Rows without NULL: where one can stand, '' does."""
    return [tuple(value or "" for value in row) for row in snapshot.query(sql)]


def _relation(kind: str, partition: bool, inherits: bool) -> Relation:
    if kind in "rp" and partition:
        return Relation.PARTITION
    if kind == "r" and inherits:
        return Relation.INHERITANCE_CHILD
    return {
        "r": Relation.TABLE,
        "p": Relation.PARTITIONED,
        "v": Relation.VIEW,
        "m": Relation.MATERIALIZED_VIEW,
        "f": Relation.FOREIGN_TABLE,
    }[kind]


def _columns(snapshot: Snapshot) -> dict[str, list[LiveColumn]]:
    types = _Types(snapshot)
    columns: dict[str, list[LiveColumn]] = defaultdict(list)
    for table, name, spelled, oid, needed, generated, collatable in _rows(snapshot, _COLUMNS):
        columns[table].append(
            LiveColumn(
                name=name,
                type=spelled,
                kind=types.kind(oid),
                nullable=needed != "1",
                sortable=types.sortable(oid),
                generated=generated == "1",
                collatable=collatable == "1",
            )
        )
    return columns


def _constraints(
    snapshot: Snapshot, names: dict[str, tuple[str, str]]
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[ForeignKey]]]:
    primary_keys: dict[str, tuple[str, ...]] = {}
    foreign_keys: dict[str, list[ForeignKey]] = defaultdict(list)
    for table, kind, name, target, columns, target_columns in _rows(snapshot, _CONSTRAINTS):
        if kind == "p":
            primary_keys[table] = tuple(json.loads(columns))
        elif target in names:
            schema, target_name = names[target]
            key = ForeignKey(name, tuple(json.loads(columns)), schema, target_name, tuple(json.loads(target_columns)))
            foreign_keys[table].append(key)
    return primary_keys, foreign_keys
