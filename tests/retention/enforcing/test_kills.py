"""cron is killed, wherever it is: the next call goes on, and in the end everything has happened once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from offboarding.models import JournalEntry, Letter
from retention import approvals, attestations, plans
from retention.models import Attestation, Certificate, DeletionPlan, DeletionRun, Verification
from tests.retention.runs.test_kills import pass_by

KILLED, NOT_YET = -9, 75
DUE = datetime(2024, 4, 10, 3, tzinfo=UTC)


@pytest.fixture
def call(start):
    """``call(when, "after", 0.5)`` is one call of cron in a process of its own; how it ended."""
    parent = start("-m", "tests.retention.enforcing.dying_cron", "7")
    assert parent.stdout.readline() == "ready\n"

    def once(when, *how) -> int:
        DeletionRun.objects.filter(state="running").update(heartbeat_at=when - timedelta(days=1))
        while True:
            print(when.isoformat(), *how, file=parent.stdin, flush=True)
            if (ended := int(parent.stdout.readline())) != NOT_YET:
                return ended

    return once


class Story:
    """A whole case, from the due day to the final certificate; ``until_done(when)`` calls cron until a call lives."""

    def __init__(self, case, until_done) -> None:
        self.case, self.until_done = case, until_done

    def told(self) -> None:
        case = self.case
        assert self.until_done(DUE) == 1
        assert case.world.left() == case.had
        with time_machine.travel(DUE + timedelta(hours=1), tick=True):
            approvals.approve(plans.current(case.alice), by=case.approver, typed_name="Alice Academy")
        assert self.until_done(DUE + timedelta(hours=2)) == 0
        case.proved(DeletionRun.objects.get())
        for days in (1, 7, 30):
            assert self.until_done(DUE + timedelta(days=days, hours=3)) == (0 if days < 14 else 1)
        with time_machine.travel(DUE + timedelta(days=31), tick=True):
            call_command("send_reminders", verbosity=0)
            attestations.attest(Attestation.objects.get(), by=case.approver, statement="Rotated out.")
        assert self.until_done(DUE + timedelta(days=32)) == 0
        self.happened_once()

    def happened_once(self) -> None:
        assert set(self.case.world.left().values()) == {0}
        assert self.case.world.neighbours() == self.case.before
        assert list(DeletionPlan.objects.values_list("state", flat=True)) == ["used"]
        assert DeletionRun.objects.get().state == "final"
        assert sorted(Certificate.objects.values_list("sequence", "occasion")) == [
            (1, "live_erased"),
            (2, "copies_gone"),
        ]
        assert sorted(Verification.objects.values_list("after_days", "passed")) == [(n, True) for n in (0, 1, 7, 30)]
        for occasion in ("approval_asked", "attestation", "deleted"):
            assert Letter.objects.filter(occasion=occasion).count() == 1, occasion
        for event in ("plan.made", "plan.asked", "run.queued", "run.live_erased", "data.erased", "run.final"):
            assert JournalEntry.objects.filter(event=event).count() == 1, event


def killed_at_borders(case, call, borders, every: int) -> int:
    kills = 0

    def until_done(when):
        nonlocal kills
        while (ended := call(when, "border", borders)) == KILLED:
            kills += 1
            pass_by(borders, every - 1)
        return ended

    Story(case, until_done).told()
    return kills


def killed_at_random(case, call, kills: int, seed: int) -> None:
    """So many kills before each of the story's six calls that live."""
    chance = random.Random(seed)

    def until_done(when):
        longest, done = 3.0, 0
        while done < kills:
            if call(when, "after", round(chance.uniform(0.05, longest), 3)) == KILLED:
                done += 1
            else:
                longest *= 0.7
        return call(when, "live")

    Story(case, until_done).told()


def test_killed_at_borders_here_and_there(case, call, tmp_path):
    assert killed_at_borders(case, call, tmp_path / "borders", every=30) > 5


@pytest.mark.long
def test_killed_at_every_border(case, call, tmp_path):
    assert killed_at_borders(case, call, tmp_path / "borders", every=1) > 150


@pytest.mark.slow
def test_killed_at_twelve_random_moments(case, call):
    killed_at_random(case, call, kills=2, seed=3)


@pytest.mark.long
def test_killed_at_more_than_a_hundred_random_moments(case, call):
    killed_at_random(case, call, kills=18, seed=4)
