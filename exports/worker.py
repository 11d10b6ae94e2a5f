"""One worker's turn at one job: claim it, build the package, write how it ended, clear up."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from exports import delivery
from exports.build import BuildError, build
from exports.ledger import Ledger, SupersededError, claim
from exports.models import ExportJob
from exports.sealing import manifest_files

log = logging.getLogger(__name__)


def run(pk: int) -> bool:
    """Works on the job until it has ended or is no longer ours; False when there was nothing to take."""
    job = claim(pk)
    if job is None:
        return False
    work = _work_directory(job)
    try:
        with Ledger(job) as ledger:
            _attempt(job, ledger, work)
    except SupersededError as error:
        log.info("given up: %s", error)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _remove_unknown(job)
    return True


def _attempt(job: ExportJob, ledger: Ledger, work: Path) -> None:
    try:
        work.mkdir(parents=True, exist_ok=True)
        build(job, ledger, work)
    except (SupersededError, OperationalError, InterfaceError):
        raise
    except BuildError as error:
        _fail(job, ledger, str(error))
    except OSError as error:
        _fail(job, ledger, _("A file could not be read or written: %(error)s.") % {"error": error})
    except Exception as error:
        log.exception("export %s failed", job.pk)
        name = f"{type(error).__name__}: {error}"
        _fail(job, ledger, _("Unexpected error, see the worker's log: %(error)s") % {"error": name})


def _fail(job: ExportJob, ledger: Ledger, text: str) -> None:
    """Nothing of a failed export is handed over, so nothing of it is kept; the files go with ``_remove_unknown``."""
    ledger.change(lambda: job.volumes.all().delete())
    ledger.finish(ExportJob.State.FAILED, error=text)


def _work_directory(job: ExportJob) -> Path:
    return Path(settings.EXPORT_WORK_DIR) / f"job-{job.pk}-{job.epoch}"


def _remove_unknown(job: ExportJob) -> list[str]:
    """Removes stored files of this job that no record names.

    Only of epochs that are over: a file stored by a worker that takes the job meanwhile has a later one.
    """
    job.refresh_from_db()
    if job.state in ExportJob.ACTIVE:
        return []
    known = set(job.volumes.verified().values_list("name", flat=True))
    if job.manifest_name and job.state != ExportJob.State.EXPIRED:
        known.update(manifest_files(job.manifest_name))
    try:
        stored = list(delivery.stored_below(job.folder))
        unknown = [name for name in stored if name not in known and _epoch_of(name) <= job.epoch]
        delivery.remove(unknown)
        delivery.abort_unfinished_uploads(job.folder)
    except OSError:
        log.exception("the exports storage could not be cleared up after export %s; the next sweep does it", job.pk)
        return []
    return unknown


def _epoch_of(name: str) -> int:
    return int(name.split("/")[1].removeprefix("e"))


def clear_up() -> list[str]:
    """Removes work directories and stored files of workers that died; gives their names.

    A directory is only touched when its epoch is over, so a living worker's is never.
    """
    removed = []
    base = Path(settings.EXPORT_WORK_DIR)
    for directory in sorted(base.glob("job-*-*")) if base.is_dir() else []:
        pk, _dash, epoch = directory.name.removeprefix("job-").partition("-")
        if not ExportJob.objects.filter(pk=pk, epoch=epoch, state=ExportJob.State.RUNNING).exists():
            shutil.rmtree(directory, ignore_errors=True)
            removed.append(directory.name)
    recently = timezone.now() - timedelta(days=7)
    for job in ExportJob.objects.filter(state__in=ExportJob.ENDED, finished_at__gte=recently):
        removed += _remove_unknown(job)
    return removed
