"""Notes of a look at a tenant's data: gone afterwards, also where the process was killed in the middle of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retention import scratch

LOOKS = """
import sys
from retention import scratch
with scratch.folder() as place:
    (place / "notes").write_text("anna@alice.example")
    print(place, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def looking(tmp_path, monkeypatch) -> Iterator[Callable[[], tuple[subprocess.Popen[str], Path]]]:
    """Starts a process that looks; gives it and its folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", LOOKS], env=os.environ | {"TMPDIR": str(tmp_path)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_notes_are_the_users_own_and_gone_after_the_look(looking):
    with scratch.folder() as place:
        assert (place.stat().st_mode & 0o777, list(place.iterdir())) == (0o700, [])
        (place / "notes").touch()
    assert not place.exists()


def test_what_a_killed_process_left_is_removed_by_the_next_look(looking):
    process, left = looking()
    assert (left / "notes").exists()
    process.kill()
    process.wait()
    with scratch.folder() as place:
        assert not left.exists() and place.exists()


def test_notes_of_a_look_that_goes_on_stay(looking, tmp_path):
    process, others = looking()
    with scratch.folder() as place:
        assert scratch.clear_up() == []
        assert (others / "notes").exists() and place.exists()
    process.communicate("done\n")
    assert list(tmp_path.iterdir()) == []


def test_what_is_cleared_up_before_it_is_locked_is_made_again(looking, monkeypatch):
    made = tempfile.mkdtemp
    first: list[Path] = []

    def interrupted(**told: str) -> str:
        place = made(**told)
        if not first:
            first.append(Path(place))
            assert scratch.clear_up() == first
        return place

    monkeypatch.setattr(tempfile, "mkdtemp", interrupted)
    with scratch.folder() as place:
        assert place.exists() and place not in first
