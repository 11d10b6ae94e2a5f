"""A tenant key and the map become SQL that gives exactly the tenant's rows: alice's, never bob's."""

from __future__ import annotations

import csv
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from exports.contents import Category, ForeignKey
from exports.datamap import load
from exports.dialects import dialect
from exports.drift import compare
from exports.scope import ScopeError, selections, tenant_row_sql
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect
from exports.stems import stems
from tests.exports.mapping import catalogue_of, read, select, store_of

# alice is organisation 1, bob is 12 (his key starts like hers), charlie belongs to nobody
PLATFORM = """
CREATE TABLE organisations (id INTEGER PRIMARY KEY, name VARCHAR(40), parent_id INTEGER);
CREATE TABLE courses (org_id INTEGER NOT NULL, code VARCHAR(20) NOT NULL, title VARCHAR(40), secret_note VARCHAR(40),
    PRIMARY KEY (org_id, code), FOREIGN KEY (org_id) REFERENCES organisations (id));
CREATE TABLE lessons (id INTEGER PRIMARY KEY, org INTEGER, course VARCHAR(20),
    FOREIGN KEY (org, course) REFERENCES courses (org_id, code));
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40));
CREATE TABLE memberships (user_id INTEGER, org_id INTEGER, FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE attempts (id INTEGER PRIMARY KEY, lesson_id INTEGER, reviewer_org INTEGER, score NUMERIC(5,2),
    FOREIGN KEY (lesson_id) REFERENCES lessons (id));
CREATE TABLE comments (id INTEGER PRIMARY KEY, owner_type VARCHAR(10), owner_id INTEGER);
CREATE TABLE folders (id INTEGER PRIMARY KEY, parent_id INTEGER, org_id INTEGER);
CREATE TABLE logs (line VARCHAR(40), org_id INTEGER);
CREATE TABLE countries (code VARCHAR(2) PRIMARY KEY);
INSERT INTO organisations VALUES (1, 'alice', NULL), (12, 'bob', NULL);
INSERT INTO courses VALUES (1, 'a', 'A', 'x'), (1, 'b', 'B', NULL), (12, 'a', 'bob A', 'x');
INSERT INTO lessons VALUES (10, 1, 'a'), (11, 1, 'b'), (20, 12, 'a'), (30, NULL, 'a');
INSERT INTO users VALUES (1, 'only alice'), (2, 'both'), (3, 'only bob'), (4, 'charlie');
INSERT INTO memberships VALUES (1, 1), (2, 1), (2, 12), (3, 12);
INSERT INTO attempts VALUES (1, 10, NULL, 1.50), (2, 20, 1, 2), (3, 20, 12, 3), (4, 11, 12, 4), (5, NULL, NULL, 5);
INSERT INTO comments VALUES (1, 'lesson', 10), (2, 'lesson', 20), (3, 'user', 10), (4, 'org', 1), (5, 'org', 12);
INSERT INTO folders VALUES (1, NULL, 1), (2, 1, NULL), (3, 2, NULL), (4, 4, NULL), (5, NULL, 12), (6, 5, NULL);
INSERT INTO logs VALUES ('same', 1), ('same', 1), ('Same', 1), (NULL, 1), ('bob', 12);
INSERT INTO countries VALUES ('SE'), ('FI');
"""
SCOPES = {
    "organisations": {"tenant_field": "id"},
    "courses": {"tenant_field": "org_id", "secrets": {"secret_note": "for teachers only"}, "category": "courses"},
    "lessons": {"through": [("org course", "courses", "org_id code")]},
    "memberships": {"tenant_field": "org_id"},
    "users": {"ownership": "shared", "through": [("id", "memberships", "user_id")]},
    "attempts": {"tenant_field": "reviewer_org", "through": [("lesson_id", "lessons", "id")]},
    "comments": {
        "where": "(owner_type = 'lesson' AND owner_id IN (SELECT id FROM {lessons}))"
        " OR (owner_type = 'org' AND owner_id = {tenant})"
    },
    "folders": {"tenant_field": "org_id", "through": [("parent_id", "folders", "id")]},
    "logs": {"tenant_field": "org_id"},
    "countries": {"ownership": "reference", "everything": True},
}


@pytest.fixture(params=["postgresql", "sqlite", "mysql"])
def engine(request) -> str:
    return request.param


@pytest.fixture
def make(request, engine: str, tmp_path: Path) -> Callable[[str], str]:
    """Makes a database of each engine and returns its URL."""
    if engine == "postgresql":
        return request.getfixturevalue("make_database")
    if engine == "mysql":
        return request.getfixturevalue("make_mariadb")

    def sqlite(script: str) -> str:
        with sqlite3.connect(tmp_path / "platform.sqlite3") as connection:
            connection.executescript(script)
        return f"sqlite:///{tmp_path / 'platform.sqlite3'}"

    return sqlite


def test_every_way_to_the_tenant_gives_exactly_alices_rows(make):
    url = make(PLATFORM)
    store = store_of(catalogue_of(url), "organisations.id", SCOPES)
    rows = read(url, store, "1")
    ids = {key: [row[0] for row in found] for key, found in rows.items()}
    assert ids["organisations"] == ["1"]
    assert rows["courses"] == [("1", "a", "A"), ("1", "b", "B")]
    assert ids["lessons"] == ["10", "11"]
    assert ids["memberships"] == ["1", "2"]
    assert ids["users"] == ["1", "2"]
    assert ids["attempts"] == ["1", "2", "4"]
    assert ids["comments"] == ["1", "4"]
    assert ids["folders"] == ["1", "2", "3"]
    assert sorted(map(str, ids["logs"])) == ["None", "Same", "same", "same"]
    assert sorted(ids["countries"]) == ["FI", "SE"]
    bob = read(url, store, "12")
    assert [row[0] for row in bob["folders"]] == ["5", "6"]
    assert [row[0] for row in bob["users"]] == ["2", "3"]


def test_a_stranger_without_rows_gets_reference_rows_only(make):
    url = make(PLATFORM)
    rows = read(url, store_of(catalogue_of(url), "organisations.id", SCOPES), "99")
    assert {key for key, found in rows.items() if found} == {"countries"}


def test_only_the_wanted_categories_are_selected(make):
    catalogue = catalogue_of(make(PLATFORM))
    store = store_of(catalogue, "organisations.id", SCOPES)
    assert [found.table.key for found in selections(store, catalogue, "1", [Category.COURSES])] == ["courses"]


def test_a_table_carries_only_exported_columns_and_keys_with_both_ends(make):
    catalogue = catalogue_of(make(PLATFORM))
    scopes = SCOPES | {"users": SCOPES["users"] | {"export": False, "reason": "kept elsewhere"}}
    tables = {
        key: found.table
        for key, found in select(catalogue, store_of(catalogue, "organisations.id", scopes), "1").items()
    }
    assert "users" not in tables
    assert tables["memberships"].foreign_keys == ()
    assert [column.name for column in tables["courses"].columns] == ["org_id", "code", "title"]
    assert tables["courses"].left_out == {"secret_note": "for teachers only"}
    assert tables["courses"].primary_key == ("org_id", "code")
    (key,) = tables["lessons"].foreign_keys
    assert (key.columns, key.target, key.target_columns) == (("org", "course"), "courses", ("org_id", "code"))
    assert isinstance(key, ForeignKey)


HOSTILE = [
    "o'brien",
    'say "hi"',
    "back\\slash",
    "back\\' OR 1=1 -- ",
    "' OR ''='",
    "100%",
    "%s",
    "åäö 漢字 🎓",
    "tab\there",
]


@pytest.mark.parametrize("key", HOSTILE)
def test_a_key_is_a_literal_whatever_characters_it_has(make, engine, key):
    literal = dialect(engine).literal(key)
    url = make(
        f"CREATE TABLE orgs (id VARCHAR(40) PRIMARY KEY);INSERT INTO orgs VALUES ('bob'), ('alice'), ({literal})"
    )
    catalogue = catalogue_of(url)
    store = store_of(catalogue, "orgs.id", {"orgs": {"tenant_field": "id"}})
    assert read(url, store, key) == {"orgs": [(key,)]}
    with open_snapshot("platform", url) as snapshot:
        assert snapshot.query(tenant_row_sql(store, key, snapshot.engine)) == [(key, "")]


@pytest.mark.parametrize("key", ["", "a\x00b", "half \ud83d"])
def test_a_key_that_no_row_can_have_is_refused(make, key):
    catalogue = catalogue_of(make(PLATFORM))
    store = store_of(catalogue, "organisations.id", SCOPES)
    with pytest.raises(ScopeError):
        selections(store, catalogue, key)
    with pytest.raises(ScopeError):
        tenant_row_sql(store, key, catalogue.engine)


@pytest.mark.parametrize("key", ["1", "1abc", "01", "1.0", " 1", "2"])
def test_the_tenants_row_is_found_by_the_exact_text_of_its_key_only(make, key):
    url = make(PLATFORM)
    store = store_of(catalogue_of(url), "organisations.id", SCOPES)
    with open_snapshot("platform", url) as snapshot:
        keys = [row[0] for row in snapshot.query(tenant_row_sql(store, key, snapshot.engine))]
    assert (keys == [key]) is (key == "1")


def test_two_tenants_that_the_engine_may_take_for_each_other_are_both_shown(make_mariadb):
    url = make_mariadb(
        "CREATE TABLE orgs (id VARCHAR(40) COLLATE utf8mb4_bin PRIMARY KEY);"
        "INSERT INTO orgs VALUES ('acme'), ('ACME'), (' Acmé '), ('other')"
    )
    store = store_of(catalogue_of(url), "orgs.id", {"orgs": {"tenant_field": "id"}})
    with open_snapshot("platform", url) as snapshot:
        assert len(snapshot.query(tenant_row_sql(store, "acme", "mysql"))) == 3


def test_mariadb_compares_number_columns_with_numbers_only(make_mariadb):
    url = make_mariadb(
        "CREATE TABLE orgs (id BIGINT PRIMARY KEY); INSERT INTO orgs VALUES (9007199254740992), (9007199254740993)"
    )
    catalogue = catalogue_of(url)
    store = store_of(catalogue, "orgs.id", {"orgs": {"tenant_field": "id"}})
    assert read(url, store, "9007199254740993") == {"orgs": [("9007199254740993",)]}
    with pytest.raises(ScopeError, match="holds numbers"):
        selections(store, catalogue, "5abc")


def test_sqlite_finds_a_number_in_a_column_without_a_type(tmp_path):
    with sqlite3.connect(tmp_path / "p.sqlite3") as connection:
        connection.executescript(
            "CREATE TABLE orgs (id, name TEXT); INSERT INTO orgs VALUES (5, 'int'), ('5', 'text'), (50, 'no')"
        )
    url = f"sqlite:///{tmp_path / 'p.sqlite3'}"
    store = store_of(catalogue_of(url), "orgs.id", {"orgs": {"tenant_field": "id"}})
    assert sorted(row[1] for row in read(url, store, "5")["orgs"]) == ["int", "text"]


def test_every_column_is_qualified(make_database):
    """The classic trap: where the inner table lacks a column, an unqualified name silently means the outer table's."""
    catalogue = catalogue_of(make_database(PLATFORM))
    scopes = {key: scope for key, scope in SCOPES.items() if key != "comments"}
    for selection in select(catalogue, store_of(catalogue, "organisations.id", scopes), "1").values():
        statement = re.sub(r'"public"\."(\w+)" AS "\1"|COLLATE "C"', "", selection.rows_sql)
        assert re.findall(r'(?<![."\w])"\w+"(?!\.)', statement) == []


def test_odd_names_are_quoted(make_database):
    long = "ö" * 31 + "x"
    url = make_database(
        f'CREATE SCHEMA "Sch""ema"; CREATE TABLE "Sch""ema"."{long}" ("select" int PRIMARY KEY, "a.b ""c""" text);'
        f'INSERT INTO "Sch""ema"."{long}" VALUES (1, \'x\'), (2, \'y\')'
    )
    key = f'Sch"ema.{long}'
    store = store_of(catalogue_of(url), f"{key}.select", {key: {"tenant_field": "select"}})
    assert read(url, store, "1") == {key: [("1", "x")]}


def test_stems_are_short_safe_and_unique_whatever_the_tables_are_called(make_database):
    names = ["People", "people", "crm people", "aux", "2024", "öl", "ol", "漢字", "x" * 63, "x" * 62, "a-b", "a_b"]
    url = make_database("".join(f'CREATE TABLE "{name}" (id int);' for name in names))
    store = store_of(catalogue_of(url), "people.id", {name: {"tenant_field": "id"} for name in names})
    found = stems(store)
    assert len({stem.lower() for stem in found.values()}) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,59}", stem) for stem in found.values())
    assert found["people"] == "people" and found["crm people"] == "crm_people" and found["aux"] != "aux"


def test_the_map_must_agree_with_the_table(make_database):
    url = make_database("CREATE TABLE t (org int, word text)")
    before = catalogue_of(url)
    store = store_of(before, "t.org", {"t": {"tenant_field": "org"}})
    after = catalogue_of(make_database("CREATE TABLE t (org int, word text, added text)"))
    with pytest.raises(ScopeError, match="added"):
        selections(store, after, "1")


def test_ways_that_branch_without_end_are_refused_and_do_not_fill_the_memory(make_database):
    names = [f"t{number}" for number in range(30)]
    catalogue = catalogue_of(make_database("".join(f"CREATE TABLE {name} (id int);" for name in names)))
    scopes: dict = {"t0": {"tenant_field": "id"}}
    for number in range(1, 30):
        earlier = [("id", name, "id") for name in names[:number]]
        scopes[f"t{number}"] = {"ownership": "shared", "through": earlier}
    with pytest.raises(ScopeError, match="fewer or shorter ways"):
        selections(store_of(catalogue, "t0.id", scopes), catalogue, "1")


@pytest.mark.parametrize("tenant", ["AAA", "GGG"])
def test_oulad_gives_the_counts_of_its_oracle(oulad, shared_data, tenant):
    """Composite keys, students shared by modules, clicks without a key and with exact duplicates."""
    store = load(Path(__file__).parent / "maps" / "oulad.toml").databases["platform"]
    with (shared_data("oulad") / "oracle.csv").open() as file:
        expected = {row["tbl"]: int(row["n"]) for row in csv.DictReader(file) if row["tenant"] == tenant}
    with open_snapshot("platform", oulad) as snapshot:
        catalogue = reflect(snapshot)
        assert compare(store, catalogue) == []
        found = {selection.table.key: snapshot.count(selection) for selection in selections(store, catalogue, tenant)}
    expected["students"] = expected["students (all that the tenant uses)"]
    assert found == {key: expected[key] for key in found}


@pytest.fixture(scope="module")
def oulad(postgres, shared_data, program) -> Iterator[str]:
    """Two modules of OULAD with all their clicks."""
    data, name = shared_data("oulad"), "oulad_scope"
    parts = urlsplit(postgres.url(name))
    environment = os.environ | {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username or "",
        "PATH": os.pathsep.join([str(Path(program("psql")).parent), os.environ["PATH"]]),
    }
    subprocess.run([data / "load_oulad.sh", "-d", name, "-m", "AAA,GGG"], env=environment, check=True)
    yield postgres.url(name)
    postgres.drop(name)
