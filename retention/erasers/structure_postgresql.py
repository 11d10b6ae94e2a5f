"""The structure of a PostgreSQL database from ``pg_catalog``."""

from __future__ import annotations

import json
from collections import defaultdict

from exports.catalogue import Catalogue, LiveTable
from exports.sources.snapshot import Snapshot
from retention.erasers.structure import Action, Place, Reference, Structure

_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'"
# Keys that a partition has from its parent, or that stand for one partition of a target, have a parent themselves.
_REFERENCES = f"""
SELECT k.conname, n.nspname, c.relname, pn.nspname, p.relname, k.confdeltype, k.condeferrable::int, k.confmatchtype,
       (SELECT json_agg(a.attname ORDER BY i) FROM unnest(k.conkey) WITH ORDINALITY AS u(attnum, i)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum)::text,
       (SELECT json_agg(a.attname ORDER BY i) FROM unnest(k.confkey) WITH ORDINALITY AS u(attnum, i)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum)::text,
       EXISTS (SELECT FROM pg_index x WHERE x.indrelid = k.conrelid AND x.indisvalid AND x.indpred IS NULL
               AND ((x.indkey::int2[])[0:array_length(k.conkey, 1) - 1] @> k.conkey
                    OR x.indisunique AND x.indkey::int2[] <@ k.conkey))::int,
       EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = k.conrelid AND NOT g.tgisinternal AND g.tgtype & 16 > 0
               AND g.tgenabled <> 'D')::int
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND {_OURS}
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", k.conname COLLATE "C"
"""
_LEAVES = f"""
SELECT n.nspname, c.relname, ln.nspname, l.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_partition_tree(c.oid) t
JOIN pg_class l ON l.oid = t.relid JOIN pg_namespace ln ON ln.oid = l.relnamespace
WHERE c.relkind = 'p' AND t.isleaf AND l.relkind = 'r' AND {_OURS} ORDER BY 1, 2, 3, 4
"""
# tgtype: 8 is DELETE; ev_type: '4' is DELETE.
_TRIGGERS = f"""
SELECT n.nspname, c.relname, g.tgname FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND g.tgtype & 8 > 0 AND g.tgenabled <> 'D' AND {_OURS}
UNION ALL
SELECT n.nspname, c.relname, r.rulename FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.ev_type = '4' AND c.relkind IN ('r', 'p') AND {_OURS} ORDER BY 1, 2, 3
"""
_TABLES = f"""
SELECT n.nspname, c.relname, row_security_active(c.oid)::int, greatest(c.reltuples, 0)::bigint,
       has_table_privilege(c.oid, 'SELECT')::int, has_table_privilege(c.oid, 'DELETE')::int,
       has_any_column_privilege(c.oid, 'UPDATE')::int
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {_OURS}
"""
_ACTIONS = {
    "a": Action.NO_ACTION,
    "r": Action.RESTRICT,
    "c": Action.CASCADE,
    "n": Action.SET_NULL,
    "d": Action.SET_DEFAULT,
}
_PRIVILEGES = ("SELECT", "DELETE", "UPDATE")


def read(snapshot: Snapshot, catalogue: Catalogue) -> Structure:
    """Everything in five queries over the snapshot."""
    triggers: dict[Place, list[str]] = defaultdict(list)
    for schema, name, trigger in _rows(snapshot, _TRIGGERS):
        triggers[schema, name].append(trigger)
    leaves: dict[Place, list[Place]] = defaultdict(list)
    for schema, name, leaf_schema, leaf in _rows(snapshot, _LEAVES):
        leaves[schema, name].append((leaf_schema, leaf))
    tables = _rows(snapshot, _TABLES)
    return Structure(
        catalogue=catalogue,
        references=_references(snapshot, catalogue),
        leaves={place: tuple(found) for place, found in leaves.items()},
        delete_triggers={place: tuple(names) for place, names in triggers.items()},
        hidden=frozenset((schema, name) for schema, name, active, *_ in tables if active == "1"),
        denied={
            (schema, name): lacking
            for schema, name, _, _, *may in tables
            if (lacking := tuple(word for word, yes in zip(_PRIVILEGES, may, strict=True) if yes != "1"))
        },
        sizes={(schema, name): int(size) for schema, name, _, size, *_ in tables},
        role=_rows(snapshot, "SELECT current_user")[0][0],
    )


def _references(snapshot: Snapshot, catalogue: Catalogue) -> tuple[Reference, ...]:
    found = []
    for row in _rows(snapshot, _REFERENCES):
        name, schema, child, parent_schema, parent, action, deferrable, match, columns, targets, indexed, watched = row
        own = tuple(json.loads(columns))
        table = catalogue.tables[schema, child]
        found.append(
            Reference(
                name=name,
                child=(schema, child),
                columns=own,
                parent=(parent_schema, parent),
                parent_columns=tuple(json.loads(targets)),
                action=_ACTIONS[action],
                clearable=clearable(table, own, full=match == "f"),
                deferrable=deferrable == "1",
                indexed=indexed == "1",
                watched=watched == "1",
            )
        )
    return tuple(found)


def clearable(table: LiveTable, columns: tuple[str, ...], *, full: bool) -> tuple[str, ...]:
    """The columns that can be set to NULL so that the row refers to nothing; MATCH FULL needs all of them."""
    free = {
        column.name
        for column in table.columns
        if column.nullable and not column.generated and column.name not in table.primary_key
    }
    found = tuple(name for name in columns if name in free)
    return found if len(found) == len(columns) or not full else ()


def _rows(snapshot: Snapshot, sql: str) -> list[tuple[str, ...]]:
    return [tuple(value or "" for value in row) for row in snapshot.query(sql)]
