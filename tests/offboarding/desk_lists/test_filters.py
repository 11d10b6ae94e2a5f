"""Filters of the list of agreements: what is due this week or this month, and where it is the customer's turn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offboarding.admin.agreement_list import AgreementList
from offboarding.models import Agreement, TerminationNotice, TransferAssistance

pytestmark = pytest.mark.django_db

LIST = "/admin/offboarding/agreement/"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOW, tick=False):
        yield


def ended(customer, number, ends, **more):
    """An agreement whose service ended or ends on a day; its time for exports lasts 90 days from then."""
    until = ends + timedelta(90)
    dates = {"service_ends": ends, "export_until": until, "delete_from": until + timedelta(1)}
    term = {"term_start": ends - timedelta(364), "term_end": ends, "ending": "notice", "auto_renews": False}
    return Agreement.objects.create(customer=customer, number=number, **{**term, **dates, **more})


def numbers(desk, query):
    answer = desk.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return [row.number for row in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("window_7", ["WEEK"]), ("window_30", ["WEEK", "MONTH"]), ("deletion_7", ["OVER", "WEEK"])],
)
def test_what_is_due_stands_in_the_order_of_its_day(desk, alice, choice, expected):
    for number, days in (("MONTH", 20), ("WEEK", 5), ("LATER", 60), ("OVER", -10)):
        ended(alice, number, TODAY - timedelta(90) + timedelta(days))
    assert numbers(desk, f"due={choice}") == expected


def test_what_is_erased_is_not_due(desk, alice):
    ended(alice, "GONE", TODAY - timedelta(88), erased_at=NOW)
    assert numbers(desk, "due=window_7") == []


def test_an_offer_of_help_waits_for_the_customer_and_a_request_does_not(desk, alice):
    for number, state in (("OFFERED", "offered"), ("ASKED", "requested")):
        one = ended(alice, number, TODAY - timedelta(10))
        TransferAssistance.objects.create(agreement=one, state=state, requested_at=NOW, scope="Move")
    assert numbers(desk, "waiting=offer") == ["OFFERED"]


def test_time_to_object_is_the_customers_until_its_last_day_or_its_objection(desk, alice):
    notices = {"LAST": (TODAY, None), "PAST": (TODAY - timedelta(1), None), "SAID": (TODAY, NOW)}
    for number, (until, objected) in notices.items():
        TerminationNotice.objects.create(
            agreement=ended(alice, number, TODAY + timedelta(30)), channel="letter", received_at=NOW,
            received_by="staff:1:sam", recorded_at=NOW, object_until=until, objected_at=objected,
        )  # fmt: skip
    assert numbers(desk, "waiting=objection") == ["LAST"]


def test_a_package_waits_until_something_is_said_of_it(desk, staff, alice, bob):
    from exports.models import ExportJob, Receipt

    for customer in (alice, bob):
        ended(customer, customer.name, TODAY - timedelta(10))
        job = ExportJob.objects.create(
            customer=customer, requested_by=staff, requested_at=NOW, state="complete", finished_at=NOW,
            expires_at=NOW + timedelta(60), manifest_sha256="a" * 64, statement={},
            categories=["users"], formats=["csv"],
        )  # fmt: skip
    Receipt.objects.create(
        job=job, outcome="confirmed", given_at=NOW, recorded_by=staff, because="By phone", manifest_sha256="a" * 64
    )
    assert numbers(desk, "waiting=package") == ["Alice Academy"]


def test_what_is_no_choice_is_refused(desk):
    assert desk.get(f"{LIST}?waiting=godot").status_code == 302


def test_exports_are_filtered_by_whose_turn_it_is(desk, staff, alice, bob):
    from exports.models import ExportJob, Receipt

    def export(customer, state, **more):
        return ExportJob.objects.create(
            customer=customer, requested_by=staff, requested_at=NOW, state=state, finished_at=NOW,
            categories=["users"], formats=["csv"], **more,
        )  # fmt: skip

    ended(alice, "A", TODAY - timedelta(10))
    whole = {"manifest_sha256": "a" * 64, "statement": {}, "expires_at": NOW + timedelta(60)}
    failed_before, silent, disputed = (
        export(alice, "failed", error="No."),
        export(alice, "complete", **whole),
        export(bob, "complete", **whole),
    )
    Receipt.objects.create(
        job=disputed, outcome="objected", given_at=NOW, recorded_by=staff, because="By phone", missing={"users": "Two"},
        manifest_sha256="a" * 64,
    )  # fmt: skip
    red = export(alice, "failed", error="No.")

    def found(turn):
        return [job.pk for job in desk.get(f"/admin/exports/exportjob/?turn={turn}").context["cl"].result_list]

    assert (found("red"), found("objected"), found("customer")) == ([red.pk], [disputed.pk], [silent.pk])
    assert failed_before.pk not in found("red"), "a newer one was asked for"


def of_alice(customer, count):
    """So many agreements with a notice that waits for a decision."""
    found = [ended(customer, f"N-{number}", TODAY + timedelta(number + 1)) for number in range(count)]
    for one in found:
        TerminationNotice.objects.create(
            agreement=one, channel="letter", received_at=NOW, received_by="staff:1:sam", recorded_at=NOW
        )
    return {one.number for one in found}


@pytest.mark.parametrize("each_page", [50, 2])
def test_what_needs_a_person_is_looked_for_once_for_count_and_page(desk, alice, monkeypatch, each_page):
    expected = of_alice(alice, 5)
    monkeypatch.setattr(AgreementList, "list_per_page", each_page)
    with CaptureQueriesContext(connection) as asked:
        answer = desk.get(f"{LIST}?person=yes")
    assert answer.context["cl"].result_count == 5
    assert len([one for one in asked if "NOT (EXISTS" in one["sql"] or "NOT EXISTS" in one["sql"]]) <= 2
    pages = range(1, -(-5 // each_page) + 1)
    shown = [number for page in pages for number in numbers(desk, f"person=yes&p={page}")]
    assert sorted(shown) == sorted(expected)


def test_no_page_of_what_needs_a_person_goes_beyond_the_bound(desk, alice, monkeypatch):
    of_alice(alice, 5)
    monkeypatch.setattr(AgreementList, "list_per_page", 2)
    monkeypatch.setattr("offboarding.paging.BoundedPaginator.most", 3)
    assert [len(numbers(desk, f"person=yes&p={page}")) for page in (1, 2)] == [2, 1]
    assert "more than 3 agreements" in desk.get(f"{LIST}?person=yes").content.decode()


def test_nobody_who_needs_a_person_is_an_empty_list(desk, alice):
    assert numbers(desk, "person=yes") == []
