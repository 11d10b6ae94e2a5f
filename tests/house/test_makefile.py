"""make says plainly what is missing before it makes anything, and keeps the demo away from what a .env file names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.requires("make")


@pytest.fixture
def make(tmp_path):
    """``make(target, …)`` in an empty folder with only the Makefile; ``python`` is a shell script to run as Python."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(BASE_DIR / name, tmp_path)

    def make(*arguments: str, python: str) -> subprocess.CompletedProcess[str]:
        script = tmp_path / "python"
        script.write_text(f"#!/bin/sh\n{python}\n")
        script.chmod(0o755)
        plain = {"PATH": os.environ["PATH"]}  # what an outer make hands on (MAKEFLAGS, SLOW …) stays outside
        return subprocess.run(
            ["make", f"PYTHON={script}", *arguments], cwd=tmp_path, capture_output=True, text=True, env=plain
        )

    return make


@pytest.mark.parametrize("target", ["demo", "test", "lint"])
def test_an_old_python_is_refused_by_its_version(make, tmp_path, target):
    done = make(target, python='case "$*" in *--version*) echo Python 3.9.2;; *) exit 1;; esac')
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed; " in done.stderr
    assert "is Python 3.9.2. Name another: make PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_debian_python_without_venv_is_told_what_to_install(make, tmp_path):
    done = make("demo", python='case "$*" in *ensurepip*) exit 1;; esac')
    assert done.returncode != 0
    assert "cannot make virtual environments; on Debian: apt-get install python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_demo_sets_every_setting_that_could_lead_it_to_something_real(make):
    done = make("--dry-run", "demo", "SERVE=0", python="exit 0")
    (line,) = (line for line in done.stdout.splitlines() if "manage.py demo" in line)
    named = re.findall(r"^([A-Z_]+(?:URL|MAP|KEY|DIR))=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    here = {"SITE_URL": "http://127.0.0.1:8000"}  # so that the links in its mails lead to itself
    assert [name for name in named if f" {name}={here.get(name, '')} " not in f" {line}" and name != "SECRET_KEY"] == []
    assert line.startswith("DEBUG=true ")
    assert line.endswith(" --no-serve")


@pytest.mark.parametrize(
    ("arguments", "selection"),
    [
        ([], '-m "not slow and not long"'),
        (["SLOW=1"], '-m "not long"'),
        (["LONG=1"], ""),
        (["ARGS=-k csv"], '-m "not slow and not long" -k csv'),
    ],
)
def test_long_tests_run_only_when_asked_for(make, arguments, selection):
    done = make("--dry-run", "test", *arguments, python="exit 0")
    line = done.stdout.splitlines()[-1]
    assert selection in line
    assert ("-m " in line.replace("python -m", "")) == ("LONG=1" not in arguments)
