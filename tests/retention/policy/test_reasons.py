"""Each thing that stands against a deletion blocks by itself, and never hides another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retention.codes import Blocker, Code, blocker
from retention.facts import Delivery
from retention.policy import blockers
from tests.retention.policy.cases import GOOD, TODAY, Spoilt, at, but, export
from tests.retention.policy.wrongs import WRONGS

ORDER = list(Code)


def in_order(found: list[Blocker]) -> list[Blocker]:
    """As the policy tells them: by code, and among the same code whatever comes first."""
    return sorted(found, key=lambda one: (ORDER.index(one.code), sorted(map(str, one.facts.values()))))


def test_nothing_stands_against_it():
    assert blockers(GOOD, TODAY) == []


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.title)
def test_each_alone_blocks_and_nothing_else_is_said(wrong: Spoilt):
    assert in_order(blockers(wrong.apply(GOOD), wrong.today)) == in_order(list(wrong.found))


def test_every_code_is_tried_or_belongs_to_a_target_or_a_later_occasion():
    assert set(Code) - {one.code for wrong in WRONGS for one in wrong.found} == {Code.NOT_PLANNED, Code.NEVER_ERASED}


@pytest.mark.parametrize("first", WRONGS, ids=lambda wrong: wrong.title)
def test_two_at_once_are_both_told(first: Spoilt):
    met = [other for other in WRONGS if other is not first and first.independent_of(other)]
    assert len(met) > len(WRONGS) * 0.6
    for other in met:
        facts, today = other.apply(first.apply(GOOD)), min(first.today, other.today)
        both = [*first.found, *(one for one in other.found if one not in first.found or one.facts)]
        assert in_order(blockers(facts, today)) == in_order(both), other.title


def test_all_at_once_are_all_told():
    facts, found, told = GOOD, [], []
    for wrong in WRONGS:
        if all(wrong.independent_of(other) for other in told):
            facts, told = wrong.apply(facts), [*told, wrong]
            found += [one for one in wrong.found if one not in found]
    assert len(told) > 30
    assert in_order(blockers(facts, date(2027, 3, 31))) == in_order(found)


def test_they_are_told_in_one_order_with_the_case_first():
    facts = but(but(but(GOOD, "machine.paused", True), "case.renewed", True), "platform.drift", 2)
    assert [one.code for one in blockers(facts, TODAY)] == [Code.RENEWED, Code.DRIFT, Code.PAUSED]


def test_a_request_after_the_window_delays_nothing_unless_the_window_is_not_known():
    late = but(GOOD, "exports+", export(3, Delivery.REQUESTED, requested_at=at("2027-04-01", hour=0)))
    assert blockers(late, TODAY) == []
    assert blockers(but(late, "case.export_until", None), TODAY) == [
        blocker(Code.DATE_MISSING, date="export_until"), blocker(Code.EXPORT_OWED, export=3),
    ]  # fmt: skip


def test_an_objection_stops_everything_whenever_the_package_was_asked_for():
    late = but(GOOD, "exports+", export(3, Delivery.OBJECTED, requested_at=at("2027-04-01", hour=0)))
    assert blockers(late, TODAY) == [blocker(Code.EXPORT_OBJECTED, export=3)]
    years_later = date(2031, 1, 1)
    assert blocker(Code.EXPORT_OBJECTED, export=3) in blockers(late, years_later)


def test_a_confirmed_package_need_not_wait_for_the_fair_time_and_may_be_gone():
    fresh = {"available_at": at("2027-04-02"), "removed_at": at("2027-04-02", hour=13)}
    assert blockers(but(GOOD, "exports+", export(3, Delivery.SETTLED, **fresh)), TODAY) == []
    assert [one.code for one in blockers(but(GOOD, "exports+", export(3, **fresh)), TODAY)] == [
        Code.EXPORT_REMOVED_EARLY
    ]


def test_one_confirmed_request_says_nothing_about_another():
    both = but(but(GOOD, "exports+", export(3, Delivery.SETTLED)), "exports+", export(5, Delivery.REQUESTED))
    assert blockers(both, TODAY) == [blocker(Code.EXPORT_OWED, export=5)]


def test_a_request_of_an_unknown_day_counts_as_in_time():
    owed = export(5, Delivery.REQUESTED, requested_at=None)
    assert [one.code for one in blockers(but(GOOD, "exports", (owed,)), TODAY)] == [
        Code.EXPORT_OWED, Code.EXPORT_UNKNOWN,
    ]  # fmt: skip


def test_a_case_of_which_nothing_is_known_is_blocked_by_every_group():
    nothing = dict.fromkeys(("others", "holds", "releases", "duties", "exports", "readers", "warnings"))
    empty = replace(GOOD, **nothing, objections=None, plan=None, approval=None)
    for group in ("case", "platform", "machine"):
        fields = dict.fromkeys(getattr(empty, group).__dataclass_fields__)
        empty = replace(empty, **{group: type(getattr(empty, group))(**fields)})
    found = [one.code for one in blockers(empty, TODAY)]
    assert len(found) == 22
    assert all(code.endswith(("unknown", "missing")) for code in found)


def test_a_machine_may_plan_and_one_person_approve():
    assert blockers(but(GOOD, "plan.planned_by", "machine:enforce_retention"), TODAY) == []


def test_a_plan_at_the_very_moment_of_a_release_is_not_after_it():
    facts = but(GOOD, "releases", (at("2027-03-28"),))
    assert blockers(facts, TODAY) == [blocker(Code.PLAN_BEFORE_RELEASE)]
