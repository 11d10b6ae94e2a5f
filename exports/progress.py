"""How far a job is, in figures and in words, in the reader's language."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.contents import DOCUMENTS
from exports.labels import step_text
from exports.models import ExportJob, Volume

LEAST_FOR_ESTIMATE = 0.02
"""Below this share of the work a time left would be a guess."""

TABLES_SHARE = 0.5
"""Share of the bar for the tables where documents or files follow: how many is known only after the tables."""
_MADE = re.compile(r"documents ([0-9]+)/([0-9]+)")
_READING = ("compare", "tables", "table")

SENTENCES = {
    ExportJob.State.QUEUED: gettext_lazy("The export waits for a free worker."),
    ExportJob.State.RUNNING: gettext_lazy("The export is being written. You may leave this page; the work goes on."),
    ExportJob.State.COMPLETE: gettext_lazy(
        "Every row of the snapshot was written in every format and read back from the stored package, "
        "and every file's SHA-256 matches."
    ),
    ExportJob.State.INCOMPLETE: gettext_lazy(
        "Something is missing or does not agree. The package must not be handed over as complete: "
        "mend what stands here, then start again."
    ),
    ExportJob.State.FAILED: gettext_lazy(
        "The export stopped and nothing can be handed over. Mend what stands here, then start again."
    ),
    ExportJob.State.CANCELLED: gettext_lazy("A person cancelled the export. Nothing of it is kept."),
    ExportJob.State.EXPIRED: gettext_lazy(
        "The package is removed from storage. What it held and proved still stands here."
    ),
}
"""What each state means for the person who reads it."""

PATIENCE = timedelta(minutes=3)
"""How long a job may wait before the screens ask whether a worker runs at all."""


def progress_of(job: ExportJob, now: datetime) -> dict[str, Any]:
    """Figures and words of one job; ``active`` says whether to ask again. Touches no other row.

    ``percent`` never goes back within an attempt, and says 100 only when the job has ended with a package.
    """
    return {
        "id": job.pk,
        "state": job.state,
        "state_text": job.get_state_display(),
        "sentence": str(SENTENCES[ExportJob.State(job.state)]),
        "active": job.state in ExportJob.ACTIVE,
        "percent": percent(job),
        "text": _figures(job),
        "step": _step(job),
        "left": _time_left(job, now) if job.state == ExportJob.State.RUNNING else "",
        "note": _note(job, now),
    }


def volumes_of(job: ExportJob) -> list[dict[str, Any]]:
    """The job's volumes as the screens show them, while they are written and afterwards."""
    return [_volume(volume, job) for volume in job.volumes.defer("plan")]


def percent(job: ExportJob) -> int:
    """Work done, 0–100."""
    if job.state in (ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE, ExportJob.State.EXPIRED):
        return 100
    if "media" not in job.formats:
        done = _from_tables(job)
    elif job.bytes_total:
        done = TABLES_SHARE + (1 - TABLES_SHARE) * job.bytes_done / job.bytes_total
    else:
        done = TABLES_SHARE * _from_tables(job)
    return min(99, int(done * 100))


def _from_tables(job: ExportJob) -> float:
    """How much of the rows is read, and of the documents made from them, 0–1."""
    rows = job.rows_done / job.rows_total if job.rows_total else 0.0
    if made := _MADE.fullmatch(job.step):
        return TABLES_SHARE + (1 - TABLES_SHARE) * int(made[1]) / int(made[2])
    follow = _makes_documents(job) and job.step.partition(" ")[0] in _READING
    return TABLES_SHARE * rows if follow else rows


def _makes_documents(job: ExportJob) -> bool:
    return not set(DOCUMENTS).isdisjoint(job.formats)


def took(job: ExportJob) -> str:
    """How long a finished export has worked; empty before."""
    if job.started_at is None or job.finished_at is None:
        return ""
    if job.finished_at - job.started_at < timedelta(minutes=1):
        return _("less than a minute")
    return timesince(job.started_at, job.finished_at)


def grouped(number: int) -> str:
    """A number with its thousands apart."""
    return number_format(number, force_grouping=True)


def _figures(job: ExportJob) -> str:
    parts = []
    if job.rows_total and job.rows_done >= job.rows_total:
        text = ngettext("%(count)s row", "%(count)s rows", job.rows_total)
        parts.append(text % {"count": grouped(job.rows_total)})
    elif job.rows_total:
        parts.append(
            _("%(done)s of %(total)s rows") % {"done": grouped(job.rows_done), "total": grouped(job.rows_total)}
        )
    if job.bytes_total and job.bytes_done >= job.bytes_total:
        parts.append(_("%(total)s media") % {"total": filesizeformat(job.bytes_total)})
    elif job.bytes_total:
        parts.append(
            _("%(done)s of %(total)s media")
            % {"done": filesizeformat(job.bytes_done), "total": filesizeformat(job.bytes_total)}
        )
    return " · ".join(parts)


def _step(job: ExportJob) -> str:
    if job.state != ExportJob.State.RUNNING:
        return ""
    return step_text(job.step) if job.step else _("starting")


def _time_left(job: ExportJob, now: datetime) -> str:
    """While tables are read nobody knows yet how much follows; then it is the time for the tables."""
    only_tables = not job.bytes_total and ("media" in job.formats or _makes_documents(job))
    done = job.rows_done / job.rows_total if job.rows_total and not job.bytes_total else job.fraction
    if job.started_at is None or not LEAST_FOR_ESTIMATE <= done < 1:
        return ""
    seconds = (now - job.started_at).total_seconds() / done * (1 - done)
    if not only_tables:
        return left_in_words(seconds)
    if seconds < 60:
        return _("less than a minute left for the tables")
    minutes = round(seconds / 60)
    text = ngettext(
        "about %(minutes)d minute left for the tables", "about %(minutes)d minutes left for the tables", minutes
    )
    return text % {"minutes": minutes}


def left_in_words(seconds: float) -> str:
    """``about 3 minutes left``, to the minute."""
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(minutes)d minute left", "about %(minutes)d minutes left", minutes) % {"minutes": minutes}


def _note(job: ExportJob, now: datetime) -> str:
    """What a person should know when nothing moves."""
    if job.state == ExportJob.State.QUEUED and now - job.requested_at > PATIENCE and job.heartbeat_at is None:
        return _("No worker has taken it for %(time)s. Whoever runs the system should look whether one is running.") % {
            "time": timesince(job.requested_at, now)
        }
    lease = timedelta(seconds=settings.EXPORT_LEASE_SECONDS)
    if job.state == ExportJob.State.RUNNING and job.heartbeat_at is not None and now - job.heartbeat_at > lease:
        return _("Its worker has shown no sign of life for %(time)s; the next free worker takes over.") % {
            "time": timesince(job.heartbeat_at, now)
        }
    return ""


def _volume(volume: Volume, job: ExportJob) -> dict[str, Any]:
    planned = volume.state == Volume.State.PLANNED
    writing = planned and volume.bytes_done > 0 and job.state == ExportJob.State.RUNNING
    damaged = bool(volume.result.get("damaged"))
    done = 100 * volume.bytes_done // volume.bytes if volume.bytes else 0
    size = filesizeformat(volume.bytes)
    if writing:
        size = _("%(done)s of %(total)s") % {"done": filesizeformat(volume.bytes_done), "total": size}
    return {
        "number": volume.number,
        "label": f"{volume.number:03d}",
        "kind": volume.get_kind_display(),
        "state": "failed" if damaged else "running" if writing else volume.state,
        "state_text": _("damaged") if damaged else _("being written") if writing else volume.get_state_display(),
        "going": planned and not damaged and job.state in ExportJob.ACTIVE,
        "percent": min(99, done) if planned else 100,
        "size": size,
        "name": PurePosixPath(volume.name).name,
        "files": "" if planned else grouped(volume.files),
        "sha256": volume.sha256,
    }
