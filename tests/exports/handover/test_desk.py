"""On the desk: what customers said, the forms to record and settle it, and who gets them."""

from __future__ import annotations

import pytest

from exports import receipts
from exports.models import Receipt
from tests.exports.shown import page_of
from tests.offboarding.portal.visiting import text_of


@pytest.fixture
def desk_of(client, charlie, permit):
    """``desk_of("settle_receipt")``: charlie's browser, who may look at exports and do this."""

    def signed_in(*permissions):
        client.force_login(permit(charlie, "view_exportjob", "view_receipt", *permissions))
        return client

    return signed_in


def address(job, rest):
    return f"/admin/exports/exportjob/{job.pk}/{rest}"


@pytest.fixture
def objection(agreement, eva, package):
    job = package(days=3)
    return receipts.object_to(job, contact=eva, digest=job.manifest_sha256, missing={"courses": "the <i>videos</i>"})


def test_the_page_of_an_export_offers_what_the_person_may(desk_of, agreement, package):
    job = package()
    shown = desk_of().get(page_of(job)).content.decode()
    assert "files/" not in shown and "confirmed/" not in shown and "settle/" not in shown
    shown = desk_of("record_receipt", "download_exportjob").get(page_of(job)).content.decode()
    assert address(job, f"files/alice-export-{job.pk}-001.zip") in shown and address(job, "confirmed/") in shown
    assert address(job, "objected/") in shown and address(job, "settle/") not in shown


def test_what_the_customer_said_stands_there_as_words(desk_of, objection):
    page = desk_of("settle_receipt", "record_receipt").get(page_of(objection.job))
    assert "the <i>videos</i>" in text_of(page) and "<i>videos" not in page.content.decode()
    assert address(objection.job, "settle/") in page.content.decode()
    assert address(objection.job, "confirmed/") not in page.content.decode()


def test_a_confirmation_is_recorded_with_how_it_is_known(desk_of, agreement, package, charlie):
    job, browser = package(), desk_of("record_receipt")
    assert "Who said it, when and how" in text_of(browser.get(address(job, "confirmed/")))
    sent = {"digest": job.manifest_sha256, "because": "Eva's mail of 3 May"}
    assert browser.post(address(job, "confirmed/"), {**sent, "because": ""}).status_code == 200
    assert browser.post(address(job, "confirmed/"), {**sent, "digest": "0" * 64}).status_code == 200
    assert not Receipt.objects.exists()
    assert browser.post(address(job, "confirmed/"), sent).url == page_of(job)
    receipt = Receipt.objects.get()
    assert (receipt.outcome, receipt.recorded_by, receipt.because) == ("confirmed", charlie, sent["because"])


def test_an_objection_is_recorded_by_category(desk_of, agreement, package):
    job, browser = package(), desk_of("record_receipt")
    sent = {"digest": job.manifest_sha256, "because": "by phone, today", "users": "two teachers", "courses": ""}
    browser.post(address(job, "objected/"), sent)
    assert Receipt.objects.get().missing == {"users": "two teachers"}


def test_an_objection_is_settled_with_a_newer_export(desk_of, objection, package):
    new, partial = package(), package(categories=("users",))
    browser = desk_of("settle_receipt")
    form = browser.get(address(objection.job, "settle/"))
    assert f'value="{new.pk}"' in form.content.decode() and f'value="{partial.pk}"' not in form.content.decode()
    assert browser.post(address(objection.job, "settle/"), {"because": "x", "by_export": partial.pk}).status_code == 200
    browser.post(address(objection.job, "settle/"), {"because": "Made anew.", "by_export": new.pk})
    objection.refresh_from_db()
    assert objection.settled_because == "Made anew."
    there = browser.get(address(objection.job, "settle/"))
    assert there.headers["Location"] == address(objection.job, "change/")


@pytest.mark.parametrize("rest", ["confirmed/", "objected/", "settle/"])
def test_without_the_permission_nothing_is_shown_or_done(desk_of, objection, rest):
    browser = desk_of()
    assert browser.get(address(objection.job, rest)).status_code == 403
    assert browser.post(address(objection.job, rest), {"because": "x"}).status_code == 403
    assert desk_of("settle_receipt", "record_receipt").get(f"/admin/exports/exportjob/99999/{rest}").status_code == 404


def test_the_list_of_receipts_leads_to_the_export(desk_of, objection):
    browser = desk_of()
    assert "Courses" in text_of(browser.get("/admin/exports/receipt/?outcome__exact=objected"))
    assert browser.get(f"/admin/exports/receipt/{objection.pk}/change/").url == page_of(objection.job)
    assert browser.get("/admin/exports/receipt/add/").status_code == 403
