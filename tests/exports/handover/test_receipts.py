"""A package is confirmed or objected to by its digest; objections are settled; the case is told each time."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from exports import jobs, receipts
from exports.models import Receipt
from offboarding.journal_words import sentence, who
from offboarding.models import JournalEntry, Letter
from retention.facts import Delivery
from retention.gathering_exports import exports_of

MISSING = {"courses": "The videos of  2019"}


def confirm(job, contact, **other):
    return receipts.confirm(job, contact=contact, **{"digest": job.manifest_sha256} | other)


def object_to(job, contact, missing=MISSING, **other):
    return receipts.object_to(job, contact=contact, missing=missing, **{"digest": job.manifest_sha256} | other)


def delivery_of(customer):
    return [one.delivery for one in exports_of(customer)]


def test_a_confirmation_is_bound_to_the_digest_and_told(agreement, alice, eva, lea, package):
    job = package(days=2)
    assert delivery_of(alice) == [Delivery.DELIVERED]
    receipt = confirm(job, eva)
    assert (receipt.manifest_sha256, receipt.contact, receipt.recorded_by) == (job.manifest_sha256, eva, None)
    assert delivery_of(alice) == [Delivery.SETTLED]
    entry = JournalEntry.objects.get(event="export.confirmed")
    assert who(entry) == "Eva Öst"
    assert sentence(entry) == f"The package of export {job.pk} was confirmed: everything has arrived."
    told = Letter.objects.filter(occasion="receipt")
    assert {letter.address for letter in told} == {eva.email, lea.email}
    assert all(job.manifest_sha256 in "".join(letter.text.split()) for letter in told)


@pytest.mark.parametrize("digest", ["", "0" * 64, "whatever"])
def test_another_digest_than_the_packages_is_refused(agreement, eva, package, digest):
    job = package()
    for verb in (confirm, object_to):
        with pytest.raises(ValidationError) as refused:
            verb(job, eva, digest=digest)
        assert list(refused.value.message_dict) == ["digest"]
    assert not Receipt.objects.exists()


def test_a_newer_package_does_not_inherit(agreement, alice, eva, package):
    old, new = package(days=5), package(days=1)
    confirm(old, eva)
    assert delivery_of(alice) == [Delivery.SETTLED, Delivery.DELIVERED]
    with pytest.raises(ValidationError, match="not the package"):
        confirm(new, eva, digest=old.manifest_sha256)


def test_a_confirmation_of_another_digest_in_the_table_counts_for_nothing(agreement, alice, eva, package):
    receipt = confirm(package(), eva)
    Receipt.objects.filter(pk=receipt.pk).update(manifest_sha256="f" * 64)
    assert delivery_of(alice) == [Delivery.DELIVERED]


@pytest.mark.parametrize("state", ["queued", "incomplete", "cancelled"])
def test_only_a_whole_package_is_confirmed(agreement, eva, package, state):
    job = package(state="incomplete")
    if state != "incomplete":
        from exports.models import ExportJob

        ended = {"finished_at": None} if state == "queued" else {}
        ExportJob.objects.filter(pk=job.pk).update(state=state, **ended)
    with pytest.raises(ValidationError, match="no whole package"):
        confirm(job, eva)


def test_what_was_fetched_can_be_confirmed_when_the_package_is_gone(agreement, alice, eva, package, staff):
    job = package(days=3)
    jobs.expire(job, by=staff)
    confirm(job, eva)
    assert delivery_of(alice) == [Delivery.SETTLED]


def test_an_incomplete_package_that_is_gone_was_never_handed_over(agreement, eva, package, staff):
    job = package(state="incomplete")
    job.statement["complete"] = False
    job.save()
    jobs.expire(job, by=staff)
    with pytest.raises(ValidationError, match="no whole package"):
        confirm(job, eva)


def test_once_is_enough_and_only_who_may(agreement, eva, lea, bo, staff, charlie, package):
    job = package()
    for contact in (lea, bo):
        for verb in (confirm, object_to):
            with pytest.raises(PermissionDenied):
                verb(job, contact)
    with pytest.raises(PermissionDenied):
        receipts.confirm(job, by=charlie, digest=job.manifest_sha256, because="he called")
    confirm(job, eva)
    with pytest.raises(ValidationError, match="already"):
        confirm(job, eva)


def test_nothing_is_confirmed_when_the_data_is_deleted(agreement, eva, package):
    job = package()
    agreement.erased_at = timezone.now()
    agreement.save()
    with pytest.raises(ValidationError, match="deleted"):
        confirm(job, eva)


def test_staff_records_a_confirmation_that_came_by_mail_and_says_by_what_it_knows(agreement, staff, package):
    job = package()
    with pytest.raises(ValidationError, match="by what you know"):
        receipts.confirm(job, by=staff, digest=job.manifest_sha256, because=" ")
    receipt = receipts.confirm(job, by=staff, digest=job.manifest_sha256, because="Eva's mail of 3 May")
    assert (receipt.contact, receipt.recorded_by, receipt.because) == (None, staff, "Eva's mail of 3 May")
    entry = JournalEntry.objects.get(event="export.confirmed")
    assert (who(entry), entry.reason) == ("sam", "Eva's mail of 3 May")


def test_an_objection_reopens_the_request_and_keeps_the_words_out_of_the_journal(agreement, alice, eva, package):
    receipt = object_to(package(days=30), eva)
    assert receipt.missing == {"courses": "The videos of  2019"}
    assert delivery_of(alice) == [Delivery.OBJECTED]
    entry = JournalEntry.objects.get(event="export.objected")
    assert sentence(entry).endswith("the customer says: Courses.")
    assert "videos" not in str(entry.facts) + entry.reason
    (letter,) = Letter.objects.filter(occasion="receipt")
    text = " ".join(letter.text.split())
    assert "- Courses: The videos of 2019" in text and "nothing is deleted" in text


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({}, "missing"), ({"users": "  "}, "missing"), ({"films": "all"}, "missing"),
        ({"reports": "the usage"}, "reports"), ({"users": "x" * 4001}, "users"), ({"users": "a\x00b"}, "users"),
    ],
)  # fmt: skip
def test_an_objection_says_of_a_category_that_was_asked_for_what_is_missing(agreement, eva, package, missing, field):
    with pytest.raises(ValidationError) as refused:
        object_to(package(), eva, missing)
    assert list(refused.value.message_dict) == [field]
    assert not Receipt.objects.exists()


def test_one_objection_at_a_time_and_no_confirmation_beside_it(agreement, eva, package):
    job = package()
    object_to(job, eva)
    with pytest.raises(ValidationError, match="already"):
        object_to(job, eva)
    with pytest.raises(ValidationError, match="settled first"):
        confirm(job, eva)


def test_who_has_confirmed_may_still_find_that_something_is_missing(agreement, alice, eva, package, staff):
    job = package(days=20)
    confirm(job, eva)
    receipt = object_to(job, eva)
    assert delivery_of(alice) == [Delivery.OBJECTED]
    receipts.settle(receipt, by=staff, because="It is in volume 2.")
    assert delivery_of(alice) == [Delivery.DELIVERED], "the older confirmation was taken back by the objection"
