"""Milestones as they are stored: all of it comes back, and nothing unknown is taken for known."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from offboarding.dates import Decisions, Mark, Milestones, Rule
from offboarding.milestones import RULES
from offboarding.refusals import ClockError
from tests.offboarding.clock.contracts import ACT_2026, clock


@pytest.mark.parametrize("found", [clock(), clock(ACT_2026)], ids=["contract", "data act"])
def test_milestones_survive_their_json(found):
    assert Milestones.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == found


def test_the_json_can_be_read_by_people():
    assert clock().to_json()["delete_from"] == {
        "day": "2027-04-01", "rule": {"code": "after_window", "facts": {"export_until": "2027-03-31"}},
    }  # fmt: skip
    assert clock().to_json()["zone"] == "Europe/Stockholm"


def test_milestones_are_found_by_mark_and_by_name_in_the_order_of_time():
    found = clock()
    assert list(found) == list(Mark)
    assert [found[mark] for mark in Mark] == [getattr(found, mark.value) for mark in Mark]
    assert found["delete_from"] is found.delete_from


def change(**values):
    return clock().to_json() | values


def rule(**values):
    entry = clock().to_json()["service_ends"]
    return change(service_ends=entry | {"rule": entry["rule"] | values})


@pytest.mark.parametrize(
    "data",
    [
        {}, None, [], "text", 7,
        change(zone="Europe/Atlantis"), change(zone="../../etc/passwd"), change(zone=None), change(more=1),
        change(decisions=None), change(decisions={"more": 1}),
        {name: value for name, value in clock().to_json().items() if name != "latest_notice"},
        change(service_ends=None), change(service_ends={}),
        change(service_ends=clock().to_json()["service_ends"] | {"day": "2026-13-01"}),
        change(service_ends=clock().to_json()["service_ends"] | {"day": "20261231"}),
        change(service_ends=clock().to_json()["service_ends"] | {"day": None}),
        change(service_ends=clock().to_json()["service_ends"] | {"more": 1}),
        rule(code="guess"), rule(code=None), rule(code=[]), rule(facts={}), rule(facts=None), rule(more=1),
        rule(facts={"notice_day": "2026-10-01", "latest": "2026-12-01", "term_end": "soon"}),
        rule(facts={"notice_day": "2026-10-01", "latest": 5, "term_end": "2026-12-31"}),
    ],
)  # fmt: skip
def test_stored_milestones_that_are_not_whole_are_refused(data):
    with pytest.raises(ClockError, match="not readable"):
        Milestones.from_json(data)


@pytest.mark.parametrize("value", ["30", 30.0, True, -1, None])
def test_a_count_is_a_whole_number(value):
    with pytest.raises(ClockError, match="not readable"):
        Rule("window", {"service_ends": "2026-12-31", "window_days": value})


def test_every_rule_names_its_facts():
    assert {code for code, facts in RULES.items() if not facts} == set()
    assert clock(decisions=Decisions()).delete_from.rule == Rule("after_window", {"export_until": "2027-03-31"})
