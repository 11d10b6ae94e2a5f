"""Domain words for querying exports."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

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
