"""Reflection of other engines through SQLAlchemy Core; types, triggers and SQLite's oddities from the engine itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy.engine.reflection import ObjectKind

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation
from exports.contents import ForeignKey, Kind
from exports.sources.snapshot import Snapshot, SourceError

_COLUMNS = {
    "sqlite": """
        SELECT m.name, p.name, p.type, p.hidden IN (2, 3) FROM sqlite_master AS m
        JOIN pragma_table_xinfo(m.name) AS p WHERE m.type = 'table'""",
    "mysql": """
        SELECT table_name, column_name, column_type, extra LIKE '%GENERATED%' AND extra NOT LIKE '%DEFAULT_GENERATED%'
        FROM information_schema.columns WHERE table_schema = database()""",
}
_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "mysql": """
        SELECT event_object_table, trigger_name FROM information_schema.triggers
        WHERE event_object_schema = database() ORDER BY trigger_name""",
}
_VERSIONED = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = database() AND table_type = 'SYSTEM VERSIONED' ORDER BY table_name"""
SYSTEM_VERSIONING = "system versioning"
"""MariaDB keeps old rows of such a table inside it: reported like a trigger that copies rows."""
_KINDS = (
    (r"(tiny|small|medium|big)?int(eger)?\d*|year|(small|big)?serial", Kind.INTEGER),
    (r"dec(imal)?|numeric|number", Kind.DECIMAL),
    (r"float\d*|double( precision)?|real", Kind.FLOAT),
    (r"bool(ean)?", Kind.BOOLEAN),
    (r"date", Kind.DATE),
    (r"time( without time zone)?", Kind.TIME),
    (r"timestamp( without time zone)?|datetime2?", Kind.TIMESTAMP),
    (r"timestamptz|timestamp with time zone", Kind.TIMESTAMPTZ),
    (r"jsonb?", Kind.JSON),
    (r"(var)?binary|(tiny|medium|long)?blob|bytea", Kind.BINARY),
    (r"n?(var)?char(acter)?2?( varying)?|native character|(tiny|medium|long)?text|n?clob|enum|uuid|string", Kind.TEXT),
)
_COLLATABLE = re.compile(r"char|text|clob|enum|string", re.IGNORECASE)


def kind(declared: str) -> Kind:
    """The kind of a declared type such as ``VARCHAR(20)``, ``bigint(20) unsigned`` or ``DECIMAL(5, 2)``."""
    word = re.sub(r"\([^)]*\)|\b(unsigned|signed|zerofill)\b", " ", declared.lower())
    word = " ".join(word.split())
    return next((found for pattern, found in _KINDS if re.fullmatch(pattern, word)), Kind.OTHER)


@dataclass
class _Schema:
    """What SQLAlchemy's inspector knows, table by table."""

    columns: dict[Any, Any]
    primary_keys: dict[Any, Any]
    foreign_keys: dict[Any, Any]
    views: set[str]


def reflect(snapshot: Snapshot) -> Catalogue:
    """The catalogue of a database that SQLAlchemy reads; its schema is called ''. Raises ``SourceError``.

    Views have no columns here: they hold no rows, and one that is broken must not stop an export.
    """
    try:
        schema = _inspect(snapshot)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise SourceError(snapshot.store, "", f"its schema cannot be read: {error}") from error
    spelled: dict[str, dict[str, tuple[str, bool]]] = defaultdict(dict)
    for table, column, declared, generated in _own(snapshot, _COLUMNS):
        spelled[table][column] = (declared, generated == "1")
    triggers: dict[str, list[str]] = defaultdict(list)
    for table, name in _own(snapshot, _TRIGGERS):
        triggers[table].append(name)
    for (table,) in _own(snapshot, {"mysql": _VERSIONED}):
        triggers[table].append(SYSTEM_VERSIONING)
    names = sorted({str(name) for _, name in schema.columns} | schema.views)
    tables = {("", name): _table(name, schema, spelled[name], tuple(triggers[name])) for name in names}
    return Catalogue(snapshot.engine, snapshot.version, tables)


def _own(snapshot: Snapshot, queries: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The answer to the engine's own query, without NULL; [] where there is none for this engine."""
    if snapshot.engine not in queries:
        return []
    return [tuple(value or "" for value in row) for row in snapshot.query(queries[snapshot.engine])]


def _inspect(snapshot: Snapshot) -> _Schema:
    inspector = sqlalchemy.inspect(snapshot.connection)
    schema = _Schema(
        columns=dict(inspector.get_multi_columns(kind=ObjectKind.TABLE)),
        primary_keys=dict(inspector.get_multi_pk_constraint(kind=ObjectKind.TABLE)),
        foreign_keys=dict(inspector.get_multi_foreign_keys(kind=ObjectKind.TABLE)),
        views=set(inspector.get_view_names()),
    )
    for (name,) in _own(snapshot, {"mysql": _VERSIONED}):  # no base tables to SQLAlchemy, which passes them over
        schema.columns[None, name] = inspector.get_columns(name)
        schema.primary_keys[None, name] = inspector.get_pk_constraint(name)
        schema.foreign_keys[None, name] = inspector.get_foreign_keys(name)
    return schema


def _table(name: str, schema: _Schema, spelled: dict[str, tuple[str, bool]], triggers: tuple[str, ...]) -> LiveTable:
    primary_key = schema.primary_keys.get((None, name)) or {}
    return LiveTable(
        schema="",
        name=name,
        relation=Relation.VIEW if name in schema.views else Relation.TABLE,
        columns=tuple(_column(column, spelled) for column in schema.columns.get((None, name), ())),
        primary_key=tuple(primary_key.get("constrained_columns", ())),
        foreign_keys=tuple(
            ForeignKey(
                key["name"] or "",
                tuple(key["constrained_columns"]),
                key["referred_schema"] or "",
                key["referred_table"],
                tuple(key["referred_columns"]),
            )
            for key in schema.foreign_keys.get((None, name), ())
        ),
        triggers=triggers,
    )


def _column(column: Mapping[str, Any], spelled: dict[str, tuple[str, bool]]) -> LiveColumn:
    declared, generated = spelled.get(column["name"], (str(column["type"]), "computed" in column))
    return LiveColumn(
        name=column["name"],
        type=declared,
        kind=kind(declared),
        nullable=bool(column["nullable"]),
        generated=generated,
        collatable=_COLLATABLE.search(declared) is not None,
    )
