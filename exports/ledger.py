"""A worker's hold on one job: claim, signs of life, progress – every write says ``WHERE epoch = mine`` (DESIGN §8)."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports import announcing
from exports.models import ExportJob, Volume
from exports.querysets import ExportJobQuerySet

T = TypeVar("T")


class SupersededError(Exception):
    """The job is no longer this worker's: cancelled, or taken over after its lease ran out."""


def persistently(work: Callable[[], T], seconds: float) -> T:
    """Does database work again while the database is away (restart, failover), at most for ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.5)


def claim(pk: int) -> ExportJob | None:
    """Takes the job for this worker when it waits or its worker fell silent; None when there is nothing to take.

    A job that has taken down its worker ``EXPORT_MAX_ATTEMPTS`` times is stopped for a person to look at.
    """
    now = timezone.now()
    claimable = ExportJob.objects.claimable(now).filter(pk=pk)
    job = claimable.select_related("customer").first()
    if job is None:
        return None
    as_read = claimable.filter(epoch=job.epoch)
    if job.attempt >= settings.EXPORT_MAX_ATTEMPTS:
        _give_up(job, as_read)
        return None
    claimed = {
        "state": ExportJob.State.RUNNING,
        "epoch": job.epoch + 1,
        "attempt": job.attempt + 1,
        "worker": f"{socket.gethostname()}:{os.getpid()}",
        "heartbeat_at": now,
        "started_at": job.started_at or now,
        "error": "",
    }
    if not as_read.update(**claimed):
        return None
    for name, value in claimed.items():
        setattr(job, name, value)
    return job


@transaction.atomic
def _give_up(job: ExportJob, as_read: ExportJobQuerySet) -> None:
    died = _("Its worker died %(times)d times. Look at the worker's log, then start it again.") % {"times": job.attempt}
    failed = {"state": ExportJob.State.FAILED, "epoch": job.epoch + 1, "finished_at": timezone.now(), "step": ""}
    if as_read.update(**failed, error=died):
        job.volumes.all().delete()
        job.refresh_from_db()
        announcing.ended(job)


class Ledger:
    """Shows signs of life from a thread of its own while the job is worked on; use as a context manager.

    ``check`` raises ``SupersededError`` as soon as the job is known to be lost, or the database could not
    be told for a whole lease – somebody else may have it by then.
    """

    def __init__(self, job: ExportJob) -> None:
        self.job = job
        self.epoch = job.epoch
        self._mine = ExportJob.objects.held_by(job.pk, job.epoch)
        self._pending: dict[str, Any] = {}
        self._volume: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._lost = threading.Event()
        self._stop = threading.Event()
        self._confirmed = time.monotonic()
        self._thread = threading.Thread(target=self._beat, name=f"ledger-{job.pk}", daemon=True)

    def __enter__(self) -> Ledger:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        if self._lost.is_set() or time.monotonic() - self._confirmed > settings.EXPORT_LEASE_SECONDS:
            raise SupersededError(f"job {self.job.pk}, epoch {self.epoch}")

    def progress(self, **fields: Any) -> None:
        """Figures to be shown with the next sign of life: ``rows_done``, ``bytes_done``, ``step`` …"""
        self.check()
        with self._lock:
            self._pending.update(fields)

    def volume_progress(self, number: int, bytes_done: int) -> None:
        with self._lock:
            self._volume = (number, bytes_done)

    def write(self, **fields: Any) -> None:
        """Writes at once, or raises ``SupersededError``; survives a restart of the database within the lease."""
        self.check()
        with self._lock:
            pending, self._pending = self._pending, {}
        values = {**pending, **fields, "heartbeat_at": timezone.now()}
        self._owned(persistently(lambda: self._mine.update(**values), settings.EXPORT_LEASE_SECONDS))
        self._confirmed = time.monotonic()

    def change(self, work: Callable[[], T]) -> T:
        """Runs ``work`` in a transaction that holds the job's row and only while the job is ours."""

        def guarded() -> T:
            self._owned(self._mine.update(heartbeat_at=timezone.now()))
            return work()

        return self._persistently_guarded(guarded)

    def finish(self, state: ExportJob.State, **fields: Any) -> None:
        """The job's end, written once, and in the same transaction what the journal and the customer are told."""
        now = timezone.now()
        kept = state in (ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE)
        expires_at = now + timedelta(days=settings.EXPORT_KEEP_DAYS) if kept else None
        values = {"state": state, "step": "", "heartbeat_at": now, "finished_at": now, "expires_at": expires_at}
        with self._lock:
            pending, self._pending = self._pending, {}

        def end() -> None:
            self._owned(self._mine.update(**pending | values | fields))
            announcing.ended(ExportJob.objects.select_related("customer").get(pk=self.job.pk))

        self._persistently_guarded(end)

    def _owned(self, updated: int) -> None:
        if not updated:
            self._lost.set()
            raise SupersededError(f"job {self.job.pk}, epoch {self.epoch}")

    def _persistently_guarded(self, work: Callable[[], T]) -> T:
        def guarded() -> T:
            with transaction.atomic():
                return work()

        self.check()
        return persistently(guarded, settings.EXPORT_LEASE_SECONDS)

    def _beat(self) -> None:
        pause = min(2.0, settings.EXPORT_LEASE_SECONDS / 4)
        try:
            while not self._stop.wait(pause):
                try:
                    self._show_life()
                except (OperationalError, InterfaceError):
                    connection.close()
                if self._lost.is_set():
                    return
        finally:
            connection.close()

    def _show_life(self) -> None:
        with self._lock:
            pending, self._pending = self._pending, {}
            volume, self._volume = self._volume, None
        if not self._mine.update(**pending, heartbeat_at=timezone.now()):
            self._lost.set()
            return
        self._confirmed = time.monotonic()
        if volume is not None:
            Volume.objects.filter(job=self.job, number=volume[0], job__epoch=self.epoch).update(bytes_done=volume[1])
