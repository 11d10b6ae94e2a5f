"""A worker's hold on one run: claim, signs of life, how it ended; every write says ``WHERE epoch = mine``."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from offboarding.actors import Actor
from offboarding.models import Agreement
from retention.codes import Blocker
from retention.counting import rows_gone
from retention.erasers.findings import BusyError
from retention.locking import locked_agreements
from retention.models import DeletionRun, DeletionStep

log = logging.getLogger(__name__)

T = TypeVar("T")
ACTOR = Actor.machine("deletion")
WAITS: Sequence[float] = (0.5, 1, 2, 4, 8, 15, 30)
"""Seconds between two tries while the platform is busy."""
State = DeletionRun.State


class LostError(Exception):
    """The run is no longer this worker's: given up by somebody, or taken over after its lease ran out."""


def claim(pk: int) -> DeletionRun | None:
    """Takes the run for this worker when it waits or its worker fell silent; None when there is nothing to take."""
    now = timezone.now()
    claimable = DeletionRun.objects.claimable(now).filter(pk=pk)
    run = claimable.select_related("customer", "agreement", "plan", "approval").first()
    if run is None:
        return None
    claimed = {
        "state": State.RUNNING,
        "epoch": run.epoch + 1,
        "attempt": run.attempt + 1,
        "worker": f"{socket.gethostname()}:{os.getpid()}",
        "heartbeat_at": now,
        "error": "",
    }
    if not claimable.filter(epoch=run.epoch).update(**claimed):
        return None
    for name, value in claimed.items():
        setattr(run, name, value)
    return run


class RunLedger:
    """What a worker writes about its run."""

    def __init__(self, run: DeletionRun) -> None:
        self.run, self.epoch = run, run.epoch
        self._mine = DeletionRun.objects.held_by(run.pk, run.epoch)

    @contextmanager
    def holding(self) -> Iterator[list[Agreement]]:
        """A transaction under the locks of all the customer's agreements, while the run is ours: see ``runs``."""
        with transaction.atomic():
            agreements = locked_agreements(self.run.customer)
            self.show_life()
            yield agreements

    def show_life(self) -> None:
        """A sign of life; LostError when the run is somebody else's."""
        if not self._mine.update(heartbeat_at=timezone.now()):
            raise LostError(f"run {self.run.pk}, epoch {self.epoch}")

    def still(self) -> None:
        """Right before the platform commits: OperationalError when our own transaction, and so its locks, are gone."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    @contextmanager
    def breathing(self) -> Iterator[None]:
        """Signs of life from a thread while something takes long; LostError at its end when the run was lost."""
        with self.breathing_to_the_end():
            yield
        self.show_life()

    @contextmanager
    def breathing_to_the_end(self) -> Iterator[None]:
        """The same around what ends the run."""
        over = threading.Event()
        thread = threading.Thread(target=self._beat, args=[over], name=f"run-{self.run.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def patiently(self, work: Callable[[], T]) -> T:
        """Does it again after growing waits while the platform is busy; in the end the ``BusyError`` goes on."""
        for wait in WAITS:
            try:
                return work()
            except BusyError as error:
                log.info("run %s waits for %s s: %s", self.run.pk, wait, error)
                with self.breathing():
                    time.sleep(wait)
        return work()

    def _beat(self, over: threading.Event) -> None:
        try:
            while not over.wait(settings.DELETION_LEASE_SECONDS / 4):
                try:
                    self._mine.update(heartbeat_at=timezone.now())
                except (OperationalError, InterfaceError):
                    connection.close()
        finally:
            connection.close()

    def write(self, step: DeletionStep, **values: Any) -> None:
        """Changes a step; only inside ``holding``."""
        for name, value in values.items():
            setattr(step, name, value)
        step.save(update_fields=list(values))

    def record(self, event: str, **facts: Any) -> None:
        """One entry in the journal, by the worker."""
        from retention import runs

        runs.record(event, self.run, actor=ACTOR, **facts)

    def stop(self, reasons: Sequence[Blocker] = (), error: str = "") -> None:
        """Stops the run until a person or cron resumes it: for reasons of the policy, or with an error in words."""
        told = [{"code": reason.code.value, "facts": dict(reason.facts)} for reason in reasons]
        begun = self.run.steps.filter(state=DeletionStep.State.RUNNING).order_by("position")
        with self.holding():
            self._mine.update(state=State.STOPPED, stopped_by=told, error=error)
            self.record(
                "run.stopped", codes=sorted({reason.code.value for reason in reasons}), gone=rows_gone(self.run),
                step=begun.values_list("position", flat=True).first(),
            )  # fmt: skip

    def give_back(self, error: str) -> None:
        """Somebody else may try later: the platform was busy or away for too long."""
        with transaction.atomic():
            self.show_life()
            self._mine.update(state=State.QUEUED, error=error, worker="", heartbeat_at=None)


def let_go() -> None:
    """Between batches whoever waits for the locks gets them. SQLite has no queue: who waits looks every 0.1 s."""
    if connection.vendor == "sqlite":
        time.sleep(0.12)
