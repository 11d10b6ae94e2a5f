"""Packages as they lie in the storage, with their rows and the journal's word."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from exports import announcing, delivery
from exports.models import ExportJob, Volume
from tests.exports.shown import statement

CONTENT = b"first volume " * 1000, bytes(range(256)) * 4096


def make(number, customer, staff, days=0, state="complete", categories=("users", "courses"), content=CONTENT, **fields):
    """A package that came so many days ago; its volumes hold ``content``."""
    came = timezone.now() - timedelta(days=days)
    job = ExportJob.objects.create(
        customer=customer, requested_by=staff, requested_at=came - timedelta(hours=1), state=state,
        categories=list(categories), formats=["csv"], started_at=came - timedelta(minutes=30), finished_at=came,
        expires_at=came + timedelta(days=90), rows_done=886, rows_total=886, statement=statement(),
        manifest_sha256=hashlib.sha256(f"{number} {customer.pk}".encode()).hexdigest(), **fields,
    )  # fmt: skip
    folder = f"job-{job.pk}/{uuid4().hex}"  # a number may come again in another test, and its files still lie there
    job.manifest_name = f"{folder}/manifest.json"
    job.save(update_fields=["manifest_name"])
    for name in ("manifest.json", "manifest.json.sig", "verify.py"):
        delivery.storage().save(f"{folder}/{name}", ContentFile(name.encode()))
    for volume, data in enumerate(content, 1):
        name = delivery.storage().save(f"{folder}/alice-export-{job.pk}-{volume:03d}.zip", ContentFile(data))
        Volume.objects.create(
            job=job, number=volume, kind="start" if volume == 1 else "tables", state="verified", name=name,
            bytes=len(data), files=3, sha256=hashlib.sha256(data).hexdigest(),
        )  # fmt: skip
    if state == "complete":
        _tell(job)
    return job


def _tell(job):
    """What the worker puts into the journal when a package is whole."""
    with transaction.atomic():
        facts = {"volumes": 2, "rows": 886, "files": 6, "manifest_sha256": job.manifest_sha256}
        announcing.record("export.complete", job.customer, actor=announcing.WORKER, export=job.pk, **facts)
