"""One turn of a run: a table or a place of files, batch by batch under the locks, then looked at, then written down."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding.models import Agreement
from retention import asking
from retention.codes import Blocker
from retention.counting import recount
from retention.erasers.findings import BusyError, EraserError
from retention.facts import Facts
from retention.learning import Known
from retention.models import DeletionStep
from retention.reach import Target
from retention.run_ledger import RunLedger, let_go
from retention.run_places import RunPlaces

State, Kind = DeletionStep.State, DeletionStep.Kind
HOLDING_SECONDS = 1.0
"""No batch is begun later under the same locks. A batch aims at a second too, so that a hold waits for two at most."""
PATIENCE = 5
"""How often a place is begun again because something came into it while it was being erased."""


class BlockedByPolicyError(Exception):
    """Something stands against the batch; nothing of it is gone."""

    def __init__(self, reasons: Sequence[Blocker]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = tuple(reasons)


class Guard:
    """Asks the policy inside each batch about exactly what the batch may delete.

    Several small batches may go under one holding of the locks, ``HOLDING_SECONDS`` at most: what the locks protect
    cannot change meanwhile and is read by the first of them, the pause by each.
    """

    def __init__(self, ledger: RunLedger, known: Known, targets: Sequence[Target]) -> None:
        self.ledger, self.known, self.targets = ledger, known, targets
        self.agreements: Sequence[Agreement] = ()
        self.facts: Facts | None = None

    def locked(self, agreements: Sequence[Agreement]) -> None:
        """The locks were taken anew: nothing that was read before counts."""
        self.agreements, self.facts = agreements, None

    def __call__(self) -> None:
        if self.facts is None:
            self.facts = asking.facts_now(self.agreements, self.ledger.run.plan, self.known)
        else:
            self.facts = asking.facts_still(self.facts)
        if found := asking.blockers(self.facts, self.targets):
            raise BlockedByPolicyError(found)


class Turn(ABC):
    """The first step has the turn; the rows of the others go in its batches."""

    def __init__(self, ledger: RunLedger, places: RunPlaces, known: Known, steps: Sequence[DeletionStep]) -> None:
        self.ledger, self.places, self.steps = ledger, places, steps
        self.first = steps[0]
        self.guard = Guard(ledger, known, asking.targets_of_run(ledger.run, steps))
        self._unsure = any(step.state == State.RUNNING for step in steps)

    def work(self) -> None:
        """Goes on where another worker left it, until a look finds nothing."""
        self._begin()
        left: list[int] = []
        for _time in range(PATIENCE):
            while self.ledger.patiently(self._batches):
                let_go()
            with self.ledger.breathing():
                left = self.ledger.patiently(lambda: [self.look(step) for step in self.steps])
            if not any(left):
                with self.ledger.breathing():
                    self.tidy()
                return self._done()
        facts = {"places": ", ".join(step.name for step in self.steps), "count": sum(left)}
        raise EraserError(_("Something keeps coming into %(places)s while it is being erased: %(count)s now.") % facts)

    @abstractmethod
    def ready(self) -> None:
        """Before the first batch: what must stand before anything goes, its notes among it."""

    @abstractmethod
    def delete(self) -> int:
        """One batch, inside ``holding``: how much went, which it also adds to the steps."""

    @abstractmethod
    def look(self, step: DeletionStep) -> int:
        """What is still there and should not be."""

    @abstractmethod
    def tidy(self) -> None:
        """After the last batch."""

    @abstractmethod
    def forget(self) -> None:
        """Lets go of a connection that may be broken."""

    def add(self, step: DeletionStep, gone: int, size: int = 0) -> None:
        """Writes down what went."""
        if gone:
            self.ledger.write(step, gone=step.gone + gone, bytes_gone=step.bytes_gone + size)

    def _begin(self) -> None:
        fresh = [step for step in self.steps if step.state == State.WAITING]
        with self.ledger.breathing():
            self.ledger.patiently(self.ready)
            for step in fresh if self.places.inherited else ():
                self._take_over(step)
        with self.ledger.holding():
            for step in fresh:
                self.ledger.write(
                    step, state=State.RUNNING, started_at=timezone.now(), planned=step.planned, result=step.result
                )

    def _take_over(self, step: DeletionStep) -> None:
        """Behind a run that was given up: what only its notes know is ours too, what it has erased is not."""
        if step.kind == Kind.TABLE:
            eraser = self.places.database(step.store)
            step.planned = max(step.planned, eraser.verify(step.name))
            step.result = {**step.result, "missing": eraser.missing(step.name, step.planned + step.kept)}

    def _batches(self) -> int:
        """Some batches under one holding of the locks, and in the same transaction what went."""
        if self._unsure:
            self._count_anew()
        trouble: EraserError | BlockedByPolicyError | None = None
        with self.ledger.holding() as agreements:
            self.guard.locked(agreements)
            until, total = time.monotonic() + holding_seconds(), 0
            try:
                while count := self.delete():
                    total += count
                    if time.monotonic() >= until:
                        break
            except (EraserError, BlockedByPolicyError) as error:
                trouble = error  # what went before it is written down first
        if isinstance(trouble, BusyError):
            self._unsure = True  # a connection lost during the commit does not tell whether it was one
            self.forget()
        if trouble is not None:
            raise trouble
        return total

    def _count_anew(self) -> None:
        with self.ledger.breathing():
            for step in self.steps:
                recount(self.places, step)
        with self.ledger.holding():
            for step in self.steps:
                self.ledger.write(step, gone=step.gone)
        self._unsure = False

    def _done(self) -> None:
        with self.ledger.holding():
            for step in self.steps:
                now = timezone.now()
                if self.places.shared(step):
                    step.kept = max(step.planned + step.kept - step.gone, 0)
                self.ledger.write(step, state=State.DONE, kept=step.kept, left=0, verified_at=now, finished_at=now)
                record_done(self.ledger, step)


def holding_seconds() -> float:
    """On SQLite every writer waits, whoever it is: one batch at a time."""
    return HOLDING_SECONDS if connection.vendor == "postgresql" else 0.0


def record_done(ledger: RunLedger, step: DeletionStep) -> None:
    """A step that is over, in the journal."""
    ledger.record(
        "run.step", step=step.position, kind=step.kind, place={"store": step.store, "name": step.name},
        planned=step.planned, gone=step.gone, kept=step.kept, left=step.left, bytes=step.bytes_gone,
    )  # fmt: skip


def turns(steps: Sequence[DeletionStep]) -> list[list[DeletionStep]]:
    """Steps by turn, in order of work."""
    found: dict[tuple[str, str, str], list[DeletionStep]] = {}
    for step in steps:
        found.setdefault((step.kind, step.store, step.goes_with or step.name), []).append(step)
    return list(found.values())
