"""Whatever dies, and whenever: in the end there is one complete package, or a state that a person can act on."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest

from exports import tasks, worker
from exports.models import ExportJob

State = ExportJob.State
DYING = "tests.exports.survival.dying_worker"


def test_an_undisturbed_worker_makes_one_complete_package(job, proved):
    assert worker.run(job.pk)
    proved()


def test_a_task_that_is_delivered_three_times_works_once(job, proved):
    for _ in range(3):
        tasks.run_export(job.pk)
    job.refresh_from_db()
    assert job.attempt == 1
    proved()


def test_two_workers_and_a_cron_sweep_at_once_make_one_package(job, start, proved):
    workers = [start("manage.py", "run_jobs") for _ in range(3)]
    assert [process.wait(120) for process in workers] == [0, 0, 0]
    job.refresh_from_db()
    assert job.attempt == 1
    proved()


def test_a_lost_task_is_made_good_by_the_cron_sweep(job, start, proved):
    from django_q.models import OrmQ

    OrmQ.objects.all().delete()
    assert start("manage.py", "run_jobs").wait(120) == 0
    proved()


def test_the_real_queue_with_two_workers_runs_the_job(job, start, proved):
    cluster = start("manage.py", "qcluster", stderr=subprocess.DEVNULL)
    _until(lambda: _state(job) in ExportJob.ENDED, 90)
    cluster.send_signal(signal.SIGTERM)
    cluster.wait(30)
    proved()


@pytest.mark.slow
def test_a_worker_killed_at_each_border_in_turn_leaves_work_that_the_next_one_ends(job, start, lapse, proved, staff):
    """Every job is killed once, at another border each; the next worker ends it."""
    border, met = 0, 1
    while border < met:
        border += 1
        process = start("-m", DYING, str(job.pk), str(border))
        output, _ = process.communicate(timeout=120)
        if process.returncode == 0:
            met = int(output)
            break
        assert process.returncode == -signal.SIGKILL
        met = border + 1
        lapse(job)
        worker.run(job.pk)
        assert _state(job) == State.COMPLETE, border
        _begin_again(job, proved, staff)
    assert border > 15


@pytest.mark.slow
def test_thirty_kills_at_random_moments_still_give_one_package(job, start, lapse, proved, staff):
    """A worker is killed somewhere between its claim and its end; whenever one comes through, the next job begins."""
    chance = random.Random(7)
    kills = 0
    while kills < 30:
        before = _epoch(job)
        process = start("manage.py", "run_jobs")
        _until(lambda before=before: _epoch(job) > before, 60)
        time.sleep(chance.uniform(0, 1.2))
        if process.poll() is None:
            process.kill()
            process.wait()
            kills += 1
        lapse(job)
        if _state(job) == State.COMPLETE:
            _begin_again(job, proved, staff)
    worker.run(job.pk)
    proved()


def _begin_again(job, proved, staff) -> None:
    """Proves the package, removes it and has the same job made once more."""
    from exports import jobs

    proved()
    job.refresh_from_db()
    jobs.expire(job, by=staff)
    ExportJob.objects.filter(pk=job.pk).update(state=State.CANCELLED)
    jobs.retry(job, by=staff)


def test_a_cancelled_job_stops_its_worker_and_leaves_no_file(job, start, staff, ground):
    from exports import jobs

    process = start("manage.py", "run_jobs")
    _until(lambda: _state(job) == State.RUNNING, 60)
    jobs.cancel(job, by=staff)
    assert process.wait(120) == 0
    worker.clear_up()
    assert _state(job) == State.CANCELLED
    assert not [path for path in ground["exports"].rglob("*") if path.is_file()]
    assert not list(ground["work"].glob("*"))


def test_after_a_restart_of_the_database_the_same_worker_goes_on(job, start, proved, pytestconfig):
    from tests.conftest import _SERVER
    from tests.servers.postgres import OwnPostgres

    server = pytestconfig.stash[_SERVER]
    if not isinstance(server, OwnPostgres):
        pytest.skip("needs a PostgreSQL server of our own to restart")
    from django.db import connection

    process = start("manage.py", "run_jobs")
    _until(lambda: _state(job) == State.RUNNING, 60)
    connection.close()
    server.halt("fast")
    time.sleep(1)
    server.run()
    process.wait(120)
    job.refresh_from_db()
    assert (job.attempt, job.state) == (1, State.COMPLETE)
    proved()


def _state(job: ExportJob) -> str:
    return ExportJob.objects.values_list("state", flat=True).get(pk=job.pk)


def _epoch(job: ExportJob) -> int:
    return ExportJob.objects.values_list("epoch", flat=True).get(pk=job.pk)


def _until(true, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
