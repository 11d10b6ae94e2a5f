"""The packages we made of a customer's data: every stored volume, manifest and work directory goes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from exports import delivery, jobs
from exports.models import ExportJob, Volume
from offboarding.actors import Actor
from offboarding.models import Customer
from offboarding.storing import answering
from retention.cleared import Cleared

DELETION = Actor.machine("deletion")


def count(customer: Customer) -> dict[str, int]:
    """The export jobs of the customer, and what is stored of them."""
    volumes = Volume.objects.filter(job__customer=customer).verified()
    return {
        "export_jobs": ExportJob.objects.filter(customer=customer).count(),
        "volumes": volumes.count(),
        "volume_bytes": volumes.aggregate(total=Sum("bytes"))["total"] or 0,
    }


def erase(customer: Customer) -> Cleared:
    """Removes every file of every export of the customer and lists anew; the records and their checksums stay.

    Work directories go on this machine; those on others go with ``run_jobs`` there, since their epoch is over.
    Raises OSError where the storage does not answer.
    """
    found = jobs.withdraw_all(customer, actor=DELETION)
    files = size = 0
    for job in found:
        for name in list(delivery.stored_below(job.folder)):
            size += _remove(name)
            files += 1
        files += delivery.abort_unfinished_uploads(job.folder)
    directories = list(_work_directories(found))
    for directory in directories:
        shutil.rmtree(directory)
    gone = {"files": files, "directories": len(directories)}
    return Cleared(files + len(directories), left(customer), size, gone)


def left(customer: Customer, before: datetime | None = None) -> int:
    """Stored files and work directories of the customer's exports, by listing; only of those requested ``before``."""
    jobs_ = ExportJob.objects.filter(customer=customer)
    found = list((jobs_.filter(requested_at__lt=before) if before else jobs_).only("pk"))
    stored = sum(1 for job in found for _name in delivery.stored_below(job.folder))
    return stored + sum(1 for _directory in _work_directories(found))


def _remove(name: str) -> int:
    """Removes one stored file; its bytes."""
    with answering():
        size = int(delivery.storage().size(name))
        delivery.storage().delete(name)
    return size


def _work_directories(found: Iterable[ExportJob]) -> Iterator[Path]:
    base = Path(settings.EXPORT_WORK_DIR)
    for job in found:
        yield from sorted(base.glob(f"{job.folder}-*"))
