"""What needs a person: each reason by the record that waits, for the list, the first page and one agreement's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from offboarding.models import Agreement


class Reason(TextChoices):
    """Why a person has to look, the most urgent first."""

    NOTICE = "notice", _("a notice waits for a decision")
    OBJECTION = "objection", _("an objection is open")
    WAIVER = "waiver", _("a waiver waits for approval")
    LETTER = "letter", _("a letter did not arrive")
    MESSAGE = "message", _("a message waits")


WAITING: dict[Reason, tuple[str, Q]] = {
    Reason.NOTICE: ("TerminationNotice", Q(state="received")),
    Reason.OBJECTION: ("TerminationNotice", Q(objected_at__isnull=False, objection_settled_at=None)),
    Reason.WAIVER: ("Waiver", Q(state="open")),
    Reason.LETTER: ("Letter", Q(state__in=["refused", "bounced", "unclear"])),
    Reason.MESSAGE: ("StoredMessage", Q(state="problem")),
}
"""Reason → the records in which it lies, and which of them wait: the one definition."""
OF_A_CUSTOMER = (Reason.LETTER, Reason.MESSAGE)
"""Records that may be a customer's and no agreement's: those are about each of the customer's agreements."""


def _waiting(reason: Reason) -> QuerySet[Any]:
    model, condition = WAITING[reason]
    return apps.get_model("offboarding", model)._default_manager.filter(condition)


def waiting_agreements() -> QuerySet[Any]:
    """The numbers of all agreements about which something waits, as a subquery over what waits (which is little)."""
    of_agreements = [_waiting(reason).filter(agreement__isnull=False).values("agreement") for reason in Reason]
    agreements = apps.get_model("offboarding", "Agreement")._default_manager
    of_customers = [
        agreements.filter(
            customer__in=_waiting(reason).filter(agreement=None, customer__isnull=False).values("customer")
        )
        for reason in OF_A_CUSTOMER
    ]
    first, *others = [*of_agreements, *(found.order_by().values("pk") for found in of_customers)]
    return first.order_by().union(*(other.order_by() for other in others))


def reasons_by_agreement(agreements: Sequence[Agreement]) -> dict[int, list[Reason]]:
    """Agreement's number → why it needs a person, the most urgent first; one query for a page of agreements."""
    if not agreements:
        return {}
    facts = {reason.value: Exists(_waiting(reason).filter(_about(reason))) for reason in Reason}
    numbers = [agreement.pk for agreement in agreements]
    rows = apps.get_model("offboarding", "Agreement")._default_manager.filter(pk__in=numbers).order_by()
    found = {row["pk"]: row for row in rows.values("pk", **{f"waits_{name}": fact for name, fact in facts.items()})}
    return {number: [reason for reason in Reason if found[number][f"waits_{reason}"]] for number in numbers}


def reasons_of(agreement: Agreement) -> list[Reason]:
    """Why one agreement needs a person, the most urgent first; empty where it does not."""
    return reasons_by_agreement([agreement])[agreement.pk]


def _about(reason: Reason) -> Q:
    """What ties a record to the agreement of the outer query."""
    mine = Q(agreement=OuterRef("pk"))
    return mine | Q(agreement=None, customer=OuterRef("customer")) if reason in OF_A_CUSTOMER else mine
