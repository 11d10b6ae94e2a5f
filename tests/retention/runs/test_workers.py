"""Several workers at once, and one that comes back after it was taken for dead."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from retention import deleting, run_ledger, stepping
from retention.models import DeletionRun
from retention.run_ledger import LostError, RunLedger, claim


def test_two_workers_and_a_cron_sweep_at_once_erase_once(case, run, start):
    command = "import django; django.setup(); from retention import deleting; print(deleting.{})"
    calls = [f"work({run.pk})", f"work({run.pk})", "sweep()"]
    processes = [start("-c", command.format(call)) for call in calls]
    said = [process.communicate(timeout=120)[0].splitlines()[-1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(word in ("True", f"[{run.pk}]") for word in said) == [False, False, True]
    run.refresh_from_db()
    assert run.attempt == 1
    case.proved(run)


def test_a_worker_that_was_taken_for_dead_writes_and_deletes_nothing_more(case, run, monkeypatch, settings):
    whole, done = stepping.let_go, []

    def sleepy() -> None:
        """After its first batch it sleeps for longer than its lease; somebody else ends the run meanwhile."""
        if not done:
            done.append(1)
            silent = timezone.now() - timedelta(seconds=settings.DELETION_LEASE_SECONDS + 1)
            DeletionRun.objects.filter(pk=run.pk).update(heartbeat_at=silent)
            other = threading.Thread(target=elsewhere)
            other.start()
            other.join()
        whole()

    def elsewhere() -> None:
        try:
            deleting.work(run.pk)
        finally:
            connection.close()

    monkeypatch.setattr(stepping, "let_go", sleepy)
    assert deleting.work(run.pk)
    case.proved(run)
    assert (run.attempt, run.epoch) == (2, 2)


def test_every_write_of_a_worker_whose_run_was_taken_over_is_refused(case, run):
    first = RunLedger(claim(run.pk))
    assert claim(run.pk) is None
    DeletionRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert claim(run.pk).epoch == 2
    step = run.steps.first()
    with pytest.raises(LostError), first.holding():
        first.write(step, gone=1)
    for write in (lambda: first.stop(error="late"), lambda: first.give_back("late"), first.show_life):
        with pytest.raises(LostError):
            write()
    run.refresh_from_db()
    step.refresh_from_db()
    assert (run.state, run.error, step.gone) == ("running", "", 0)


def test_while_something_takes_long_there_are_signs_of_life(case, run, settings, monkeypatch):
    settings.DELETION_LEASE_SECONDS = 0.2
    ledger = RunLedger(claim(run.pk))
    with ledger.breathing():
        for _time in range(5):
            assert claim(run.pk) is None
            threading.Event().wait(0.1)
    monkeypatch.setattr(run_ledger, "WAITS", (0.3,))
    threading.Event().wait(0.3)
    assert claim(run.pk).epoch == 2
    with pytest.raises(LostError), ledger.breathing():
        pass


def test_when_our_own_database_goes_away_nothing_of_the_batch_goes_and_another_worker_takes_it_up(
    case, run, monkeypatch, settings
):
    """The session ends while the platform's rows are being deleted: the lock is gone, so the batch must not count."""
    whole, left = RunLedger.still, []

    def away(self) -> None:
        if len(left) == 0:
            left.append(case.world.left())
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (pid,) = cursor.fetchone()
            killer = threading.Thread(target=terminate, args=[pid])
            killer.start()
            killer.join()
        whole(self)

    def terminate(pid: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.close()

    monkeypatch.setattr(RunLedger, "still", away)
    assert deleting.work(run.pk)
    assert case.world.left() == left[0] == case.had
    run.refresh_from_db()
    assert run.state == "running"
    DeletionRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert deleting.sweep() == [run.pk]
    case.proved(run)
