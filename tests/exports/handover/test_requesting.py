"""A contact asks for an export by itself and may take that back: who, until when, and what stays refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from exports import jobs
from exports.models import ExportJob
from offboarding.journal_words import who
from offboarding.models import JournalEntry
from retention.facts import Delivery
from retention.gathering_exports import exports_of


def ask(contact, agreement, **choices):
    return jobs.request_export(agreement.customer, contact=contact, agreement=agreement, **choices)


def test_a_contact_who_may_request_gets_an_export_under_way(agreement, eva):
    job = ask(eva, agreement, categories=["users"], formats=["csv"])
    assert (job.state, job.requested_by, job.requested_by_contact, job.categories) == ("queued", None, eva, ["users"])
    entry = JournalEntry.objects.get(event="export.requested")
    assert (who(entry), entry.agreement) == ("Eva Öst", agreement.pk)


def test_a_contact_who_may_only_look_is_refused(agreement, lea):
    with pytest.raises(PermissionDenied):
        ask(lea, agreement)
    assert not ExportJob.objects.exists()


def test_a_contact_of_another_customer_is_refused_whatever_it_names(agreement, bo, bob):
    with pytest.raises(PermissionDenied):
        ask(bo, agreement)
    with pytest.raises(PermissionDenied):
        jobs.request_export(bob, contact=bo, agreement=agreement)
    assert not ExportJob.objects.exists()


def test_somebody_who_has_left_the_customer_is_refused(agreement, eva):
    eva.ended_at = timezone.now()
    eva.save()
    with pytest.raises(PermissionDenied):
        ask(eva, agreement)


@pytest.mark.parametrize(("days_after", "possible"), [(-1, True), (0, True), (1, False)])
def test_the_last_day_to_ask_is_inclusive(agreement, eva, staff, days_after, possible):
    noon = timezone.now().replace(hour=11) + timedelta(days=80 + days_after)
    with time_machine.travel(noon, tick=False):
        if possible:
            assert ask(eva, agreement).pk
            return
        with pytest.raises(ValidationError) as refused:
            ask(eva, agreement)
        assert "could be requested until" in refused.value.message_dict["agreement"][0]
        assert jobs.request_export(agreement.customer, by=staff).pk


def test_it_is_possible_while_service_runs_and_no_end_is_set(agreement, eva):
    agreement.ending, agreement.service_ends, agreement.export_until, agreement.delete_from = "", None, None, None
    agreement.save()
    assert ask(eva, agreement).pk


def test_not_when_the_data_is_deleted(agreement, eva):
    agreement.erased_at = timezone.now()
    agreement.save()
    with pytest.raises(ValidationError, match="deleted"):
        ask(eva, agreement)


@pytest.mark.parametrize("formats", [["pdf"], ["docx", "media"], ["media"]])
def test_formats_that_hold_no_rows_are_refused_before_anybody_waits_for_them(agreement, eva, formats):
    with pytest.raises(ValidationError) as refused:
        ask(eva, agreement, formats=formats)
    assert refused.value.message_dict["formats"] == [
        "These hold documents and files, but not the rows. Choose one of these too: CSV, Excel, JSON, XML, SQL."
    ]
    assert not ExportJob.objects.exists()
    assert ask(eva, agreement, formats=[*formats, "csv"]).formats == ["csv", *formats]


def test_one_export_at_a_time(agreement, eva):
    ask(eva, agreement)
    with pytest.raises(ValidationError, match="already under way"):
        ask(eva, agreement)


def test_a_contact_without_an_agreement_is_a_mistake_of_the_caller(alice, eva):
    with pytest.raises(ValueError, match="agreement"):
        jobs.request_export(alice, contact=eva)


def test_a_contact_takes_back_its_own_request_and_is_owed_it_no_more(agreement, alice, eva):
    job = ask(eva, agreement)
    assert [one.delivery for one in exports_of(alice)] == [Delivery.REQUESTED]
    jobs.cancel(job, contact=eva)
    assert [one.delivery for one in exports_of(alice)] == [Delivery.SETTLED]


def test_what_staff_cancels_stays_owed(agreement, alice, eva, staff):
    jobs.cancel(ask(eva, agreement), by=staff)
    assert [one.delivery for one in exports_of(alice)] == [Delivery.REQUESTED]


def test_what_staff_starts_again_is_owed_again(agreement, alice, eva, staff):
    job = jobs.cancel(ask(eva, agreement), contact=eva)
    jobs.cancel(jobs.retry(job, by=staff), by=staff)
    assert [one.delivery for one in exports_of(alice)] == [Delivery.REQUESTED]


def test_nobody_at_the_customer_cancels_what_another_has_asked_for(agreement, alice, eva, lea, bo, staff):
    lea.may_request = True
    lea.save()
    job = ask(eva, agreement)
    for contact in (lea, bo):
        with pytest.raises(PermissionDenied):
            jobs.cancel(job, contact=contact)
    jobs.cancel(job, by=staff)
    theirs = jobs.request_export(alice, by=staff)
    with pytest.raises(PermissionDenied):
        jobs.cancel(theirs, contact=eva)
