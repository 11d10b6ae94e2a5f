"""What people may do with export jobs, and what is refused without changing anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from exports import jobs
from exports.ledger import claim
from exports.models import ExportJob, MissingFile

State = ExportJob.State


def test_a_request_waits_in_the_customers_language_and_rings_the_queue_once(alice, staff):
    job = jobs.request_export(alice, by=staff)
    assert (job.state, job.language, job.requested_by) == (State.QUEUED, "sv", staff)
    assert job.categories == ["users", "courses", "reports"]
    assert [message.func() for message in OrmQ.objects.all()] == ["exports.tasks.run_export"]
    assert [message.task["args"] for message in OrmQ.objects.all()] == [(job.pk,)]


def test_a_request_without_the_permission_is_refused_and_leaves_nothing(alice, charlie):
    with pytest.raises(PermissionDenied):
        jobs.request_export(alice, by=charlie)
    assert not ExportJob.objects.exists()
    assert not OrmQ.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("categories", ["users", "sauces"], "sauces"),
        ("categories", [], "Choose"),
        ("formats", ["csv", "floppy"], "floppy"),
        ("formats", [], "Choose"),
    ],
)
def test_an_unknown_or_empty_choice_is_refused_by_field(alice, staff, field, value, says):
    with pytest.raises(ValidationError) as refused:
        jobs.request_export(alice, by=staff, **{field: value})
    assert says in refused.value.message_dict[field][0]
    assert not ExportJob.objects.exists()


def test_a_customer_has_one_export_under_way_while_the_neighbour_has_his_own(alice, bob, staff):
    jobs.request_export(alice, by=staff)
    with pytest.raises(ValidationError) as refused:
        jobs.request_export(alice, by=staff)
    assert "customer" in refused.value.message_dict
    jobs.request_export(bob, by=staff)
    assert OrmQ.objects.count() == 2


def test_cancelling_takes_the_job_from_its_worker(alice, staff):
    job = claim(jobs.request_export(alice, by=staff).pk)
    cancelled = jobs.cancel(job, by=staff)
    assert cancelled.state == State.CANCELLED
    assert not ExportJob.objects.held_by(job.pk, job.epoch).exists()
    with pytest.raises(ValidationError):
        jobs.cancel(job, by=staff)


def test_only_an_ended_job_without_a_proof_can_be_started_again_and_then_starts_clean(alice, staff):
    job = jobs.request_export(alice, by=staff)
    with pytest.raises(ValidationError):
        jobs.retry(job, by=staff)
    jobs.cancel(job, by=staff)
    again = jobs.retry(job, by=staff)
    assert (again.state, again.finished_at, again.attempt) == (State.QUEUED, None, 0)
    assert again.epoch > job.epoch


def test_a_retry_does_not_slip_past_another_running_export(alice, staff):
    first = jobs.cancel(jobs.request_export(alice, by=staff), by=staff)
    jobs.request_export(alice, by=staff)
    with pytest.raises(ValidationError, match="under way"):
        jobs.retry(first, by=staff)
    first.refresh_from_db()
    assert first.state == State.CANCELLED


def test_an_expired_package_keeps_its_record_but_only_when_it_was_due_or_a_person_asked(alice, staff):
    job = jobs.request_export(alice, by=staff)
    ExportJob.objects.filter(pk=job.pk).update(
        state=State.COMPLETE,
        finished_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
        statement={},
        manifest_sha256="0" * 64,
    )
    with pytest.raises(ValidationError):
        jobs.expire(job)
    gone = jobs.expire(job, by=staff)
    assert (gone.state, gone.manifest_sha256) == (State.EXPIRED, "0" * 64)


@pytest.mark.parametrize("verb", ["cancel", "retry", "expire"])
def test_every_verb_needs_its_own_permission(alice, staff, charlie, permit, verb):
    job = jobs.request_export(alice, by=staff)
    others = {"cancel", "retry", "expire"} - {verb}
    user = permit(charlie, *(f"{other}_exportjob" for other in others))
    with pytest.raises(PermissionDenied):
        getattr(jobs, verb)(job, by=user)
    job.refresh_from_db()
    assert job.state == State.QUEUED


def test_a_missing_file_is_accepted_by_a_named_person_with_a_reason(alice, staff):
    job = jobs.request_export(alice, by=staff)
    file = MissingFile.objects.create(
        customer=alice, store="media", path="a.pdf", path_sha256="1", reason="gone", last_seen=job
    )
    with pytest.raises(ValidationError):
        jobs.accept_missing([file], by=staff, because="  ")
    assert jobs.accept_missing([file], by=staff, because="deleted by the customer in 2024") == 1
    file.refresh_from_db()
    assert (file.accepted_by, file.accepted_because) == (staff, "deleted by the customer in 2024")


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "sleeping"},
        {"state": "running"},
        {"state": "complete", "finished_at": timezone.now()},
        {"state": "failed", "finished_at": timezone.now()},
        {"state": "cancelled"},
        {"state": "queued", "finished_at": timezone.now()},
    ],
    ids=lambda wrong: " and ".join(wrong),
)
def test_the_database_itself_refuses_a_state_that_cannot_be(alice, staff, wrong):
    job = jobs.request_export(alice, by=staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportJob.objects.filter(pk=job.pk).update(**wrong)
