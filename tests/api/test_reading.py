"""What a program reads: pages that lose nothing, filters, dates with their rules, and no row more per record."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exports.models import ExportJob, Receipt, Volume
from offboarding import notices
from offboarding.models import Customer, JournalEntry
from retention import holds
from retention.models import Certificate, DeletionPlan, DeletionRun, PlanApproval
from retention.reach import Reach

pytestmark = pytest.mark.django_db
PLACES = ("customers", "agreements", "notices", "journal", "exports", "receipts", "holds", "deletion-plans",
          "deletion-runs", "certificates")  # fmt: skip


def _case(register, staff, number):
    """One of everything."""
    customer = Customer.objects.create(tenant_key=f"t{number}", name=f"Customer {number}")
    agreement = register(customer, f"A-{number}", auto_renews=False)
    notices.record(
        agreement, channel="letter", received_at=datetime(2026, 10, 1, tzinfo=UTC), by=staff, because="Read."
    )
    job = ExportJob.objects.create(
        customer=customer, requested_by=staff, requested_at=timezone.now(), state="incomplete", epoch=1,
        started_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    Volume.objects.create(job=job, number=1, kind="start", state="verified", name="v", bytes=5, sha256="a" * 64)
    Receipt.objects.create(
        job=job, manifest_sha256="a" * 64, outcome="confirmed", given_at=timezone.now(), recorded_by=staff,
        because="Phone.",
    )  # fmt: skip
    holds.place(
        customer, by=staff, ground="court", reference="T 1", requested_by="The court", because="Asked.",
        review_on=date(2099, 1, 1), tell=True, reach=Reach(everything=True),
    )  # fmt: skip
    plan = DeletionPlan.objects.create(
        customer=customer, agreement=agreement, state="used", made_by="machine:x", made_at=timezone.now(),
        content={"kept": []}, sha256=f"{number:064}",
    )  # fmt: skip
    approval = PlanApproval.objects.create(plan=plan, sha256=plan.sha256, approved_by=staff, approved_at=timezone.now())
    run = DeletionRun.objects.create(
        customer=customer, agreement=agreement, plan=plan, approval=approval, state="abandoned",
        queued_at=timezone.now(),
    )  # fmt: skip
    Certificate.objects.create(
        sequence=number, occasion="live_erased", code=f"code{number}", customer_number=customer.pk,
        agreement_number=agreement.pk, run_number=run.pk, plan_sha256=plan.sha256, customer_name=customer.name,
        language="sv", issued_at=timezone.now(), content="{}", sha256=f"{number:064}", key_id="k", signature="{}",
        documents={},
    )  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_longer_list_takes_no_more_queries(program, register, staff, place):
    _case(register, staff, 1)
    program.get(f"{place}/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(program.get(f"{place}/").json()["results"]) >= 1
    for number in range(2, 6):
        _case(register, staff, number)
    with CaptureQueriesContext(connection) as five:
        assert len(program.get(f"{place}/").json()["results"]) >= 5
    assert len(five) == len(one)


@pytest.mark.parametrize("place", PLACES)
def test_what_a_list_names_can_be_read_alone(program, register, staff, place):
    _case(register, staff, 1)
    found = program.get(f"{place}/").json()["results"][0]
    alone = program.get(f"{place}/{found.get('id', found.get('seq'))}/").json()
    assert {name: alone[name] for name in found} == found


def test_pages_follow_each_other_and_lose_nothing_that_was_there(program):
    for number in range(7):
        Customer.objects.create(tenant_key=f"t{number}", name=f"N{number}")
    first = program.get("customers/", {"page_size": 3}).json()
    Customer.objects.create(tenant_key="new", name="New")
    rest = program.client.get(first["next"], headers=program.headers).json()
    last = program.client.get(rest["next"], headers=program.headers).json()
    names = [one["name"] for page in (first, rest, last) for one in page["results"]]
    assert names == [f"N{number}" for number in range(6, -1, -1)]
    assert last["next"] is None


def test_a_page_is_never_larger_than_its_bound(program):
    Customer.objects.bulk_create(Customer(tenant_key=f"t{n}", name="N") for n in range(210))
    assert len(program.get("customers/", {"page_size": 100000}).json()["results"]) == 200


def test_an_agreement_tells_its_phase_and_why_each_date_is_what_it_is(program, register, alice):
    agreement = register(alice, "A-1", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31), auto_renews=False)
    told = program.get(f"agreements/{agreement.pk}/").json()
    dates = {one["milestone"]: one["day"] for one in told["milestones"]}
    assert dates == {
        "latest_notice": "2026-12-01", "service_ends": "2026-12-31", "export_until": "2027-03-31",
        "delete_from": "2027-04-01",
    }  # fmt: skip
    last = told["milestones"][-1]
    assert (last["begins"], last["rule"], last["facts"]) == (
        "2027-04-01T00:00:00+02:00", "after_window", {"export_until": "2027-03-31"},
    )  # fmt: skip
    assert "31 March 2027" in last["why"]
    assert told["phase"] in ("active", "ending")


def test_words_come_in_the_language_that_is_asked_for(program, register, alice):
    agreement = register(alice, "A-1", auto_renews=False)
    told = program.get(f"agreements/{agreement.pk}/", **{"Accept-Language": "sv"}).json()
    assert "mars 2028" in told["milestones"][-1]["why"]


@pytest.mark.parametrize(
    ("place", "asked", "numbers"),
    [
        ("customers", {"tenant_key": "t2"}, 1),
        ("agreements", {"number": "A-2"}, 1),
        ("agreements", {"ends_until": "2020-01-01"}, 0),
        ("agreements", {"phase": "deleted"}, 0),
        ("notices", {"state": "received"}, 3),
        ("exports", {"state": "failed"}, 0),
        ("receipts", {"outcome": "confirmed"}, 3),
        ("holds", {"in_force": "true"}, 3),
        ("holds", {"in_force": "false"}, 0),
        ("certificates", {"sequence": "2"}, 1),
        ("journal", {"event": "notice.received"}, 3),
        ("deletion-plans", {"state": "used"}, 3),
        ("deletion-runs", {"state": "final"}, 0),
    ],
)
def test_filters_narrow_a_list(program, register, staff, place, asked, numbers):
    for number in (1, 2, 3):
        _case(register, staff, number)
    assert len(program.get(f"{place}/", asked).json()["results"]) == numbers


@pytest.mark.parametrize("place", ["agreements", "notices", "exports", "receipts", "holds", "deletion-plans",
                                   "deletion-runs", "certificates", "journal"])  # fmt: skip
def test_what_is_asked_of_one_customer_holds_nothing_of_another(program, register, staff, place):
    for number in (1, 2):
        _case(register, staff, number)
    mine = Customer.objects.get(tenant_key="t1")
    found = program.all(f"{place}/", customer=mine.pk)
    assert found
    if place != "notices":
        assert {one["customer"] for one in found} == {mine.pk}
    else:
        assert {one["agreement"] for one in found} == {mine.agreements.get().pk}


@pytest.mark.parametrize(
    ("place", "asked", "field"),
    [("agreements", {"phase": "nowhere"}, "phase"), ("agreements", {"ends_from": "soon"}, "ends_from"),
     ("notices", {"agreement": "x"}, "agreement"), ("notices", {"customer": "1.5"}, "customer"),
     ("deletion-plans", {"agreement": "1.5"}, "agreement"), ("certificates", {"sequence": "1.5"}, "sequence"),
     ("journal", {"after": "1.5"}, "after"), ("receipts", {"export": "1.5"}, "export"),
     ("customers", {"tenant_key": "a\x00b"}, "tenant_key")],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_named(program, place, asked, field):
    response = program.get(f"{place}/", asked)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


@pytest.mark.parametrize("place", PLACES)
def test_a_filter_that_there_is_not_is_refused_instead_of_giving_everything(program, place):
    response = program.get(f"{place}/", {"custmer": "5", "page_size": "10"})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["custmer"]


def test_a_number_beyond_all_rows_finds_nothing(program, agreement):
    assert program.get("agreements/", {"customer": "9" * 40}).json()["results"] == []


def test_the_journal_comes_with_what_proves_it(program, agreement):
    entry = JournalEntry.objects.order_by("-seq").first()
    told = program.get(f"journal/{entry.seq}/").json()
    assert (told["hash"], told["seal"], told["event"]) == (entry.hash, entry.seal, "agreement.registered")
    assert told["sentence"]
