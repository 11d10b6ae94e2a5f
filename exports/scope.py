"""From a tenant key and the data map to the SQL that selects exactly the tenant's rows. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation
from exports.contents import Category, Column, ForeignKey, Kind, Table
from exports.datamap import Collection, DatabaseStore
from exports.dialects import dialect
from exports.predicates import Predicates, ScopeError, literal, qualified
from exports.stems import stems

__all__ = ["ScopeError", "Selection", "selections", "tenant_row_sql"]

_EQUAL_MEANS_SAME = frozenset(Kind) - {Kind.DECIMAL, Kind.FLOAT, Kind.JSON, Kind.OTHER}
"""Kinds whose equal values have equal text; 1.0 = 1.00 and -0 = 0 do not."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The tenant's rows of one table, ready to run in any statement of the store's engine.

    ``source`` is the FROM item with its WHERE, without SELECT list and ORDER BY, e.g.
    ``"public"."courses" AS "courses" WHERE "courses"."org" = '7'``; ``columns`` the quoted select list; ``order``
    the ORDER BY list that makes the order deterministic, '' when reading the table from front to back does.
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
        order = f" ORDER BY {self.order}" if self.order else ""
        return f"SELECT {self.columns} FROM {self.source}{order}"


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
    wanted = literal(engine, tenant_key)
    as_text = "CHAR" if engine == "mysql" else "TEXT"
    if engine == "mysql":
        match = f"TRIM(CONVERT({key} USING utf8mb4)) COLLATE utf8mb4_unicode_ci = TRIM({wanted})"
    elif engine == "postgresql" and collection.fields[row.field].type != "citext":
        match = f"CAST({key} AS text) = {wanted}"
    else:
        match = f"lower(trim(CAST({key} AS TEXT))) = lower(trim({wanted}))"
    source = qualified(engine, collection.schema, collection.name)
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


class _Scoping:
    """The selections of one store for one tenant."""

    def __init__(self, store: DatabaseStore, catalogue: Catalogue, tenant_key: str) -> None:
        self.store = store
        self.engine = catalogue.engine
        self.speak = dialect(catalogue.engine)
        self.predicates = Predicates(store, catalogue, tenant_key)

    def columns(self, collection: Collection) -> tuple[Column, ...]:
        """The exported columns in the order of the table."""
        live = self.predicates.live(collection)
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
        live = self.predicates.live(collection)
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
        select = ", ".join(
            self.speak.exact(self.predicates.column(live, column.name), column.type) for column in columns
        )
        source = self.predicates.relation(live)
        predicate = self.predicates.predicate(collection)
        return Selection(
            table, f"{source} WHERE {predicate}" if predicate else source, select, self.order(collection, live)
        )

    def foreign_keys(
        self, live: LiveTable, names: set[str], exported: dict[str, tuple[Column, ...]]
    ) -> tuple[ForeignKey, ...]:
        """The keys of which both ends are exported whole."""
        ends = {
            (table := self.predicates.live(self.store.collections[key])).schema + "\0" + table.name: key
            for key in exported
        }
        found = []
        for key in live.foreign_keys:
            target = exported.get(ends.get(f"{key.target_schema}\0{key.target}", ""), ())
            if names.issuperset(key.columns) and {column.name for column in target}.issuperset(key.target_columns):
                found.append(key)
        return tuple(found)

    def order(self, collection: Collection, live: LiveTable) -> str:
        """The primary key, else where the rows lie, else all columns, such that collation and chance play no part.

        Sorting millions of rows without a key by content takes longer than reading them; by place it hardly costs.
        """
        keys = [column for name in live.primary_key for column in live.columns if column.name == name]
        if not keys and self.lies_in_order(collection, live):
            return ""
        place = [] if keys else self.place(live)
        if place:
            return ", ".join(place)
        order = [(column, self.sort(live, column, unique=True)) for column in keys]
        if not keys or any(column.nullable for column in keys):  # SQLite allows NULL, even twice, in a primary key
            others = [(column, self.sort(live, column, unique=False)) for column in live.columns if column not in keys]
            order += sorted(others, key=lambda pair: pair[1] != self.predicates.column(live, pair[0].name))
        constant = self.constant(collection, live)
        return ", ".join([text for column, text in order if column.name != constant] or [order[0][1]])

    def lies_in_order(self, collection: Collection, live: LiveTable) -> bool:
        """Whether the rows are found in one table alone, so that a scan from front to back is an order already."""
        scope = collection.scope
        alone = live.relation in (Relation.TABLE, Relation.INHERITANCE_CHILD) and not scope.through and not scope.where
        return alone and self.engine == "postgresql"

    def place(self, live: LiveTable) -> list[str]:
        """Expressions for where a row lies: the same in every reading of a table that has not changed."""
        alias = self.speak.name(live.name)
        if self.engine == "postgresql":
            return (
                [f"{alias}.tableoid", f"{alias}.ctid"] if live.relation is Relation.PARTITIONED else [f"{alias}.ctid"]
            )
        if self.engine == "sqlite":
            taken = {column.name.lower() for column in live.columns}
            return [f"{alias}.{name}" for name in ("rowid", "_rowid_", "oid") if name not in taken][:1]
        return []

    def constant(self, collection: Collection, live: LiveTable) -> str:
        """The column that holds the tenant's key in every selected row, where equal means same; '' for none."""
        scope = collection.scope
        columns = {column.name: column for column in live.columns}
        if self.engine != "postgresql" or scope.through or scope.where or scope.tenant_field not in columns:
            return ""
        column = columns[scope.tenant_field]
        return column.name if column.kind in _EQUAL_MEANS_SAME and column.type != "citext" else ""

    def sort(self, live: LiveTable, column: LiveColumn, *, unique: bool) -> str:
        name = self.predicates.column(live, column.name)
        native = column.sortable and (not column.collatable or (unique and self.engine == "mysql"))
        if native and (unique or column.kind in _EQUAL_MEANS_SAME):
            return name
        return self.speak.text(name)
