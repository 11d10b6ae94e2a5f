"""What runs have erased so far, exact also where a worker died between the platform's commit and our own."""

from __future__ import annotations

import logging
from collections import Counter
from math import inf
from typing import Any

from django.db import DatabaseError
from django.db.models import Sum

from offboarding.models import Customer
from retention.erasers.findings import EraserError
from retention.models import DeletionRun, DeletionStep
from retention.run_places import RunPlaces, opened, predecessor

log = logging.getLogger(__name__)

Kind, State = DeletionStep.Kind, DeletionStep.State
AT_MOST_SECONDS = 2.0
"""How long one table is counted while somebody waits for a hold."""
AT_MOST_FILES = 20_000
"""How many files are listed meanwhile."""


def rows_gone(run: DeletionRun) -> int:
    """Rows, files and traces that the run has written down as gone."""
    return int(run.steps.aggregate(total=Sum("gone"))["total"] or 0)


def gone_so_far(customer: Customer) -> list[dict[str, Any]]:
    """What all runs of the customer have erased, by place: ``{"store", "name", "kind", "gone", "left", "exact"}``.

    Call it under ``locked_agreements``: then no batch is on, and a table that a dead worker left in the middle is
    counted on the platform. Where that cannot be done within seconds ``exact`` is false and ``gone`` the least it is.
    ``left``: what the newest run that met the place has yet to erase. [] when nothing has gone.
    """
    places: dict[tuple[str, str, str], dict[str, Any]] = {}
    for run in DeletionRun.objects.filter(customer=customer).select_related("customer", "plan").order_by("pk"):
        for step in _counted(run):
            name = {"store": step.store, "name": step.name, "kind": step.kind}
            place = places.setdefault((step.kind, step.store, step.name), {**name, "gone": 0, "left": 0, "exact": True})
            place["gone"] += step.gone
            place["left"] = 0 if step.state == State.DONE else max(step.planned - step.gone, 0)
            place["exact"] = place["exact"] and step.result.get("exact", True)
    return [place for place in places.values() if place["gone"] or not place["exact"]]


def _counted(run: DeletionRun) -> list[DeletionStep]:
    """The steps that have begun; those in the middle counted anew, which is not written down."""
    steps = list(run.steps.filter(state__in=[State.RUNNING, State.DONE]))
    unsure = [step for step in steps if step.state == State.RUNNING and run.state in DeletionRun.OPEN]
    if unsure:
        try:
            with opened(run) as places:
                for step in unsure:
                    recount(places, step, AT_MOST_SECONDS)
        except DatabaseError:
            raise
        except Exception as error:  # whatever it is, somebody waits for a hold, which must be placed
            known = isinstance(error, EraserError | TimeoutError | OSError)
            log.warning("run %s cannot be counted now: %s", run.pk, error, exc_info=not known)
            for step in unsure:
                step.result = {**step.result, "exact": False}
    return steps


def erased_before(run: DeletionRun) -> Counter[tuple[str, str, str]]:
    """(kind, store, name) → what the runs erased that were given up before this one took their place."""
    found: Counter[tuple[str, str, str]] = Counter()
    before = predecessor(run)
    while before is not None:
        for step in before.steps.filter(gone__gt=0):
            found[step.kind, step.store, step.name] += step.gone
        before = predecessor(before)
    return found


def recount(places: RunPlaces, step: DeletionStep, seconds: float = inf) -> None:
    """Sets ``step.gone`` to what is gone: more than was written down where a worker died behind a batch.

    TimeoutError when it takes longer; nothing is saved. Where too many files are to be listed it stays as it is. What
    was missing before the run began (``missing`` of the result) another run has counted.
    """
    if step.kind == Kind.TABLE:
        missing = places.database(step.store).missing(step.name, step.planned + step.kept, seconds)
    elif step.kind == Kind.FILES and (seconds == inf or step.planned <= AT_MOST_FILES):
        missing = step.planned - places.files(step.store).verify(step.name)
    else:
        step.result = {**step.result, "exact": step.kind != Kind.FILES}
        return
    step.gone = max(step.gone, missing - int(step.result.get("missing", 0)))


def settle(run: DeletionRun) -> int:
    """Writes down exactly what has gone, as far as that can be counted; under the locks. How much it is."""
    for step in _counted(run):
        step.save(update_fields=["gone", "result"])
    return rows_gone(run)
