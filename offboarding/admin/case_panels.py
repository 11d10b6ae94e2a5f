"""The panels of an agreement's page: the newest of everything that belongs to it, and the way to the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from offboarding.admin.case_attention import to_list
from offboarding.admin.case_verbs import Button, CaseVerb, buttons
from offboarding.models import Agreement, Letter, StoredMessage, TerminationNotice, TransferAssistance, Waiver

COUNTING = (TerminationNotice.State.RECEIVED, TerminationNotice.State.ACCEPTED)
MOST = 8
"""The newest lines that a panel shows; the lists have them all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record in a panel; ``address`` is its own page, empty for those who may not look at it."""

    record: Any
    address: str = ""
    buttons: Sequence[Button] = ()


@dataclass(frozen=True, slots=True)
class Panels:
    """What the page shows below the timeline; ``more``: the ways to the lists, by panel.

    ``counting``: the notices that wait or are in force, at most one of each; they stand first in their panel.
    """

    counting: Sequence[TerminationNotice]
    notices: Sequence[Line]
    waivers: Sequence[Line]
    letters: Sequence[Any]
    letter_lines: Sequence[Line]
    messages: Sequence[Line]
    assistance: Sequence[Line]
    more: Mapping[str, Sequence[Button]]


def panels_of(agreement: Agreement, user: Any, verbs: Mapping[type, Sequence[CaseVerb]]) -> Panels:
    """The newest of each kind; what a person may not look at is left out."""
    found = {
        "notices": _newest(agreement, user, TerminationNotice, "contact", "decided_by", "message", "duplicate_of"),
        "waivers": _newest(
            agreement, user, Waiver, "asked_by", "recorded_by", "first_approved_by", "second_approved_by"
        ),
        "letters": _newest(agreement, user, Letter, "contact", most=2 * MOST),
        "messages": _newest(agreement, user, StoredMessage),
        "assistance": _newest(agreement, user, TransferAssistance, "requested_by", many=("hours",)),
    }
    counting = list(agreement.notices.filter(state__in=COUNTING).select_related("contact", "decided_by", "message"))
    if found["notices"]:
        others = [notice for notice in found["notices"] if notice not in counting]
        found["notices"] = [*counting, *others]
    for record in [*counting, *(one for records in found.values() for one in records)]:
        record.agreement = agreement
    lines = {name: [_line(record, user, verbs) for record in records[:MOST]] for name, records in found.items()}
    more = {
        name: to_list(user, type(records[0]), _("All of them"), agreement__id__exact=agreement.pk)
        for name, records in found.items()
        if len(records) > MOST
    }
    return Panels(
        counting=counting,
        notices=lines["notices"],
        waivers=lines["waivers"],
        letters=found["letters"],
        letter_lines=lines["letters"],
        messages=lines["messages"],
        assistance=lines["assistance"],
        more=more,
    )


def _newest(
    agreement: Agreement, user: Any, model: Any, *one: str, many: Sequence[str] = (), most: int = MOST + 1
) -> list[Any]:
    if not user.has_perm(f"offboarding.view_{model._meta.model_name}"):
        return []
    records = model._default_manager.filter(agreement=agreement).select_related(*one).prefetch_related(*many)
    if model is Letter:
        records = records.defer("text", "html", "calendar")
    return list(records[:most])


def _line(record: Any, user: Any, verbs: Mapping[type, Sequence[CaseVerb]]) -> Line:
    try:
        address = reverse(f"admin:{record._meta.label_lower.replace('.', '_')}_change", args=[record.pk])
    except NoReverseMatch:
        address = ""
    return Line(record, address, buttons(verbs.get(type(record), ()), user, record))
