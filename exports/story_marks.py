"""Exports in a case's drawn story: when one was asked for, how long its package lies there, what the customer said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from exports.models import ExportJob, Receipt
from offboarding import clock, story_marks
from offboarding.models import Agreement, JournalEntry
from offboarding.rule_words import short_day
from offboarding.story_marks import MOST, PACKAGES, Marks
from offboarding.timeline import Band, Point

KEPT = (ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE, ExportJob.State.EXPIRED)


def marks(agreement: Agreement, user: Any, today: date) -> Marks:
    """The newest exports of the agreement's customer."""
    if not user.has_perm("exports.view_exportjob"):
        return Marks()
    jobs = list(ExportJob.objects.filter(customer=agreement.customer_id).defer("tables_result", "statement")[:MOST])
    receipts = Receipt.objects.filter(job__in=[job.pk for job in jobs]) if user.has_perm("exports.view_receipt") else ()
    dots = (*_asked(jobs), *_said(receipts))
    return Marks(bands=tuple(_packages(jobs, today)), dots=dots)


def _asked(jobs: Iterable[ExportJob]) -> Iterator[Point]:
    for job in jobs:
        text = _("Export %(number)s requested: %(state)s")
        day = clock.local_day(job.requested_at)
        words = {"number": job.pk, "state": job.get_state_display()}
        yield Point(f"export-{job.state}", day, text % words, short_day(day))


def _said(receipts: Iterable[Receipt]) -> Iterator[Point]:
    for receipt in receipts:
        day = clock.local_day(receipt.given_at)
        text = _("Export %(number)s: %(outcome)s")
        words = {"number": receipt.job_id, "outcome": receipt.get_outcome_display()}
        yield Point(f"receipt-{receipt.outcome}", day, text % words, short_day(day))


def _packages(jobs: Sequence[ExportJob], today: date) -> Iterator[Band]:
    """From the day it was ready until it goes, or went; the journal knows when a package was removed."""
    kept = [job for job in jobs if job.state in KEPT and job.finished_at is not None]
    removed = _removed([job for job in kept if job.state == ExportJob.State.EXPIRED])
    for job in kept:
        assert job.finished_at is not None
        first = clock.local_day(job.finished_at)
        last = clock.local_day(job.expires_at) if job.expires_at else removed.get(job.pk, max(first, today))
        kind = "package-gone" if job.state == ExportJob.State.EXPIRED else "package"
        yield Band(kind, first, max(first, last), _("Package of export %(number)s") % {"number": job.pk}, PACKAGES)


def _removed(jobs: Sequence[ExportJob]) -> dict[int, date]:
    """Number of a job → the day on which its package was removed."""
    if not jobs:
        return {}
    entries = JournalEntry.objects.filter(customer=jobs[0].customer_id, event="export.expired").order_by("-seq")
    found = entries.values_list("facts", "at")[: 2 * MOST]
    return {facts["export"]: clock.local_day(at) for facts, at in found if "export" in facts}


def declare() -> None:
    """Adds them to every agreement's story."""
    story_marks.declare("exports", marks)
