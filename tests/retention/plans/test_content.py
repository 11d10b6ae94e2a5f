"""What of a plan is approved, what may differ, and what a run may find when it goes on."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from exports.contents import Category
from retention import plan_content
from retention.plan_content import Content, PlannedStep, Totals
from retention.reach import Place, Target

HOLD = [{"why": "hold", "number": 3}]


def table(name: str, rows: int, **other: Any) -> Content:
    usual = {"category": "users", "shared": False, "goes_with": "", "used": 0, "kept_by": []}
    return {"table": name, "rows": rows} | usual | other


def place(prefix: str, versions: int, **other: Any) -> Content:
    usual = {
        "named": prefix.startswith("named:"), "category": "courses", "objects": versions, "bytes": versions * 10,
        "markers": 0, "uploads": 0, "locked": 0, "shared": 0, "shared_bytes": 0, "kept": 0, "foreign": 0, "kept_by": [],
        "kept_parts": {}, "parts_kept_by": [],
    }  # fmt: skip
    return {"prefix": prefix, "versions": versions} | usual | other


PLAN: Content = {
    "version": 1, "occasion": "end", "customer": {"number": 1, "name": "Alice", "tenant_key": "7"},
    "agreement": {"number": 1, "contract": "A", "delete_from": "2027-04-01"}, "datamap_sha256": "a" * 64,
    "databases": [
        {
            "store": "db", "engine": "postgresql", "identity": None, "structure": "s", "broken": [],
            "refusals": [], "refused": {},
            "tables": [
                table("marks", 5), table("people", 3, shared=True, used=2), table("phones", 4, shared=True,
                goes_with="people"), table("bills", 7, category="reports", kept_by=HOLD), table("orgs", 1),
            ],
        }
    ],
    "files": [
        {
            "store": "media", "storage": "m", "refusals": [], "refused": {}, "problems": [],
            "places": [place("org/7/", 9, markers=2, uploads=1), place("named:courses", 2)],
        }
    ],
    "attested": [], "own": {"letters": 3}, "kept": [{"hold": 3, "ground": "court", "reach": {}, "until": ""}],
    "events": {}, "estimates": {"seconds": {}, "disks": {"media": "sda"}}, "unindexed": [],
}  # fmt: skip


def but(path: str, value: Any) -> Content:
    """The plan with another value at ``databases.0.tables.1.rows``."""
    changed = deepcopy(PLAN)
    *way, last = path.split(".")
    here: Any = changed
    for name in way:
        here = here[int(name)] if isinstance(here, list) else here[name]
    here[int(last) if isinstance(here, list) else last] = value
    return changed


FREE = [
    ("own", {"letters": 9}), ("events", {"4": "2026-12-31"}), ("estimates", {"seconds": {"db": {"marks": 3}}}),
    ("unindexed", [{}]), ("databases.0.tables.1.rows", 1), ("databases.0.tables.1.used", 4),
    ("databases.0.tables.2.rows", 0), ("files.0.places.1.versions", 1), ("files.0.places.1.shared", 1),
    ("files.0.problems", [{"code": "file_in_use", "facts": {}}]),
    ("files.0.places.0", place("org/7/", 8, markers=2, uploads=1, shared=1, shared_bytes=10)),
]  # fmt: skip
BOUND = [
    ("occasion", "restored"), ("datamap_sha256", "b" * 64), ("databases.0.structure", "t"),
    ("databases.0.identity", {"key": "7"}), ("databases.0.tables.0.rows", 6), ("databases.0.tables.0.shared", True),
    ("databases.0.tables.3.kept_by", []), ("databases.0.tables.2.goes_with", ""), ("databases.0.tables.3.rows", 6),
    ("files.0.places.0.versions", 8), ("files.0.places.0.bytes", 1), ("files.0.places.0.kept_parts", {"files": ["x"]}),
    ("files.0.places.1.kept_by", HOLD), ("kept", []), ("attested", [{"store": "backup"}]), ("customer.name", "Bob"),
    ("agreement.delete_from", "2027-05-01"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), FREE, ids=lambda one: str(one))
def test_what_may_differ_is_not_hashed(path, value):
    assert plan_content.sha256_of(but(path, value)) == plan_content.sha256_of(PLAN)


@pytest.mark.parametrize(("path", "value"), BOUND, ids=lambda one: str(one))
def test_everything_else_is(path, value):
    assert plan_content.sha256_of(but(path, value)) != plan_content.sha256_of(PLAN)


GOES_ON = [
    ("databases.0.tables.0.rows", 0), ("databases.0.tables.4.rows", 0), ("files.0.places.0.versions", 0),
    ("files.0.places", [place("org/7/", 3)]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), [*FREE, *GOES_ON], ids=lambda one: str(one))
def test_a_run_goes_on_where_less_is_left(path, value):
    assert plan_content.still_so(PLAN, but(path, value))


STOPS = [
    ("databases.0.tables.0.rows", 6), ("databases.0.tables.3.rows", 6), ("databases.0.tables.3.rows", 8),
    ("files.0.places.0.versions", 10), ("databases.0.structure", "t"), ("kept", []), ("datamap_sha256", "b" * 64),
    ("databases.0.tables", [table("marks", 5)]), ("files.0.places", []), ("databases.0.refused", {"drift": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), STOPS, ids=lambda one: str(one))
def test_it_stops_where_there_is_more_or_something_else(path, value):
    assert not plan_content.still_so(PLAN, but(path, value))


def test_steps_come_in_order_of_work():
    steps = plan_content.steps(PLAN)
    assert [(step.kind, step.name, step.planned, step.kept) for step in steps] == [
        ("table", "marks", 5, False), ("table", "people", 3, False), ("table", "phones", 4, False),
        ("table", "bills", 7, True), ("table", "orgs", 1, False), ("files", "org/7/", 12, False),
        ("files", "named:courses", 2, False), ("packages", "", 0, False), ("traces", "", 0, False),
    ]  # fmt: skip
    assert steps[2] == PlannedStep("table", "db", "phones", "users", "people", 4)
    assert steps[3].why == tuple(HOLD)


def test_totals_count_what_goes():
    assert plan_content.totals(PLAN) == Totals(rows=13, files=14, bytes=110, kept_tables=1, kept_places=0)


def test_targets_are_all_that_is_known_also_what_stays():
    found = plan_content.targets(PLAN)
    assert found[0] == Target(Place.TABLE, "db", "marks", Category.USERS)
    assert [target.name for target in found] == [
        "marks", "people", "phones", "bills", "orgs", "org/7/", "named:courses",
    ]  # fmt: skip
    anywhere = Target(Place.FILE, "media", "shared/x.png", Category.COURSES)
    assert [target.covers(anywhere) for target in found[-2:]] == [False, True]


def test_the_numbers_of_holds_and_disks_are_read_back():
    assert plan_content.keeps_known(PLAN, "hold") == {3} and plan_content.keeps_known(PLAN, "duty") == frozenset()
    assert plan_content.disks(PLAN) == {"media": "sda"}
