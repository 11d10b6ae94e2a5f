"""What cron does after an erasure: looks that were missed, a late writer, what a hold had kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from exports.contents import Category
from offboarding.models import Letter
from retention import approvals, holds, plans
from retention.models import Certificate, DeletionRun, Verification

DUE = "2024-04-10T03:00Z"
ALICE = "A-7, Alice Academy: "
LATE_ROW = """INSERT INTO settings VALUES (999, '{"organisation": "7", "theme": 4711}')"""
ERASED = "the live data is erased, and nothing was found any more."


@pytest.fixture
def due():
    with time_machine.travel(DUE, tick=True) as day:
        yield day


@pytest.fixture
def carry_out(case, due, cron):
    """``carry_out()``: cron plans, a person approves, cron erases."""

    def act():
        cron()
        approvals.approve(plans.current(case.alice), by=case.approver, typed_name="Alice Academy")
        code, lines = cron()
        assert (code, lines[-1].endswith(ERASED)) == (0, True), lines
        return DeletionRun.objects.latest("pk")

    return act


def days_after(due, run, days):
    due.move_to(run.live_erased_at + timedelta(days=days))


def occasions():
    return list(Certificate.objects.order_by("sequence").values_list("occasion", flat=True))


def test_looks_that_were_missed_are_made_up_for_once_and_a_late_writer_opens_the_case_again(case, due, cron, carry_out):
    run = carry_out()
    days_after(due, run, 8)
    assert cron() == (
        0,
        [f"{ALICE}looked again, 1 day after the erasure: nothing is left.",
         f"{ALICE}looked again, 7 days after the erasure: nothing is left."],
    )  # fmt: skip
    assert cron() == (0, [])
    case.world.run(LATE_ROW)
    days_after(due, run, 31)
    code, lines = cron()
    assert (code, lines[0]) == (
        1, f"{ALICE}ALARM: looked again, 30 days after the erasure, and found data. The case is open again.",
    )  # fmt: skip
    assert lines[1:] == [f"{ALICE}plan 2 is made, and Legal is asked to approve it."]
    assert Letter.objects.filter(occasion=Letter.Occasion.ALARM).count() == 1
    assert case.world.left()["settings"] == 1, "nothing is deleted again without a person"
    second = carry_out()
    assert second.plan.occasion == "reopened"
    assert set(case.world.left().values()) == {0}
    assert case.world.neighbours() == case.before
    assert occasions() == ["live_erased", "found_again", "erased_again"]
    assert Verification.objects.filter(run=second, done_at=None).count() == 3


def test_what_a_hold_kept_goes_when_it_is_released_after_a_plan_and_an_approval_of_its_own(case, due, cron, carry_out):
    hold = case.place(categories=frozenset({Category.REPORTS}))
    carry_out()
    left = case.world.left()
    assert left["results"] == case.had["results"]
    assert left["settings"] == case.had["settings"]
    assert cron() == (0, [])
    holds.release(hold, by=case.planner, because="The court has decided.")
    assert cron() == (1, [f"{ALICE}plan 2 is made, and Legal is asked to approve it."])
    assert case.world.left() == left
    call_command("send_reminders", verbosity=0)
    second = carry_out()
    assert second.plan.occasion == "remainder"
    assert set(case.world.left().values()) == {0}
    assert case.world.neighbours() == case.before
    assert occasions() == ["live_erased", "remainder"]
    assert cron() == (0, [])
