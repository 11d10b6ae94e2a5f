"""Every limit holds to the day: the last day on which it blocks, and the first on which it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from retention.codes import Code
from retention.duties import FixedDay
from retention.facts import Delivery, Facts, Limits, OtherAgreement
from retention.policy import blockers
from tests.retention.policy.cases import GOOD, HASH, TODAY, at, but, duty, export, warning

ONE_DAY = timedelta(days=1)
LATER = but(but(GOOD, "approval.given_at", at("2027-05-30")), "plan.made_at", at("2027-05-29"))
"""Approved at the end of May, for limits that lie beyond the first approval's seven days."""


def codes(facts: Facts, today: date | str, limits: Limits | None = None) -> list[Code]:
    day = date.fromisoformat(today) if isinstance(today, str) else today
    return [one.code for one in blockers(facts, day, limits=limits or Limits())]


@pytest.mark.parametrize(
    ("code", "path", "value", "last_blocked"),
    [
        (Code.WINDOW_OPEN, "readers", 2, "2027-03-31"),
        (Code.OTHER_AGREEMENT, "others+", OtherAgreement(7, date(2027, 4, 4), False), "2027-04-03"),
        (Code.DUTY, "duties+", duty(until=FixedDay(date(2027, 4, 4))), "2027-04-04"),
        (Code.EXPORT_FRESH, "exports+", export(9, available_at=at("2027-03-20")), "2027-04-03"),
        (Code.EXPORT_ANSWERED, "exports+", export(9, answered_at=at("2027-03-20")), "2027-04-03"),
        (Code.WARNING_LATE, "warnings.30", warning(30, sent="2027-03-06"), "2027-04-04"),
        (Code.WARNING_LATE, "warnings.7", warning(7, sent="2027-03-28"), "2027-04-03"),
        (Code.WARNING_LATE, "warnings.1", warning(1, sent="2027-04-03"), "2027-04-03"),
    ],
)
def test_what_time_lifts_blocks_through_its_last_day(code: Code, path: str, value: Any, last_blocked: str):
    facts, last = but(GOOD, path, value), date.fromisoformat(last_blocked)
    assert codes(facts, last) == [code]
    assert codes(facts, last + ONE_DAY) == []


def test_an_approval_counts_for_seven_days_after_its_day():
    assert codes(GOOD, "2027-04-06") == []
    assert codes(GOOD, "2027-04-07") == [Code.APPROVAL_OLD]


def test_an_approval_of_today_counts_and_one_of_tomorrow_is_none():
    assert codes(but(GOOD, "approval.given_at", at(TODAY, hour=0)), TODAY) == []
    assert codes(but(GOOD, "approval.given_at", at(TODAY + ONE_DAY, hour=0)), TODAY) == [Code.APPROVAL_UNKNOWN]


def test_an_approval_at_the_very_moment_of_the_plan_is_not_after_it():
    assert GOOD.approval is not None
    assert codes(but(GOOD, "plan.made_at", GOOD.approval.given_at), TODAY) == [Code.APPROVAL_UNKNOWN]
    second_before = at("2027-03-30") - timedelta(seconds=1)
    assert codes(but(GOOD, "plan.made_at", second_before), TODAY) == []


def test_a_plan_a_second_after_a_release_is_a_new_one():
    made_at = at("2027-03-28")
    assert codes(but(GOOD, "releases", (made_at - timedelta(seconds=1),)), TODAY) == []
    assert codes(but(GOOD, "releases", (made_at,)), TODAY) == [Code.PLAN_BEFORE_RELEASE]


@pytest.mark.parametrize(("hour_in_utc", "in_time"), [(21, True), (22, False)])
def test_a_request_counts_by_the_vendors_calendar(hour_in_utc: int, in_time: bool):
    """Summer time has begun: in Stockholm the last day, 31 March, ends at 22:00 UTC."""
    asked = datetime(2027, 3, 31, hour_in_utc, 59 if in_time else 0, tzinfo=UTC)
    facts = but(GOOD, "exports+", export(9, Delivery.REQUESTED, requested_at=asked))
    assert codes(facts, TODAY) == ([Code.EXPORT_OWED] if in_time else [])


@pytest.mark.parametrize(("hour_in_utc", "blocked"), [(21, False), (22, True)])
def test_a_warning_counts_from_the_vendors_day(hour_in_utc: int, blocked: bool):
    sent = datetime(2027, 4, 2, hour_in_utc, tzinfo=UTC)
    assert codes(but(GOOD, "warnings.1", warning(1, sent_at=sent)), TODAY) == ([Code.WARNING_LATE] if blocked else [])


def test_a_warning_sent_on_the_day_it_was_due_delays_nothing():
    on_time = tuple(warning(one.days, sent=one.due_on) for one in GOOD.warnings or ())
    facts = but(but(GOOD, "warnings", on_time), "plan.made_at", at("2027-03-29"))
    assert codes(facts, "2027-04-01") == []
    assert codes(facts, "2027-03-31") == [Code.WINDOW_OPEN, Code.WARNING_LATE, Code.WARNING_LATE, Code.WARNING_LATE]


def test_an_overtaken_warnings_lead_time_counts_from_the_first_nearer_one_that_went_out():
    facts = but(but(LATER, "warnings.30", warning(30, "overtaken")), "warnings.7", warning(7, sent="2027-05-02"))
    facts = but(facts, "warnings.1", warning(1, sent="2027-05-05"))
    assert codes(facts, "2027-05-31") == [Code.WARNING_LATE]
    assert codes(facts, "2027-06-01") == []


def test_two_overtaken_warnings_count_from_the_one_that_overtook_them():
    facts = but(but(LATER, "warnings.30", warning(30, "overtaken")), "warnings.7", warning(7, "overtaken"))
    facts = but(facts, "warnings.1", warning(1, sent="2027-05-02"))
    assert codes(facts, "2027-05-31") == [Code.WARNING_LATE]
    assert codes(facts, "2027-06-01") == []


def test_a_farther_warning_makes_no_overtaken_one_good():
    facts = but(GOOD, "warnings.1", warning(1, "overtaken"))
    assert codes(facts, TODAY) == [Code.WARNING_MISSING]


def test_a_warning_told_twice_does_not_make_itself_good():
    facts = but(but(GOOD, "warnings.1", warning(1, "overtaken")), "warnings+", warning(1))
    assert codes(facts, TODAY) == [Code.WARNING_MISSING, Code.WARNING_UNKNOWN]


def test_an_overtaken_warning_whose_nearer_one_came_back_was_not_sent():
    facts = but(but(GOOD, "warnings.7", warning(7, "overtaken")), "warnings.1", warning(1, "bounced"))
    assert codes(facts, TODAY) == [Code.WARNING_MISSING, Code.WARNING_BOUNCED]


@pytest.mark.parametrize(("removed", "found"), [("2027-02-15", [Code.EXPORT_REMOVED_EARLY]), ("2027-02-16", [])])
def test_a_package_may_go_after_fourteen_whole_days(removed: str, found: list[Code]):
    assert codes(but(GOOD, "exports+", export(9, removed_at=at(removed))), TODAY) == found


def test_a_package_may_come_and_go_today_as_far_as_reason_goes():
    """Nothing here lies in the future, so nothing contradicts; it was there too short all the same."""
    facts = but(
        GOOD, "exports+", export(9, requested_at=at("2027-03-31"), available_at=at(TODAY), removed_at=at(TODAY))
    )
    assert codes(facts, TODAY) == [Code.EXPORT_REMOVED_EARLY]
    at_once = export(9, requested_at=at("2027-03-31"), available_at=at("2027-03-31"))
    assert codes(but(GOOD, "exports+", at_once), TODAY) == [Code.EXPORT_FRESH]


def test_what_the_customer_wants_no_more_need_not_stay_downloadable():
    settled = export(9, Delivery.SETTLED, available_at=at("2027-03-30"))
    assert codes(but(GOOD, "exports+", settled), TODAY) == []


def test_a_request_of_today_is_no_contradiction():
    facts = but(GOOD, "exports+", export(9, Delivery.REQUESTED, requested_at=at(TODAY)))
    assert codes(facts, TODAY) == []
    assert codes(facts, TODAY - ONE_DAY) == [Code.EXPORT_UNKNOWN]


@pytest.mark.parametrize(
    ("service_ends", "export_until", "delete_from", "found"),
    [
        ("2027-03-31", "2027-03-31", "2027-04-01", []),
        ("2027-04-01", "2027-03-31", "2027-04-02", [Code.DATES_UNKNOWN]),
        ("2026-12-31", "2027-04-01", "2027-04-01", [Code.DATES_UNKNOWN]),
        ("2026-12-31", "2027-03-30", "2027-04-01", []),
        ("2027-04-01", None, "2027-04-01", [Code.DATE_MISSING, Code.DATES_UNKNOWN]),
        ("2027-03-31", None, "2027-04-01", [Code.DATE_MISSING]),
    ],
)
def test_dates_stand_in_the_order_of_time(service_ends, export_until, delete_from, found):
    read = [None if text is None else date.fromisoformat(text) for text in (service_ends, export_until, delete_from)]
    case = replace(GOOD.case, service_ends=read[0], export_until=read[1], delete_from=read[2])
    facts = but(GOOD, "case", case)
    moved = tuple(replace(one, due_on=read[2] - timedelta(one.days)) for one in GOOD.warnings or ())
    assert codes(but(facts, "warnings", moved), TODAY) == found


@pytest.mark.parametrize(
    ("apart", "found"),
    [
        (timedelta(minutes=2), []),
        (timedelta(minutes=-2), []),
        (timedelta(minutes=2, microseconds=1), [Code.CLOCKS_APART]),
        (timedelta(minutes=-2, microseconds=-1), [Code.CLOCKS_APART]),
    ],
)
def test_clocks_may_be_two_minutes_apart_in_either_direction(apart: timedelta, found: list[Code]):
    assert codes(but(GOOD, "machine.clocks_apart", apart), TODAY) == found


def test_more_than_two_minutes_are_never_told_as_two_minutes():
    facts = but(GOOD, "machine.clocks_apart", timedelta(minutes=2, microseconds=1))
    assert blockers(facts, TODAY)[0].facts == {"seconds": 121}


@pytest.mark.parametrize(("others", "found"), [(0, []), (4, []), (5, [Code.DAILY_LIMIT]), (6, [Code.DAILY_LIMIT])])
def test_five_customers_a_day_are_enough(others: int, found: list[Code]):
    assert codes(but(GOOD, "machine.customers_today", others), TODAY) == found


def test_one_reader_is_enough():
    assert codes(but(GOOD, "readers", 1), TODAY) == []


def test_the_vendor_may_set_other_limits():
    strict = Limits(
        fair_days=90, warning_days=(60, 30), approval_days=3, customers_per_day=4, clocks=timedelta(minutes=1)
    )
    assert codes(GOOD, TODAY, strict) == [
        Code.EXPORT_FRESH, Code.EXPORT_REMOVED_EARLY, Code.WARNING_MISSING, Code.APPROVAL_OLD, Code.DAILY_LIMIT,
        Code.CLOCKS_APART,
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["plan.sha256", "approval.sha256"])
@pytest.mark.parametrize("wrong", ["", "a" * 63, "a" * 65, "g" * 64, HASH + "\n"])
def test_only_sixty_four_hexadecimal_digits_are_a_hash(path: str, wrong: str):
    assert codes(but(GOOD, path, wrong), TODAY) in ([Code.PLAN_UNKNOWN], [Code.APPROVAL_UNKNOWN])


@pytest.mark.parametrize("approver", ["staff:33:sam", "staff:4:sam"])
def test_another_number_is_another_person_whatever_the_name(approver: str):
    assert codes(but(GOOD, "approval.approved_by", approver), TODAY) == []


@pytest.mark.parametrize(
    "approver", ["", "staff:", "staff::sam", "staff:x:sam", "staff:4", "staff:03:sam", "contact:4", "machine:x"]
)
def test_only_a_person_of_the_staff_approves(approver: str):
    assert codes(but(GOOD, "approval.approved_by", approver), TODAY) == [Code.APPROVAL_UNKNOWN]


@pytest.mark.parametrize("planner", ["", "sam", "staff:3", "contact:3", "machine:", "staff:x:sam"])
def test_staff_and_machines_plan_and_nobody_else(planner: str):
    assert codes(but(GOOD, "plan.planned_by", planner), TODAY) == [Code.PLAN_UNKNOWN]
