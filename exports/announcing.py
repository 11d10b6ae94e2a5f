"""Tells the case of a customer what happened to its exports: the journal always, the customer when a package is ready.

Called in the transaction of what it tells, so neither stands without the other.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.urls import reverse

from exports.contents import Category
from exports.fair_time import answer_until
from exports.labels import CATEGORIES
from exports.models import ExportJob, Receipt
from offboarding import clock, journal, letters
from offboarding.actors import Actor
from offboarding.models import Agreement, Customer, Letter

WORKER = Actor.machine("worker")
CRON = Actor.machine("run_jobs")
_ENDS = {
    ExportJob.State.COMPLETE: "export.complete",
    ExportJob.State.INCOMPLETE: "export.incomplete",
    ExportJob.State.FAILED: "export.failed",
}


def agreement_of(customer: Customer) -> Agreement | None:
    """The agreement that an export of the customer belongs to: the one that ends last, else the newest."""
    ending_last = F("service_ends").desc(nulls_last=True)
    return Agreement.objects.filter(customer=customer).order_by(ending_last, "-term_end", "-pk").first()


def record(event: str, customer: Customer, *, actor: Actor, reason: str = "", **facts: Any) -> None:
    """One entry in the customer's journal; ``facts`` as ``journal_events`` declares them."""
    agreement = agreement_of(customer)
    pk = agreement.pk if agreement else None
    journal.record(event, actor=actor, customer=customer.pk, agreement=pk, reason=reason, facts=facts)


def ended(job: ExportJob) -> None:
    """The job as it ended, its row just written: into the journal, and to the contacts when it is complete."""
    facts: dict[str, Any] = {"export": job.pk}
    if job.state == ExportJob.State.FAILED:
        facts["attempts"] = job.attempt
    else:
        volumes = list(job.volumes.all())
        facts |= {
            "volumes": len(volumes),
            "files": sum(volume.files for volume in volumes),
            "rows": job.rows_done,
            "manifest_sha256": job.manifest_sha256,
        }
    record(_ENDS[ExportJob.State(job.state)], job.customer, actor=WORKER, **facts)
    agreement = agreement_of(job.customer)
    if job.state == ExportJob.State.COMPLETE and agreement is not None and job.expires_at is not None:
        context = of_package(job, agreement)
        letters.write(Letter.Occasion.EXPORT_READY, agreement, key=f"export-{job.pk}", context=context)


def of_package(job: ExportJob, agreement: Agreement) -> dict[str, Any]:
    """What letters say of a package that can be fetched: until when, until when to answer, and where."""
    assert job.finished_at is not None
    return {
        "export": job.pk,
        "available_until": clock.local_day(job.expires_at) if job.expires_at else None,
        "answer_until": answer_until(clock.local_day(job.finished_at)),
        "page": page_of(agreement),
    }


def page_of(agreement: Agreement) -> str:
    """The path of the customer's own page."""
    return reverse("portal-case", args=[agreement.reference])


def receipt(
    told: Receipt, agreement: Agreement, outcome: str, *, because: str = "", by_export: ExportJob | None = None
) -> None:
    """All contacts learn what was said about a package, or how an objection to it was settled."""
    missing = [(CATEGORIES[Category(category)][0], words) for category, words in told.missing.items()]
    context = {
        "export": told.job_id, "outcome": outcome, "digest": told.manifest_sha256, "missing": missing,
        "because": because, "page": page_of(agreement),
    }  # fmt: skip
    if outcome == "settled":
        context["answer_until"] = answer_until(clock.today())
    if by_export is not None:
        context["new_export"] = by_export.pk
    letters.write(Letter.Occasion.RECEIPT, agreement, key=f"receipt-{told.pk}-{outcome}", context=context)
