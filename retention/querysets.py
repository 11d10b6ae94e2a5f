"""Domain words for querying holds, duties, plans, runs and evidence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from offboarding.models import Customer
    from retention.models import (  # noqa: F401
        Attestation,
        Certificate,
        DeletionPlan,
        DeletionRun,
        LegalHold,
        Pause,
        RetentionDuty,
        Verification,
    )


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def in_force(self) -> LegalHoldQuerySet:
        """Not released; also those whose review is overdue."""
        return self.filter(released_at=None)

    def to_review(self, on: date) -> LegalHoldQuerySet:
        """In force, and somebody has to look at them by now."""
        return self.in_force().filter(review_on__lte=on)


class RetentionDutyQuerySet(models.QuerySet["RetentionDuty"]):
    def in_force(self) -> RetentionDutyQuerySet:
        """Not ended; whether they still keep anything depends on the customer and the day."""
        return self.filter(ended_at=None)

    def of(self, customer: Customer) -> RetentionDutyQuerySet:
        """Standing ones and the customer's own."""
        return self.filter(Q(customer=None) | Q(customer=customer))


class DeletionPlanQuerySet(models.QuerySet["DeletionPlan"]):
    def current(self) -> DeletionPlanQuerySet:
        """Neither replaced nor carried out."""
        return self.filter(state__in=["ready", "refused"])

    def waiting_for_approval(self) -> DeletionPlanQuerySet:
        """Ready, and nobody's approval is in force."""
        approvals = self.model._meta.get_field("approvals").related_model
        standing = approvals._default_manager.filter(plan=models.OuterRef("pk"), withdrawn_at=None)
        return self.filter(~models.Exists(standing), state="ready")


class DeletionRunQuerySet(models.QuerySet["DeletionRun"]):
    def claimable(self, now: datetime) -> DeletionRunQuerySet:
        """Waiting, or running under a worker that has shown no sign of life for a whole lease."""
        silent = now - timedelta(seconds=settings.DELETION_LEASE_SECONDS)
        return self.filter(Q(state="queued") | Q(state="running", heartbeat_at__lt=silent))

    def held_by(self, pk: int, epoch: int) -> DeletionRunQuerySet:
        """The run while this epoch's worker still owns it; every write of a worker goes through here."""
        return self.filter(pk=pk, epoch=epoch, state="running")

    def open(self) -> DeletionRunQuerySet:
        """Waiting, running or stopped."""
        return self.filter(state__in=["queued", "running", "stopped"])

    def erased(self) -> DeletionRunQuerySet:
        """Live-erased or final."""
        return self.filter(state__in=["live_erased", "final"])


class VerificationQuerySet(models.QuerySet["Verification"]):
    def due(self, on: date) -> VerificationQuerySet:
        """Not done, and to be done by that day."""
        return self.filter(done_at=None, due_on__lte=on)


class AttestationQuerySet(models.QuerySet["Attestation"]):
    def open(self) -> AttestationQuerySet:
        """Nobody has attested them yet."""
        return self.filter(attested_at=None)

    def due(self, on: date) -> AttestationQuerySet:
        """Open, and somebody should have attested them by then."""
        return self.open().filter(due_on__lte=on)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def first_of(self, run_number: int) -> CertificateQuerySet:
        """The certificates of one run that supplement none."""
        return self.filter(run_number=run_number, supplements=None)


class PauseQuerySet(models.QuerySet["Pause"]):
    def in_force(self) -> PauseQuerySet:
        """Not lifted."""
        return self.filter(lifted_at=None)
