"""One worker's turn at one run: claim it, ask everything, work off the steps, look once more, write how it ended.

Killed anywhere and started again it gives the same result, once: what is done is not done again, what was under way is
counted on the platform and goes on.
"""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from retention import approvals, asking, finishing, learning, runs
from retention.erasers.findings import BusyError, EraserError
from retention.learning import Known
from retention.models import DeletionRun, DeletionStep
from retention.run_ledger import ACTOR, LostError, RunLedger, claim
from retention.run_places import forget, opened
from retention.stepping import BlockedByPolicyError, turns
from retention.stepping_places import FilesTurn, TableTurn, work_own

log = logging.getLogger(__name__)

Kind, State = DeletionStep.Kind, DeletionStep.State
_DAY = 0x64656C657465  # "delete"


def work(pk: int) -> bool:
    """Works on the run until it has ended, stopped or is no longer ours; False when there was nothing to take."""
    run = claim(pk)
    if run is None:
        return False
    ledger = RunLedger(run)
    try:
        _attempt(ledger)
    except LostError as error:
        log.info("given up: %s", error)
    except (OperationalError, InterfaceError):
        log.exception("our own database was away; run %s is taken up when its lease is over", pk)
        connection.close()
    return True


def sweep() -> list[int]:
    """What the queue should have done: runs that wait or whose worker died, and stopped ones that may go on again."""
    wake()
    claimable = DeletionRun.objects.claimable(timezone.now()).order_by("pk")
    return [pk for pk in claimable.values_list("pk", flat=True) if work(pk)]


def wake(customer: int | None = None) -> list[int]:
    """Resumes the runs that only the policy stopped and against which nothing stands any more; their numbers."""
    stopped = DeletionRun.objects.filter(state=DeletionRun.State.STOPPED, error="").exclude(stopped_by=[])
    woken = []
    for run in stopped.filter(**({} if customer is None else {"customer": customer})).order_by("pk"):
        try:
            runs.resume(run, actor=ACTOR)
        except ValidationError as error:
            log.info("run %s stays as it is: %s", run.pk, "; ".join(error.messages))
        else:
            woken.append(run.pk)
    return woken


def _attempt(ledger: RunLedger) -> None:
    run = ledger.run
    try:
        _steps(ledger, _enter(ledger))
        with ledger.breathing_to_the_end():
            if finishing.live_erased(run):
                forget(run)
    except (LostError, OperationalError, InterfaceError):
        raise
    except BlockedByPolicyError as error:
        ledger.stop(error.reasons)
    except BusyError as error:
        ledger.give_back(str(error))
    except EraserError as error:
        ledger.stop(error=str(error))
    except OSError as error:
        ledger.give_back(_("A storage did not answer: %(error)s") % {"error": error})
    except Exception as error:
        log.exception("run %s failed", run.pk)
        name = f"{type(error).__name__}: {error}"
        ledger.stop(error=_("Unexpected error, see the worker's log: %(error)s") % {"error": name})


def _enter(ledger: RunLedger) -> Known:
    """Asks everything anew, also what is slow; from here on the customer counts as one whose erasure began today."""
    run = ledger.run
    begun = run.steps.exclude(started_at=None).exists()
    with ledger.breathing():
        known = ledger.patiently(lambda: learning.know(run.agreement, plan=run.plan, under_way=begun))
    with ledger.holding() as agreements:
        _one_begins_at_a_time()
        facts = asking.facts_now(agreements, run.plan, known)
        if found := asking.blockers(facts, asking.targets_of_run(run)):
            raise BlockedByPolicyError(found)
        approval = approvals.in_force(run.plan)
        assert approval is not None
        run.approval, run.started_at = approval, run.started_at or timezone.now()
        run.save(update_fields=["approval", "started_at"])
        ledger.record("run.started", approval=approval.pk, attempt=run.attempt)
    return known


def _one_begins_at_a_time() -> None:
    """Else two that begin at once would both find room for one more today. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DAY])


def _steps(ledger: RunLedger, known: Known) -> None:
    run = ledger.run
    waiting = list(run.steps.exclude(state__in=[State.DONE, State.KEPT]).order_by("position"))
    with opened(run) as places:
        with ledger.breathing():
            ledger.patiently(places.remember)
        for steps in turns(waiting):
            match steps[0].kind:
                case Kind.TABLE:
                    TableTurn(ledger, places, known, steps).work()
                case Kind.FILES:
                    FilesTurn(ledger, places, known, steps).work()
                case _:
                    work_own(ledger, known, steps[0])
