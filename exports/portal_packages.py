"""What customers are shown of their exports: each request with its progress, its package and what was said about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports import downloads, jobs, requesting
from exports.fair_time import answer_until
from exports.labels import category_names, format_names
from exports.models import ExportJob, Receipt
from exports.progress import grouped, progress_of
from offboarding import clock
from offboarding.models import Agreement, Contact
from offboarding.rule_words import day_in_words

State = ExportJob.State
NEWEST = 3
"""Packages that stand on the page itself; what is older stands in the history."""
MOST = 30
"""Requests that the page shows; it says so where there are more."""

SENTENCES = {
    State.QUEUED: gettext_lazy("Your request waits for its turn. It starts by itself; you need not do anything."),
    State.RUNNING: gettext_lazy(
        "Your data is being packed. You may close this page: the work goes on, and we write to you when it is ready."
    ),
    State.COMPLETE: gettext_lazy("Your data is packed and checked: everything that was read was read back from it."),
    State.INCOMPLETE: gettext_lazy(
        "Something did not come out as it must. A person here looks at it; we write to you when it is ready."
    ),
    State.FAILED: gettext_lazy(
        "Something went wrong here. A person looks at it; you need not ask again, we write to you when it is ready."
    ),
    State.CANCELLED: gettext_lazy("This request was cancelled. Nothing of it is kept."),
    State.EXPIRED: gettext_lazy("The package is removed. What it held stands in its record."),
}
"""What each state means for the customer; what went wrong inside is not theirs to mend."""
KINDS = {
    State.QUEUED: "wait", State.RUNNING: "wait", State.COMPLETE: "good", State.INCOMPLETE: "wait", State.FAILED: "wait",
}  # fmt: skip
WORDS = {
    State.INCOMPLETE: gettext_lazy("we look at it"),
    State.FAILED: gettext_lazy("we look at it"),
    State.COMPLETE: gettext_lazy("ready"),
    State.EXPIRED: gettext_lazy("removed"),
}


def figures(job: ExportJob, now: datetime) -> dict[str, Any]:
    """How far it is, in the shape that ``live.js`` reads; without what only staff can do anything about."""
    found = progress_of(job, now)
    found |= {"sentence": str(SENTENCES[State(job.state)]), "step": "", "note": "", "state_text": word(job)}
    return found


def word(job: ExportJob) -> str:
    """The state in one or two words."""
    return str(WORDS.get(State(job.state), job.get_state_display()))


def jobs_of(agreement: Agreement) -> tuple[list[ExportJob], bool]:
    """The newest requests of the customer, with what their cards show; and whether there are more."""
    jobs = ExportJob.objects.filter(customer=agreement.customer_id).order_by("-pk").defer("tables_result", "statement")
    found = jobs.select_related("requested_by", "requested_by_contact").prefetch_related("receipts__contact")
    newest = list(found[: MOST + 1])
    return newest[:MOST], len(newest) > MOST


def card(job: ExportJob, contact: Contact, now: datetime) -> dict[str, Any]:
    """One request as the page shows it; ``volumes`` only of a package that is there, for who may fetch it."""
    receipts = list(job.receipts.all())
    opened = next((one for one in receipts if one.outcome == Receipt.Outcome.OBJECTED and not one.settled_at), None)
    there = job.state == State.COMPLETE
    may_fetch = there and downloads.may_fetch(job, contact)
    items = downloads.items_of(job) if may_fetch else []
    said = [said_of(one) for one in receipts]
    confirmed = any(one.outcome == Receipt.Outcome.CONFIRMED for one in receipts)
    return {
        "job": job,
        "progress": figures(job, now),
        "kind": KINDS.get(State(job.state), "deleted"),
        "who": job.requested_by_contact.name if job.requested_by_contact else settings.VENDOR_NAME,
        "categories": category_names(job.categories),
        "formats": format_names(job.formats),
        "rows": grouped(job.rows_done),
        "items": [{"item": item, "size": filesizeformat(item.bytes)} for item in items],
        "size": filesizeformat(sum(item.bytes for item in items)),
        "sums": downloads.sums_name(job),
        "may_fetch": may_fetch,
        "may_cancel": jobs.may_cancel(job, contact),
        "may_confirm": contact.may_confirm and there and opened is None and not confirmed,
        "may_object": contact.may_confirm and there and opened is None,
        "said": said,
        "silence": silence(job, receipts),
        "available_until": day_in_words(clock.local_day(job.expires_at)) if there and job.expires_at else "",
    }  # fmt: skip


def silence(job: ExportJob, receipts: list[Receipt]) -> str:
    """What it means that nobody has said anything about a package that is there."""
    if job.state != State.COMPLETE or receipts or job.finished_at is None:
        return ""
    until = answer_until(clock.local_day(job.finished_at))
    return _after_silence(until, clock.today())


def _after_silence(until: date, today: date) -> str:
    day = {"day": day_in_words(until)}
    if today > until:
        return (
            _("We heard nothing from you until %(day)s and count the package as delivered. You can still answer.") % day
        )
    return (
        _(
            "Please tell us by the end of %(day)s whether everything has arrived. If we hear nothing until then, we "
            "count the package as delivered."
        )
        % day
    )


def said_of(receipt: Receipt) -> dict[str, Any]:
    """What was said about a package, by whom and when, and how it was settled."""
    missing = [(category_names([category]), words) for category, words in receipt.missing.items()]
    who = receipt.contact.name if receipt.contact else _("us, by what you told us")
    return {"receipt": receipt, "who": who, "missing": missing, "open": bool(missing) and receipt.settled_at is None}


def why_no_request(agreement: Agreement, contact: Contact, under_way: bool) -> str:
    """Why this person cannot ask for an export now, in words; '' where it can."""
    if reason := requesting.why_not(agreement, clock.today()):
        return reason
    if under_way:
        return _("An export is under way; you can ask for another when it has ended.")
    if not contact.may_request:
        return _("You may look, but not request an export. Ask a colleague who may, or write to us.")
    return ""


def estimate(agreement: Agreement) -> str:
    """How large a package is likely to be: as the last one that is still known; '' where there was none."""
    ended = ExportJob.objects.filter(customer=agreement.customer_id, state__in=[State.COMPLETE, State.EXPIRED])
    for job in ended.order_by("-pk").defer("tables_result", "statement")[:1]:
        size = sum(job.volumes.values_list("bytes", flat=True))
        if size and job.finished_at:
            told = {"day": day_in_words(clock.local_day(job.finished_at)), "size": filesizeformat(size)}
            chosen = {"categories": category_names(job.categories), "formats": format_names(job.formats)}
            return _(
                "An estimate: your package of %(day)s was %(size)s, with %(categories)s as %(formats)s. More data, "
                "categories or formats make it larger."
            ) % (told | chosen)
    return ""
