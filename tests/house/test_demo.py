"""A newcomer's first command does what the README promises, in a copy of the checkout, twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MOST_SECONDS = 120
"""What the demo may take after its installation."""


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


@pytest.mark.slow
@pytest.mark.requires("make")
def test_the_demo_makes_a_verified_package_and_may_be_run_again(checkout):
    for _ in range(2):
        started = time.monotonic()
        done = subprocess.run(
            ["make", "--assume-old=.venv/.ready", "demo", "SERVE=0"], cwd=checkout, capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://alice@nowhere.invalid/real"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "The package lies in" in done.stdout
        assert time.monotonic() - started < MOST_SECONDS
    left = [path.name for path in (checkout / "var" / "work").rglob("*")]
    assert left == []
