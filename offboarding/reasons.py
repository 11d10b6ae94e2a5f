"""Why an agreement needs a person: each reason is a selection of records, indexed, from which its agreement follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import CharField, QuerySet, TextChoices, Value
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from offboarding.models import Agreement

Rows = QuerySet[Any, Any]


class Reason(TextChoices):
    """What waits, the most urgent first."""

    NOTICE = "notice", _("a notice waits for a decision")
    OBJECTION = "objection", _("an objection is not settled")
    WAIVER = "waiver", _("a waiver waits for approval")
    LETTER = "letter", _("a letter did not arrive")
    NOBODY = "nobody", _("there is nobody to write to")
    MESSAGE = "message", _("a message waits to be settled")


OF_CUSTOMER = (Reason.LETTER, Reason.MESSAGE)
"""These may name a customer and no agreement: then they are about each agreement of the customer."""


def _waiting() -> Iterator[tuple[Reason, Rows]]:
    """Each reason with the records that wait for a person."""
    yield Reason.NOTICE, _records("TerminationNotice").undecided()
    yield Reason.OBJECTION, _records("TerminationNotice").disputed()
    yield Reason.WAIVER, _records("Waiver").filter(state="open")
    yield Reason.LETTER, _records("Letter").undelivered()
    yield Reason.MESSAGE, _records("StoredMessage").waiting_for_a_person()


def _records(name: str) -> Any:
    return apps.get_model("offboarding", name)._default_manager


def _arms() -> Iterator[tuple[Reason, Rows, str]]:
    """Reason, records, and the path from a record to the agreement it is about; each reads its own small index."""
    for reason, records in _waiting():
        yield reason, records.filter(agreement__isnull=False), "agreement"
        if reason in OF_CUSTOMER:
            yield reason, records.filter(agreement=None, customer__isnull=False), "customer__agreements"
    yield Reason.NOBODY, _records("Agreement").unreachable(), "pk"


def waiting_agreements() -> Rows:
    """The ids of all agreements that need a person, as one sub-query."""
    first, *others = [rows.order_by().values_list(path) for _reason, rows, path in _arms()]
    return first.union(*others)


def reasons_by_agreement(agreements: Iterable[Agreement]) -> dict[int, list[Reason]]:
    """Agreement's id → its reasons, the most urgent first, for a page of agreements in one query."""
    ids = [agreement.pk for agreement in agreements]
    if not ids:
        return {}
    first, *others = [
        rows.order_by().filter(**{f"{path}__in": ids}).values_list(path, Value(reason.value, CharField()))
        for reason, rows, path in _arms()
    ]
    found = set(first.union(*others))
    return {pk: [reason for reason in Reason if (pk, reason.value) in found] for pk in ids}


def reasons_of(agreement: Agreement) -> list[Reason]:
    """Why one agreement needs a person; empty where it does not."""
    return reasons_by_agreement([agreement])[agreement.pk]
