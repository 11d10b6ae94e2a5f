"""What happens to an export stands in the customer's journal, and its contacts hear of a package that is ready."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from exports import jobs
from exports.ledger import Ledger, SupersededError, claim
from exports.models import ExportJob, MissingFile
from offboarding.journal_words import sentence, who
from offboarding.models import Agreement, Contact, JournalEntry, Letter

State = ExportJob.State


@pytest.fixture
def agreement(alice) -> Agreement:
    return Agreement.objects.create(
        customer=alice, number="A-1", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31)
    )


@pytest.fixture
def contact(alice) -> Contact:
    return Contact.objects.create(customer=alice, name="Alva", email="alva@alice.example")


def told(event: str) -> JournalEntry:
    return JournalEntry.objects.get(event=event)


def test_who_requested_cancelled_and_started_again_stands_in_the_journal(alice, agreement, staff):
    job = jobs.request_export(alice, by=staff, categories=["users"], formats=["csv"])
    jobs.cancel(job, by=staff)
    jobs.retry(job, by=staff)
    entries = list(JournalEntry.objects.order_by("seq"))
    assert [entry.event for entry in entries] == ["export.requested", "export.cancelled", "export.retried"]
    assert {who(entry) for entry in entries} == {"sam"}
    assert {(entry.customer, entry.agreement, entry.facts["export"]) for entry in entries} == {
        (alice.pk, agreement.pk, job.pk)
    }
    assert sentence(entries[0]) == f"Export {job.pk} requested."


def test_a_refused_verb_leaves_no_word(alice, staff):
    job = jobs.request_export(alice, by=staff)
    with pytest.raises(ValidationError):
        jobs.retry(job, by=staff)
    with pytest.raises(ValidationError):
        jobs.request_export(alice, by=staff)
    assert JournalEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_complete_package_is_told_to_the_contacts_once(alice, agreement, contact, staff):
    claimed = claim(jobs.request_export(alice, by=staff).pk)
    with Ledger(claimed) as ledger:
        ledger.finish(State.COMPLETE, statement={}, manifest_name="m", manifest_sha256="0" * 64, rows_done=7)
        with pytest.raises(SupersededError):
            ledger.finish(State.COMPLETE, statement={}, manifest_name="m", manifest_sha256="0" * 64)
    entry = told("export.complete")
    assert (entry.facts["rows"], entry.facts["manifest_sha256"], str(entry.actor)) == (7, "0" * 64, "machine:worker")
    (letter,) = Letter.objects.all()
    assert (letter.occasion, letter.address, letter.language) == ("export_ready", contact.email, "sv")


@pytest.mark.django_db(transaction=True)
def test_a_failed_or_incomplete_export_is_journalled_but_not_sent_to_the_customer(alice, agreement, contact, staff):
    job = jobs.request_export(alice, by=staff)
    with Ledger(claim(job.pk)) as ledger:
        ledger.finish(State.FAILED, error="the disk was full")
    jobs.retry(job, by=staff)
    with Ledger(claim(job.pk)) as ledger:
        ledger.finish(State.INCOMPLETE, statement={})
    assert [told("export.failed").facts["attempts"], told("export.incomplete").facts["volumes"]] == [1, 0]
    assert not Letter.objects.exists()


def test_a_worker_that_died_too_often_leaves_its_end_in_the_journal(alice, staff, settings):
    job = jobs.request_export(alice, by=staff)
    ExportJob.objects.update(attempt=settings.EXPORT_MAX_ATTEMPTS)
    assert claim(job.pk) is None
    assert told("export.failed").facts == {"export": job.pk, "attempts": settings.EXPORT_MAX_ATTEMPTS}


def test_files_accepted_as_missing_are_named_by_their_hash_with_the_reason(alice, bob, staff):
    job = jobs.request_export(alice, by=staff)
    lost = MissingFile.objects.create(
        customer=alice, store="media", path="a.mp4", path_sha256="a" * 64, reason="not there", last_seen=job
    )
    jobs.accept_missing([lost], by=staff, because="  Alva knows.  ")
    entry = told("export.missing_accepted")
    assert (entry.reason, entry.facts, entry.customer) == ("Alva knows.", {"count": 1, "files": ["a" * 64]}, alice.pk)
    assert jobs.accept_missing([lost], by=staff, because="again") == 0
    assert JournalEntry.objects.filter(event="export.missing_accepted").count() == 1
    assert not JournalEntry.objects.filter(customer=bob.pk).exists()
