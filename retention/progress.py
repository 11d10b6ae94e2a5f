"""How far a deletion run is, in figures and in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.progress import LEAST_FOR_ESTIMATE, grouped, left_in_words
from retention import certificate_words
from retention.models import DeletionRun, DeletionStep

State, Kind = DeletionRun.State, DeletionStep.Kind
SENTENCES = {
    State.QUEUED: gettext_lazy("The run waits for a free worker."),
    State.RUNNING: gettext_lazy(
        "Data is being erased, batch by batch; before each batch everything that may stand against it is asked again."
    ),
    State.STOPPED: gettext_lazy("The run has stopped, and nothing goes until it is resumed. What has gone is gone."),
    State.LIVE_ERASED: gettext_lazy(
        "The live data is erased, and every place was looked at afterwards. Other copies are attested, and we "
        "look again later."
    ),
    State.FINAL: gettext_lazy("Everything is done: other copies are attested, and every later look found nothing."),
    State.REOPENED: gettext_lazy("Data was found again after it had been erased. It takes a new plan and approval."),
    State.ABANDONED: gettext_lazy("The run was given up. What had gone by then is gone."),
}
"""What each state means for the person who reads it."""
GOING = (State.QUEUED, State.RUNNING)
PATIENCE = timedelta(minutes=3)
"""How long a run may wait before the screens ask whether a worker runs at all."""


def progress_of(
    run: DeletionRun, steps: list[DeletionStep], now: datetime, *, held: Sequence[int] = ()
) -> dict[str, Any]:
    """Figures and words of one run; ``active`` says whether to ask again. ``steps``: its steps in their order.

    ``held``: the numbers of the customer's holds in force, which stop it before its next batch.
    """
    return {
        "id": run.pk,
        "state": run.state,
        "state_text": run.get_state_display(),
        "sentence": str(SENTENCES[State(run.state)]),
        "active": run.state in GOING,
        "percent": percent(run, steps),
        "text": _figures(steps),
        "step": _step(run, steps),
        "left": _left(run, steps, now),
        "note": _held(run, held) or _note(run, now),
        "steps": [step_shown(step, run) for step in steps],
    }


def percent(run: DeletionRun, steps: list[DeletionStep]) -> int:
    """Work done, 0–100; 100 only when all of it is erased and verified."""
    if run.state in DeletionRun.ERASED:
        return 100
    going = [step for step in steps if step.state != DeletionStep.State.KEPT]
    planned = sum(max(1, step.planned) for step in going)
    done = sum(
        max(1, step.planned) if step.state == DeletionStep.State.DONE else min(step.planned, step.gone)
        for step in going
    )
    return min(99, 100 * done // planned) if planned else 0


def step_shown(step: DeletionStep, run: DeletionRun) -> dict[str, Any]:
    """One step as the screens show it."""
    stayed = step.state == DeletionStep.State.KEPT
    whole = step.state == DeletionStep.State.DONE or stayed
    share = 100 * step.gone // step.planned if step.planned else 0
    return {
        "number": step.position,
        "label": str(step.position),
        "kind": step.get_kind_display(),
        "name": name_of(step),
        "place": step.store if step.name else "",
        "state": step.state,
        "state_text": step.get_state_display(),
        "going": step.state == DeletionStep.State.RUNNING and run.state == State.RUNNING,
        "percent": 100 if whole else min(99, share),
        "planned": grouped(step.planned) if step.kind in (Kind.TABLE, Kind.FILES) else "–",
        "gone": grouped(step.gone),
        "kept": grouped(step.kept) if step.kept else "",
        "left": "" if step.left is None else grouped(step.left),
    }


def name_of(step: DeletionStep) -> str:
    """What a step is about, without its store."""
    return certificate_words.place(step.name) if step.name else str(step.get_kind_display())


def _figures(steps: list[DeletionStep]) -> str:
    parts = []
    tables = [step for step in steps if step.kind == Kind.TABLE and step.state != DeletionStep.State.KEPT]
    files = [step for step in steps if step.kind == Kind.FILES and step.state != DeletionStep.State.KEPT]
    if tables:
        gone, planned = sum(step.gone for step in tables), sum(step.planned for step in tables)
        text = ngettext("%(gone)s of %(planned)s row gone", "%(gone)s of %(planned)s rows gone", planned)
        parts.append(text % {"gone": grouped(gone), "planned": grouped(planned)})
    if files:
        gone, planned = sum(step.gone for step in files), sum(step.planned for step in files)
        text = ngettext("%(gone)s of %(planned)s file gone", "%(gone)s of %(planned)s files gone", planned)
        parts.append(text % {"gone": grouped(gone), "planned": grouped(planned)})
        if size := sum(step.bytes_gone for step in files):
            parts.append(filesizeformat(size))
    return " · ".join(parts)


def _step(run: DeletionRun, steps: list[DeletionStep]) -> str:
    if run.state != State.RUNNING:
        return ""
    current = next((step for step in steps if step.state == DeletionStep.State.RUNNING), None)
    if current is None:
        return _("looking whether anything is left") if all(_over(step) for step in steps) else _("starting")
    name = f"{current.store}: {name_of(current)}" if current.name else name_of(current)
    return _("step %(number)s of %(count)s: %(name)s") % {
        "number": current.position, "count": len(steps), "name": name,
    }  # fmt: skip


def _left(run: DeletionRun, steps: list[DeletionStep], now: datetime) -> str:
    """By what has gone since it began; a run that stood still meanwhile says nothing."""
    done = percent(run, steps) / 100
    if run.state != State.RUNNING or run.started_at is None or run.attempt > 1 or not LEAST_FOR_ESTIMATE <= done < 1:
        return ""
    return left_in_words((now - run.started_at).total_seconds() / done * (1 - done))


def _held(run: DeletionRun, held: Sequence[int]) -> str:
    if not held or run.state not in GOING:
        return ""
    numbers = ", ".join(str(number) for number in held)
    text = ngettext(
        "Hold %(numbers)s is in force: the run stops before its next batch.",
        "Holds %(numbers)s are in force: the run stops before its next batch.",
        len(held),
    )
    return text % {"numbers": numbers}


def _over(step: DeletionStep) -> bool:
    return step.state in (DeletionStep.State.DONE, DeletionStep.State.KEPT)


def _note(run: DeletionRun, now: datetime) -> str:
    """What a person should know when nothing moves."""
    if run.state == State.QUEUED and now - run.queued_at > PATIENCE and run.heartbeat_at is None:
        return _("No worker has taken it for %(time)s. Whoever runs the system should look whether one is running.") % {
            "time": timesince(run.queued_at, now)
        }
    lease = timedelta(seconds=settings.DELETION_LEASE_SECONDS)
    if run.state == State.RUNNING and run.heartbeat_at is not None and now - run.heartbeat_at > lease:
        return _("Its worker has shown no sign of life for %(time)s; the next free worker takes over.") % {
            "time": timesince(run.heartbeat_at, now)
        }
    return ""
