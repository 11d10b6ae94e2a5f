"""Which of our own rows are about a customer whose deletion is final."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from exports.models import ExportJob, MissingFile, Receipt, Volume
from offboarding.models import (
    Agreement,
    AssistanceHours,
    Contact,
    Customer,
    Letter,
    StoredMessage,
    TerminationNotice,
    TransferAssistance,
    Waiver,
)
from retention.models import (
    Attestation,
    DeletionPlan,
    DeletionRun,
    DeletionStep,
    LegalHold,
    RetentionDuty,
    Verification,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows by model; ``whole``: nothing of the customer goes on, so that its people are reduced too."""

    whole: bool
    rows: Mapping[str, QuerySet[Any]]


def scope_of(customer: Customer, *, all_agreements: bool = False) -> Scope:
    """The rows about the customer's agreements that are erased, and about the customer where all of them are.

    ``all_agreements``: also those that are not erased yet, for counting.
    """
    agreements = Agreement.objects.filter(customer=customer)
    whole = all_agreements or not agreements.filter(erased_at=None).exists()
    over = agreements if all_agreements else agreements.exclude(erased_at=None)
    of_case = Q(agreement__in=over)
    case = of_case | Q(agreement=None) if whole else of_case
    return Scope(whole, _case(customer, over, case, whole) | _exports(customer, whole) | _deletion(customer, whole))


def _case(customer: Customer, over: QuerySet[Agreement], case: Q, whole: bool) -> dict[str, QuerySet[Any]]:
    people = Contact.objects.filter(customer=customer)
    return {
        "offboarding.Customer": Customer.objects.filter(pk=customer.pk),
        "offboarding.Contact": people if whole else people.none(),
        "offboarding.Agreement": over,
        "offboarding.Waiver": Waiver.objects.filter(agreement__in=over),
        "offboarding.TransferAssistance": TransferAssistance.objects.filter(agreement__in=over),
        "offboarding.AssistanceHours": AssistanceHours.objects.filter(assistance__agreement__in=over),
        "offboarding.Letter": Letter.objects.filter(case, customer=customer),
        "offboarding.StoredMessage": _messages(customer, case, whole),
        "offboarding.TerminationNotice": TerminationNotice.objects.filter(agreement__in=over),
    }


def _messages(customer: Customer, case: Q, whole: bool) -> QuerySet[StoredMessage]:
    """Messages of the case, and those nobody put to a case that came from people of this customer alone."""
    found = Q(case, customer=customer)
    if whole:
        own = Contact.objects.filter(customer=customer).values(address=Lower("email"))
        others = Contact.objects.exclude(customer=customer).alias(address=Lower("email"))
        senders = StoredMessage.objects.annotate(address=Lower("sender")).filter(customer=None, agreement=None)
        unmatched = senders.filter(~Exists(others.filter(address=OuterRef("address"))), address__in=own)
        found |= Q(pk__in=unmatched.values("pk"))
    return StoredMessage.objects.filter(found)


def _exports(customer: Customer, whole: bool) -> dict[str, QuerySet[Any]]:
    jobs = ExportJob.objects.filter(customer=customer) if whole else ExportJob.objects.none()
    missing = MissingFile.objects.filter(customer=customer) if whole else MissingFile.objects.none()
    return {
        "exports.ExportJob": jobs,
        "exports.Volume": Volume.objects.filter(job__in=jobs),
        "exports.MissingFile": missing,
        "exports.Receipt": Receipt.objects.filter(job__in=jobs),
    }


def _deletion(customer: Customer, whole: bool) -> dict[str, QuerySet[Any]]:
    """Of runs that still go on nothing: they need their words and samples."""
    plans = DeletionPlan.objects.filter(customer=customer).exclude(state__in=DeletionPlan.CURRENT)
    busy = DeletionRun.objects.filter(customer=customer, state__in=(*DeletionRun.OPEN, DeletionRun.State.LIVE_ERASED))
    runs = DeletionRun.objects.filter(customer=customer).exclude(pk__in=busy.values("pk"))
    holds = LegalHold.objects.filter(customer=customer).exclude(released_at=None)
    duties = RetentionDuty.objects.filter(customer=customer).exclude(ended_at=None)
    return {
        "retention.LegalHold": holds if whole else holds.none(),
        "retention.RetentionDuty": duties if whole else duties.none(),
        "retention.DeletionPlan": plans.exclude(pk__in=busy.values("plan")),
        "retention.DeletionRun": runs,
        "retention.DeletionStep": DeletionStep.objects.filter(run__in=runs),
        "retention.Verification": Verification.objects.filter(run__in=runs),
        "retention.Attestation": Attestation.objects.filter(run__in=runs),
    }
