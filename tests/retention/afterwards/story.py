"""A run that was planned and carried out by the real erasers, up to its last word."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from offboarding.actors import Actor
from offboarding.models import Agreement
from retention import plans, runs, traces
from retention.models import DeletionPlan, DeletionRun, DeletionStep, PlanApproval
from retention.opening import open_planned


def carried_out(agreement: Agreement, approver, *, occasion: str = DeletionPlan.Occasion.END) -> DeletionRun:
    """What goes is gone, and the worker stands before its last word; nobody was asked on the way."""
    now = timezone.now()
    plan = plans.make(agreement, actor=Actor.machine("deletion"), occasion=occasion)
    assert plan.state == "ready", plan.content
    approval = PlanApproval.objects.create(plan=plan, sha256=plan.sha256, approved_by=approver, approved_at=now)
    run = DeletionRun.objects.create(
        customer=agreement.customer, agreement=agreement, plan=plan, approval=approval, state="running", epoch=1,
        attempt=1, heartbeat_at=now, queued_at=now, started_at=now,
    )  # fmt: skip
    DeletionStep.objects.bulk_create(runs._steps(run))
    _erase(run)
    return run


def erase_packages(run: DeletionRun) -> None:
    """A second at a time, as a worker does."""
    while traces.erase_packages(run).left:
        pass


def _erase(run: DeletionRun) -> None:
    folder = Path(settings.DELETION_WORK_DIR) / f"run-{run.pk}"
    tables = set(run.steps.filter(kind="table", state="waiting").values_list("name", flat=True))
    with open_planned(run.plan, folder) as erasers:
        for eraser in erasers.files.values():
            eraser.remember()
        for eraser in erasers.databases.values():
            for turn in eraser.inspect().turns:
                while turn in tables and eraser.delete_batch(turn, lambda: None):
                    pass
        for step in run.steps.filter(kind="files", state="waiting"):
            while erasers.files[step.store].delete_batch(step.name, lambda: None).objects:
                pass
    now = timezone.now()
    for step in run.steps.filter(state="waiting"):
        step.gone, step.left, step.state, step.started_at, step.finished_at = step.planned, 0, "done", now, now
        step.verified_at = now
        step.save()
