"""A deletion in a process of its own, for tests that kill it."""

from __future__ import annotations

from pathlib import Path

from exports.datamap import DataMap
from retention.erasers.database import DatabaseEraser
from tests.exports.mapping import catalogue_of, store_of

SCHEMA = """CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE courses (id int PRIMARY KEY, tenant_id int REFERENCES tenants, version_id int);
CREATE TABLE versions (id int PRIMARY KEY, course_id int NOT NULL REFERENCES courses);
ALTER TABLE courses ADD FOREIGN KEY (version_id) REFERENCES versions;
CREATE TABLE members (tenant_id int REFERENCES tenants, person_id int REFERENCES people);
CREATE INDEX ON members (person_id); CREATE INDEX ON courses (version_id); CREATE INDEX ON versions (course_id);"""
ROWS = """INSERT INTO people SELECT generate_series({0} * 10000, {0} * 10000 + 2000);
INSERT INTO members SELECT {0}, id FROM people WHERE id / 10000 = {0};
INSERT INTO courses SELECT generate_series({0} * 10000, {0} * 10000 + 2000), {0};
INSERT INTO versions SELECT id, id FROM courses WHERE tenant_id = {0};
UPDATE courses SET version_id = id WHERE tenant_id = {0};"""
BOB = ROWS.format(8)
ALICE = ROWS.format(7) + "INSERT INTO members SELECT 7, id FROM people WHERE id % 50 = 0 AND id > 80000;"
SCOPES = {
    "courses": {"tenant_field": "tenant_id"},
    "versions": {"through": [("course_id", "courses", "id")]},
    "members": {"tenant_field": "tenant_id"},
    "people": {"ownership": "shared", "through": [("id", "members", "person_id")]},
}


def work(url: str, notes: str) -> None:
    """Erases tenant 7 in batches of 50 rows, and says when it begins."""
    store = store_of(catalogue_of(url), "tenants.id", {"tenants": {"tenant_field": "id"}} | SCOPES)
    with DatabaseEraser(
        DataMap(Path("map"), "", {"platform": store}, {}, {}), "platform", url, "7", Path(notes)
    ) as one:
        turns = one.inspect().turns
        print("begun", flush=True)
        for turn in turns:
            while one.delete_batch(turn, lambda: None, 50):
                pass
