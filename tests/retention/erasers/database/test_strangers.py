"""Rows of others that refer to the tenant's, and rows that several tenants use."""

from __future__ import annotations

import pytest

from retention.erasers.findings import BlockedError, RefusedError
from tests.retention.erasers.database.conftest import erase, everything, nothing, run

MINE = {"tenant_field": "tenant_id"}
SCOPES = {"courses": MINE, "copies": MINE}
SCHEMA = """CREATE TABLE courses (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants);
CREATE TABLE copies (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants,
  course_id int DEFAULT 801 {null} CONSTRAINT origin REFERENCES courses {how});"""
BOB = "INSERT INTO courses VALUES (801, 8); INSERT INTO copies VALUES (1, 8, 801), (2, 8, 801);"
ALICE = "INSERT INTO courses VALUES (701, 7), (702, 7); INSERT INTO copies VALUES (71, 7, 701), (72, 7, 801);"
ACROSS = "INSERT INTO copies VALUES (3, 8, 701), (4, 8, 702);"


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        ("", "blocked", "2 rows of copies that are not the tenant's refer to rows of courses"),
        ("ON DELETE RESTRICT", "blocked", "the database would refuse"),
        ("ON DELETE CASCADE", "cascades", "would be deleted with rows of courses (origin, ON DELETE CASCADE)"),
        ("ON DELETE SET NULL", "nulled", "would lose their reference to rows of courses (origin, ON DELETE SET NULL)"),
        ("ON DELETE SET DEFAULT", "nulled", "ON DELETE SET DEFAULT"),
    ],
)
def test_rows_of_a_neighbour_that_refer_to_the_tenants_are_a_refusal_with_examples(platform, how, code, said):
    made = platform(SCHEMA.format(null="", how=how), BOB, ALICE + ACROSS, SCOPES)
    before = everything(made.url)
    assert made.refusals() == [code]
    assert said in made.words()
    assert "For example id 3; id 4." in made.words()
    assert everything(made.url) == before


@pytest.mark.parametrize("how", ["", "ON DELETE RESTRICT", "ON DELETE CASCADE", "ON DELETE SET NULL"])
def test_the_tenants_own_references_are_in_nobodys_way(leaves_no_trace, how):
    leaves_no_trace(SCHEMA.format(null="", how=how), BOB, ALICE, SCOPES)


@pytest.mark.parametrize("how", ["", "ON DELETE CASCADE", "ON DELETE SET NULL"])
def test_a_neighbours_row_that_comes_after_the_plan_stops_the_batch_and_stays_whole(platform, how):
    made = platform(SCHEMA.format(null="", how=how), BOB, ALICE, SCOPES)
    eraser = made.eraser()
    assert eraser.inspect().refusals == ()
    while eraser.delete_batch("copies", nothing):
        pass
    run(made.url, ACROSS)
    before = everything(made.url)
    with pytest.raises(BlockedError, match=r"Rows of courses cannot go: .*origin"):
        eraser.delete_batch("courses", nothing)
    assert everything(made.url) == before
    assert eraser.gone == {}


def test_rows_of_tables_outside_the_map_are_others_too(platform):
    schema = "CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int CONSTRAINT payer REFERENCES tenants);"
    made = platform(schema, "", "INSERT INTO invoices VALUES (5, 7);", {}, excluded={"invoices": "the vendor's books"})
    assert made.refusals() == ["blocked"]
    assert "1 rows of invoices that are not the tenant's refer to rows of tenants that are (payer)" in made.words()


# Shared rows ----------------------------------------------------------------------------------------------------------

PEOPLE = """CREATE TABLE people (id int PRIMARY KEY, name text);
CREATE TABLE members (tenant_id int REFERENCES tenants, person_id int REFERENCES people,
  PRIMARY KEY (tenant_id, person_id));
CREATE TABLE settings (person_id int PRIMARY KEY REFERENCES people {how}, theme text);
CREATE TABLE staff (person_id int REFERENCES people);
"""
SHARED = {
    "members": MINE,
    "people": {"ownership": "shared", "through": [("id", "members", "person_id")]},
    "settings": {"ownership": "shared", "through": [("person_id", "people", "id")]},
}
BOBS_PEOPLE = """INSERT INTO people SELECT n, 'p' || n FROM generate_series(1, 20) n;
INSERT INTO members SELECT 8, n FROM generate_series(1, 15) n;
INSERT INTO staff SELECT n FROM generate_series(16, 20) n;
INSERT INTO settings SELECT n, 'dark' FROM generate_series(1, 20) n;"""
ALICES_PEOPLE = """INSERT INTO people SELECT n, 'p' || n FROM generate_series(21, 60) n;
INSERT INTO members SELECT 7, n FROM generate_series(11, 60) n;
INSERT INTO settings SELECT n, 'light' FROM generate_series(21, 60) n;"""
VENDOR = {"staff": "the vendor's people"}


@pytest.mark.parametrize("how", ["", "ON DELETE CASCADE"])
def test_people_go_with_their_settings_unless_somebody_else_uses_them(leaves_no_trace, how):
    made = leaves_no_trace(PEOPLE.format(how=how), BOBS_PEOPLE, ALICES_PEOPLE, SHARED, limit=7, excluded=VENDOR)
    assert run(made.url, "SELECT count(*) FROM people") == [(20,)]


def test_the_plan_tells_which_shared_rows_go_and_which_stay(platform):
    found = platform(PEOPLE.format(how=""), BOBS_PEOPLE, ALICES_PEOPLE, SHARED, excluded=VENDOR).eraser().inspect()
    told = {one.table: (one.rows, one.kept, one.shared, one.goes_with) for one in found.tables}
    assert told == {
        "members": (50, 0, False, ""),
        "people": (40, 10, True, ""),
        "settings": (40, 10, True, "people"),
        "tenants": (1, 0, False, ""),
    }
    assert found.turns == ("members", "people", "tenants")


def test_whether_a_shared_row_is_used_is_decided_at_that_moment(platform):
    made = platform(PEOPLE.format(how=""), BOBS_PEOPLE, ALICES_PEOPLE, SHARED, excluded=VENDOR)
    eraser = made.eraser()
    findings = eraser.inspect()
    while eraser.delete_batch("members", nothing):
        pass
    run(made.url, "INSERT INTO members VALUES (8, 60); DELETE FROM members WHERE person_id = 11")
    erase(eraser, findings)
    assert run(made.url, "SELECT id FROM people WHERE id IN (11, 60)") == [(60,)]
    assert run(made.url, "SELECT person_id FROM settings WHERE person_id IN (11, 60)") == [(60,)]


def test_a_person_hired_while_the_batch_decides_is_either_kept_or_the_hiring_fails(platform):
    """The rows are locked before it is asked who uses them, so a reference cannot slip in between."""
    import psycopg

    made = platform(PEOPLE.format(how=""), BOBS_PEOPLE, ALICES_PEOPLE, SHARED, excluded=VENDOR)
    eraser = made.eraser()
    while eraser.delete_batch("members", nothing):
        pass
    with psycopg.connect(made.url) as other:
        other.execute("INSERT INTO members VALUES (8, 50)")
        other.commit()
        while eraser.delete_batch("people", nothing):
            pass
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            other.execute("INSERT INTO members VALUES (8, 51)")
    assert run(made.url, "SELECT id FROM people WHERE id > 20") == [(50,)]


def test_people_who_manage_each_other_go_over_several_passes(leaves_no_trace):
    schema = PEOPLE.format(how="") + "ALTER TABLE people ADD manager int REFERENCES people;"
    alice = ALICES_PEOPLE + "UPDATE people SET manager = id - 1 WHERE id BETWEEN 22 AND 40;"
    leaves_no_trace(schema, BOBS_PEOPLE, alice, SHARED, limit=7, excluded=VENDOR)


def test_what_only_shared_rows_use_is_shared_in_turn(leaves_no_trace):
    schema = (
        "CREATE TABLE homes (id int PRIMARY KEY);"
        + PEOPLE.format(how="")
        + "ALTER TABLE people ADD home int REFERENCES homes;"
    )
    bob = "INSERT INTO homes SELECT generate_series(1, 30);" + BOBS_PEOPLE + "UPDATE people SET home = id;"
    alice = (
        "INSERT INTO homes SELECT generate_series(31, 60);"
        + ALICES_PEOPLE
        + "UPDATE people SET home = id WHERE id > 30;"
    )
    homes = {"homes": {"ownership": "shared", "through": [("id", "people", "home")]}}
    leaves_no_trace(schema, bob, alice, SHARED | homes, limit=7, excluded=VENDOR)


def test_a_killed_deletion_remembers_the_people_whose_membership_is_gone(platform):
    made = platform(PEOPLE.format(how=""), BOBS_PEOPLE, ALICES_PEOPLE, SHARED, excluded=VENDOR)
    first = made.eraser()
    for _ in range(3):
        first.delete_batch("members", nothing, 9)
    first.close()
    assert erase(made.eraser(), limit=9)["people"] == 40


def test_shared_rows_that_nothing_is_known_to_use_are_refused(platform):
    schema = "CREATE TABLE tags (id int PRIMARY KEY, owner text);"
    scope = {"tags": {"ownership": "shared", "where": "owner = 't' || {tenant}"}}
    assert platform(schema, "", "INSERT INTO tags VALUES (1, 't7');", scope).refusals() == ["shared_unknown"]


def test_shared_rows_without_a_key_are_refused_because_they_cannot_be_remembered(platform):
    schema = PEOPLE.format(how="").replace("people (id int PRIMARY KEY", "people (id int UNIQUE")
    schema = schema.replace("REFERENCES people", "REFERENCES people (id)")
    made = platform(schema, BOBS_PEOPLE, ALICES_PEOPLE, SHARED, excluded=VENDOR)
    assert "people has no primary key" in made.words()
    with pytest.raises(RefusedError, match="no primary key"):
        made.eraser().delete_batch("members", nothing)
