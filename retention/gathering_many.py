"""``gathering.facts_of`` for many customers at once: cron looks at ten thousand cases of which most only wait.

Of cases without a plan, with nothing learnt: the same facts, in a dozen queries for all instead of for each. What is
read here decides what cron prints and which cases it looks at closely; before it does anything it reads each anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet

from exports.models import ExportJob
from offboarding import clock, reminders
from offboarding.letter_readers import readers
from offboarding.models import Agreement, Contact, TerminationNotice
from retention import clocks
from retention.facts import Facts, HoldFact, MachineFact, WarningFact
from retention.gathering import case_fact, other_fact, reach_of
from retention.gathering_exports import exports_of
from retention.keeping_duties import duties_of
from retention.learning import Known
from retention.models import DeletionRun, LegalHold, Pause, RetentionDuty

Rows = defaultdict[int, list[Any]]


def facts_of_many(agreements: Sequence[Agreement]) -> dict[int, Facts]:
    """Facts by the agreement's number; ``agreements`` with their customers, one of each."""
    records, unknown = _Records(agreements), Known.unknown()
    return {agreement.pk: records.facts(agreement, unknown) for agreement in agreements}


class _Records:
    """What there is about some customers, by customer."""

    def __init__(self, agreements: Sequence[Agreement]) -> None:
        self.customers = {agreement.customer_id for agreement in agreements}
        self.warnings = reminders.warnings_of_many(agreements)
        self.agreements = self._rows(Agreement.objects.order_by("pk"), "customer", (
            "pk", "service_ends", "export_until", "delete_from", "ending", "held_since", "erased_at",
        ))  # fmt: skip
        self.holds = self._rows(LegalHold.objects.order_by("pk"), "customer", ("pk", "reach", "released_at"))
        disputed = TerminationNotice.objects.disputed().order_by("pk")
        self.disputed = self._rows(disputed, "agreement__customer", ("pk",))
        self.contacts: defaultdict[int, list[Contact]] = defaultdict(list)
        contacts = Contact.objects.active().filter(customer__in=self.customers).select_related("customer")
        for contact in contacts.order_by("pk"):
            self.contacts[contact.customer_id].append(contact)
        self.exporting = self._some(ExportJob.objects.all())
        self.dutiful = self._some(RetentionDuty.objects.in_force())
        self.duties = RetentionDuty.objects.in_force().filter(customer=None).exists()
        self.erased = self._some(DeletionRun.objects.filter(live_erased_at__isnull=False))
        self.begun = self._begun_today()
        self.paused, self.apart = Pause.objects.in_force().exists(), clocks.apart()

    def _rows(self, queryset: QuerySet[Any], customer: str, fields: Sequence[str]) -> Rows:
        found: Rows = defaultdict(list)
        for row in queryset.filter(**{f"{customer}__in": self.customers}).values(customer, *fields):
            found[row[customer]].append(row)
        return found

    def _some(self, queryset: QuerySet[Any]) -> set[int]:
        return set(queryset.filter(customer__in=self.customers).values_list("customer", flat=True))

    def _begun_today(self) -> set[int]:
        midnight = datetime.combine(clock.today(), time.min, tzinfo=clock.zone())
        return set(DeletionRun.objects.filter(started_at__gte=midnight).values_list("customer", flat=True))

    def facts(self, agreement: Agreement, unknown: Known) -> Facts:
        """Those of one agreement."""
        customer = agreement.customer_id
        rows, holds = self.agreements[customer], self.holds[customer]
        own = next(row for row in rows if row["pk"] == agreement.pk)
        told = self.warnings[agreement.pk]
        return Facts(
            zone=clock.zone(),
            case=case_fact({**own, "went_on": False, "erased_before": customer in self.erased}, None),
            others=tuple(other_fact(row) for row in rows if row is not own),
            holds=tuple(HoldFact(one["pk"], reach_of(one["reach"])) for one in holds if one["released_at"] is None),
            releases=tuple(one["released_at"] for one in holds if one["released_at"] is not None),
            duties=self._duties(agreement),
            exports=exports_of(agreement.customer) if customer in self.exporting else (),
            readers=len(readers(agreement, self.contacts[customer], ())),
            warnings=tuple(WarningFact(one.days, one.due_on, one.state, one.sent_at) for one in told),
            objections=tuple(row["pk"] for row in self.disputed[customer]),
            platform=unknown.platform,
            plan=None,
            approval=None,
            machine=MachineFact(self.paused, len(self.begun - {customer}), self.apart, unknown.journal_holds),
        )

    def _duties(self, agreement: Agreement) -> Any:
        if not self.duties and agreement.customer_id not in self.dutiful:
            return ()
        try:
            return duties_of(agreement, events=None)
        except ValueError:
            return None
