"""An entry's facts as names and values in words; what has no words stands only in the record itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from offboarding import journal_words
from offboarding.models import JournalEntry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "notice": _("notice"),
    "message": _("message"),
    "letter": _("letter"),
    "contact": _("contact"),
    "waiver": _("waiver"),
    "hold": _("hold"),
    "plan": _("plan"),
    "run": _("deletion run"),
    "export": _("export"),
    "duplicate_of": _("same as"),
    "channel": _("came by"),
    "received_on": _("day of receipt"),
    "received_at": _("received"),
    "was_received_at": _("received (before)"),
    "decision": _("decision"),
    "object_until": _("objections until"),
    "ending": _("ends by"),
    "notice_day": _("day of our notice"),
    "service_ends": _("service ends"),
    "service_ended": _("service ends (before)"),
    "export_until": _("last day to request an export"),
    "export_was_until": _("last day to request an export (before)"),
    "delete_from": _("deletion not before"),
    "delete_was_from": _("deletion not before (before)"),
    "until": _("until"),
    "told_on": _("told on"),
    "term_start": _("term starts"),
    "term_end": _("last day of the term"),
    "was_term_end": _("last day of the term (before)"),
    "notice_days": _("days of notice"),
    "export_window_days": _("days to request an export"),
    "auto_renews": _("renews itself"),
    "renewal_months": _("months of each following term"),
    "policy": _("clock"),
    "occasion": _("occasion"),
    "due_at": _("due"),
    "due_on": _("due"),
    "attempt": _("attempt"),
    "attachments": _("attachments"),
    "bytes": _("bytes"),
    "problems": _("reasons"),
    "letters": _("letters"),
    "recipients": _("recipients"),
    "rows": _("rows"),
    "files": _("files"),
    "told": _("the customer is told"),
    "hours": _("hours"),
    "charged": _("is charged for"),
}


def in_words(entry: JournalEntry) -> Iterator[tuple[StrOrPromise, Any]]:
    """Name and value of each fact that has words and a value."""
    shown = journal_words.shown_facts(entry)
    for name, label in NAMES.items():
        value = entry.facts.get(name)
        if name in shown and value not in (None, "", []) and not isinstance(value, dict):
            yield label, shown[name]
