"""One batch: small, asked for, all or nothing, and after a kill the rest just goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from retention.erasers.findings import BusyError, SlowError
from tests.retention.erasers.database.conftest import erase, everything, nothing, run

MINE = {"tenant_field": "tenant_id"}
SCHEMA = "CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, text text);"
SCOPES = {"notes": MINE}
ROWS = "INSERT INTO notes SELECT n * 2 + {0} - 7, {0}, 'x' FROM generate_series(1, {1}) n;"


def rows(count: int) -> tuple[str, str]:
    return ROWS.format(8, 50), ROWS.format(7, count)


class Objection(Exception):
    pass


def test_a_guard_that_objects_leaves_everything_as_it_was(platform):
    made = platform(SCHEMA, *rows(5000), SCOPES)
    eraser = made.eraser()
    assert eraser.delete_batch("notes", nothing, 100) == 100
    before = everything(made.url)

    def object_() -> None:
        raise Objection

    for _ in range(3):
        with pytest.raises(Objection):
            eraser.delete_batch("notes", object_)
    assert everything(made.url) == before
    assert eraser.gone == {}
    assert erase(eraser)["notes"] == 4900


def test_the_guard_is_asked_inside_every_batch_before_a_row_goes(platform):
    made = platform(SCHEMA, *rows(700), SCOPES)
    seen = []
    eraser = made.eraser()

    def look() -> None:
        seen.append(run(made.url, "SELECT count(*) FROM notes WHERE tenant_id = 7")[0][0])

    while eraser.delete_batch("notes", look, 200):
        pass
    assert seen == [700, 500, 300, 100]


def test_no_batch_is_larger_than_ten_thousand_rows_and_sizes_grow_with_speed(platform):
    made = platform(SCHEMA, *rows(60_000), SCOPES)
    eraser = made.eraser()
    sizes = []
    while count := eraser.delete_batch("notes", nothing, 1_000_000):
        sizes.append(count)
    assert sum(sizes) == 60_000
    assert max(sizes) == 10_000
    assert sizes[:3] == [1000, 2000, 4000]


def test_a_batch_that_takes_too_long_is_cancelled_and_tried_smaller(platform):
    """Every row of a course reads a large table without an index."""
    schema = """CREATE TABLE courses (id int PRIMARY KEY, tenant_id int REFERENCES tenants);
    CREATE TABLE clicks (course_id int REFERENCES courses);"""
    rows = "INSERT INTO courses SELECT n * 2 + {0} - 7, {0} FROM generate_series(1, {1}) n;"
    bob = rows.format(8, 10) + "INSERT INTO clicks SELECT 3 FROM generate_series(1, 150000);"
    scopes = {"courses": MINE, "clicks": {"through": [("course_id", "courses", "id")]}}
    made = platform(schema, bob, rows.format(7, 400), scopes)
    eraser = made.eraser()
    (slow,) = [found for found in eraser.inspect().unindexed if found.table == "courses"]
    assert (slow.child, slow.name, slow.table) == ("clicks", "clicks_course_id_fkey", "courses")
    assert slow.statement == 'CREATE INDEX CONCURRENTLY ON "public"."clicks" ("course_id");'
    longest, total = 0.0, 0
    while True:
        times = []
        count = eraser.delete_batch("courses", lambda: times.append(time.monotonic()))  # noqa: B023
        if not count:
            break
        longest, total = max(longest, time.monotonic() - times[-1]), total + count
        if total == count:
            with psycopg.connect(made.url, autocommit=True) as session:
                session.execute(slow.statement)  # somebody follows the advice
    assert total == 400
    assert longest < 2.5


def test_a_single_row_that_takes_longer_than_a_batch_is_told(platform, monkeypatch):
    monkeypatch.setattr("retention.erasers.postgresql.BATCH_SECONDS", 0.001)
    schema = SCHEMA + "CREATE TABLE clicks (note_id int REFERENCES notes);"
    clicks = "INSERT INTO clicks SELECT 3 FROM generate_series(1, 200000);"
    bob, alice = rows(20)
    scopes = SCOPES | {"clicks": {"through": [("note_id", "notes", "id")]}}
    eraser = platform(schema, bob + clicks, alice, scopes).eraser()
    with pytest.raises(SlowError, match="Perhaps a foreign key that refers to it has no index"):
        eraser.delete_batch("notes", nothing)


def test_rows_that_somebody_has_locked_are_waited_for_a_second_and_tried_again(platform):
    made = platform(SCHEMA, *rows(100), SCOPES)
    eraser = made.eraser()
    with psycopg.connect(made.url) as other:
        other.execute("SELECT * FROM notes WHERE tenant_id = 7 FOR UPDATE")
        begun = time.monotonic()
        with pytest.raises(BusyError, match="Rows of notes are locked"):
            eraser.delete_batch("notes", nothing)
        assert time.monotonic() - begun < 3
    assert erase(eraser)["notes"] == 100


def test_rows_that_move_while_the_walk_is_on_are_found_by_the_next_pass(platform):
    made = platform(SCHEMA, *rows(5000), SCOPES)
    eraser = made.eraser()
    assert eraser.delete_batch("notes", nothing, 10) == 10
    with psycopg.connect(made.url, autocommit=True) as other:
        other.execute("UPDATE notes SET text = 'changed' WHERE id % 3 = 0")
        other.execute("VACUUM FULL notes")
        other.execute("INSERT INTO notes SELECT n, 8, 'new' FROM generate_series(100001, 100500) n")
    bob = run(made.url, "SELECT * FROM notes WHERE tenant_id = 8 ORDER BY id")
    assert erase(eraser)["notes"] == 4990
    assert run(made.url, "SELECT * FROM notes ORDER BY id") == bob


def test_a_row_that_is_handed_to_a_neighbour_in_time_stays(platform):
    made = platform(SCHEMA, *rows(3000), SCOPES)
    eraser = made.eraser()
    eraser.delete_batch("notes", nothing, 10)
    handed = run(made.url, "UPDATE notes SET tenant_id = 8 WHERE tenant_id = 7 AND id % 3 = 0 RETURNING id")
    erase(eraser)
    assert run(made.url, "SELECT count(*) FROM notes") == [(50 + len(handed),)]


def test_rows_that_come_late_are_taken_too(platform):
    made = platform(SCHEMA, *rows(20), SCOPES)
    eraser = made.eraser()
    eraser.delete_batch("notes", nothing, 10)
    run(made.url, "INSERT INTO notes VALUES (999, 7, 'late')")
    assert erase(eraser)["notes"] == 11


def test_a_lost_connection_is_told_and_another_eraser_goes_on(platform):
    made = platform(SCHEMA, *rows(3000), SCOPES)
    eraser = made.eraser()
    eraser.delete_batch("notes", nothing, 10)
    run(
        made.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'offboarding erasure'",
    )
    with pytest.raises(BusyError):
        eraser.delete_batch("notes", nothing)
    eraser.close()
    assert erase(made.eraser())["notes"] == 2990


def test_tidying_up_is_done_where_it_is_ours_to_do(platform):
    made = platform(SCHEMA, *rows(3000), SCOPES)
    eraser = made.eraser()
    while eraser.delete_batch("notes", nothing):
        pass
    assert eraser.tidy("notes")
    assert run(made.url, "SELECT count(*) FROM pg_stat_user_tables WHERE relname = 'notes' AND vacuum_count > 0") == [
        (1,)
    ]


CHILD = """
import sys
from tests.retention.erasers.database.killed import work
work(*sys.argv[1:])
"""


@pytest.mark.parametrize("trial", range(6))
def test_a_deletion_that_is_killed_at_any_moment_goes_on_to_the_same_end(platform, make_database, trial):
    from tests.retention.erasers.database import killed

    made = platform(killed.SCHEMA, killed.BOB, killed.ALICE, killed.SCOPES)
    random.seed(trial)
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, made.url, str(made.notes)],
            env={**os.environ, "PYTHONPATH": str(Path.cwd())}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random.uniform(0, 0.3))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    if run(made.url, "SELECT 1 FROM tenants WHERE id = 7"):  # else the last one was faster than its killer
        erase(made.eraser(), limit=500)
    from tests.retention.erasers.database.conftest import TENANTS

    assert everything(made.url) == everything(make_database(TENANTS + killed.SCHEMA + killed.BOB))
