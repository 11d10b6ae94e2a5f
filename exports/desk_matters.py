"""What waits for a person about exports, and which of them run now, for the first page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.labels import category_names
from exports.models import ExportJob, Receipt
from exports.progress import progress_of
from offboarding import desk_running
from offboarding.desk_matters import Kind, Matter, Moment, address_of, declare

HEAVY = ("tables_result", "statement")
PATIENCE = timedelta(minutes=15)
"""How long an export may wait for a worker before a person is asked."""
OVERDUE = timedelta(days=1)
"""How long after its time a package may lie there: cron removes it."""
JOB = "exports_exportjob"


def _red(moment: Moment) -> QuerySet[ExportJob]:
    """Failed or incomplete, of a customer who is still here, and nothing newer was asked for."""
    return _light(ExportJob.objects.red()).order_by("finished_at", "pk")


def _light(jobs: QuerySet[ExportJob]) -> QuerySet[ExportJob]:
    return jobs.select_related("customer").defer(*HEAVY)


def _told(job: ExportJob, since: datetime | None, detail: str, address: str = "") -> Matter:
    address = address or address_of(f"{JOB}_change", job.pk)
    return Matter(str(job.customer), address, number=f"#{job.pk}", since=since, detail=detail)


def _job(job: ExportJob, may: bool) -> Matter:
    state = capfirst(job.get_state_display())
    detail = _("%(state)s: %(error)s") % {"state": state, "error": job.error} if job.error else state
    since = job.finished_at or job.requested_at
    return _told(job, since, detail)


def _objections(moment: Moment) -> QuerySet[Receipt]:
    disputed = Receipt.objects.filter(outcome=Receipt.Outcome.OBJECTED, settled_at=None)
    heavy = [f"job__{name}" for name in HEAVY]
    return disputed.select_related("job__customer").defer(*heavy).order_by("given_at", "pk")


def _objection(receipt: Receipt, may: bool) -> Matter:
    detail = _("Missing: %(names)s") % {"names": category_names(list(receipt.missing))}
    form = address_of(f"{JOB}_settle", receipt.job_id) if may else ""
    return _told(receipt.job, receipt.given_at, detail, form)


def _idle(moment: Moment) -> QuerySet[ExportJob]:
    """Waiting for a worker for too long, or left by one that shows no sign of life."""
    waiting = ExportJob.objects.claimable(moment.now).filter(requested_at__lte=moment.now - PATIENCE)
    return _light(waiting).order_by("requested_at", "pk")


def _overdue(moment: Moment) -> QuerySet[ExportJob]:
    return _light(ExportJob.objects.due_to_expire(moment.now - OVERDUE)).order_by("expires_at", "pk")


def _package(job: ExportJob, may: bool) -> Matter:
    detail = _("Its time of keeping is over; “manage.py run_jobs” removes packages.")
    return _told(job, job.expires_at, detail)


KINDS = (
    Kind(
        name="red",
        urgency=40,
        title=gettext_lazy("Exports that failed or are incomplete"),
        why=gettext_lazy("Nothing may be handed over as complete; the customer's time runs."),
        action=gettext_lazy("Look and mend"),
        settles="exports.retry_exportjob",
        sees="exports.view_exportjob",
        rows=_red,
        matter=_job,
        rest=f"{JOB}_changelist",
    ),
    Kind(
        name="receipts",
        urgency=44,
        title=gettext_lazy("Objections to packages"),
        why=gettext_lazy("The customer says that something is missing; deletion waits until it is settled."),
        action=gettext_lazy("Settle"),
        settles="exports.settle_receipt",
        sees="exports.view_receipt",
        rows=_objections,
        matter=_objection,
        rest="exports_receipt_changelist",
    ),
    Kind(
        name="idle",
        urgency=88,
        title=gettext_lazy("Exports that nobody works on"),
        why=gettext_lazy("A free worker would have taken them within seconds: does one run?"),
        action=gettext_lazy("Look"),
        settles="exports.retry_exportjob",
        sees="exports.view_exportjob",
        rows=_idle,
        matter=_job,
        rest=f"{JOB}_changelist?state__exact=queued",
    ),
    Kind(
        name="overdue",
        urgency=92,
        title=gettext_lazy("Packages kept for too long"),
        why=gettext_lazy("They should have been removed: does cron run “manage.py run_jobs”?"),
        action=gettext_lazy("Look"),
        settles="exports.expire_exportjob",
        sees="exports.view_exportjob",
        rows=_overdue,
        matter=_package,
        rest=f"{JOB}_changelist",
    ),
)


def running(user: Any, moment: Moment) -> desk_running.Running | None:
    """The exports that wait or run."""
    if not user.has_perm("exports.view_exportjob"):
        return None
    active = _light(ExportJob.objects.filter(state__in=ExportJob.ACTIVE)).order_by("-pk")
    jobs = list(active[: desk_running.MOST + 1])
    return desk_running.Running(
        title=_("Exports"),
        live=address_of(f"{JOB}_progress"),
        rest=address_of(f"{JOB}_changelist"),
        works=[
            desk_running.Work(
                job.pk, str(job.customer), address_of(f"{JOB}_change", job.pk), progress_of(job, moment.now)
            )
            for job in jobs[: desk_running.MOST]
        ],
        more=len(jobs) > desk_running.MOST,
    )


def declare_all() -> None:
    """Tells the first page of them."""
    for kind in KINDS:
        declare(f"exports.{kind.name}", kind)
    desk_running.declare("exports", running)
