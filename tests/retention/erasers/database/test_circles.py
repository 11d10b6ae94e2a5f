"""Tables that refer to each other or to themselves."""

from __future__ import annotations

import psycopg

from tests.retention.erasers.database.conftest import erase, everything, run

MINE = {"tenant_field": "tenant_id"}
SCOPES = {"courses": MINE, "versions": {"through": [("course_id", "courses", "id")]}}
CIRCLE = """
CREATE TABLE courses (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, version_id int {null});
CREATE TABLE versions (id int PRIMARY KEY, course_id int NOT NULL REFERENCES courses);
"""
KEY = "ALTER TABLE courses ADD CONSTRAINT current FOREIGN KEY (version_id) REFERENCES versions (id) {how};"
ROWS = """INSERT INTO courses SELECT n, {0}, {1} FROM generate_series({0} * 100, {0} * 100 + 30) n;
INSERT INTO versions SELECT n, n FROM generate_series({0} * 100, {0} * 100 + 30) n;
UPDATE courses SET version_id = id WHERE tenant_id = {0};"""
TREE = """CREATE TABLE nodes (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants,
  parent_id int {null} REFERENCES nodes {how});"""
TREE_ROWS = (
    "INSERT INTO nodes SELECT n, {0}, greatest({0} * 100, n - 1) FROM generate_series({0} * 100, {0} * 100 + 60) n;"
)


def filled(text: str) -> tuple[str, str]:
    return text.format(8, "NULL"), text.format(7, "NULL")


def test_a_circle_with_a_nullable_key_is_opened_row_by_row_as_its_rows_go(leaves_no_trace):
    schema = CIRCLE.format(null="") + KEY.format(how="")
    made = leaves_no_trace(schema, *filled(ROWS), SCOPES, limit=7)
    (broken,) = made.eraser("8").inspect().broken
    assert (broken.child, broken.name, broken.table, broken.columns) == (
        "courses",
        "current",
        "versions",
        ("version_id",),
    )


def test_a_circle_that_set_null_opens_by_itself_needs_no_update(leaves_no_trace):
    spy = """CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"""
    leaves_no_trace(spy + CIRCLE.format(null="") + KEY.format(how="ON DELETE SET NULL"), *filled(ROWS), SCOPES, limit=9)


def test_a_circle_with_cascade_is_opened_too_and_every_row_is_counted(leaves_no_trace):
    leaves_no_trace(CIRCLE.format(null="") + KEY.format(how="ON DELETE CASCADE"), *filled(ROWS), SCOPES, limit=7)


def test_a_not_null_circle_that_can_be_deferred_goes_in_one_transaction(leaves_no_trace):
    bob, alice = filled(ROWS.replace("{1}", "n"))
    defer = "BEGIN; SET CONSTRAINTS ALL DEFERRED;"
    schema = CIRCLE.format(null="NOT NULL") + KEY.format(how="DEFERRABLE")
    leaves_no_trace(schema, f"{defer}{bob}COMMIT;", f"{defer}{alice}COMMIT;", SCOPES)


def test_a_not_null_circle_that_cannot_be_deferred_is_refused_with_the_names_of_its_keys(platform):
    bob, alice = filled(ROWS)
    schema, key = CIRCLE.format(null=""), KEY.format(how="") + "ALTER TABLE courses ALTER version_id SET NOT NULL;"
    made = platform(schema, bob, alice + key, SCOPES)
    before = everything(made.url)
    assert made.refusals() == ["cycle"]
    assert "courses, versions refer to each other in a circle" in made.words()
    assert "courses.current, versions.versions_course_id_fkey" in made.words()
    assert everything(made.url) == before


def test_a_not_null_circle_with_more_rows_than_one_transaction_may_have_is_refused(platform):
    many = ROWS.replace("{1}", "n").replace("+ 30", "+ 6000").replace("* 100", "* 100000")
    bob, alice = filled(many)
    schema = CIRCLE.format(null="NOT NULL") + KEY.format(how="DEFERRABLE INITIALLY DEFERRED")
    made = platform(f"{schema}", f"BEGIN;{bob}COMMIT;", f"BEGIN;{alice}COMMIT;", SCOPES)
    assert made.refusals() == ["together"]
    assert "10000 rows, but hold 12002 of the tenant" in made.words()


def test_a_tree_in_one_table_goes_from_its_leaves_or_by_clearing_parents(leaves_no_trace):
    for how in ("", "ON DELETE CASCADE", "ON DELETE SET NULL", "ON DELETE RESTRICT", "DEFERRABLE"):
        leaves_no_trace(TREE.format(null="", how=how), *filled(TREE_ROWS), {"nodes": MINE}, limit=7)


def test_a_tree_whose_parents_are_not_null_goes_in_one_statement(leaves_no_trace):
    for how in ("", "ON DELETE CASCADE", "ON DELETE RESTRICT"):
        leaves_no_trace(TREE.format(null="NOT NULL", how=how), *filled(TREE_ROWS), {"nodes": MINE})


def test_a_tree_known_only_by_its_roots_goes_whole(leaves_no_trace):
    """Once a root is gone nothing says whose its descendants are: their keys are remembered."""
    schema = (
        "CREATE TABLE nodes (id int PRIMARY KEY, tenant_id int REFERENCES tenants, parent_id int REFERENCES nodes);"
    )
    rows = """INSERT INTO nodes SELECT n, CASE WHEN n = {0} * 100 THEN {0} END, CASE WHEN n > {0} * 100 THEN n - 1 END
    FROM generate_series({0} * 100, {0} * 100 + 60) n;"""
    scope = {"nodes": {"tenant_field": "tenant_id", "through": [("parent_id", "nodes", "id")]}}
    leaves_no_trace(schema, *filled(rows), scope, limit=7)


def test_a_remembered_row_that_is_handed_to_a_neighbour_in_time_stays(platform):
    schema = (
        "CREATE TABLE nodes (id int PRIMARY KEY, tenant_id int REFERENCES tenants, parent_id int REFERENCES nodes);"
    )
    scope = {"nodes": {"tenant_field": "tenant_id", "through": [("parent_id", "nodes", "id")]}}
    alice = "INSERT INTO nodes VALUES (1, 7, NULL), (2, NULL, 1), (3, NULL, 2), (4, NULL, 1), (5, NULL, 4);"
    made = platform(schema, "", alice, scope)
    eraser = made.eraser()
    assert eraser.delete_batch("nodes", lambda: None, 1) == 1
    run(made.url, "UPDATE nodes SET tenant_id = 8, parent_id = NULL WHERE id = 3")
    while eraser.delete_batch("nodes", lambda: None, 1):
        pass
    assert eraser.verify("nodes") == 0
    assert run(made.url, "SELECT id FROM nodes") == [(3,)]


def test_rows_found_through_what_refers_to_them_go_after_it(leaves_no_trace):
    """Addresses are the tenant's because its people live there: people go first, so the addresses are remembered."""
    schema = """CREATE TABLE addresses (id int, part text, PRIMARY KEY (id, part));
    CREATE TABLE people (id int PRIMARY KEY, tenant_id int REFERENCES tenants, address int, part text,
      FOREIGN KEY (address, part) REFERENCES addresses);"""
    rows = """INSERT INTO addresses SELECT n, E'o''d\\\\d' FROM generate_series({0} * 100, {0} * 100 + 20) n;
    INSERT INTO people SELECT id, {0}, id, part FROM addresses WHERE id / 100 = {0};"""
    scopes = {"people": MINE, "addresses": {"through": [("id part", "people", "address part")]}}
    leaves_no_trace(schema, *filled(rows), scopes, limit=6)


def test_a_killed_deletion_of_remembered_rows_goes_on_where_it_was(platform):
    schema = """CREATE TABLE addresses (id int PRIMARY KEY);
    CREATE TABLE people (id int PRIMARY KEY, tenant_id int REFERENCES tenants, address int REFERENCES addresses);"""
    rows = """INSERT INTO addresses SELECT generate_series({0} * 100, {0} * 100 + 20);
    INSERT INTO people SELECT id, {0}, id FROM addresses WHERE id / 100 = {0};"""
    scopes = {"people": MINE, "addresses": {"through": [("id", "people", "address")]}}
    made = platform(schema, *filled(rows), scopes)
    first = made.eraser()
    while first.delete_batch("people", lambda: None, 6):
        pass
    first.close()
    again = made.eraser()
    assert again.inspect().turns == ("people", "addresses", "tenants")
    assert erase(again, limit=6) == {"addresses": 21, "tenants": 1}
    assert run(made.url, "SELECT count(*) FROM addresses") == [(21,)]


def test_an_update_trigger_on_an_opened_circle_sees_only_the_rows_that_go(platform):
    """The map has reviewed it; nothing of bob's is updated."""
    schema = CIRCLE.format(null="") + KEY.format(how="") + """
    CREATE TABLE seen (id int);
    CREATE FUNCTION saw() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (OLD.id); RETURN NEW; END';
    """  # fmt: skip
    bob, alice = filled(ROWS)
    trigger = "CREATE TRIGGER saw BEFORE UPDATE ON courses FOR EACH ROW EXECUTE FUNCTION saw();"
    made = platform(
        schema, bob, alice + trigger, SCOPES, triggers={"courses.saw": "read"}, excluded={"seen": "the test's own"}
    )
    erase(made.eraser())
    with psycopg.connect(made.url) as session:
        assert session.execute("SELECT min(id), max(id), count(*) FROM seen").fetchone() == (700, 730, 31)
