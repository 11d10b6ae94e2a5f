"""The turns of a run: a table of a database, a place of a file storage, our own packages and traces."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from retention import traces
from retention.cleared import Cleared
from retention.erasers.findings import BusyError, EraserError
from retention.learning import Known
from retention.models import DeletionRun, DeletionStep
from retention.run_ledger import RunLedger, let_go
from retention.stepping import Guard, Kind, State, Turn, record_done

log = logging.getLogger(__name__)


class TableTurn(Turn):
    """A table, verified while its parents stand, and those that go with it."""

    def ready(self) -> None:
        self.places.database(self.first.store)

    def delete(self) -> int:
        eraser = self.places.database(self.first.store)
        count = eraser.delete_batch(self.first.name, self.guard, still=self.ledger.still)
        steps = {step.name: step for step in self.steps}
        for table, gone in eraser.gone.items():
            self.add(steps[table], gone)
        return count

    def look(self, step: DeletionStep) -> int:
        return self.places.database(step.store).verify(step.name)

    def tidy(self) -> None:
        """A courtesy to the turns that follow; that somebody else is at the table stops nothing."""
        try:
            for step in self.steps:
                self.places.database(step.store).tidy(step.name)
        except BusyError as error:
            log.info("run %s: %s was not tidied: %s", self.ledger.run.pk, self.first.name, error)
            self.forget()

    def forget(self) -> None:
        self.places.erasers.databases[self.first.store].close()


class FilesTurn(Turn):
    """A prefix of names, or the files that rows name outside the prefixes."""

    def ready(self) -> None:
        """Its notes were made before the first row went."""

    def delete(self) -> int:
        gone = self.places.files(self.first.store).delete_batch(self.first.name, self.guard)
        self.add(self.first, gone.objects, gone.bytes)
        return gone.objects

    def look(self, step: DeletionStep) -> int:
        return self.places.files(step.store).verify(step.name)

    def tidy(self) -> None:
        """Nothing to do."""

    def forget(self) -> None:
        self.places.files(self.first.store).close()


_OWN: dict[str, Callable[[DeletionRun], Cleared]] = {
    Kind.PACKAGES: traces.erase_packages,
    Kind.TRACES: traces.erase,
}


def work_own(ledger: RunLedger, known: Known, step: DeletionStep) -> None:
    """Our own packages or traces, a second at a time, under the same locks and the same question."""
    guard = Guard(ledger, known, ())
    with ledger.holding():
        ledger.write(step, state=State.RUNNING, started_at=step.started_at or timezone.now())
    while (cleared := ledger.patiently(lambda: _batch(ledger, guard, step))).left and cleared.gone:
        let_go()
    if cleared.left:
        facts = {"count": cleared.left, "kind": step.get_kind_display()}
        raise EraserError(_("%(count)s of %(kind)s are still there after they were erased.") % facts)
    with ledger.holding():
        now = timezone.now()
        ledger.write(step, state=State.DONE, left=0, verified_at=now, finished_at=now)
        record_done(ledger, step)


def _batch(ledger: RunLedger, guard: Guard, step: DeletionStep) -> Cleared:
    with ledger.holding() as agreements:
        guard.locked(agreements)
        guard()
        cleared = _OWN[step.kind](ledger.run)
        what = {name: count + step.result.get("what", {}).get(name, 0) for name, count in cleared.what.items()}
        ledger.write(
            step, gone=step.gone + cleared.gone, bytes_gone=step.bytes_gone + cleared.bytes, left=cleared.left,
            result={**step.result, "what": what},
        )  # fmt: skip
    return cleared
