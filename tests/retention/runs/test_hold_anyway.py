"""A hold is placed whatever the platform does; what cannot be counted then is told as the least that had gone."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest
from django.test import override_settings

from retention.models import DeletionRun
from retention.run_places import folder

KILLED = -9


@pytest.fixture
def broken_off(case, run, workers, tmp_path):
    """A run whose workers died, border by border, until one had died in the middle of a table."""
    while not run.steps.filter(kind="table", state="running", gone__gt=0).exists():
        assert workers(run, "border", tmp_path / "borders") == KILLED
    run.refresh_from_db()
    assert run.state == DeletionRun.State.RUNNING
    return run


def gone(case) -> dict[str, int]:
    left = case.world.left()
    return {table: had - left[table] for table, had in case.had.items() if table != "files" and had > left[table]}


def told(hold) -> dict[str, tuple[int, bool]]:
    return {place["name"]: (place["gone"], place["exact"]) for place in hold.gone_before if place["kind"] == "table"}


@contextmanager
def without_notes(run):
    aside = folder(run).rename(folder(run).with_name("aside"))
    yield
    shutil.rmtree(folder(run), ignore_errors=True)
    aside.rename(folder(run))


@contextmanager
def another_structure(world):
    world.run("ALTER TABLE courses ADD COLUMN more integer")
    yield
    world.run("ALTER TABLE courses DROP COLUMN more")


def test_a_hold_counts_what_a_dead_worker_left_and_stands_also_where_nothing_can_be_counted(
    case, broken_off, settings, tmp_path
):
    before, nowhere = gone(case), case.world.url.rpartition("/")[0] + "/nowhere"
    fewer = {name: one for name, one in settings.STORAGES.items() if name != "platform_media"}
    assert told(case.place()) == {table: (count, True) for table, count in before.items()}
    troubles = {
        "no map": override_settings(DATA_MAP=tmp_path / "nowhere.toml"),
        "no database": override_settings(PLATFORM_URLS={"platform": nowhere}),
        "no url": override_settings(PLATFORM_URLS={}),
        "no storage": override_settings(STORAGES=fewer),
        "no notes": without_notes(broken_off),
        "another structure": another_structure(case.world),
    }
    for trouble, there in troubles.items():
        with there:
            hold = case.place()
        hold.refresh_from_db()
        assert hold.keeps.whole, trouble
        assert not all(exact for _count, exact in told(hold).values()), trouble
        for table, (count, exact) in told(hold).items():
            had_gone = before.get(table, 0)
            assert count == had_gone if exact else count <= had_gone, (trouble, table)
