"""Releasing a hold deletes nothing: the plan that stands counts no more, and a new approval is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from retention import holds
from retention.gathering import Known, facts_of
from retention.models import DeletionPlan, DeletionRun, PlanApproval
from retention.policy import Code, blockers
from tests.retention.keeping.conftest import EVERYTHING, INVOICES, events, newest

DUE = datetime(2027, 4, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def planned(hers, staff, bob, his):
    """``planned()`` is Alice's current plan, approved; Bob has one too, which must stay."""

    def make(agreement=hers, state=DeletionPlan.State.READY) -> DeletionPlan:
        from django.utils import timezone

        plan = DeletionPlan.objects.create(
            customer=agreement.customer, agreement=agreement, state=state, made_by="machine:enforce_retention",
            made_at=timezone.now(), content={"databases": [], "files": [], "kept": []}, sha256="ab" * 32,
        )  # fmt: skip
        PlanApproval.objects.create(
            plan=plan, sha256=plan.sha256, approved_by=staff, approved_at=timezone.now() + timedelta(minutes=1)
        )
        return plan

    neighbour = make(his)
    yield make
    neighbour.refresh_from_db()
    assert neighbour.state == DeletionPlan.State.READY


def codes(agreement, plan) -> set[Code]:
    facts = facts_of(agreement, plan=plan, known=Known.unknown())
    return {found.code for found in blockers(facts, DUE.date())}


@pytest.mark.parametrize("reach", [EVERYTHING, INVOICES])
@pytest.mark.parametrize("state", [DeletionPlan.State.READY, DeletionPlan.State.REFUSED])
def test_the_plan_that_stands_counts_no_more(held, hers, planned, reach, state, time_machine):
    hold, plan = held(reach), planned(state=state)
    assert Code.PLAN_BEFORE_RELEASE not in codes(hers, plan)
    time_machine.move_to(DUE, tick=False)
    holds.release(hold, by=hold.placed_by, because="Settled.")
    plan.refresh_from_db()
    assert plan.state == DeletionPlan.State.SUPERSEDED
    assert Code.PLAN_BEFORE_RELEASE in codes(hers, plan)
    assert newest("plan.overtaken").facts == {"plan": plan.pk, "sha256": plan.sha256, "hold": hold.pk}
    assert newest("hold.lifted").facts == {"hold": hold.pk, "plan": plan.pk}


def test_a_plan_made_after_the_release_is_not_touched_by_it(held, hers, planned, time_machine):
    hold = held()
    holds.release(hold, by=hold.placed_by, because="Settled.")
    assert "plan.overtaken" not in events()
    time_machine.move_to(DUE, tick=False)
    assert Code.PLAN_BEFORE_RELEASE not in codes(hers, planned())


def test_a_run_that_waits_cannot_go_on_under_the_old_plan(held, hers, planned):
    hold, plan = held(INVOICES), planned()
    run = DeletionRun.objects.create(
        customer=hers.customer, agreement=hers, plan=plan, approval=plan.approvals.get(), queued_at=plan.made_at
    )
    holds.release(hold, by=hold.placed_by, because="Settled.")
    run.refresh_from_db()
    assert Code.PLAN_BEFORE_RELEASE in codes(hers, run.plan)


def test_a_plan_that_was_carried_out_stays_what_it_was(held, planned):
    hold, plan = held(INVOICES), planned(state=DeletionPlan.State.USED)
    holds.release(hold, by=hold.placed_by, because="Settled.")
    plan.refresh_from_db()
    assert plan.state == DeletionPlan.State.USED
    assert newest("hold.lifted").facts["plan"] is None
