"""Tables of every shape: keyless, partitioned, inherited, generated, polymorphic, with the tenant inside JSON."""

from __future__ import annotations

import pytest

from exports.contents import Category
from exports.datamap import FileStore, Prefix
from tests.retention.erasers.database.conftest import erase, everything, run

MINE = {"tenant_field": "tenant_id"}


def both(text: str) -> tuple[str, str]:
    """The same statements for bob and for alice; ``{0}`` is the tenant."""
    return text.format(8), text.format(7)


def test_a_table_without_a_key_loses_all_copies_of_the_tenants_rows(leaves_no_trace):
    schema = "CREATE TABLE log (tenant_id int, text text);"
    leaves_no_trace(
        schema, *both("INSERT INTO log SELECT {0}, 'x' FROM generate_series(1, 50);"), {"log": MINE}, limit=9
    )


def test_composite_keys_are_followed_whole(leaves_no_trace):
    schema = """CREATE TABLE courses (tenant_id int REFERENCES tenants, code text, PRIMARY KEY (tenant_id, code));
    CREATE TABLE parts (tenant_id int, code text, number int, PRIMARY KEY (number, code, tenant_id),
      FOREIGN KEY (tenant_id, code) REFERENCES courses);"""
    rows = """INSERT INTO courses SELECT {0}, 'c' || n FROM generate_series(1, 9) n;
    INSERT INTO parts SELECT {0}, 'c' || n, m FROM generate_series(1, 9) n, generate_series(1, 5) m;"""
    scopes = {"courses": MINE, "parts": {"through": [("tenant_id code", "courses", "tenant_id code")]}}
    leaves_no_trace(schema, *both(rows), scopes, limit=8)


PARTITIONED = """CREATE TABLE courses (id int PRIMARY KEY, tenant_id int REFERENCES tenants);
CREATE TABLE log (at date NOT NULL, course_id int {key}) PARTITION BY RANGE (at);
CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2025-01-01') PARTITION BY LIST (at);
CREATE TABLE log_older PARTITION OF log_old DEFAULT;
CREATE TABLE log_new PARTITION OF log DEFAULT;"""
PARTITION_ROWS = """INSERT INTO courses SELECT generate_series({0} * 10, {0} * 10 + 5), {0};
INSERT INTO log SELECT day, {0} * 10 + n FROM generate_series(0, 5) n,
  generate_series('2024-12-01'::date, '2025-01-31', '7 days') day;"""
PARTITION_SCOPES = {"courses": MINE, "log": {"through": [("course_id", "courses", "id")]}}


def test_rows_of_all_partitions_go_those_of_partitions_of_partitions_too(leaves_no_trace):
    leaves_no_trace(PARTITIONED.format(key="REFERENCES courses"), *both(PARTITION_ROWS), PARTITION_SCOPES, limit=7)


def test_a_partition_whose_foreign_keys_were_forgotten_is_refused_with_the_name_of_the_key(platform):
    keys = """ALTER TABLE log_old ADD CONSTRAINT whose FOREIGN KEY (course_id) REFERENCES courses;"""
    made = platform(PARTITIONED.format(key="") + keys, *both(PARTITION_ROWS), PARTITION_SCOPES)
    assert set(made.refusals()) == {"drift"}
    assert "log_new.course_id: This partition lacks the foreign key whose that log_old has." in made.words()


def test_a_partition_that_was_detached_is_a_table_nobody_decided_about(platform):
    made = platform(PARTITIONED.format(key="REFERENCES courses"), *both(PARTITION_ROWS), PARTITION_SCOPES)
    run(made.url, "ALTER TABLE log DETACH PARTITION log_new")
    assert "log_new: This table is not in the map." in made.words()


INHERITED = """CREATE TABLE files (id int PRIMARY KEY, tenant_id int);
CREATE TABLE pictures (width int, PRIMARY KEY (id)) INHERITS (files);"""
INHERITED_ROWS = """INSERT INTO files SELECT generate_series(1, 20) + {0} * 100, {0};
INSERT INTO pictures SELECT generate_series(1, 20) + {0} * 100, {0}, 3;"""


def test_a_parent_and_its_inheritance_child_each_lose_their_own_rows(leaves_no_trace):
    leaves_no_trace(INHERITED, *both(INHERITED_ROWS), {"files": MINE, "pictures": MINE}, limit=6)


def test_an_inheritance_child_outside_the_map_is_refused(platform):
    made = platform("CREATE TABLE files (id int PRIMARY KEY, tenant_id int);", *both(""), {"files": MINE})
    run(made.url, "CREATE TABLE pictures (width int) INHERITS (files)")
    assert "pictures: This inheritance child is not in the map. It inherits from public.files" in made.words()


def test_generated_columns_are_never_written_even_where_a_circle_is_opened(leaves_no_trace):
    schema = """CREATE TABLE nodes (id int PRIMARY KEY, tenant_id int, twice int GENERATED ALWAYS AS (id * 2) STORED,
      number int GENERATED ALWAYS AS IDENTITY, parent_id int REFERENCES nodes);"""
    rows = """INSERT INTO nodes (id, tenant_id, parent_id)
      SELECT n, {0}, nullif(n - 1, {0} * 100) FROM generate_series({0} * 100 + 1, {0} * 100 + 30) n;"""
    leaves_no_trace(schema, *both(rows), {"nodes": MINE}, limit=4)


POLYMORPHIC = """CREATE TABLE courses (id int PRIMARY KEY, tenant_id int REFERENCES tenants);
CREATE TABLE reports (id int PRIMARY KEY, tenant_id int REFERENCES tenants);
CREATE TABLE notes (id int PRIMARY KEY, about text, about_id int);"""
POLYMORPHIC_ROWS = """INSERT INTO courses SELECT generate_series(1, 9) * 10 + {0}, {0};
INSERT INTO reports SELECT generate_series(1, 9) * 10 + 15 - {0}, {0};
INSERT INTO notes SELECT id * 100 + 1, 'course', id FROM courses WHERE tenant_id = {0};
INSERT INTO notes SELECT id * 100 + 2, 'report', id FROM reports WHERE tenant_id = {0};"""
ABOUT = """(about = 'course' AND about_id IN (SELECT id FROM {courses}))
OR (about = 'report' AND about_id IN (SELECT id FROM {reports}))"""


def test_polymorphic_rows_go_before_what_they_are_about(leaves_no_trace):
    """A course of alice and a report of bob have the same number."""
    scopes = {"courses": MINE, "reports": MINE, "notes": {"where": ABOUT}}
    made = leaves_no_trace(POLYMORPHIC, *both(POLYMORPHIC_ROWS), scopes, limit=4)
    assert made.eraser("8").inspect().turns == ("notes", "courses", "reports", "tenants")


def test_copies_inside_json_go_where_the_map_finds_them(leaves_no_trace):
    schema = "CREATE TABLE events (id int PRIMARY KEY, body jsonb);"
    rows = """INSERT INTO events SELECT n + {0} * 100, jsonb_build_object('tenant', {0}, 'retries', 15 - {0})
    FROM generate_series(1, 20) n;"""
    leaves_no_trace(schema, *both(rows), {"events": {"where": "body ->> 'tenant' = {tenant}"}}, limit=6)


def test_names_that_need_quotes_and_keys_with_quotes_and_backslashes(leaves_no_trace):
    schema = """CREATE SCHEMA "Skola ""A"; CREATE TYPE "Skola ""A"."Kod" AS ENUM ('a''b', E'c\\\\d');
    CREATE TABLE "Skola ""A"."Böcker %s" ("Kod" "Skola ""A"."Kod", "order" text, tenant_id int,
      PRIMARY KEY ("Kod", "order"), "up" "Skola ""A"."Kod", "over" text);
    ALTER TABLE "Skola ""A"."Böcker %s" ADD FOREIGN KEY ("up", "over") REFERENCES "Skola ""A"."Böcker %s";"""
    rows = """INSERT INTO "Skola ""A"."Böcker %s" VALUES ('a''b', '{0}''', {0}, NULL, NULL),
      (E'c\\\\d', E'{0}\\\\', NULL, 'a''b', '{0}''');"""
    scope = {"tenant_field": "tenant_id", "through": [("up over", 'Skola "A.Böcker %s', "Kod order")]}
    leaves_no_trace(schema, *both(rows), {'Skola "A.Böcker %s': scope}, limit=1)


# The independent search -----------------------------------------------------------------------------------------------


def test_a_late_writers_row_is_found_by_the_tenants_key_in_any_table(platform):
    schema = "CREATE TABLE notes (id int PRIMARY KEY, tenant_id int); CREATE TABLE queue (id int, tenant_id text);"
    made = platform(schema, *both("INSERT INTO notes VALUES ({0}, {0});"), {"notes": MINE}, excluded={"queue": "jobs"})
    eraser = made.eraser()
    erase(eraser)
    run(made.url, "INSERT INTO notes VALUES (77, 7); INSERT INTO queue VALUES (1, '7'), (2, '8'), (3, '17')")
    found = [(one.table, one.column, one.why, one.count, one.examples, one.certain) for one in eraser.search({})]
    assert found == [
        ("notes", "tenant_id", "the tenant's key", 1, ("77",), True),
        ("queue", "tenant_id", "the tenant's key", 1, ("7",), True),
    ]
    assert eraser.verify("notes") == 1
    assert eraser.verify("tenants") == 0


def test_orphans_of_set_null_are_found_by_their_captured_keys(platform):
    """Somebody deletes a course by hand: the deleting condition says 0 while alice's pages still live."""
    schema = """CREATE TABLE courses (id int PRIMARY KEY, tenant_id int);
    CREATE TABLE pages (id int PRIMARY KEY, course_id int REFERENCES courses ON DELETE SET NULL);"""
    scopes = {"courses": MINE, "pages": {"through": [("course_id", "courses", "id")]}}
    made = platform(
        schema, *both("INSERT INTO courses VALUES ({0}, {0}); INSERT INTO pages VALUES ({0}0, {0});"), scopes
    )
    eraser = made.eraser()
    findings = eraser.inspect()
    run(made.url, "DELETE FROM courses WHERE tenant_id = 7")
    erase(eraser)
    (orphan,) = eraser.search({found.table: found.samples for found in findings.tables})
    assert (orphan.table, orphan.column, orphan.why) == ("pages", "id", "keys of deleted rows of pages")
    assert (orphan.count, orphan.examples) == (1, ("70",))


def test_references_to_deleted_rows_are_found_where_no_foreign_key_watches(platform):
    schema = """CREATE TABLE courses (id int PRIMARY KEY, tenant_id int);
    CREATE TABLE pages (id int PRIMARY KEY, course_id int);"""
    scopes = {"courses": MINE, "pages": {"through": [("course_id", "courses", "id")]}}
    made = platform(schema, *both("INSERT INTO courses VALUES ({0}, {0});"), scopes)
    eraser = made.eraser()
    findings = eraser.inspect()
    erase(eraser)
    run(made.url, "INSERT INTO pages VALUES (5, 7)")
    (orphan,) = eraser.search({found.table: found.samples for found in findings.tables})
    assert (orphan.table, orphan.column, orphan.why) == ("pages", "course_id", "keys of deleted rows of courses")


def test_the_tenant_inside_json_and_below_its_folders_is_found(platform):
    schema = """CREATE TABLE notes (id int PRIMARY KEY, tenant_id int);
    CREATE TABLE events (id int, body json); CREATE TABLE uploads (id int, object_key text);"""
    files = (FileStore("media", "media", (Prefix("org/{tenant}/", Category.COURSES),)),)
    made = platform(schema, "", "", {"notes": MINE}, files=files, excluded={"events": "e", "uploads": "u"})
    eraser = made.eraser()
    erase(eraser)
    run(
        made.url,
        """INSERT INTO events VALUES (1, '{"tenant": 7}'), (2, '{"tenant": 8, "retries": 7}'), (3, '[1]'), (4, NULL),
        (5, '{"tenant": 8, "copy": [{"Tenant_ID": "7"}]}');
        INSERT INTO uploads VALUES (1, 'org/7/a'), (2, 'org/70/a'), (3, 'org/8/org/7/a'), (4, NULL)""",
    )
    assert [(one.table, one.why, one.count, one.certain) for one in eraser.search({})] == [
        ("events", "the tenant's key inside JSON", 1, True),
        ("events", "the tenant's key deep inside JSON", 1, False),
        ("uploads", "paths below org/7/", 1, True),
    ]


@pytest.mark.parametrize("tenant", ["7", "8"])
def test_nothing_is_changed_by_looking(platform, tenant):
    made = platform(POLYMORPHIC, *both(POLYMORPHIC_ROWS), {"courses": MINE, "reports": MINE, "notes": {"where": ABOUT}})
    before = everything(made.url)
    eraser = made.eraser(tenant)
    findings = eraser.inspect()
    assert {one.table: eraser.verify(one.table) for one in findings.tables} == {
        one.table: one.rows for one in findings.tables
    }
    assert eraser.search({}) != []
    assert everything(made.url) == before
