"""What people and cron do with deletion runs: start, resume, give up. ``retention.deleting`` is the worker.

A run stops by itself when something stands against it. Its plan stays as it is; ``resume`` goes on under the approval
that is in force then, ``start`` of a newer plan takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from offboarding import journal
from offboarding.actors import Actor
from offboarding.rights import allow
from offboarding.stating import stated
from retention import asking, learning, plan_content
from retention.counting import gone_so_far, settle
from retention.locking import locked_agreements
from retention.models import DeletionPlan, DeletionRun, DeletionStep, PlanApproval
from retention.run_places import predecessor

__all__ = ["abandon", "gone_so_far", "locked_agreements", "resume", "ring", "start", "start_by"]

PERMISSION = "retention.start_deletionrun"
State, Step = DeletionRun.State, DeletionStep


def ring(run: DeletionRun) -> None:
    """Puts the run's id into the queue, in the transaction that is open; a lost ring is made good by ``sweep``."""
    async_task("retention.tasks.run_deletion", run.pk, task_name=f"deletion {run.pk}", save=False)


def start_by(plan: DeletionPlan, *, by: User) -> DeletionRun:
    """``start`` by a person who has the permission."""
    return start(plan, actor=allow(by, PERMISSION))


def start(plan: DeletionPlan, *, actor: Actor) -> DeletionRun:
    """Queues the run of a plan that is complete, approved, and against which nothing stands today.

    A stopped run of an older plan is given up for it. The worker asks everything again, and makes the plan anew.
    """
    known = learning.lately(plan)
    with transaction.atomic():
        agreements = locked_agreements(plan.customer)
        _take_the_place(plan, actor)
        plan, approval = _ready(plan)
        asking.check(agreements, plan, known, asking.targets_of_plan(plan))
        run = DeletionRun.objects.create(
            customer=plan.customer, agreement=plan.agreement, plan=plan, approval=approval, queued_at=timezone.now()
        )
        DeletionStep.objects.bulk_create(_steps(run))
        _search_too(run)
        record("run.queued", run, actor=actor, approval=approval.pk)
        ring(run)
    return run


def resume(run: DeletionRun, *, by: User | None = None, actor: Actor | None = None) -> DeletionRun:
    """A stopped run goes on where it stopped, under the approval that is in force now."""
    actor = allow(by, PERMISSION) if by is not None else actor
    if actor is None:
        raise TypeError("Somebody resumes it: by or actor.")
    known = learning.lately(run.plan)
    with transaction.atomic():
        agreements = locked_agreements(run.customer)
        run = _locked(run)
        if run.state != State.STOPPED:
            raise ValidationError({"run": _("Only a run that has stopped can go on.")})
        plan, approval = _ready(run.plan)
        asking.check(agreements, plan, known, asking.targets_of_run(run))
        run.state, run.approval, run.queued_at = State.QUEUED, approval, timezone.now()
        run.stopped_by, run.error, run.worker, run.heartbeat_at = [], "", "", None
        run.save()
        record("run.resumed", run, actor=actor, approval=approval.pk)
        ring(run)
    return run


@transaction.atomic
def abandon(run: DeletionRun, *, by: User, because: str) -> DeletionRun:
    """Gives up a run that waits, runs or has stopped, at once; what is gone is gone and stays counted."""
    actor = allow(by, PERMISSION)
    because = stated(because, _("Say why the run is given up."))
    locked_agreements(run.customer)
    run = _locked(run)
    if run.state not in DeletionRun.OPEN:
        raise ValidationError({"run": _("This run is over.")})
    return _given_up(run, actor, because)


def record(event: str, run: DeletionRun, *, actor: Actor, reason: str = "", **facts: Any) -> None:
    """One entry about the run in the journal of its case."""
    known: Mapping[str, Any] = {"run": run.pk, "plan": run.plan_id, "sha256": run.plan.sha256}
    journal.record(event, actor=actor, reason=reason, facts={**known, **facts}, **journal.case_of(run.agreement))


def _locked(run: DeletionRun) -> DeletionRun:
    rows = DeletionRun.objects.select_for_update(of=("self",)).select_related("plan", "agreement", "customer")
    return rows.get(pk=run.pk)


def _ready(plan: DeletionPlan) -> tuple[DeletionPlan, PlanApproval]:
    """The plan, locked, and the approval that is in force; a ValidationError where it cannot be carried out."""
    plans = DeletionPlan.objects.select_for_update(of=("self",)).select_related("customer", "agreement")
    plan = plans.get(pk=plan.pk)
    if plan.state != DeletionPlan.State.READY:
        raise ValidationError({"plan": _("Only a complete plan that no later one has replaced can be carried out.")})
    approval = PlanApproval.objects.filter(plan=plan, withdrawn_at=None).first()
    if approval is None:
        raise ValidationError({"plan": _("Nobody's approval of this plan is in force.")})
    return plan, approval


def _take_the_place(plan: DeletionPlan, actor: Actor) -> None:
    """A run that stopped under an older plan can never go on; one of this plan can, and is not to be begun twice."""
    other = DeletionRun.objects.open().select_for_update(of=("self",)).filter(customer=plan.customer)
    run = other.select_related("plan", "agreement").first()
    if run is None:
        return
    if run.plan_id == plan.pk or run.state != State.STOPPED:
        raise ValidationError({"plan": _("A deletion run of this customer is under way or has stopped.")})
    _given_up(run, actor, "")


def _given_up(run: DeletionRun, actor: Actor, because: str) -> DeletionRun:
    gone = settle(run)
    run.state, run.epoch = State.ABANDONED, run.epoch + 1
    run.save(update_fields=["state", "epoch"])
    record("run.abandoned", run, actor=actor, reason=because, gone=gone)
    return run


def _search_too(run: DeletionRun) -> None:
    """What a run that was given up has not erased is to be searched for behind this one, but for what is kept now."""
    before = predecessor(run)
    if before is None:
        return
    kept = {(step.store, step.name) for step in plan_content.steps(run.plan.content) if step.kept}
    samples = dict(run.plan.samples)
    for store, tables in before.plan.samples.items():
        older = {table: keys for table, keys in tables.items() if (store, table) not in kept}
        newer = samples.get(store, {})
        samples[store] = newer | {table: [*newer.get(table, []), *keys] for table, keys in older.items()}
    DeletionPlan.objects.filter(pk=run.plan_id).update(samples=samples)


def _steps(run: DeletionRun) -> list[DeletionStep]:
    """A row for each planned step. ``kept`` counts what stays: all of a table that is kept, what others use of a
    shared one."""
    used = {
        (database["store"], table["table"]): int(table["used"])
        for database in run.plan.content["databases"]
        for table in database["tables"]
    }
    rows = []
    for position, planned in enumerate(plan_content.steps(run.plan.content), 1):
        others = used.get((planned.store, planned.name), 0) if planned.kind == Step.Kind.TABLE else 0
        parts = {"parts": planned.parts} if planned.parts else {}
        rows.append(
            DeletionStep(
                run=run, position=position, kind=planned.kind, store=planned.store, name=planned.name,
                category=planned.category, goes_with=planned.goes_with, planned=planned.planned,
                bytes_planned=planned.bytes, kept=others + (planned.planned if planned.kept else 0),
                state=Step.State.KEPT if planned.kept else Step.State.WAITING,
                result={"why": list(planned.why), **parts} if planned.why or parts else {},
            )
        )  # fmt: skip
    return rows
