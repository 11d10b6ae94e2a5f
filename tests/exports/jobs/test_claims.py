"""Who works on a job: one worker at a time, taken over only after a whole lease of silence."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from exports import jobs
from exports.ledger import Ledger, SupersededError, claim
from exports.models import ExportJob, Volume

State = ExportJob.State


@pytest.fixture
def job(alice, staff):
    return jobs.request_export(alice, by=staff)


def fall_silent(job: ExportJob, settings) -> None:
    silent = timezone.now() - timedelta(seconds=settings.EXPORT_LEASE_SECONDS + 1)
    ExportJob.objects.filter(pk=job.pk).update(heartbeat_at=silent)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_come_at_once_exactly_one_gets_the_job(job):
    got: list[ExportJob | None] = []
    gate = threading.Barrier(8)

    def come() -> None:
        gate.wait()
        got.append(claim(job.pk))
        connection.close()

    workers = [threading.Thread(target=come) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len([one for one in got if one is not None]) == 1
    job.refresh_from_db()
    assert (job.state, job.epoch, job.attempt) == (State.RUNNING, 1, 1)


@pytest.mark.django_db
def test_a_silent_worker_is_replaced_and_can_write_nothing_more(job, settings):
    first = claim(job.pk)
    assert claim(job.pk) is None
    fall_silent(job, settings)
    second = claim(job.pk)
    assert second is not None
    assert second.epoch == first.epoch + 1
    stale = Ledger(first)
    with pytest.raises(SupersededError):
        stale.write(rows_done=10)
    with pytest.raises(SupersededError):
        stale.check()
    with pytest.raises(SupersededError):
        Ledger(first).change(lambda: Volume.objects.create(job=first, number=2, kind="tables"))
    assert not Volume.objects.exists()
    job.refresh_from_db()
    assert job.rows_done == 0


@pytest.mark.django_db
def test_a_job_that_kills_every_worker_stops_for_a_person(job, settings):
    settings.EXPORT_MAX_ATTEMPTS = 3
    for _attempt in range(3):
        assert claim(job.pk) is not None
        fall_silent(job, settings)
    assert claim(job.pk) is None
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "3 times" in job.error


@pytest.mark.django_db(transaction=True)
def test_signs_of_life_go_on_while_the_work_is_busy_and_end_with_a_cancel(job, staff, settings):
    settings.EXPORT_LEASE_SECONDS = 2
    mine = claim(job.pk)
    with Ledger(mine) as ledger:
        ledger.progress(rows_done=5)
        time.sleep(2.5)
        assert claim(job.pk) is None
        job.refresh_from_db()
        assert job.rows_done == 5
        jobs.cancel(job, by=staff)
        time.sleep(1)
        with pytest.raises(SupersededError):
            ledger.check()


@pytest.mark.django_db
def test_an_end_is_written_once_and_sets_how_long_the_package_is_kept(job, settings):
    ledger = Ledger(claim(job.pk))
    ledger.finish(State.FAILED, error="the disk is full")
    with pytest.raises(SupersededError):
        ledger.finish(State.FAILED, error="again")
    job.refresh_from_db()
    assert (job.state, job.error, job.expires_at) == (State.FAILED, "the disk is full", None)
