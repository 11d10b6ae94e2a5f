"""A request acts once for each key, also when two come at the same moment or the first one's process dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from exports import jobs
from exports.models import ExportJob
from offboarding.models import IdempotencyKey, JournalEntry

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_answer_and_does_nothing(program, alice):
    first = program.post("exports/", {"customer": alice.pk}, key=KEY)
    again = program.post("exports/", {"customer": alice.pk}, key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert ExportJob.objects.count() == JournalEntry.objects.filter(event="export.requested").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("other", [("exports/", {"customer": 0}), ("holds/", {})])
def test_the_key_of_one_request_is_refused_for_another(program, alice, other):
    program.post("exports/", {"customer": alice.pk}, key=KEY)
    entries = JournalEntry.objects.count()
    response = program.post(*other, key=KEY)
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert JournalEntry.objects.count() == entries


@pytest.mark.django_db
def test_another_user_may_use_the_same_key(program, make_program, charlie, alice, bob):
    other = make_program(charlie, "view_exportjob", "request_exportjob")
    assert program.post("exports/", {"customer": alice.pk}, key=KEY).status_code == 201
    assert other.post("exports/", {"customer": bob.pk}, key=KEY).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "späť"])
def test_without_a_usable_key_nothing_happens(program, alice, key):
    program.headers["Idempotency-Key"] = key
    response = program.client.post(
        "/api/v1/exports/", {"customer": alice.pk}, content_type="application/json", headers=program.headers
    )
    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["detail"]
    assert not ExportJob.objects.exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_a_refusal_changes_nothing_and_frees_the_key(program, alice):
    assert program.post("exports/", {"customer": alice.pk, "formats": ["tar"]}, key=KEY).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert program.post("exports/", {"customer": alice.pk, "formats": ["csv"]}, key=KEY).status_code == 201


@pytest.mark.django_db
def test_keys_are_forgotten_after_a_day(program, alice):
    program.post("exports/", {"customer": alice.pk}, key=KEY)
    call_command("send_reminders")
    assert IdempotencyKey.objects.count() == 1
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    call_command("send_reminders")
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_what_nobody_foresaw_leaves_no_answer_behind(program, alice, monkeypatch):
    def fails(*_args, **_kwargs):
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(jobs.announcing, "record", fails)
    with pytest.raises(RuntimeError):
        program.post("exports/", {"customer": alice.pk}, key=KEY)
    assert not ExportJob.objects.exists()
    monkeypatch.undo()
    assert program.post("exports/", {"customer": alice.pk}, key=KEY).status_code == 201


def _beside(program, alice):
    """What the request gets in a thread of its own, which has its own connection to the database."""
    try:
        sent = {**program.headers, "Idempotency-Key": KEY}
        return Client().post("/api/v1/exports/", {"customer": alice.pk}, content_type="application/json", headers=sent)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.requires("postgresql")
def test_two_at_the_same_moment_make_one_export(program, alice):
    assert connection.vendor == "postgresql"
    start = Barrier(2)

    def send(_number):
        start.wait(10)
        return _beside(program, alice)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(send, range(2)))
    assert sorted({answer.status_code for answer in answers}) in ([201], [201, 409])
    assert ExportJob.objects.count() == JournalEntry.objects.filter(event="export.requested").count() == 1
    after = program.post("exports/", {"customer": alice.pk}, key=KEY)
    assert (after.status_code, after["Idempotency-Replayed"]) == (201, "true")


@pytest.mark.django_db(transaction=True)
@pytest.mark.requires("postgresql")
def test_while_the_first_is_at_work_the_second_is_told_so(program, alice, monkeypatch):
    """The second comes while the verb of the first is under way, from another connection."""
    answers = []
    request_export = jobs.request_export

    def slow(*args, **kwargs):
        with ThreadPoolExecutor(1) as thread:
            answers.append(thread.submit(_beside, program, alice).result(30))
        return request_export(*args, **kwargs)

    monkeypatch.setattr(jobs, "request_export", slow)
    assert program.post("exports/", {"customer": alice.pk}, key=KEY).status_code == 201
    assert [answer.status_code for answer in answers] == [409]
    assert ExportJob.objects.count() == 1


@pytest.mark.django_db
def test_what_a_dead_process_began_is_taken_over(program, alice):
    """Its row was committed, its verb was not: the row says nothing was answered, and nobody holds it."""
    program.post("exports/", {"customer": alice.pk}, key=KEY)
    ExportJob.objects.all().delete()
    IdempotencyKey.objects.update(status=None, answer={})
    assert program.post("exports/", {"customer": alice.pk}, key=KEY).status_code == 201
    assert ExportJob.objects.count() == 1
    assert IdempotencyKey.objects.get().status == 201
