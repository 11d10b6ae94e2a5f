"""Two never work at once; the lock goes with the process or the session that held it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.db import connection

from retention.alone import NotAloneError, alone
from tests.retention.runs.conftest import ROOT

HOLD = "from retention.alone import alone\nwith alone() as lock:\n    print(lock is not None, flush=True); input()"
CALL = "import django; django.setup()\n" + HOLD


@pytest.fixture
def elsewhere(ground):
    """``elsewhere()`` is another process that took the lock, or tried to; it ends when its input is closed."""
    running = []

    def begin(**environment):
        process = subprocess.Popen(
            [sys.executable, "-c", CALL], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**ground.environment, "DJANGO_SETTINGS_MODULE": "offboarding.settings", **environment},
        )  # fmt: skip
        running.append(process)
        return process, process.stdout.readline().strip()

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_a_second_one_says_so_and_leaves_the_work_to_the_first(elsewhere, case, cron):
    _process, held = elsewhere()
    assert held == "True"
    assert cron() == (0, ["another enforce_retention is at work"])
    assert not case.alice.deletion_plans.exists()


def test_one_that_was_killed_keeps_nobody_out(elsewhere, cron):
    process, _held = elsewhere()
    process.send_signal(signal.SIGKILL)
    process.wait()
    with connection.cursor() as cursor:  # the server notices a moment later
        for _try in range(100):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            if not cursor.fetchone()[0]:
                break
            cursor.execute("SELECT pg_sleep(0.05)")
    assert cron() == (0, [])


def test_a_dry_run_beside_it_works(elsewhere, case, cron):
    elsewhere()
    code, lines = cron("--dry-run")
    assert (code, len(lines)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_lock_whose_session_the_server_ended_is_noticed_before_anything_is_done():
    with alone() as lock:
        lock.still()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        with pytest.raises(NotAloneError):
            lock.still()
    with alone() as again:
        assert again is not None


def test_on_sqlite_a_locked_file_keeps_the_second_out(elsewhere, tmp_path):
    sqlite = {"DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite3'}"}
    first, held = elsewhere(**sqlite)
    assert (held, elsewhere(**sqlite)[1]) == ("True", "False")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert elsewhere(**sqlite)[1] == "True"
