"""An objection is settled by a person: with a newer package, or by saying why none is needed."""

from __future__ import annotations

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from exports import jobs, receipts
from exports.fair_time import answer_until
from exports.models import ExportJob, Receipt
from offboarding import clock
from offboarding.models import JournalEntry, Letter
from retention.facts import Delivery
from retention.gathering_exports import exports_of


@pytest.fixture
def objection(agreement, eva, package):
    """Eva objected nineteen days ago to a package that is twenty days old."""
    job = package(days=20)
    receipt = receipts.object_to(job, contact=eva, digest=job.manifest_sha256, missing={"courses": "the videos"})
    given = job.finished_at + timezone.timedelta(days=1)
    Receipt.objects.filter(pk=receipt.pk).update(given_at=given)
    receipt.refresh_from_db()
    return receipt


def test_without_a_new_package_the_old_one_counts_from_its_own_day(alice, objection, staff):
    settled = receipts.settle(objection, by=staff, because="  They are in volume 2. ")
    assert (settled.settled_by, settled.settled_because) == (staff, "They are in volume 2.")
    (found,) = exports_of(alice)
    assert (found.delivery, found.available_at) == (Delivery.DELIVERED, objection.job.finished_at)
    assert found.answered_at == JournalEntry.objects.get(event="export.objection_settled").at
    letter = Letter.objects.filter(occasion="receipt").latest("pk")
    assert "Our answer: They are in volume 2." in letter.text


def test_the_answer_says_until_when_to_look(objection, staff):
    receipts.settle(objection, by=staff, because="They are in volume 2.")
    until = date_format(answer_until(clock.today()), "l j F Y")
    text = " ".join(Letter.objects.filter(occasion="receipt").latest("pk").text.split())
    assert f"by the end of {until}; until that day is over nothing is deleted" in text


@pytest.mark.parametrize("categories", [("users", "courses"), ("courses",)])
def test_with_a_new_package_the_fair_time_begins_again(alice, objection, staff, package, categories):
    new = package(days=1, categories=categories)
    receipts.settle(objection, by=staff, because="Made anew.", by_export=new)
    first, second = exports_of(alice)
    assert (first.delivery, first.available_at) == (Delivery.DELIVERED, new.finished_at)
    assert second.available_at == new.finished_at
    entry = JournalEntry.objects.get(event="export.objection_settled")
    assert (entry.facts["by_export"], entry.reason) == (new.pk, "Made anew.")
    assert f"Export {new.pk} makes it good" in Letter.objects.filter(occasion="receipt").latest("pk").text


def test_a_confirmation_of_the_new_package_settles_the_first_request_too(alice, objection, staff, package, eva):
    new = package(days=1, categories=("courses",))
    receipts.settle(objection, by=staff, because="Made anew.", by_export=new)
    receipts.confirm(new, contact=eva, digest=new.manifest_sha256)
    assert [one.delivery for one in exports_of(alice)] == [Delivery.SETTLED, Delivery.SETTLED]


def test_an_objection_to_the_new_package_reopens_both(alice, objection, staff, package, eva):
    new = package(days=1)
    receipts.settle(objection, by=staff, because="Made anew.", by_export=new)
    receipts.object_to(new, contact=eva, digest=new.manifest_sha256, missing={"users": "all"})
    assert [one.delivery for one in exports_of(alice)] == [Delivery.REQUESTED, Delivery.OBJECTED]


def test_a_second_objection_that_is_dismissed_leaves_the_new_package_in_force(alice, objection, staff, package, eva):
    new, job = package(days=1), objection.job
    receipts.settle(objection, by=staff, because="Made anew.", by_export=new)
    again = receipts.object_to(job, contact=eva, digest=job.manifest_sha256, missing={"users": "x"})
    receipts.settle(again, by=staff, because="It is there.")
    assert exports_of(alice)[0].available_at == new.finished_at


def test_only_a_whole_newer_package_of_the_same_customer_with_what_was_missed_makes_it_good(
    alice, bob, objection, staff, package
):
    older = ExportJob.objects.get(pk=objection.job_id)
    wrong = [
        older, package(days=0, categories=("users",)), package(days=0, state="incomplete"),
        package(days=0, customer=bob), package(days=25),
    ]  # fmt: skip
    for job in wrong:
        with pytest.raises(ValidationError) as refused:
            receipts.settle(objection, by=staff, because="x", by_export=job)
        assert list(refused.value.message_dict) == ["by_export"]
    objection.refresh_from_db()
    assert objection.settled_at is None


def test_it_takes_the_permission_a_reason_and_an_open_objection(objection, staff, charlie, permit, package, eva):
    with pytest.raises(PermissionDenied):
        receipts.settle(objection, by=permit(charlie, "record_receipt"), because="x")
    with pytest.raises(ValidationError, match="how it was settled"):
        receipts.settle(objection, by=staff, because="\n")
    receipts.settle(objection, by=permit(charlie, "settle_receipt"), because="x")
    with pytest.raises(ValidationError, match="no open objection"):
        receipts.settle(objection, by=staff, because="x")
    job = package()
    confirmed = receipts.confirm(job, contact=eva, digest=job.manifest_sha256)
    with pytest.raises(ValidationError, match="no open objection"):
        receipts.settle(confirmed, by=staff, because="x")


def test_two_queries_at_most_also_with_receipts(alice, objection, staff, package, django_assert_num_queries):
    receipts.settle(objection, by=staff, because="Made anew.", by_export=package())
    jobs.expire(package(days=3), by=staff)
    with django_assert_num_queries(2), time_machine.travel(timezone.now(), tick=False):
        assert len(exports_of(alice)) == 3
