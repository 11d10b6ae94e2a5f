"""Deletions in processes of their own: killed at any moment, and of very many files."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.retention.erasers.files.conftest import World, erase

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path.cwd())}


def command(what: str, limit: int, *place: str) -> list[str]:
    return [sys.executable, "-m", "tests.retention.erasers.files.alone", what, str(limit), *place]


def everybody(world: World, each: int) -> None:
    for key in ("7", "8"):
        for number in range(each):
            world.put(f"org/{key}/{number % 7}/{number}", b"x")
        for number in range(each // 4):
            world.put(f"library/{key}-{number}", b"x")
    world.put("library/both", b"x")
    rows = [f"('{key}', 'library/{key}-{number}')" for key in ("7", "8") for number in range(each // 4)]
    rows += [f"('{key}', 'library/both')" for key in ("7", "8")]
    world.run(f"INSERT INTO papers (org, path) VALUES {', '.join(rows)}")


def kill_and_kill_again(world: World, trial: int, place: Sequence[str]) -> None:
    """Kills three deletions in their middle, and lets a fourth come to its end with the same notes."""
    chance = random.Random(trial)
    with world.eraser() as eraser:
        eraser.remember()
    world.rows_go()
    for _ in range(3):
        child = subprocess.Popen(
            command("delete", 5, str(world.folder), *place), env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        time.sleep(chance.uniform(0, 0.25))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    with world.eraser() as eraser:
        erase(eraser)


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(2))
def test_a_deletion_on_disk_that_is_killed_at_any_moment_goes_on_to_the_same_end(world, trial):
    everybody(world, 120)
    before = world.neighbours(lambda name: name.startswith(("org/7/", "library/7-")))
    kill_and_kill_again(world, trial, ())
    assert world.neighbours(lambda name: False) == before


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(2))
def test_a_deletion_in_a_bucket_that_is_killed_at_any_moment_goes_on_to_the_same_end(cloud, server, trial):
    everybody(cloud, 40)
    before = cloud.neighbours(lambda name: name.startswith(("org/7/", "library/7-")))
    keys: Any = getattr(server, "keys", ("test", "test"))
    kill_and_kill_again(cloud, trial, (urlsplit(server.endpoint).netloc, cloud.bucket, ":".join(keys)))
    assert cloud.neighbours(lambda name: False) == before


# Memory


def many(folder: Path, count: int) -> str:
    from tests.retention.erasers.files.conftest import sqlite_at

    folder.mkdir()
    sqlite_at(folder)
    for number in range(count):
        if number % 1000 == 0:
            (folder / f"media/org/7/{number // 1000}").mkdir(parents=True)
        os.close(os.open(folder / f"media/org/7/{number // 1000}/{number}", os.O_CREAT | os.O_WRONLY))
    return str(folder)


@pytest.mark.slow
def test_ten_times_the_files_take_no_more_memory(tmp_path):
    peaks = []
    for count in (10_000, 100_000):
        done = subprocess.run(
            command("measure", 1000, many(tmp_path / str(count), count)),
            env=ENVIRONMENT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks.append(int(done.stdout.splitlines()[-1]))
    assert peaks[1] < peaks[0] + 4_000, peaks
