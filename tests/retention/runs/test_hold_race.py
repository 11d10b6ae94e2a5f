"""A hold placed while a run deletes: what it is told had gone is exactly that, and after it not one row goes."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from retention.models import DeletionRun, LegalHold

ROWS = "7"
"""The most that one batch takes, so that there are many moments between batches, and inside them."""
REACHES = ({}, {"tables": frozenset({("platform", "people")})}, {"prefixes": frozenset({("media", "org/7/")})})
"""Everything, what goes late, and files: each stops the run, because its plan knows nothing of the hold."""


@dataclass
class Race:
    """What many trials gave: how long each answer took, and how far the run had come."""

    seconds: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        middle = sorted(self.seconds)[len(self.seconds) // 2]
        ends = ", ".join(f"{name} {count}" for name, count in sorted(self.ended.items()))
        return f"{len(self.seconds)} holds: longest {max(self.seconds):.3f} s, middle {middle:.3f} s; {ends}"


@pytest.fixture
def worker(start):
    """``begin(run)`` lets a process of its own work on the run; the function it gives waits for its end."""
    parent = start("-m", "tests.retention.runs.dying_worker", ROWS)
    assert parent.stdout.readline() == "ready\n"

    def begin(run):
        print(run.pk, "live", file=parent.stdin, flush=True)
        return lambda: int(parent.stdout.readline())

    return begin


@pytest.fixture
def race(case, worker, record_property, capsys):
    """``race(trials)`` places holds at random moments of as many runs."""

    def begin(trials: int) -> Race:
        chance, found = random.Random(trials), Race()
        whole, run = took(case, worker), None
        while len(found.seconds) < trials:
            run = run or begun(case)
            moment, reach = chance.uniform(0, whole / 2), chance.choice(REACHES)
            run = trial(case, worker, found, run, moment, reach)
        record_property("holds", str(found))
        with capsys.disabled():
            print(f"\n{found}")
        return found

    return begin


def took(case, worker) -> float:
    """How long a run takes that nobody holds, from the ring to its end; afterwards alice is there again."""
    run = case.start(case.approved(case.planned()))
    began = time.monotonic()
    assert worker(run)() == 0
    elapsed = time.monotonic() - began
    case.proved(run)
    return elapsed


def begun(case) -> DeletionRun:
    """A run of everything that is alice's, as if nobody had ever placed a hold."""
    if DeletionRun.objects.exists():
        case.begin_again()
    return case.start(case.approved(case.planned()))


def trial(case, worker, found: Race, run: DeletionRun, moment: float, reach: dict) -> DeletionRun | None:
    """One hold; gives the run where something is left, so that the next trial meets it further on."""
    neighbours = case.world.neighbours()
    ended = worker(run)
    time.sleep(moment)
    asked = time.monotonic()
    hold = case.place(**reach)
    found.seconds.append(time.monotonic() - asked)
    then = gone(case)
    assert told(hold) == then, "what the hold was told had gone"
    assert ended() == 0
    assert gone(case) == then, "what went after the hold was placed"
    assert case.world.neighbours() == neighbours
    found.ended[outcome(case, run, then)] += 1
    forget(case, hold)
    return None if then == case.had else waiting(run)


def forget(case, hold: LegalHold) -> None:
    """As if nobody had placed it."""
    hold.delete()
    type(case.agreement).objects.filter(pk=case.agreement.pk).update(held_since=None)


def waiting(run: DeletionRun) -> DeletionRun:
    """The run as it was before a worker took it."""
    DeletionRun.objects.filter(pk=run.pk).update(state=DeletionRun.State.QUEUED, stopped_by=[])
    return run


def gone(case) -> dict[str, int]:
    """What is missing, counted from outside; files as one."""
    return {place: had - left for place, left in case.world.left().items() if (had := case.had[place]) > left}


def told(hold: LegalHold) -> dict[str, int]:
    """What the hold says had gone; nothing of it is uncertain."""
    hold.refresh_from_db()
    places = [place for place in hold.gone_before if place["kind"] in ("table", "files")]
    assert all(place["exact"] for place in places)
    said = {place["name"]: place["gone"] for place in places if place["kind"] == "table"}
    files = sum(place["gone"] for place in places if place["kind"] == "files")
    return said | ({"files": files} if files else {})


def outcome(case, run: DeletionRun, then: dict[str, int]) -> str:
    """How far the run had come; it stopped for the hold, unless it had ended before."""
    run.refresh_from_db()
    if run.state != DeletionRun.State.STOPPED:
        assert (run.state, run.error) == (DeletionRun.State.LIVE_ERASED, "")
        assert then == case.had
        return "after the end"
    assert run.error == ""
    assert {reason["code"] for reason in run.stopped_by} & {"hold", "hold_not_planned"}
    return "nothing had gone" if not then else "all had gone" if then == case.had else "in the middle"


@pytest.mark.slow
def test_a_hold_at_any_moment_is_told_exactly_what_had_gone_and_nothing_goes_after_it(race):
    found = race(30)
    assert found.ended["in the middle"] > 4, found


@pytest.mark.long
def test_three_hundred_holds_at_random_moments_and_not_one_row_after_them(race):
    found = race(300)
    assert found.ended["in the middle"] > 60, found
