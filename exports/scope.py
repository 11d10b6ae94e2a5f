"""From a tenant key and the data map to the SQL that selects exactly the tenant's rows. Pure: text in, text out.

Every way to the tenant is a chain of nested semi-joins that ends at the key as a literal, so each statement stands
alone. A table is called by its own name at every level and every column is qualified: in SQL an unqualified name that
the inner table lacks silently means the outer table's column, and then every row matches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation
from exports.contents import Category, Column, ForeignKey, Kind, Table
from exports.datamap import Collection, DatabaseStore, Through
from exports.datamap_rules import PLACEHOLDER, TENANT
from exports.dialects import dialect
from exports.stems import stems

_KEYS = "tenant_keys_so_far"
_EQUAL_MEANS_SAME = frozenset(Kind) - {Kind.DECIMAL, Kind.FLOAT, Kind.JSON, Kind.OTHER}
"""Kinds whose equal values have equal text; 1.0 = 1.00 and -0 = 0 do not."""


class ScopeError(Exception):
    """No SQL can be made that gives exactly the tenant's rows; the text says why."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The tenant's rows of one table, ready to run in any statement of the store's engine.

    ``source`` is the FROM item with its WHERE, without SELECT list and ORDER BY, e.g.
    ``"public"."courses" AS "courses" WHERE "courses"."org" = '7'``; ``columns`` the quoted select list; ``order``
    the ORDER BY list that makes the order deterministic ('' never: tables without key order by all columns).
    """

    table: Table
    source: str
    columns: str
    order: str

    @property
    def count_sql(self) -> str:
        return f"SELECT count(*) FROM {self.source}"

    @property
    def rows_sql(self) -> str:
        return f"SELECT {self.columns} FROM {self.source} ORDER BY {self.order}"


def tenant_row_sql(store: DatabaseStore, tenant_key: str, engine: str) -> str:
    """SQL for the tenant's own row: its key and its name ('' without a ``name_field``), both as text.

    The key must match **exactly as text**: the caller accepts only a single row whose key equals ``tenant_key``.
    Engines that compare more loosely than text does (MariaDB: ``5 = '5abc'``, ``'ACME' = 'acme '``) get every row that
    *might* be taken for the tenant, so that two tenants who differ only in case or blanks are refused and never mixed.
    Raises ``ScopeError`` for a key that cannot be the key of a row.
    """
    speak, row = dialect(engine), store.tenant
    collection = store.collections[row.collection]
    alias = speak.name(collection.name)
    key = f"{alias}.{speak.name(row.field)}"
    name = f"{alias}.{speak.name(row.name_field)}" if row.name_field else "''"
    wanted = _literal(engine, tenant_key)
    as_text = "CHAR" if engine == "mysql" else "TEXT"
    if engine == "mysql":
        match = f"TRIM(CONVERT({key} USING utf8mb4)) COLLATE utf8mb4_unicode_ci = TRIM({wanted})"
    elif engine == "postgresql" and collection.fields[row.field].type != "citext":
        match = f"CAST({key} AS text) = {wanted}"
    else:
        match = f"lower(trim(CAST({key} AS TEXT))) = lower(trim({wanted}))"
    source = _qualified(engine, collection.schema, collection.name)
    return f"SELECT CAST({key} AS {as_text}), CAST({name} AS {as_text}) FROM {source} AS {alias} WHERE {match}"


def selections(
    store: DatabaseStore, catalogue: Catalogue, tenant_key: str, categories: Sequence[Category] | None = None
) -> list[Selection]:
    """One ``Selection`` per exported collection of these categories (None: all), in the order of the map.

    The map must agree with the catalogue (``drift.compare`` is empty) and the key must be known to be the tenant's
    (``tenant_row_sql``). Raises ``ScopeError`` where no exact SQL can be made.
    """
    scoping = _Scoping(store, catalogue, tenant_key)
    wanted = [
        collection
        for collection in store.collections.values()
        if collection.export and (categories is None or collection.category in categories)
    ]
    names = stems(store)
    columns = {collection.key: scoping.columns(collection) for collection in wanted}
    return [scoping.selection(collection, columns, names[collection.key]) for collection in wanted]


def _literal(engine: str, tenant_key: str) -> str:
    if not tenant_key:
        raise ScopeError("The tenant key is empty.")
    try:
        return dialect(engine).literal(tenant_key)
    except ValueError as error:
        raise ScopeError(f"The tenant key {tenant_key!r} cannot be used: {error}.") from error


def _qualified(engine: str, schema: str, name: str) -> str:
    speak = dialect(engine)
    schema = schema or ("public" if engine == "postgresql" else "")
    return f"{speak.name(schema)}.{speak.name(name)}" if schema else speak.name(name)


class _Scoping:
    """The SQL of one store for one tenant."""

    def __init__(self, store: DatabaseStore, catalogue: Catalogue, tenant_key: str) -> None:
        self.store = store
        self.catalogue = catalogue
        self.engine = catalogue.engine
        self.speak = dialect(catalogue.engine)
        self.tenant_key = tenant_key
        self.literal = _literal(catalogue.engine, tenant_key)
        self.inherited = {
            parent
            for table in catalogue.tables.values()
            if table.relation is Relation.INHERITANCE_CHILD
            for parent in table.parents
        }

    # What is exported

    def live(self, collection: Collection) -> LiveTable:
        table = self.catalogue.find(collection.schema, collection.name)
        if table is None:
            raise ScopeError(f"{self.store.key}: the table of collection {collection.key} does not exist.")
        return table

    def columns(self, collection: Collection) -> tuple[Column, ...]:
        """The exported columns in the order of the table."""
        live = self.live(collection)
        different = {column.name for column in live.columns} ^ collection.fields.keys()
        if different:
            names = ", ".join(sorted(different))
            raise ScopeError(f"{self.store.key}.{collection.key}: map and table differ in the columns {names}.")
        return tuple(
            Column(column.name, column.type, column.kind, column.nullable, field.description)
            for column in live.columns
            if not (field := collection.fields[column.name]).secret
        )

    def selection(self, collection: Collection, exported: dict[str, tuple[Column, ...]], stem: str) -> Selection:
        live = self.live(collection)
        columns = exported[collection.key]
        names = {column.name for column in columns}
        table = Table(
            store=self.store.key,
            key=collection.key,
            schema=live.schema,
            name=live.name,
            category=collection.category,
            columns=columns,
            stem=stem,
            primary_key=live.primary_key if names.issuperset(live.primary_key) else (),
            foreign_keys=self.foreign_keys(live, names, exported),
            description=collection.description,
            left_out={field.name: field.secret for field in collection.fields.values() if field.secret},
        )
        select = ", ".join(self.column(live, column.name) for column in columns)
        source = self.relation(live)
        predicate = self.predicate(collection)
        return Selection(
            table, f"{source} WHERE {predicate}" if predicate else source, select, self.order(collection, live)
        )

    def foreign_keys(
        self, live: LiveTable, names: set[str], exported: dict[str, tuple[Column, ...]]
    ) -> tuple[ForeignKey, ...]:
        """The keys of which both ends are exported whole."""
        ends = {(table := self.live(self.store.collections[key])).schema + "\0" + table.name: key for key in exported}
        found = []
        for key in live.foreign_keys:
            target = exported.get(ends.get(f"{key.target_schema}\0{key.target}", ""), ())
            if names.issuperset(key.columns) and {column.name for column in target}.issuperset(key.target_columns):
                found.append(key)
        return tuple(found)

    def order(self, collection: Collection, live: LiveTable) -> str:
        """The primary key, else all columns, each such that the order does not depend on collation or chance.

        Without a key the columns that compare fast come first: it halves the time of sorting millions of rows.
        """
        constant = self.constant(collection, live)
        keys = [column for name in live.primary_key for column in live.columns if column.name == name]
        rest = [column for column in live.columns if column not in keys]
        order = [(column, self.sort(live, column, unique=True)) for column in keys]
        if not keys or any(column.nullable for column in keys):  # SQLite allows NULL, even twice, in a primary key
            others = [(column, self.sort(live, column, unique=False)) for column in rest]
            order += sorted(others, key=lambda pair: pair[1] != self.column(live, pair[0].name))
        expressions = [expression for column, expression in order if column.name != constant] or [order[0][1]]
        if self.engine == "sqlite" and not keys:
            taken = {column.name.lower() for column in live.columns}
            free = next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), "")
            expressions += [f"{self.speak.name(live.name)}.{free}"] if free else []
        return ", ".join(expressions)

    def constant(self, collection: Collection, live: LiveTable) -> str:
        """The column that holds the tenant's key in every selected row, where equal means same; '' for none."""
        scope = collection.scope
        columns = {column.name: column for column in live.columns}
        if self.engine != "postgresql" or scope.through or scope.where or scope.tenant_field not in columns:
            return ""
        column = columns[scope.tenant_field]
        return column.name if column.kind in _EQUAL_MEANS_SAME and column.type != "citext" else ""

    def sort(self, live: LiveTable, column: LiveColumn, *, unique: bool) -> str:
        name = self.column(live, column.name)
        native = column.sortable and (not column.collatable or (unique and self.engine == "mysql"))
        if native and (unique or column.kind in _EQUAL_MEANS_SAME):
            return name
        return self.speak.text(name)

    # Which rows

    def column(self, live: LiveTable, name: str) -> str:
        return f"{self.speak.name(live.name)}.{self.speak.name(name)}"

    def relation(self, live: LiveTable) -> str:
        only = "ONLY " if (live.schema, live.name) in self.inherited else ""
        return f"{only}{_qualified(self.engine, live.schema, live.name)} AS {self.speak.name(live.name)}"

    def rows(self, collection: Collection, columns: Sequence[str]) -> str:
        """``SELECT columns`` of the tenant's rows of the collection."""
        live = self.live(collection)
        select = ", ".join(self.column(live, name) for name in columns) or "*"
        predicate = self.predicate(collection)
        return f"SELECT {select} FROM {self.relation(live)}" + (f" WHERE {predicate}" if predicate else "")

    def predicate(self, collection: Collection) -> str:
        """The condition on a row of the collection, called by its table's name; '' where every row is meant."""
        scope, live = collection.scope, self.live(collection)
        if scope.everything:
            return ""
        ways = [self.equals(live, scope.tenant_field)] if scope.tenant_field else []
        groups: dict[tuple[str, ...], list[Through]] = {}
        for through in scope.through:
            if through.collection != collection.key:
                groups.setdefault(through.fields, []).append(through)
        ways += [self.semi_join(live, fields, found) for fields, found in groups.items()]
        if scope.where:
            ways.append(f"({self.expand(scope.where)})")
        if not ways:
            raise ScopeError(f"{self.store.key}.{collection.key}: no way to the tenant is declared.")
        own = [through for through in scope.through if through.collection == collection.key]
        ways += [self.descent(live, own, self.any_of(live, ways))] if own else []
        return self.any_of(live, ways)

    def any_of(self, live: LiveTable, ways: list[str]) -> str:
        """Rows that match any way. PostgreSQL runs subqueries joined by OR once per row; over the key it does not."""
        if len(ways) == 1:
            return ways[0]
        if self.engine == "postgresql" and live.primary_key:
            select = ", ".join(self.column(live, name) for name in live.primary_key)
            union = " UNION ALL ".join(f"SELECT {select} FROM {self.relation(live)} WHERE {way}" for way in ways)
            return f"{self.together(live, live.primary_key)} IN ({union})"
        return "(" + " OR ".join(ways) + ")"

    def together(self, live: LiveTable, names: Sequence[str]) -> str:
        columns = ", ".join(self.column(live, name) for name in names)
        return columns if len(names) == 1 else f"({columns})"

    def equals(self, live: LiveTable, name: str) -> str:
        """The tenant's key in a column, without the engine's habit of turning text into numbers or the reverse."""
        column = next((column for column in live.columns if column.name == name), None)
        if column is None:
            raise ScopeError(f"{self.store.key}: {live.key} has no column {name}.")
        expression = self.column(live, name)
        if self.engine == "mysql" and column.kind in (Kind.INTEGER, Kind.DECIMAL):
            if not re.fullmatch(r"-?[0-9]+", self.tenant_key):
                raise ScopeError(f"{self.store.key}: {live.key}.{name} holds numbers, {self.tenant_key!r} is none.")
            return f"{expression} = {self.tenant_key}"
        if self.engine == "sqlite" and (not column.type or "BLOB" in column.type.upper()):
            return f"CAST({expression} AS TEXT) = {self.literal}"  # no affinity: 5 = '5' would be false
        return f"{expression} = {self.literal}"

    def semi_join(self, live: LiveTable, fields: tuple[str, ...], throughs: list[Through]) -> str:
        parts = [self.rows(self.store.collections[through.collection], through.references) for through in throughs]
        if len(parts) > 1 and self.engine == "mysql":  # it would run a UNION inside IN once per row
            return f"{self.together(live, fields)} IN (SELECT * FROM ({' UNION ALL '.join(parts)}) AS any_of)"
        return f"{self.together(live, fields)} IN ({' UNION ALL '.join(parts)})"

    def descent(self, live: LiveTable, own: list[Through], begin: str) -> str:
        """Rows reached from the tenant's rows of the same table, over any number of steps."""
        names = list(dict.fromkeys(name for through in own for name in through.references))
        heads = {name: f"key_{number}" for number, name in enumerate(names)}
        select = ", ".join(self.column(live, name) for name in names)
        steps = " OR ".join(
            "(" + " AND ".join(f"{self.column(live, field)} = {_KEYS}.{heads[reference]}"
                               for field, reference in zip(through.fields, through.references, strict=True)) + ")"
            for through in own
        )  # fmt: skip
        recursive = (
            f"WITH RECURSIVE {_KEYS} ({', '.join(heads.values())}) AS ("
            f"SELECT {select} FROM {self.relation(live)} WHERE {begin} "
            f"UNION SELECT {select} FROM {self.relation(live)} JOIN {_KEYS} ON {steps})"
        )
        ways = [
            f"{self.together(live, through.fields)} IN ({recursive} "
            f"SELECT {', '.join(f'{_KEYS}.{heads[name]}' for name in through.references)} FROM {_KEYS})"
            for through in own
        ]
        return "(" + " OR ".join(ways) + ")" if len(ways) > 1 else ways[0]

    def expand(self, where: str) -> str:
        """A ``where`` with its names in braces replaced."""

        def replace(match: re.Match[str]) -> str:
            if match[1] is None:
                return match[0][0]
            if match[1] == TENANT:
                return self.literal
            collection = self.store.collections[match[1]]
            return f"({self.rows(collection, ())}) AS {self.speak.name(collection.name)}"

        return PLACEHOLDER.sub(replace, where)
