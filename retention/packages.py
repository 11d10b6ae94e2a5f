"""The packages we made of a customer's data: every stored volume, manifest and work directory goes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import inf
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from exports import jobs
from exports.models import ExportJob, Volume
from offboarding.actors import Actor
from offboarding.models import Customer
from retention import own_storage
from retention.cleared import Cleared

DELETION = Actor.machine("deletion")
EXPORTS = "exports"
"""The storage of packages."""


def count(customer: Customer) -> dict[str, int]:
    """The export jobs of the customer, and what is stored of them."""
    volumes = Volume.objects.filter(job__customer=customer).verified()
    return {
        "export_jobs": ExportJob.objects.filter(customer=customer).count(),
        "volumes": volumes.count(),
        "volume_bytes": volumes.aggregate(total=Sum("bytes"))["total"] or 0,
    }


def erase(customer: Customer, seconds: float = inf) -> Cleared:
    """Removes every file of every export of the customer, in all versions, and lists anew; the records stay.

    Stops after ``seconds``; then ``left`` says how much there still is. Work directories go on this machine; those on
    others go with ``run_jobs`` there, since their epoch is over. Raises ``EraserError`` where something cannot go.
    """
    until = time.monotonic() + seconds
    found = jobs.withdraw_all(customer, actor=DELETION)
    files = size = 0
    for job in found:
        if time.monotonic() <= until:
            gone = own_storage.erase(EXPORTS, f"{job.folder}/", until - time.monotonic())
            files, size = files + gone[0], size + gone[1]
    directories = list(_work_directories(found))
    for directory in directories:
        shutil.rmtree(directory)
    what = {"files": files, "directories": len(directories)}
    return Cleared(files + len(directories), left(customer), size, what)


def left(customer: Customer, before: datetime | None = None) -> int:
    """Stored files and work directories of the customer's exports, by listing; only of those requested ``before``."""
    jobs_ = ExportJob.objects.filter(customer=customer)
    found = list((jobs_.filter(requested_at__lt=before) if before else jobs_).only("pk"))
    stored = sum(own_storage.left(EXPORTS, f"{job.folder}/") for job in found)
    return stored + sum(1 for _directory in _work_directories(found))


def _work_directories(found: Iterable[ExportJob]) -> Iterator[Path]:
    base = Path(settings.EXPORT_WORK_DIR)
    for job in found:
        yield from sorted(base.glob(f"{job.folder}-*"))
