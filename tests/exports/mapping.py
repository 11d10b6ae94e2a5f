"""Maps made in a test from a live catalogue: fields as they are, scopes as the test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exports.catalogue import Catalogue
from exports.contents import Category
from exports.datamap import Collection, DatabaseStore, DataMap, Field, Ownership, Scope, TenantRow, Through
from exports.datamap_rules import check
from exports.rows import value
from exports.scope import Selection, selections
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect


def catalogue_of(url: str) -> Catalogue:
    with open_snapshot("platform", url) as snapshot:
        return reflect(snapshot)


def store_of(catalogue: Catalogue, tenant: str, scopes: dict[str, dict[str, Any]], **rest: Any) -> DatabaseStore:
    """A valid store that maps the named tables; a scope's ``through`` is (fields, collection, references) tuples."""
    collections = {}
    for key, scope in scopes.items():
        table = next(table for table in catalogue.tables.values() if table.key == key)
        secrets = scope.get("secrets", {})
        collections[key] = Collection(
            key=key,
            schema=table.schema,
            name=table.name,
            category=Category(scope.get("category", "users")),
            ownership=Ownership(scope.get("ownership", "tenant")),
            scope=Scope(
                scope.get("tenant_field", ""),
                tuple(
                    Through(target, tuple(fields.split()), tuple(references.split()))
                    for fields, target, references in scope.get("through", ())
                ),
                scope.get("where", ""),
                scope.get("everything", False),
            ),
            fields={
                column.name: Field(column.name, column.type, secret=secrets.get(column.name, ""))
                for column in table.columns
            },
            export=scope.get("export", True),
            reason=scope.get("reason", ""),
        )
    collection, _, column = tenant.rpartition(".")
    store = DatabaseStore("platform", TenantRow(collection, column), collections, rest.pop("excluded", {}), **rest)
    assert check(DataMap(Path("map.toml"), "", {"platform": store}, {}, {})) == []
    return store


def read(url: str, store: DatabaseStore, key: str) -> dict[str, list[tuple[str | None, ...]]]:
    """Collection → the tenant's rows, in order, as the engine's text."""
    with open_snapshot("platform", url) as snapshot:
        found = selections(store, reflect(snapshot), key)
        rows = {
            selection.table.key: [tuple(map(value, row)) for block in snapshot.read(selection) for row in block.rows]
            for selection in found
        }
        assert all(snapshot.count(selection) == len(rows[selection.table.key]) for selection in found)
        return rows


def select(catalogue: Catalogue, store: DatabaseStore, key: str) -> dict[str, Selection]:
    return {selection.table.key: selection for selection in selections(store, catalogue, key)}
