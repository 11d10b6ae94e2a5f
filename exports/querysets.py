"""Domain words for querying exports."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from offboarding.models import Agreement

if TYPE_CHECKING:
    from exports.models import ExportJob, Volume  # noqa: F401


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    """Selections of jobs."""

    def claimable(self, now: datetime) -> ExportJobQuerySet:
        """Waiting, or running under a worker that has shown no sign of life for a whole lease."""
        silent = now - timedelta(seconds=settings.EXPORT_LEASE_SECONDS)
        return self.filter(Q(state="queued") | Q(state="running", heartbeat_at__lt=silent))

    def held_by(self, pk: int, epoch: int) -> ExportJobQuerySet:
        """The job while this epoch's worker still owns it; every write of a worker goes through here."""
        return self.filter(pk=pk, epoch=epoch, state="running")

    def red(self) -> ExportJobQuerySet:
        """Failed or incomplete, of a customer who is still here, and nothing newer was asked for."""
        newer = self.model._default_manager.filter(customer=OuterRef("customer"), pk__gt=OuterRef("pk"))
        here = Agreement.objects.filter(customer=OuterRef("customer"), erased_at=None)
        return self.filter(~Exists(newer), Exists(here), state__in=["failed", "incomplete"])

    def objected(self) -> ExportJobQuerySet:
        """Packages of which the customer says that something is missing, which nobody has settled."""
        return self.filter(receipts__outcome="objected", receipts__settled_at=None)

    def unanswered(self) -> ExportJobQuerySet:
        """Complete packages that the customer has, and about which it has said nothing."""
        return self.filter(state="complete", expires_at__isnull=False, receipts=None)

    def due_to_expire(self, now: datetime) -> ExportJobQuerySet:
        """Packages whose time of keeping is over."""
        return self.filter(state__in=["complete", "incomplete"], expires_at__lte=now)


class VolumeQuerySet(models.QuerySet["Volume"]):
    """Selections of volumes."""

    def verified(self) -> VolumeQuerySet:
        """Stored, and read back from storage with equal hashes."""
        return self.filter(state="verified")
