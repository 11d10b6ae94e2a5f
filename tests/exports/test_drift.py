"""Whatever the live schema has and nobody decided about is a difference with a word of advice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from exports.catalogue import Catalogue, Relation
from exports.contents import Kind
from exports.datamap import DatabaseStore
from exports.drift import Difference, Surprise, compare
from tests.exports.mapping import catalogue_of, store_of

BEFORE = """
CREATE TABLE orgs (id int PRIMARY KEY, name text, score numeric(5,2));
CREATE TABLE courses (id int PRIMARY KEY, org int REFERENCES orgs, title text);
CREATE TABLE events (org int REFERENCES orgs, at date, line text) PARTITION BY LIST (org);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1) PARTITION BY RANGE (at);
CREATE TABLE events_1_old PARTITION OF events_1 FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE sessions (id int);
"""
SCOPES = {
    "orgs": {"tenant_field": "id"},
    "courses": {"tenant_field": "org"},
    "events": {"tenant_field": "org"},
}


@pytest.fixture
def after(make_database):
    """Makes the map from the schema as it was, then compares it with the schema after the change."""

    def run(change: str, **rest: object) -> list[Difference]:
        return compare(
            mapped(catalogue_of(make_database(BEFORE)), **rest), catalogue_of(make_database(BEFORE + change))
        )

    return run


def mapped(catalogue: Catalogue, **rest: object) -> DatabaseStore:
    return store_of(catalogue, "orgs.id", SCOPES, **({"excluded": {"sessions": "no customer data"}} | rest))


def told(differences: list[Difference]) -> list[tuple[Surprise, str, str]]:
    assert all(
        difference.text.endswith(".") and difference.advice.rstrip('"').endswith(".") for difference in differences
    )
    return [(difference.kind, difference.table, difference.column) for difference in differences]


def test_a_map_that_agrees_has_no_difference(after):
    assert after("") == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("CREATE TABLE marks (id int)", (Surprise.NEW_TABLE, "marks", "")),
        ("CREATE SCHEMA crm; CREATE TABLE crm.people (id int)", (Surprise.NEW_TABLE, "crm.people", "")),
        ("DROP TABLE courses", (Surprise.GONE_TABLE, "courses", "")),
        ("DROP TABLE sessions", (Surprise.GONE_TABLE, "sessions", "")),
        ("ALTER TABLE courses ADD fee money", (Surprise.NEW_COLUMN, "courses", "fee")),
        ("ALTER TABLE courses DROP title", (Surprise.GONE_COLUMN, "courses", "title")),
        ("ALTER TABLE orgs ALTER score TYPE numeric(6,2)", (Surprise.TYPE_CHANGED, "orgs", "score")),
        ("CREATE VIEW shown AS SELECT 1 AS one", (Surprise.RELATION, "shown", "")),
        ("CREATE MATERIALIZED VIEW kept AS SELECT * FROM courses", (Surprise.RELATION, "kept", "")),
        ("CREATE TABLE old_courses () INHERITS (courses)", (Surprise.RELATION, "old_courses", "")),
        ("CREATE TABLE parts (id int) PARTITION BY LIST (id)", (Surprise.NEW_TABLE, "parts", "")),
        ("SELECT lo_create(0)", (Surprise.LARGE_OBJECTS, "", "")),
        ("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
         "CREATE TRIGGER copy AFTER INSERT ON courses EXECUTE FUNCTION f()", (Surprise.TRIGGER, "courses", "")),
        ("CREATE RULE mirror AS ON INSERT TO courses DO ALSO INSERT INTO sessions VALUES (1)",
         (Surprise.TRIGGER, "courses", "")),
    ],
)  # fmt: skip
def test_each_change_of_the_live_schema_is_told(after, change, expected):
    assert told(after(change)) == [expected]


def test_a_foreign_table_and_a_foreign_partition_are_told(make_database):
    schema = """
        CREATE TABLE orgs (id int PRIMARY KEY);
        CREATE TABLE logs (org int) PARTITION BY LIST (org);
        CREATE EXTENSION postgres_fdw;
        CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
        CREATE FOREIGN TABLE far_away (id int) SERVER far;
        CREATE FOREIGN TABLE logs_far PARTITION OF logs FOR VALUES IN (9) SERVER far;
    """
    catalogue = catalogue_of(make_database(schema))
    store = store_of(catalogue, "orgs.id", {"orgs": {"tenant_field": "id"}, "logs": {"tenant_field": "org"}})
    assert set(told(compare(store, catalogue))) == {
        (Surprise.RELATION, "far_away", ""),
        (Surprise.RELATION, "logs_far", ""),
        (Surprise.RELATION, "logs", ""),
    }


def test_a_renamed_table_and_column_are_recognised(after):
    differences = after("ALTER TABLE courses RENAME TO classes; ALTER TABLE orgs RENAME name TO label")
    advice = {(difference.kind, difference.table): difference.advice for difference in differences}
    assert "renamed to classes" in advice[Surprise.GONE_TABLE, "courses"]
    assert "renamed to label" in advice[Surprise.GONE_COLUMN, "orgs"]
    assert (Surprise.NEW_TABLE, "classes") in advice and (Surprise.NEW_COLUMN, "orgs") in advice


def test_new_partitions_of_a_mapped_parent_need_no_decision_at_any_depth(after):
    assert after("CREATE TABLE e2 PARTITION OF events DEFAULT; CREATE TABLE e11 PARTITION OF events_1 DEFAULT") == []


def test_a_partition_that_lacks_the_key_of_its_siblings_is_told(make_database):
    schema = """
        CREATE TABLE orgs (id int PRIMARY KEY);
        CREATE TABLE logs (org int, at date) PARTITION BY RANGE (at);
        CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
        CREATE TABLE logs_2 PARTITION OF logs DEFAULT;
        ALTER TABLE logs_1 ADD CONSTRAINT who FOREIGN KEY (org) REFERENCES orgs;
    """
    catalogue = catalogue_of(make_database(schema))
    store = store_of(catalogue, "orgs.id", {"orgs": {"tenant_field": "id"}, "logs": {"tenant_field": "org"}})
    assert told(compare(store, catalogue)) == [(Surprise.PARTITION, "logs_2", "org")]


def test_a_trigger_on_one_partition_is_told(after):
    trigger = """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER all_of_them AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TRIGGER only_one AFTER INSERT ON events_1_old FOR EACH ROW EXECUTE FUNCTION f();
    """
    differences = after(trigger, triggers={"events.all_of_them": "counts"})
    assert told(differences) == [(Surprise.TRIGGER, "events_1_old", "")]
    assert after(trigger, triggers={"events.all_of_them": "a", "events_1_old.only_one": "b"}) == []


def test_a_reviewed_trigger_that_is_gone_is_told(after):
    assert told(after("", triggers={"orgs.audit": "copies to audit"})) == [(Surprise.GONE_TRIGGER, "orgs.audit", "")]


def test_partitions_and_views_that_are_mapped_like_tables_are_told(make_database):
    catalogue = catalogue_of(make_database(BEFORE + "CREATE VIEW shown AS SELECT * FROM courses"))
    scopes = SCOPES | {"events_1_old": {"tenant_field": "org"}, "shown": {"tenant_field": "org"}}
    store = store_of(catalogue, "orgs.id", scopes, excluded={"sessions": "none"})
    kinds = told(compare(store, catalogue))
    assert kinds == [(Surprise.RELATION, "events_1_old", ""), (Surprise.RELATION, "shown", "")]


def test_only_the_named_schemas_are_compared(make_database):
    catalogue = catalogue_of(make_database(BEFORE + "CREATE SCHEMA cms; CREATE TABLE cms.pages (id int)"))
    assert told(compare(mapped(catalogue), catalogue)) == [(Surprise.NEW_TABLE, "cms.pages", "")]
    assert compare(mapped(catalogue, schemas=("public",)), catalogue) == []


def test_sqlite_spells_a_type_in_any_case(tmp_path):
    with sqlite3.connect(tmp_path / "p.sqlite3") as connection:
        connection.executescript("CREATE TABLE orgs (id Integer PRIMARY KEY, name VARCHAR (20), odd)")
    catalogue = catalogue_of(f"sqlite:///{tmp_path / 'p.sqlite3'}")
    store = store_of(catalogue, "orgs.id", {"orgs": {"tenant_field": "id"}})
    fields = store.collections["orgs"].fields
    fields["name"] = replace(fields["name"], type="varchar(20)")
    assert compare(store, catalogue) == []
    fields["odd"] = replace(fields["odd"], type="TEXT")
    assert told(compare(store, catalogue)) == [(Surprise.TYPE_CHANGED, "orgs", "odd")]


def test_mariadb_triggers_and_hidden_history_are_told(make_mariadb):
    url = make_mariadb(
        """
        CREATE TABLE orgs (id INT PRIMARY KEY, name ENUM('a','b'));
        CREATE TABLE copies (id INT);
        CREATE TABLE kept (id INT PRIMARY KEY, org INT, FOREIGN KEY (org) REFERENCES orgs (id)) WITH SYSTEM VERSIONING;
        CREATE VIEW shown AS SELECT id FROM orgs;
        CREATE TRIGGER copy AFTER INSERT ON orgs FOR EACH ROW INSERT INTO copies VALUES (NEW.id);
        """
    )
    catalogue = catalogue_of(url)
    scopes = {"orgs": {"tenant_field": "id"}, "kept": {"tenant_field": "org"}, "copies": {"tenant_field": "id"}}
    assert told(compare(store_of(catalogue, "orgs.id", scopes), catalogue)) == [
        (Surprise.RELATION, "shown", ""),
        (Surprise.TRIGGER, "kept", ""),
        (Surprise.TRIGGER, "orgs", ""),
    ]
    assert catalogue.tables["", "kept"].foreign_keys[0].target == "orgs"
    assert catalogue.tables["", "orgs"].columns[1].type == "enum('a','b')"
    assert catalogue.tables["", "orgs"].columns[1].kind is Kind.TEXT
    assert catalogue.tables["", "shown"].relation is Relation.VIEW


def test_a_broken_view_stops_nothing_but_has_to_be_excluded(make_mariadb, tmp_path):
    script = "CREATE TABLE orgs (id INT PRIMARY KEY); CREATE VIEW shown AS SELECT id FROM orgs; DROP TABLE orgs;"
    script += "CREATE TABLE orgs (key_id INT PRIMARY KEY)"
    with sqlite3.connect(tmp_path / "p.sqlite3") as connection:
        connection.executescript(script)
    for url in (f"sqlite:///{tmp_path / 'p.sqlite3'}", make_mariadb(script)):
        catalogue = catalogue_of(url)
        store = store_of(catalogue, "orgs.key_id", {"orgs": {"tenant_field": "key_id"}})
        assert told(compare(store, catalogue)) == [(Surprise.RELATION, "shown", "")]
