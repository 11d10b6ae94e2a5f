"""Who did what, for the customer: the journal of one agreement without what is the vendor's own business.

Only events that stand in ``TOLD`` or that an upper package has named with ``tell`` are shown. The vendor's people have
the vendor's name; reasons and notes of the staff are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding import journal_words
from offboarding.as_told import told_since
from offboarding.models import Agreement, Contact, JournalEntry
from offboarding.portal import letters_told

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN_AT_ONCE = 8
"""On the case's own page; the history's page shows more at a time."""
PAGE = 50

TOLD: dict[str, StrOrPromise] = {
    "notice.received": "",
    "notice.duplicate": "",
    "notice.vouched": gettext_lazy("We made sure that the notice comes from somebody who may give one."),
    "notice.receipt_corrected": "",
    "notice.accepted": "",
    "notice.refused": "",
    "notice.withdrawn": "",
    "notice.objected": gettext_lazy("An objection to the notice was made."),
    "notice.objection_settled": "",
    "agreement.terminated": "",
    "agreement.renewed": "",
    "dates.set": "",
    "dates.moved": "",
    "dates.cleared": "",
    "window.extended": "",
    "waiver.recorded": gettext_lazy(
        "Earlier deletion asked for: from %(delete_from)s on. Two people here must approve it."
    ),
    "waiver.approved": gettext_lazy("Earlier deletion approved: from %(delete_from)s on."),
    "waiver.rejected": gettext_lazy("Earlier deletion was not approved; the dates stay."),
    "transition.extended": "",
    "transition.infeasible": "",
    "hold.placed": gettext_lazy("The data has to be kept for legal reasons; nothing is deleted until that ends."),
    "hold.released": gettext_lazy("The data no longer has to be kept; the dates count again."),
    "data.erased": gettext_lazy("The data was deleted."),
    "assistance.requested": "",
    "assistance.offered": "",
    "assistance.accepted": gettext_lazy("The offer of help with the transfer was accepted."),
    "assistance.agreed": "",
    "assistance.done": "",
    "assistance.declined": "",
    "letter.sent": gettext_lazy("A letter went to you: %(occasion)s."),
}
"""Event → how the customer reads it; '' where the journal's own sentence is right for the customer too."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history; ``seq`` is where the next page goes on."""

    at: datetime
    who: str
    text: str
    seq: int


def tell(events: Mapping[str, StrOrPromise]) -> None:
    """For upper packages: more events that the customer may read, each with its words or ''."""
    TOLD.update(events)


def history_of(
    agreement: Agreement, reader: Contact, names: Mapping[int, str], most: int, before: int | None = None
) -> tuple[list[Happened], bool]:
    """The newest lines, newest first, and whether there are more; ``names``: contacts' names by id."""
    entries = JournalEntry.objects.filter(agreement=agreement.pk, event__in=list(TOLD))
    entries = entries.filter(~Q(event="letter.sent") | Q(facts__contact=reader.pk))
    entries = entries.filter(~Q(event="hold.placed") | Q(facts__told=True))
    if before is not None:
        entries = entries.filter(seq__lt=before)
    found = list(entries.order_by("-seq")[: most + 1])
    shown = [entry for entry in found[:most] if _may_be_told(agreement, entry)]
    letters = letters_told.about(shown)
    lines = [Happened(entry.at, _who(entry, names), _said(entry, letters), entry.seq) for entry in shown]
    return lines, len(found) > most


def _may_be_told(agreement: Agreement, entry: JournalEntry) -> bool:
    """That a hold was released may only be known to who was told of it."""
    if entry.event != "hold.released":
        return True
    return told_since(agreement, entry.facts["held_since"], before=entry.seq) is not None


def _said(entry: JournalEntry, letters: Mapping[int, str]) -> str:
    words = str(TOLD[entry.event])
    if not words:
        return journal_words.sentence(entry)
    facts = journal_words.shown_facts(entry)
    if entry.seq in letters:
        facts["occasion"] = letters[entry.seq]
    return words % facts if "%(" in words else words


def _who(entry: JournalEntry, names: Mapping[int, str]) -> str:
    kind, _colon, rest = entry.actor.partition(":")
    if kind == "contact":
        return names.get(int(rest), "") or _("one of your people") if rest.isdecimal() else _("one of your people")
    return (
        settings.VENDOR_NAME if kind == "staff" else _("%(vendor)s, automatically") % {"vendor": settings.VENDOR_NAME}
    )
