"""Whatever dies, and whenever: in the end alice is gone once, counted exactly, and nobody else has moved."""

from __future__ import annotations

import random

import pytest
from django.db import transaction

from retention import runs
from retention.models import DeletionRun

KILLED = -9


def test_a_worker_that_lives_erases_in_small_batches(case, run, workers):
    assert workers(run, "live") == 0
    case.proved(run)


def test_a_worker_killed_at_borders_here_and_there_is_followed_by_one_that_ends_it(case, run, workers, tmp_path):
    """Between two kills as many borders are passed by as keep this short; the slow test leaves out none."""
    assert killed_at_every_border(case, run, workers, tmp_path / "borders", every=9) > 8


@pytest.mark.long
def test_workers_killed_at_every_border_of_every_step_are_followed_by_one_that_ends_it(case, run, workers, tmp_path):
    assert killed_at_every_border(case, run, workers, tmp_path / "borders", every=1) > 100


def test_ten_kills_at_random_moments_change_nothing_of_the_result(case, workers):
    killed_at_random(case, workers, kills=10)


@pytest.mark.long
def test_a_hundred_kills_at_random_moments_change_nothing_of_the_result(case, workers):
    killed_at_random(case, workers, kills=100)


def killed_at_every_border(case, run, workers, borders, every: int) -> int:
    kills = 0
    while (ended := workers(run, "border", borders)) == KILLED:
        kills += 1
        counted_exactly(case)
        pass_by(borders, every - 1)
    assert ended == 0
    case.proved(run)
    return kills


def pass_by(borders, some: int) -> None:
    """Lets the next worker live through so many borders that nobody has met: it counts them down."""
    (borders.parent / "spare").write_text(str(some))


def killed_at_random(case, workers, kills: int) -> None:
    chance = random.Random(7)
    done = 0
    while done < kills:
        run = case.start(case.approved(case.planned()))
        while done < kills and workers(run, "after", round(chance.uniform(0.1, 2.5), 3)) == KILLED:
            done += 1
            counted_exactly(case)
        assert workers(run, "live") == 0
        case.proved(run)
        if done < kills:
            case.begin_again()


def counted_exactly(case) -> None:
    """What is told to somebody who places a hold now is what is gone."""
    with transaction.atomic():
        runs.locked_agreements(case.alice)
        told = {place["name"]: place["gone"] for place in runs.gone_so_far(case.alice) if place["kind"] == "table"}
        left = case.world.left()
    gone = {table: had - left[table] for table, had in case.had.items() if table != "files" and had > left[table]}
    open_run = DeletionRun.objects.order_by("-pk").first()
    assert told == gone, (open_run.state, open_run.error)
