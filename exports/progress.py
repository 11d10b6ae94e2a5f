"""How far a job is, in figures and in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exports.models import ExportJob

LEAST_FOR_ESTIMATE = 0.02
"""Below this share of the work a time left would be a guess."""


def progress_of(job: ExportJob, now: datetime) -> dict[str, Any]:
    """``percent``, ``text`` and what else the screens show; ``active`` says whether to ask again."""
    active = job.state in ExportJob.ACTIVE
    return {
        "state": job.state,
        "state_text": job.get_state_display(),
        "active": active,
        "percent": int(job.fraction * 100),
        "text": _figures(job),
        "step": job.step,
        "left": _time_left(job, now) if job.state == ExportJob.State.RUNNING else "",
        "volumes": [
            {
                "number": volume.number,
                "state": volume.get_state_display(),
                "size": filesizeformat(volume.bytes or volume.bytes_done),
            }
            for volume in job.volumes.all()
        ],
    }


def _figures(job: ExportJob) -> str:
    parts = []
    if job.rows_total:
        parts.append(
            _("%(done)s of %(total)s rows") % {"done": _grouped(job.rows_done), "total": _grouped(job.rows_total)}
        )
    if job.bytes_total:
        parts.append(
            _("%(done)s of %(total)s media")
            % {"done": filesizeformat(job.bytes_done), "total": filesizeformat(job.bytes_total)}
        )
    return " · ".join(parts)


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


def _time_left(job: ExportJob, now: datetime) -> str:
    if job.started_at is None or job.fraction < LEAST_FOR_ESTIMATE:
        return ""
    seconds = (now - job.started_at).total_seconds() / job.fraction * (1 - job.fraction)
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(minutes)d minute left", "about %(minutes)d minutes left", minutes) % {"minutes": minutes}
