"""A part that is missing is said aloud: skipped with the way to get it, and failed where skips are not allowed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent

TESTS = {
    "program": "import pytest\n@pytest.mark.requires('xmllint')\ndef test_it(): pass\n",
    "data": "import pytest\n@pytest.mark.requires('data:oulad')\ndef test_it(): pass\n",
    "other": "import pytest\ndef test_it(): pytest.skip('no mood')\n",
    "postgres": "def test_it(make_database): make_database()\n",
    "slow": "import pytest\n@pytest.mark.slow\ndef test_it(): assert False\ndef test_other(): pass\n",
    "own": "import pytest\n@pytest.mark.django_db\ndef test_it():\n from django.db import connection\n"
    " assert connection.vendor == 'sqlite'\n",
}


@pytest.fixture
def run(tmp_path):
    """Run one of the tests above in a pytest of its own that sees no programs and no data."""
    folder = tmp_path / "tests_of_a_poor_machine"
    folder.mkdir()
    (folder / "conftest.py").write_text("from tests.conftest import *\n")

    def run(test: str, *options: str, **environment: str) -> tuple[int, str]:
        (folder / "test_it.py").write_text(TESTS[test])
        inherited = {k: v for k, v in os.environ.items() if k not in ("NO_SKIPS", "CI", "DATABASE_URL")}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", BASE_DIR / "pyproject.toml",
             "--rootdir", folder, folder, *options],
            cwd=BASE_DIR, capture_output=True, text=True,
            env={**inherited, "PATH": str(tmp_path), "PG_BIN": str(tmp_path), "SHARED_DATA": str(tmp_path / "none"),
                 **environment},
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_missing_program_skips_and_says_how_to_get_it(run):
    code, said = run("program")
    assert code == 0, said
    assert said.count("1 skipped: xmllint is missing: apt-get install libxml2-utils") == 1


@pytest.mark.parametrize("environment", [{"NO_SKIPS": "1"}, {"CI": "true"}])
def test_a_missing_program_fails_where_skips_are_not_allowed(run, environment):
    code, said = run("program", **environment)
    assert code == 1
    assert "xmllint is missing: apt-get install libxml2-utils" in said


def test_missing_data_never_fails(run):
    code, said = run("data", NO_SKIPS="1")
    assert code == 0, said
    assert "1 skipped: data:oulad is missing: put the project's shared data beside the checkout" in said


def test_a_skip_for_any_other_reason_fails_where_skips_are_not_allowed(run):
    assert run("other")[0] == 0
    code, said = run("other", NO_SKIPS="1")
    assert code == 1
    assert "a skip is not allowed here (NO_SKIPS or CI is set): no mood" in said


def test_without_postgresql_the_tests_that_need_it_are_skipped(run):
    code, said = run("postgres")
    assert code == 0, said
    assert "postgresql is missing: apt-get install postgresql" in said


def test_without_postgresql_the_own_database_stands_on_sqlite(run):
    code, said = run("own")
    assert code == 0, said
    assert "The application's own database stood on SQLite, not on PostgreSQL." in said


def test_slow_tests_left_out_are_counted(run):
    code, said = run("slow", "-m", "not slow")
    assert code == 0, said
    assert "1 slow tests left out: make test SLOW=1" in said
