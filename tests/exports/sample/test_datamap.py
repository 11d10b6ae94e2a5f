"""The sample's data maps name everything that lives in its databases, and give each customer exactly its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from exports import datamap, drift, scope
from exports.catalogue import Catalogue, Relation
from exports.datamap import DatabaseStore, DataMap, Ownership
from exports.sample import schema
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect
from exports.sources.snapshot import Snapshot
from tests.exports.sample import oracle
from tests.exports.sample.conftest import Sample

FOLDER = Path(schema.__file__).parent
FILES = {"sqlite": "datamap.toml", "postgresql": "datamap.postgresql.toml"}


def the_map(engine: str) -> DataMap:
    return datamap.load(FOLDER / FILES[engine])


@pytest.fixture
def store(sample: Sample) -> DatabaseStore:
    return the_map(make_url(sample.url).get_backend_name()).databases["platform"]


@pytest.fixture
def snapshot(sample: Sample) -> Iterator[Snapshot]:
    with open_snapshot("platform", sample.url) as opened:
        yield opened


@pytest.fixture
def catalogue(snapshot: Snapshot) -> Catalogue:
    return reflect(snapshot)


def test_the_map_and_the_live_schema_agree(store: DatabaseStore, catalogue: Catalogue) -> None:
    assert [str(difference) for difference in drift.compare(store, catalogue)] == []


def test_a_table_a_column_and_a_trigger_that_nobody_decided_about_are_noticed(
    store: DatabaseStore, catalogue: Catalogue
) -> None:
    comments = store.collections["comments"]
    without_body = replace(comments, fields={name: field for name, field in comments.fields.items() if name != "body"})
    rest = {key: collection for key, collection in store.collections.items() if key != "betyg_äldre"}
    careless = replace(store, collections={**rest, "comments": without_body}, triggers={}, excluded={})
    noticed = {(difference.table, difference.column) for difference in drift.compare(careless, catalogue)}
    assert {("betyg_äldre", ""), ("comments", "body"), ("courses", ""), ("django_session", "")} <= noticed


def test_every_table_of_the_live_database_is_known_to_the_schema_module(catalogue: Catalogue) -> None:
    tables = {table.name for table in catalogue.tables.values() if table.relation is not Relation.VIEW}
    assert tables == {*schema.TABLES, *(schema.PARTITIONS if catalogue.engine == "postgresql" else ())}


@pytest.mark.parametrize("word", ["nordic", "empty", "fjord", "quill"])
def test_the_map_gives_a_customer_exactly_the_rows_the_generator_made_for_it(
    sample: Sample, store: DatabaseStore, snapshot: Snapshot, catalogue: Catalogue, word: str
) -> None:
    tenant = sample.summary.tenants[word]
    counted = {
        selection.table.key: snapshot.count(selection) for selection in scope.selections(store, catalogue, tenant.key)
    }
    assert counted == tenant.rows


@pytest.mark.parametrize("word", ["nordic", "empty", "fjord", "quill"])
def test_no_word_of_a_neighbour_a_secret_or_the_vendor_is_among_the_rows(
    sample: Sample, store: DatabaseStore, snapshot: Snapshot, catalogue: Catalogue, word: str
) -> None:
    tenant = sample.summary.tenants[word]
    others = [other.canary for other in sample.summary.tenants.values() if other is not tenant]
    forbidden = [word.encode() for word in [*others, *sample.summary.forbidden]]
    own = 0
    for selection in scope.selections(store, catalogue, tenant.key):
        data = b"".join(block.data for block in snapshot.read(selection))
        assert data.count(b"\n") == tenant.rows[selection.table.key]
        assert not [found for found in forbidden if found in data], selection.table.key
        own += tenant.canary.encode() in data
    assert own >= (1 if word == "empty" else 20)


def test_the_tenants_row_is_found_by_its_key(sample: Sample, store: DatabaseStore, snapshot: Snapshot) -> None:
    for tenant in sample.summary.tenants.values():
        rows = snapshot.query(scope.tenant_row_sql(store, tenant.key, snapshot.engine))
        assert rows == [(tenant.key, tenant.name)]


def test_both_maps_say_the_same_except_for_types_and_one_predicate() -> None:
    left, right = (the_map(engine).databases["platform"].collections for engine in FILES)
    assert left.keys() == right.keys()
    for key, collection in left.items():
        other = right[key]
        fields = {name: replace(field, type="") for name, field in collection.fields.items()}
        assert fields == {name: replace(field, type="") for name, field in other.fields.items()}
        if key == "app_settings":
            collection = replace(collection, scope=other.scope)
        assert replace(collection, fields={}, schema="") == replace(other, fields={}, schema="")
    assert the_map("sqlite").files == the_map("postgresql").files
    assert the_map("sqlite").attested == the_map("postgresql").attested


@pytest.mark.parametrize("engine", FILES)
def test_every_column_that_holds_a_path_is_linked_to_the_files(engine: str) -> None:
    collections = the_map(engine).databases["platform"].collections
    linked = {
        key: [name for name, field in collection.fields.items() if field.file]
        for key, collection in collections.items()
    }
    assert {key: names for key, names in linked.items() if names} == {
        table: [column] for table, column in oracle.PATHS.items()
    }


def test_the_map_shows_every_way_a_map_can_say_whose_rows_are_whose() -> None:
    """It is the example people copy from."""
    whole = the_map("sqlite")
    collections = whole.databases["platform"].collections.values()
    assert {collection.ownership for collection in collections} == set(Ownership)
    assert {collection.category for collection in collections} == {"users", "courses", "reports"}
    assert any(collection.scope.tenant_field for collection in collections)
    assert any(len(collection.scope.through) > 1 for collection in collections)
    assert any(len(through.fields) > 1 for collection in collections for through in collection.scope.through)
    assert any(collection.scope.where for collection in collections)
    assert any(collection.scope.everything for collection in collections)
    assert any(not collection.export for collection in collections)
    fields = [field for collection in collections for field in collection.fields.values()]
    assert any(field.secret for field in fields)
    assert any(field.file for field in fields)
    assert whole.files
    assert whole.attested
