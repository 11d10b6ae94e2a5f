"""``python -m tests.bench.erasing [rows]``: erasing one tenant in batches, against one DELETE per table.

All work on copies of the same database (a quarter more rows are a neighbour's), taking turns: one DELETE per table, our
batches, and a whole deletion run with its policy asked in each batch. Ours run in processes of their own, at a tenth of
the rows too, so that their memory can be compared.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from tests import parts
from tests.servers.postgres import OwnPostgres

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SCHEMA = """
CREATE TABLE tenants (id integer PRIMARY KEY, name text NOT NULL, created_on date NOT NULL);
INSERT INTO tenants VALUES (1, 'alice', '2020-01-01'), (2, 'bob', '2020-01-01');
CREATE TABLE courses (id bigint PRIMARY KEY, tenant_id integer NOT NULL REFERENCES tenants, title text NOT NULL);
CREATE TABLE enrolments (
    id bigint PRIMARY KEY, course_id bigint NOT NULL REFERENCES courses, person uuid NOT NULL, progress numeric(5,2)
);
CREATE TABLE events (
    id bigint PRIMARY KEY, tenant_id integer NOT NULL REFERENCES tenants,
    enrolment_id bigint NOT NULL REFERENCES enrolments, happened timestamptz NOT NULL, action text NOT NULL, remark text
);
INSERT INTO courses SELECT n, 1 + (n %% 5 = 0)::integer, 'Course ' || n FROM generate_series(1, %(courses)d) n;
INSERT INTO enrolments SELECT n, 1 + n %% %(courses)d, md5(n::text)::uuid, n %% 100
FROM generate_series(1, %(enrolments)d) n;
INSERT INTO events SELECT n, c.tenant_id, e.id, '2024-01-01'::timestamptz + n * interval '37 seconds',
    'opened a lesson', CASE WHEN n %% 4 = 0 THEN md5(n::text) || md5((n * 7)::text) END
FROM generate_series(1, %(events)d) n JOIN enrolments e ON e.id = 1 + n %% %(enrolments)d
JOIN courses c ON c.id = e.course_id;
CREATE INDEX ON courses (tenant_id); CREATE INDEX ON enrolments (course_id);
CREATE INDEX ON events (tenant_id); CREATE INDEX ON events (enrolment_id);
ANALYZE;
"""
SCOPES: dict[str, Any] = {
    "tenants": {"tenant_field": "id"},
    "courses": {"tenant_field": "tenant_id"},
    "enrolments": {"through": [("course_id", "courses", "id")]},
    "events": {"tenant_field": "tenant_id"},
}
PEER = (
    "DELETE FROM events WHERE tenant_id = 1",
    "DELETE FROM enrolments WHERE course_id IN (SELECT id FROM courses WHERE tenant_id = 1)",
    "DELETE FROM courses WHERE tenant_id = 1",
    "DELETE FROM tenants WHERE id = 1",
)


def peer(url: str) -> tuple[float, float]:
    """One DELETE per table, each in its own transaction → seconds, and those of a VACUUM afterwards."""
    with psycopg.connect(url, autocommit=True) as session:
        started = time.perf_counter()
        for statement in PEER:
            session.execute(statement.encode())
        deleted = time.perf_counter()
        session.execute(b"VACUUM (TRUNCATE FALSE) events, enrolments, courses, tenants")
        return deleted - started, time.perf_counter() - deleted


def ours(url: str) -> dict[str, Any]:
    """The batches in a process of their own → its figures."""
    return _figures("-m", "tests.bench.erasing", "--erase", url)


def whole(server: OwnPostgres, url: str) -> dict[str, Any]:
    """A run in a process and a database of its own → its figures."""
    return _figures("-m", "tests.bench.erasing_run", url, server.url(server.create()))


def _figures(*command: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def erase(url: str) -> dict[str, Any]:
    """Erases tenant 1; seconds are those of the batches and of finding their rows."""
    from exports.datamap import DataMap
    from retention.erasers.database import DatabaseEraser
    from tests.exports.mapping import catalogue_of, store_of

    store = store_of(catalogue_of(url), "tenants.id", SCOPES)
    datamap = DataMap(Path("map"), "", {"platform": store}, {}, {})
    longest, rows, batches, guarded = 0.0, 0, 0, [0.0]
    tidying = 0.0
    with ExitStack() as stack:
        notes = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "notes"
        eraser = stack.enter_context(DatabaseEraser(datamap, "platform", url, "1", notes))
        turns = eraser.inspect().turns
        started = time.perf_counter()
        for turn in turns:
            while count := eraser.delete_batch(turn, lambda: guarded.__setitem__(0, time.perf_counter())):
                longest = max(longest, time.perf_counter() - guarded[0])
                rows, batches = rows + count, batches + 1
            before = time.perf_counter()
            eraser.tidy(turn)
            tidying += time.perf_counter() - before
        seconds = time.perf_counter() - started - tidying
    peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return {
        "seconds": seconds, "tidying": tidying, "longest": longest, "rows": rows, "batches": batches, "peak_mib": peak,
    }  # fmt: skip


def seeded(server: OwnPostgres, rows: int) -> str:
    """A database with about this many rows of alice → its name."""
    events = rows * 5 // 4 * 9 // 10
    counts = {"events": events, "enrolments": events // 10, "courses": max(events // 1000, 10)}
    return server.create(SCHEMA % counts)


def copy(server: OwnPostgres, template: str) -> str:
    """A fresh copy of a database → its URL."""
    name = f"{template}_{time.monotonic_ns()}"
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        session.execute(b"CHECKPOINT")
    return server.url(name)


def main(rows: int) -> None:
    """Prints the ratio, the longest batch and the memory."""
    found = parts.postgres_bin()
    if found is None:
        sys.exit("The benchmark needs PostgreSQL's programs: apt-get install postgresql")
    server = OwnPostgres(found)
    server.start()
    try:
        many, few = seeded(server, rows), seeded(server, rows // 10)
        theirs, mine, runs = [], [], []
        for _ in range(ROUNDS):
            theirs.append(peer(copy(server, many)))
            mine.append(ours(copy(server, many)))
            runs.append(whole(server, copy(server, many)))
        small, short = ours(copy(server, few)), whole(server, copy(server, few))
    finally:
        server.close()
    other, vacuum = (statistics.median(column) for column in zip(*theirs, strict=True))
    seconds, tidying = (statistics.median(one[key] for one in mine) for key in ("seconds", "tidying"))
    print(f"{mine[0]['rows']:,} rows in {mine[0]['batches']} batches: {seconds:.1f} s and VACUUM {tidying:.1f} s")
    print(f"one DELETE per table: {other:.1f} s and VACUUM {vacuum:.1f} s")
    print(f"speed {other / seconds:.2f} × (reach ≥ 0.80), with VACUUM {(other + vacuum) / (seconds + tidying):.2f} ×")
    print(f"longest batch {max(one['longest'] for one in mine):.2f} s (reach ≤ 2)")
    peak = max(one["peak_mib"] for one in mine)
    print(f"peak memory {peak:.0f} MiB, at a tenth of the rows {small['peak_mib']:.0f} MiB")
    told(runs, other, short["peak_mib"])


def told(runs: list[dict[str, Any]], other: float, short: float) -> None:
    """The lines about whole runs; ``other``: seconds of one DELETE per table, ``short``: memory with less rows."""
    names = ("deleting", "asking", "looking", "tidying", "planning", "whole")
    spent = {name: statistics.median(one[name] for one in runs) for name in names}
    batches, ours = (f"{runs[0][f'number {what}']:.0f}" for what in ("batch", "deleting"))
    print(f"a run: {batches} batches in {ours} transactions of ours: {spent['deleting']:.1f} s", end=", ")
    print(f"of it {spent['asking']:.1f} s asking the policy")
    print(f"looking {spent['looking']:.1f} s, VACUUM {spent['tidying']:.1f} s", end=", ")
    print(f"planning {spent['planning']:.1f} s", end="; ")
    print(f"in all, planned anew, searched and certified, {spent['whole']:.1f} s")
    print(f"speed of a run {other / spent['deleting']:.2f} × (reach ≥ 0.80)")
    longest = [max(one[f"longest {what}"] for one in runs) for what in ("batch", "deleting")]
    print(f"longest batch {longest[0]:.2f} s (reach ≤ 2), longest under one lock {longest[1]:.2f} s")
    print(f"peak memory {max(one['peak_mib'] for one in runs):.0f} MiB, at a tenth of the rows {short:.0f} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--erase"]:
        print(json.dumps(erase(sys.argv[2])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
