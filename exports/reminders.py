"""Reminds the customer of packages about which it has said nothing: cron, through ``run_jobs``.

cron may be late, doubled or missed: what is due is looked up by ``<=`` and written once per package and reminder. What
was missed is not made good: only the nearest reminder is written, and after the fair time none that asks for an answer
within it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from exports import announcing
from exports.fair_time import BEFORE_REMOVAL, FAIR_DAYS, REMINDER_DAYS, reminder_due
from exports.models import ExportJob
from offboarding import clock, letters
from offboarding.letter_keys import key_of
from offboarding.models import Agreement, Letter

Occasion = Letter.Occasion
A_DAY = timedelta(days=1)
"""The database compares moments, the rule days of the vendor's zone: a day more on either side leaves nothing out."""


def write_due(today: date) -> int:
    """Writes what is due on that day of the vendor's zone; gives the number of letters."""
    return sum(_remind(pk, today) for pk in list(_candidates(today).values_list("pk", flat=True)))


def _candidates(today: date) -> QuerySet[ExportJob]:
    """Packages about which nothing was said and for which a reminder may be due."""
    noon = datetime.combine(today, time(12), tzinfo=clock.zone())
    waiting = Q(
        finished_at__gte=noon - timedelta(FAIR_DAYS) - A_DAY,
        finished_at__lte=noon - timedelta(min(REMINDER_DAYS)) + A_DAY,
    )
    leaving = Q(expires_at__lte=noon + timedelta(BEFORE_REMOVAL) + A_DAY)
    return ExportJob.objects.unanswered().filter(waiting | leaving).order_by("pk")


@transaction.atomic
def _remind(pk: int, today: date) -> int:
    """Looks again under the agreement's lock: a receipt or a deletion may have come between."""
    customer = ExportJob.objects.select_related("customer").get(pk=pk).customer
    found = announcing.agreement_of(customer)
    if found is None:
        return 0
    agreement = letters.locked_agreement(found.pk)
    job = ExportJob.objects.select_for_update(of=("self",)).get(pk=pk)
    due = _due(job, agreement, today)
    if not due:
        return 0
    context = announcing.of_package(job, agreement)
    if due == "removal":
        context["outcome"] = due
    return len(letters.write(Occasion.EXPORT_REMINDER, agreement, key=f"{job.pk}-{due}", context=context))


def _due(job: ExportJob, agreement: Agreement, today: date) -> str:
    """The reminder that is to be written now; '' where none is due, or it is written."""
    said = job.receipts.exists()
    if said or agreement.erased_at or job.state != ExportJob.State.COMPLETE:
        return ""
    if job.finished_at is None or job.expires_at is None:
        return ""
    due = reminder_due(clock.local_day(job.finished_at), clock.local_day(job.expires_at), today)
    written = agreement.letters.filter(
        occasion=Occasion.EXPORT_REMINDER,
        key__startswith=key_of(Occasion.EXPORT_REMINDER, agreement, f"{job.pk}-{due}"),
    )
    return "" if not due or written.exists() else due
