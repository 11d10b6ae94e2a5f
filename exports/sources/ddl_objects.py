"""PostgreSQL objects that are no tables, as the statements that create them, and the comments on everything.

The queries run with an empty ``search_path``, so that PostgreSQL itself qualifies and quotes every name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from exports.sources.ddl_dependencies import Thing

if TYPE_CHECKING:
    from exports.sources.snapshot import Snapshot

_COLLATE = "CASE WHEN {0} <> 0 AND {0} <> {1} THEN ' COLLATE ' || {0}::regcollation ELSE '' END"
OPTIONS = (
    "format('START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s', "
    "s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)"
)
"""Options of the sequence ``s`` (pg_sequence)."""

_EXTENSION = """
SELECT e.oid::text,
       CASE WHEN n.nspname IN ('pg_catalog', 'public') THEN ''
            ELSE format(E'CREATE SCHEMA IF NOT EXISTS %I;\\n', n.nspname) END
       || format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I CASCADE;', e.extname, n.nspname)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.oid IN ({oids})
"""
_SCHEMA = "SELECT oid::text, format('CREATE SCHEMA IF NOT EXISTS %I;', nspname) FROM pg_namespace WHERE oid IN ({oids})"
_COLLATION = """
SELECT c.oid::text, format('CREATE COLLATION %I.%I (%s);', n.nspname, c.collname, concat_ws(', ',
       format('PROVIDER = %s', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END),
       'LOCALE = ' || quote_literal(coalesce(r ->> 'colllocale', r ->> 'colliculocale',
              CASE WHEN c.collprovider = 'i' OR c.collcollate = c.collctype THEN c.collcollate END)),
       CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype
            THEN format('LC_COLLATE = %L, LC_CTYPE = %L', c.collcollate, c.collctype) END,
       CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END,
       'RULES = ' || quote_literal(r ->> 'collicurules')))
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace CROSS JOIN LATERAL to_jsonb(c) r
WHERE c.oid IN ({oids})
"""
_ENUM = """
SELECT t.oid::text, format('CREATE TYPE %s AS ENUM (%s);', t.oid::regtype,
       string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder))
FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typtype = 'e' AND t.oid IN ({oids}) GROUP BY t.oid
"""
_DOMAIN = f"""
SELECT t.oid::text, format('CREATE DOMAIN %s AS %s%s%s%s%s;', t.oid::regtype, format_type(t.typbasetype, t.typtypmod),
       {_COLLATE.format("t.typcollation", "b.typcollation")}, ' DEFAULT ' || t.typdefault,
       CASE WHEN t.typnotnull THEN ' NOT NULL' END,
       (SELECT string_agg(format(' CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)), '' ORDER BY c.conname)
        FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c' AND c.convalidated))
FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd' AND t.oid IN ({{oids}})
"""
_RANGE = """
SELECT t.oid::text, format('CREATE TYPE %s AS RANGE (%s);', t.oid::regtype, concat_ws(', ',
       format('SUBTYPE = %s', format_type(r.rngsubtype, NULL)),
       CASE WHEN NOT o.opcdefault THEN format('SUBTYPE_OPCLASS = %I.%I', n.nspname, o.opcname) END,
       CASE WHEN r.rngcollation <> 0 AND r.rngcollation <> b.typcollation
            THEN format('COLLATION = %s', r.rngcollation::regcollation) END,
       CASE WHEN r.rngsubdiff <> 0 THEN format('SUBTYPE_DIFF = %s', r.rngsubdiff::regproc) END,
       'MULTIRANGE_TYPE_NAME = ' || (to_jsonb(r) ->> 'rngmultitypid')::oid::regtype::text))
FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_type b ON b.oid = r.rngsubtype
JOIN pg_opclass o ON o.oid = r.rngsubopc JOIN pg_namespace n ON n.oid = o.opcnamespace
WHERE t.oid IN ({oids})
"""
_COMPOSITE = f"""
SELECT c.oid::text, format('CREATE TYPE %s AS (%s);', c.reltype::regtype,
       string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                         {_COLLATE.format("a.attcollation", "t.typcollation")}), ', ' ORDER BY a.attnum)
       FILTER (WHERE a.attnum > 0))
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid WHERE c.relkind = 'c' AND c.oid IN ({{oids}}) GROUP BY c.oid, c.reltype
"""
_FUNCTION = "SELECT oid::text, pg_get_functiondef(oid) || ';' FROM pg_proc WHERE prokind <> 'a' AND oid IN ({oids})"
_SEQUENCE = f"""
SELECT s.seqrelid::text,
       format('CREATE SEQUENCE %s AS %s %s;', s.seqrelid::regclass, format_type(s.seqtypid, NULL), {OPTIONS})
FROM pg_sequence s WHERE s.seqrelid IN ({{oids}})
"""
_QUERIES = (
    ("pg_extension", _EXTENSION),
    ("pg_namespace", _SCHEMA),
    ("pg_collation", _COLLATION),
    ("pg_type", _ENUM),
    ("pg_type", _DOMAIN),
    ("pg_type", _RANGE),
    ("pg_class", _COMPOSITE),
    ("pg_class", _SEQUENCE),
    ("pg_proc", _FUNCTION),
)

_UNPROVEN_DOMAINS = """
SELECT format('ALTER DOMAIN %s ADD CONSTRAINT %I %s;', contypid::regtype, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'c' AND NOT convalidated AND contypid IN ({oids}) ORDER BY 1
"""
_COMMENTS = """
SELECT d.objoid::text, d.objsubid::text, 'COMMENT ON ' || CASE
    WHEN c.oid IS NOT NULL AND d.objsubid > 0 THEN format('COLUMN %s.%I', c.oid::regclass, a.attname)
    WHEN c.oid IS NOT NULL THEN
        format('%s %s', CASE WHEN c.relkind = 'S' THEN 'SEQUENCE' WHEN c.relkind IN ('i', 'I') THEN 'INDEX'
                             ELSE 'TABLE' END, c.oid::regclass)
    WHEN t.oid IS NOT NULL THEN format('%s %s', CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.oid::regtype)
    WHEN p.oid IS NOT NULL
        THEN format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure)
    WHEN k.conrelid <> 0 THEN format('CONSTRAINT %I ON %s', k.conname, k.conrelid::regclass)
    WHEN k.contypid <> 0 THEN format('CONSTRAINT %I ON DOMAIN %s', k.conname, k.contypid::regtype)
    WHEN n.oid IS NOT NULL THEN format('SCHEMA %I', n.nspname)
    END || ' IS ' || quote_literal(d.description) || ';'
FROM pg_description d
LEFT JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
LEFT JOIN pg_type t ON d.classoid = 'pg_type'::regclass AND t.oid = d.objoid
LEFT JOIN pg_proc p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid
LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
LEFT JOIN pg_namespace n ON d.classoid = 'pg_namespace'::regclass AND n.oid = d.objoid
WHERE {wanted} ORDER BY d.classoid, d.objoid, d.objsubid
"""
_NOT_CARRIED = """
SELECT format('trigger %I on %s', t.tgname, t.tgrelid::regclass), 'triggers belong to the platform, not to its data'
FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgrelid IN ({oids})
UNION SELECT format('policy %I on %s', p.polname, p.polrelid::regclass), 'row security belongs to the platform'
FROM pg_policy p WHERE p.polrelid IN ({oids})
UNION SELECT format('rule %I on %s', r.rulename, r.ev_class::regclass), 'rules belong to the platform, not to its data'
FROM pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.ev_class IN ({oids})
UNION SELECT format('statistics %I on %s', s.stxname, s.stxrelid::regclass), 'they only help the planner'
FROM pg_statistic_ext s WHERE s.stxrelid IN ({oids})
UNION SELECT format('%s %s', CASE c.relkind WHEN 'm' THEN 'materialised view' ELSE 'view' END, c.oid::regclass),
             'what it shows is computed from the tables'
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid IN ({oids})
  AND c.relkind IN ('v', 'm') AND c.oid NOT IN ({oids})
ORDER BY 1
"""


def statements(snapshot: Snapshot, things: Iterable[Thing]) -> dict[Thing, str]:
    """The CREATE statement of every thing that is no table."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for catalogue, oid in things:
        wanted[catalogue].append(oid)
    found: dict[Thing, str] = {}
    for catalogue, query in _QUERIES:
        if wanted[catalogue]:
            rows = snapshot.query(query.format(oids=listed(wanted[catalogue])))
            found |= {(catalogue, int(oid or 0)): sql or "" for oid, sql in rows}
    return found


def unproven_domain_checks(snapshot: Snapshot, things: Iterable[Thing]) -> list[str]:
    """Checks of domains that the source's own rows may break (NOT VALID), to be added after the rows."""
    domains = [oid for catalogue, oid in things if catalogue == "pg_type"]
    return [row[0] or "" for row in snapshot.query(_UNPROVEN_DOMAINS.format(oids=listed(domains)))]


def comments(snapshot: Snapshot, things: Iterable[Thing], columns: dict[int, set[int]]) -> list[str]:
    """COMMENT statements of the things, of tables also for the given column numbers."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for catalogue, oid in things:
        wanted[catalogue].append(oid)
    if not wanted:
        return []
    rows = snapshot.query(
        _COMMENTS.format(
            wanted=" OR ".join(
                f"d.classoid = '{catalogue}'::regclass AND d.objoid IN ({listed(oids)})"
                for catalogue, oids in wanted.items()
            )
        )
    )
    return [sql for oid, sub, sql in rows if sql and (sub == "0" or int(sub or 0) in columns.get(int(oid or 0), ()))]


def not_carried(snapshot: Snapshot, tables: Sequence[int]) -> list[str]:
    """What belongs to the tables and never goes into a dump of data, in words."""
    return [f"{what}: {why}" for what, why in snapshot.query(_NOT_CARRIED.format(oids=listed(tables)))]


def listed(oids: Iterable[int]) -> str:
    """The numbers for an IN list, which SQL does not let be empty."""
    return ", ".join(map(str, sorted(oids))) or "0"
