"""Seals a package: the completeness statement, the volume to start with, the signed manifest, the job's end."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from exports import cover, delivery
from exports.completeness import missing_files, statement_of, volume_row
from exports.datamap import DataMap
from exports.ledger import Ledger
from exports.manifest import Statement, manifest
from exports.models import ExportJob, Volume
from exports.outcomes import VolumeEntry
from exports.packing import Label, StoredVolume, store
from offboarding import signing


class SealError(Exception):
    """What was written last did not come back from the storage as it was written."""


def manifest_files(name: str) -> tuple[str, str, str]:
    """Stored names that belong to a manifest: itself, its signature, the verifier beside it."""
    return name, f"{name}.sig", str(PurePosixPath(name).with_name("verify.py"))


def seal(job: ExportJob, ledger: Ledger, datamap: DataMap, label: Label, work: Path) -> None:
    """Ends a job whose tables and media are stored and read back: complete only if nothing contradicts it.

    A job that stopped at an unknown table or column ends with the statement alone. Raises ``SealError``.
    """
    ledger.write(step="state")
    ledger.change(lambda: missing_files(job))
    statement = statement_of(job, datamap, label)
    if statement.unknown:
        ledger.finish(ExportJob.State.INCOMPLETE, statement=statement.to_dict())
        return
    first = _first_volume(job, ledger, label, statement)
    ledger.change(lambda: volume_row(job, first, Volume.Kind.START))
    name, digest = _manifest(job, label, statement, work)
    ledger.finish(
        ExportJob.State.COMPLETE if statement.complete else ExportJob.State.INCOMPLETE,
        statement=statement.to_dict(),
        manifest_name=name,
        manifest_sha256=digest,
        rows_done=job.tables_result["rows"],
    )


def _first_volume(job: ExportJob, ledger: Ledger, label: Label, statement: Statement) -> StoredVolume:
    total = job.volumes.exclude(number=1).count() + 1
    with label.writer(1, total) as writer:
        cover.fill(writer, statement)
        summary = writer.close()
    first = store(label, 1, summary, {}, ledger.check)
    if first.damaged:
        raise SealError("; ".join(f"{damage.name}: {damage.text}" for damage in first.damaged))
    return first


def _manifest(job: ExportJob, label: Label, statement: Statement, work: Path) -> tuple[str, str]:
    """Stores manifest, signature and verifier, reads them back → the manifest's stored name and SHA-256."""
    before = ExportJob.objects.filter(customer=job.customer, pk__lt=job.pk).exclude(manifest_sha256="")
    previous = before.order_by("-pk").values_list("manifest_sha256", flat=True).first() or ""
    volumes = [_entry(volume) for volume in job.volumes.all()]
    content = manifest(statement, volumes, previous).to_json()
    wanted = manifest_files(f"{label.folder}/manifest.json")
    for name, data in zip(wanted, (content, signing.sign(content).to_json(), cover.verifier()), strict=True):
        stored = delivery.put_bytes(data, name, work)
        with delivery.opened(stored) as stream:
            if stored != name or stream.read() != data:
                raise SealError(_("%(name)s did not come back from the storage as it was written.") % {"name": name})
    return wanted[0], hashlib.sha256(content).hexdigest()


def _entry(volume: Volume) -> VolumeEntry:
    return VolumeEntry(
        number=volume.number,
        name=PurePosixPath(volume.name).name,
        bag_name=volume.result["bag_name"],
        bytes=volume.bytes,
        sha256=volume.sha256,
        tagmanifest_sha256=volume.result["tagmanifest_sha256"],
    )
