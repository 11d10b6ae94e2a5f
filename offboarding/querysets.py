"""Domain words for querying customers, agreements, notices and letters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower

from offboarding import phases, reasons, search

if TYPE_CHECKING:
    from offboarding.models import Agreement, Contact, Letter, StoredMessage, TerminationNotice  # noqa: F401


class ContactQuerySet(models.QuerySet["Contact"]):
    """Selections of contacts."""

    def active(self) -> ContactQuerySet:
        """Those who still act for their customer."""
        return self.filter(ended_at=None)

    def with_address(self, address: str) -> ContactQuerySet:
        """Whoever has this address, whatever its letters' case."""
        return self.alias(address=Lower("email")).filter(address=Lower(Value(address.strip())))

    def with_address_in(self, addresses: Iterable[str]) -> ContactQuerySet:
        """Whoever has one of these addresses, which are in lower case."""
        return self.alias(address=Lower("email")).filter(address__in=list(addresses))


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Selections of agreements."""

    def due_for_deletion(self, on: date) -> AgreementQuerySet:
        """Whose data may go from this day on, as far as dates say; a missing date is never due."""
        return self.filter(delete_from__lte=on, erased_at=None)

    def in_window(self, on: date) -> AgreementQuerySet:
        """Whose service is over and who may still request an export."""
        return self.filter(service_ends__lt=on, export_until__gte=on, erased_at=None)

    def with_phase(self, on: date) -> AgreementQuerySet:
        """Each with its ``phase`` on a day."""
        return self.alias(**phases.facts_in_sql(on)).annotate(phase=phases.phase_in_sql(on))

    def in_phase(self, phase: phases.Phase, on: date) -> AgreementQuerySet:
        """Those in one phase on a day."""
        return self.alias(**phases.facts_in_sql(on)).filter(phases.only(phase, on))

    def needing_a_person(self) -> AgreementQuerySet:
        """Where something waits that no machine may decide; ``reasons`` says what."""
        return self.filter(pk__in=reasons.waiting_agreements())

    def unreachable(self) -> AgreementQuerySet:
        """Those that end while nobody acts for the customer: there is no one to write to."""
        people = apps.get_model("offboarding", "Contact")._default_manager.filter(ended_at=None)
        ending = self.filter(service_ends__isnull=False, erased_at=None)
        return ending.filter(~models.Exists(people.filter(customer=models.OuterRef("customer"))))

    def found_by(self, words: str) -> AgreementQuerySet:
        """Those that ``search.find`` finds, what is exactly these words first."""
        found: AgreementQuerySet = search.find(self, words)
        return found


class NoticeQuerySet(models.QuerySet["TerminationNotice"]):
    """Selections of notices."""

    def undecided(self) -> NoticeQuerySet:
        """Received, and waiting for a person's decision."""
        return self.filter(state="received")

    def in_force(self) -> NoticeQuerySet:
        """Accepted and not withdrawn: at most one per agreement."""
        return self.filter(state="accepted")

    def disputed(self) -> NoticeQuerySet:
        """Objected to, and nobody has settled that yet."""
        return self.filter(objected_at__isnull=False, objection_settled_at=None)

    def waiting_for_a_person(self) -> NoticeQuerySet:
        """Undecided or disputed."""
        return self.filter(Q(state="received") | Q(objected_at__isnull=False, objection_settled_at=None))


class MessageQuerySet(models.QuerySet["StoredMessage"]):
    """Selections of stored messages."""

    def waiting_for_a_person(self) -> MessageQuerySet:
        """What could not be taken in without one."""
        return self.filter(state="problem")


class LetterQuerySet(models.QuerySet["Letter"]):
    """Selections of letters."""

    def to_send(self, now: datetime) -> LetterQuerySet:
        """Waiting, and due."""
        return self.filter(state="queued", due_at__lte=now)

    def abandoned(self, before: datetime) -> LetterQuerySet:
        """Being sent since before that moment: the process that did it is dead."""
        return self.filter(state="sending", tried_at__lt=before)

    def undelivered(self) -> LetterQuerySet:
        """Refused, come back, or nobody knows: a person has to look."""
        return self.filter(state__in=["refused", "bounced", "unclear"])
