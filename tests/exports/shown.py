"""Jobs in any state, as rows, for the tests of the screens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from exports.manifest import Statement
from exports.models import ExportJob, Volume
from exports.outcomes import FileOutcome, LeftOut, MissingFile, SnapshotFact, TableOutcome

State = ExportJob.State

LIST = "/admin/exports/exportjob/"
REQUEST = f"{LIST}add/"
PROGRESS = f"{LIST}progress/"
MISSING = "/admin/exports/missingfile/"


def page_of(job: ExportJob) -> str:
    """The address of a job's page."""
    return f"{LIST}{job.pk}/change/"


def verb_of(job: ExportJob, verb: str) -> str:
    """The address that a job's button posts to."""
    return f"{LIST}{job.pk}/{verb}/"


def statement(*, read_back: int = 886, missing: tuple[MissingFile, ...] = (), **changed: Any) -> dict[str, Any]:
    """A kept completeness statement of one table in two formats, and the files of one store."""
    return Statement(
        **{
            "package_id": "alice-export-1",
            "vendor": "The vendor",
            "customer": "Alice Academy",
            "tenant_key": "7",
            "job": 1,
            "language": "en",
            "created_at": "2026-11-22T03:27:39+01:00",
            "categories": ("users",),
            "formats": ("csv", "xlsx", "media"),
            "data_map_sha256": "0" * 64,
            "snapshots": (SnapshotFact("platform", "sqlite", "3.40.1", "2026-11-22T02:27:40+00:00"),),
            "tables": (
                TableOutcome(
                    "platform", "people", "people", "users", 886, {"csv": 886, "xlsx": 886},
                    {"csv": 886, "xlsx": read_back},
                ),
            ),
            "files": (FileOutcome("media", "users", 91 + len(missing), 91, 91, 304576, missing),),
            "left_out": (
                LeftOut("column", "platform: people.password", "a hash is of no use"),
                LeftOut("attested store", "backups", "nightly copies", 35),
            ),
            "changes": {"date-out-of-range": 27},
            **changed,
        }
    ).to_dict()  # fmt: skip


def job_in(state: str, customer: Any, by: Any, **fields: Any) -> ExportJob:
    """A job's row in this state, with what the database asks of it."""
    now = timezone.now()
    needs: dict[str, dict[str, Any]] = {
        State.QUEUED: {},
        State.RUNNING: {"epoch": 1, "attempt": 1, "heartbeat_at": now, "started_at": now - timedelta(minutes=3)},
        State.COMPLETE: {
            "statement": statement(),
            "manifest_sha256": "ab" * 32,
            "expires_at": now + timedelta(days=90),
        },
        State.INCOMPLETE: {"statement": statement(read_back=884), "expires_at": now + timedelta(days=90)},
        State.FAILED: {"error": "No space left on device."},
        State.CANCELLED: {},
        State.EXPIRED: {"statement": statement(), "manifest_sha256": "ab" * 32},
    }
    ended = {} if state in ExportJob.ACTIVE else {"started_at": now - timedelta(minutes=9), "finished_at": now}
    defaults = {"customer": customer, "requested_by": by, "requested_at": now - timedelta(minutes=10), "state": state}
    return ExportJob.objects.create(**{**defaults, **ended, **needs[state], **fields})


def volume_of(job: ExportJob, number: int = 2, **fields: Any) -> Volume:
    """A volume that is stored and read back."""
    name = f"job-{job.pk}/e1/alice-export-{job.pk}-{number:03d}.zip"
    stored = {"state": "verified", "bytes": 180_000, "bytes_done": 180_000, "files": 12, "sha256": f"{number:02d}" * 32}
    return Volume.objects.create(**{"job": job, "number": number, "kind": "tables", "name": name, **stored, **fields})
