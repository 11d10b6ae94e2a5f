"""One line per case, in words, and an exit code that tells cron whether anybody has to come."""

from __future__ import annotations

import pytest
import time_machine

from exports.contents import Category
from offboarding.models import Letter
from retention import approvals, holds, pausing, plans
from retention.models import DeletionPlan, DeletionRun
from retention.pausing import COMMAND

DUE = "2024-04-10T03:00Z"
ALICE = "A-7, Alice Academy: "
LATE_ROW = "INSERT INTO invoices (organisation, issued_on) VALUES (7, '2025-01-01')"


@pytest.fixture
def due():
    """A day on which alice's data may go, as far as the calendar says."""
    with time_machine.travel(DUE, tick=True) as day:
        yield day


@pytest.fixture
def approved(case, due, cron):
    """Asked for by cron, approved by a person."""
    cron()
    plan = plans.current(case.alice)
    approvals.approve(plan, by=case.approver, typed_name="Alice Academy")
    return plan


def asked() -> int:
    return Letter.objects.filter(occasion=Letter.Occasion.APPROVAL_ASKED).count()


def test_nothing_is_said_of_what_is_not_due(case, cron):
    with time_machine.travel("2024-03-30T12:00Z"):
        assert cron() == (0, [])


def test_the_first_day_is_the_day_itself(case, cron):
    with time_machine.travel(f"{case.agreement.delete_from}T03:00Z"):
        assert cron()[0] == 1
        assert asked() == 1


def test_a_warning_that_came_back_needs_a_person_and_no_plan_is_made(case, due, cron):
    Letter.objects.filter(occasion="warning_7").update(state="bounced")
    assert cron() == (1, [f"{ALICE}waits. The warning 7 days before deletion came back."])
    assert not DeletionPlan.objects.exists()


def test_a_case_on_hold_waits_and_needs_nobody(case, due, cron):
    case.place()
    assert cron() == (0, [f"{ALICE}waits. Hold 1 keeps it."])
    assert not DeletionPlan.objects.exists()


def test_what_a_hold_keeps_in_part_does_not_keep_the_rest_waiting(case, due, cron):
    case.place(categories=frozenset({Category.REPORTS}))
    assert cron() == (1, [f"{ALICE}plan 1 is made, and Legal is asked to approve it."])


def test_a_plan_waits_for_its_approval_and_nobody_is_asked_twice(case, due, cron):
    first, second, third = cron(), cron(), cron()
    assert first[0] == 1
    assert second == third == (1, [f"{ALICE}plan 1 waits for approval since Wednesday 10 April 2024. "
                                   "Nobody has approved the plan."])  # fmt: skip
    assert (DeletionPlan.objects.count(), asked()) == (1, 1)


def test_a_plan_that_a_person_made_is_asked_for(case, due, cron):
    case.planned()
    assert cron() == (1, [f"{ALICE}Legal is asked to approve plan 1."])
    assert asked() == 1


def test_a_plan_that_waits_and_is_no_longer_what_would_go_is_made_anew_and_asked_for(case, due, cron):
    cron()
    case.world.run(LATE_ROW)
    assert cron() == (1, [f"{ALICE}plan 2 is made, and Legal is asked to approve it."])
    assert list(DeletionPlan.objects.order_by("pk").values_list("state", flat=True)) == ["superseded", "ready"]
    assert asked() == 2


def test_a_hold_that_is_released_needs_a_new_plan_and_a_new_approval(case, approved, cron):
    hold = case.place(categories=frozenset({Category.REPORTS}))
    holds.release(hold, by=case.planner, because="The court has decided.")
    assert cron() == (1, [f"{ALICE}plan 2 is made, and Legal is asked to approve it."])
    assert case.world.left() == case.had


def test_an_approval_that_became_too_old_is_asked_for_once_more(case, approved, cron, due):
    pausing.pause(actor=COMMAND, because="Something is odd.")
    due.move_to("2024-04-19T03:00Z")
    assert cron() == (1, [f"{ALICE}Legal is asked to approve plan 1."])
    code, (line,) = cron()
    assert (code, asked()) == (1, 2)
    assert "The approval of Wednesday 10 April 2024 is more than 7 days old. The plan must be approved again." in line


def test_an_approval_that_was_withdrawn_is_asked_for_once_more_and_nothing_goes_without_it(case, approved, cron):
    approvals.withdraw(approvals.in_force(approved), by=case.approver, because="Too fast.")
    assert cron() == (1, [f"{ALICE}Legal is asked to approve plan 1."])
    code, (line,) = cron()
    assert (code, asked()) == (1, 2)
    assert "plan 1 waits for approval" in line
    assert case.world.left() == case.had


def test_a_plan_that_cannot_be_carried_out_says_why_and_is_made_anew_when_that_is_gone(case, due, cron):
    case.world.run("CREATE TABLE leftovers (id integer PRIMARY KEY)")
    code, (line,) = cron()
    assert code == 1
    assert line.startswith(f"{ALICE}plan 1 cannot be carried out as things stand. platform: The database and its map")
    assert "leftovers" in line
    assert cron() == (1, [line])
    assert (DeletionPlan.objects.get().state, asked()) == ("refused", 0)
    case.world.run("DROP TABLE leftovers")
    assert cron() == (1, [f"{ALICE}plan 2 is made, and Legal is asked to approve it."])


def test_while_all_is_paused_an_approved_plan_waits_for_a_person(case, approved, cron):
    pausing.pause(actor=COMMAND, because="Something is odd.")
    assert cron() == (1, [f"{ALICE}plan 1 is approved and waits. All deletion is paused."])
    assert case.world.left() == case.had
    pausing.resume(actor=COMMAND, because="It was nothing.")
    assert cron()[0] == 0
    case.proved(DeletionRun.objects.get())


def test_a_platform_that_does_not_answer_fails_and_the_other_cases_are_done(case, due, cron, settings):
    case.place(categories=frozenset({Category.REPORTS}))
    settings.PLATFORM_URLS = {"platform": "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2"}
    code, (line,) = cron()
    assert code == 2
    assert line.startswith(ALICE)
    assert not DeletionPlan.objects.exists()


def test_only_one_agreement_no_agreement_and_one_that_is_not_there(case, due, cron):
    assert cron("--agreement", "A-8") == (2, [])
    assert cron("--limit", "0") == (0, [])
    assert cron("--limit", "-1") == (2, [])
    assert cron("--agreement", "A-7")[0] == 1
    assert asked() == 1
