"""The condition that makes a row the tenant's, as SQL. Pure.

Every way to the tenant is a chain of nested semi-joins that ends at the key as a literal, so each condition stands
alone. A table is called by its own name at every level and every column is qualified: in SQL an unqualified name that
the inner table lacks silently means the outer table's column, and then every row matches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from exports.catalogue import Catalogue, LiveTable, Relation
from exports.contents import Kind
from exports.datamap import Collection, DatabaseStore, Through
from exports.datamap_rules import PLACEHOLDER, TENANT
from exports.dialects import dialect

_LONGEST = 1_000_000
_KEYS = "tenant_keys_so_far"


class ScopeError(Exception):
    """No SQL can be made that gives exactly the tenant's rows; the text says why."""


def literal(engine: str, tenant_key: str) -> str:
    """The tenant's key as a literal; raises ``ScopeError`` for one that cannot be the key of a row."""
    if not tenant_key:
        raise ScopeError("The tenant key is empty.")
    try:
        return dialect(engine).literal(tenant_key)
    except ValueError as error:
        raise ScopeError(f"The tenant key {tenant_key!r} cannot be used: {error}.") from error


def qualified(engine: str, schema: str, name: str) -> str:
    """A table's quoted name with its schema, where the engine has schemas."""
    speak = dialect(engine)
    schema = schema or ("public" if engine == "postgresql" else "")
    return f"{speak.name(schema)}.{speak.name(name)}" if schema else speak.name(name)


class Predicates:
    """The conditions of one store's collections for one tenant."""

    def __init__(self, store: DatabaseStore, catalogue: Catalogue, tenant_key: str) -> None:
        self.store = store
        self.catalogue = catalogue
        self.engine = catalogue.engine
        self.speak = dialect(catalogue.engine)
        self.tenant_key = tenant_key
        self.literal = literal(catalogue.engine, tenant_key)
        self.predicates: dict[str, str] = {}
        self.inherited = {
            parent
            for table in catalogue.tables.values()
            if table.relation is Relation.INHERITANCE_CHILD
            for parent in table.parents
        }

    def live(self, collection: Collection) -> LiveTable:
        table = self.catalogue.find(collection.schema, collection.name)
        if table is None:
            raise ScopeError(f"{self.store.key}: the table of collection {collection.key} does not exist.")
        return table

    def column(self, live: LiveTable, name: str) -> str:
        return f"{self.speak.name(live.name)}.{self.speak.name(name)}"

    def relation(self, live: LiveTable) -> str:
        only = "ONLY " if (live.schema, live.name) in self.inherited else ""
        return f"{only}{qualified(self.engine, live.schema, live.name)} AS {self.speak.name(live.name)}"

    def rows(self, collection: Collection, columns: Sequence[str]) -> str:
        """``SELECT columns`` of the tenant's rows of the collection."""
        live = self.live(collection)
        select = ", ".join(self.column(live, name) for name in columns) or "*"
        predicate = self.predicate(collection)
        return f"SELECT {select} FROM {self.relation(live)}" + (f" WHERE {predicate}" if predicate else "")

    def predicate(self, collection: Collection) -> str:
        """The condition on a row of the collection, called by its table's name; '' where every row is meant."""
        if collection.key not in self.predicates:
            text = self.build(collection)
            if len(text) > _LONGEST:
                raise ScopeError(
                    f"{self.store.key}.{collection.key}: its ways over other collections branch so often that the SQL "
                    "has more than a million characters; name fewer or shorter ways."
                )
            self.predicates[collection.key] = text
        return self.predicates[collection.key]

    def build(self, collection: Collection) -> str:
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
