"""A newcomer's first command does what the README promises, in a copy of the checkout, twice."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MOST_SECONDS = 120
"""What the demo may take of a processor after its installation: a busy machine makes nobody's demo larger."""


@pytest.fixture
def checkout(tmp_path, program):
    """A copy of everything git would take along, with the environment that is already there."""
    listed = subprocess.run(
        [program("git"), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        if (BASE_DIR / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(BASE_DIR / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def work_done() -> float:
    """Seconds of a processor that the processes we started have taken."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


@pytest.mark.slow
@pytest.mark.requires("make")
def test_the_demo_makes_a_verified_package_and_may_be_run_again(checkout):
    for _ in range(2):
        before = work_done()
        done = subprocess.run(
            ["make", "--assume-old=.venv/.ready", "demo", "SERVE=0"], cwd=checkout, capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://alice@nowhere.invalid/real"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "The package lies in" in done.stdout
        assert work_done() - before < MOST_SECONDS
    state = json.loads((checkout / "var" / "offboarding.demo.json").read_text())
    assert state["ahead"] in ("0", "0.0"), "nobody has turned the clock"
    left = [path.name for path in (checkout / "var" / "work").rglob("*")]
    assert left == []
