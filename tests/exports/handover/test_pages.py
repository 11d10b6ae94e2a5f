"""What customers see of their exports and can do there; who may not, and what strangers learn: nothing."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from exports import jobs, receipts
from exports.models import ExportJob, Receipt
from offboarding.models import JournalEntry
from tests.offboarding.portal.visiting import text_of


@pytest.fixture
def page(agreement):
    return lambda rest="": f"/leaving/{agreement.reference}/{rest}"


def every_address(reference, job):
    below = f"/leaving/{reference}/exports/"
    files = (f"files/export-{job.pk}.sha256", "files/manifest.json")
    mine = ("", "cancel/", "confirm/", "missing/", "key/", *files)
    return [f"{below}request/", f"{below}progress/", *(f"{below}{job.pk}/{one}" for one in mine)]


def test_a_stranger_gets_404_everywhere(agreement, package, bo, enter):
    job, browser = package(), enter(bo)
    for address in every_address(agreement.reference, job) + every_address("R-BBBB-BBBB", job)[2:]:
        assert {browser.get(address).status_code, browser.post(address).status_code} <= {404, 405}, address
    for address in every_address(agreement.reference, job):
        assert 404 in (browser.get(address).status_code, browser.post(address).status_code)
    assert not Receipt.objects.exists()
    assert not JournalEntry.objects.filter(event__in=["export.downloaded", "export.key_made"]).exists()


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client, agreement, package):
    for address in every_address(agreement.reference, package()):
        found = client.get(address)
        assert found.status_code in (302, 405)
        if found.status_code == 302:
            assert found.url.startswith("/leaving/sign-in/?next=")


def test_staff_do_not_act_as_a_customer(desk, agreement, package):
    assert desk.get(every_address(agreement.reference, package())[0]).status_code == 404


def test_an_export_is_asked_for_with_categories_and_formats_explained(enter, eva, page):
    browser = enter(eva)
    form = browser.get(page("exports/request/"))
    text = text_of(form)
    assert "Videos, images and other files, exactly as they were uploaded." in text
    assert "Your people: accounts, personal information and certifications." in text
    sent = browser.post(page("exports/request/"), {"categories": ["users"], "formats": ["csv", "json"]})
    job = ExportJob.objects.get()
    assert (sent.status_code, sent.url) == (302, page(f"exports/{job.pk}/"))
    assert (job.requested_by_contact, job.categories, job.formats, job.language) == (
        eva,
        ["users"],
        ["csv", "json"],
        "en",
    )
    assert "waits for its turn" in text_of(browser.get(page()))


def test_a_request_without_a_choice_says_so_at_its_field_and_asks_for_nothing(enter, eva, page):
    refused = enter(eva).post(page("exports/request/"), {"formats": ["csv"]})
    assert refused.status_code == 422
    assert 'aria-describedby="id_categories_error"' in refused.content.decode()
    assert "Choose at least one." in text_of(refused)
    assert not ExportJob.objects.exists()


def test_a_form_that_was_tampered_with_asks_for_nothing(enter, eva, page):
    refused = enter(eva).post(page("exports/request/"), {"categories": ["all"], "formats": ["csv"]})
    assert refused.status_code == 422 and not ExportJob.objects.exists()


def test_who_may_only_look_is_told_so_and_refused_by_the_verb(enter, lea, page, agreement):
    browser = enter(lea)
    assert "You may look, but not request" in text_of(browser.get(page("exports/request/")))
    assert browser.post(page("exports/request/"), {"categories": ["users"], "formats": ["csv"]}).status_code == 403
    assert not ExportJob.objects.exists()


def test_after_the_window_the_page_says_why_and_a_late_post_changes_nothing(enter, eva, page, agreement):
    agreement.export_until = timezone.localdate() - timezone.timedelta(days=1)
    agreement.save()
    browser = enter(eva)
    assert "could be requested until" in text_of(browser.get(page("exports/request/")))
    assert browser.post(page("exports/request/"), {"categories": ["users"], "formats": ["csv"]}).status_code == 422
    assert not ExportJob.objects.exists()


def test_the_size_is_estimated_by_the_last_package(enter, eva, page, package):
    package(days=5)
    text = text_of(enter(eva).get(page("exports/request/")))
    assert re.search(r"An estimate: your package of .* was 1\.0\sMB, with Users, Courses as CSV\.", text)


def test_every_form_has_a_way_back_and_names_the_agreement(enter, eva, page, package, agreement):
    job, browser = package(days=2), enter(eva)
    for form in ("exports/request/", f"exports/{job.pk}/confirm/", f"exports/{job.pk}/missing/"):
        answer = browser.get(page(form))
        assert f'<a href="{page()}">Cancel</a>' in answer.content.decode()
        assert f"Alice Academy · agreement {agreement.number}" in text_of(answer)


def test_to_ask_again_is_quiet_while_a_package_waits_to_be_fetched(enter, eva, page, package):
    browser, address = enter(eva), page("exports/request/")
    assert f'<a class="button" href="{address}"' in browser.get(page()).content.decode()
    package(days=2)
    assert f'<a class="button quiet" href="{address}"' in browser.get(page()).content.decode()


def test_progress_moves_without_what_is_only_for_staff(enter, eva, page, alice):
    job = jobs.request_export(alice, contact=eva, agreement=alice.agreements.get())
    now = timezone.now()
    ExportJob.objects.filter(pk=job.pk).update(
        state="running", epoch=1, started_at=now, heartbeat_at=now - timezone.timedelta(hours=1), rows_total=100,
        rows_done=40, step="table secret_table",
    )  # fmt: skip
    (told,) = enter(eva).get(page(f"exports/progress/?job={job.pk}&job=999999&job=x")).json()["jobs"]
    assert (told["id"], told["active"], told["percent"], told["step"], told["note"]) == (job.pk, True, 10, "", "")
    assert "You may close this page" in told["sentence"]
    whole = enter(eva).get(page()).content.decode()
    assert f'data-job="{job.pk}"' in whole and "secret_table" not in whole


@pytest.mark.parametrize("state", ["failed", "incomplete"])
def test_what_went_wrong_here_is_not_theirs_to_mend(enter, eva, page, package, state):
    job = package(state="incomplete")
    ExportJob.objects.filter(pk=job.pk).update(state=state, error="relation crm.people is missing")
    text = text_of(enter(eva).get(page(f"exports/{job.pk}/")))
    assert "we look at it" in text and "crm.people" not in text and "Download" not in text


def test_a_request_is_taken_back_by_who_made_it(enter, eva, page, alice):
    job = jobs.request_export(alice, contact=eva, agreement=alice.agreements.get())
    browser = enter(eva)
    assert page(f"exports/{job.pk}/cancel/") in browser.get(page()).content.decode()
    browser.post(page(f"exports/{job.pk}/cancel/"))
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert "Only an export that waits" in text_of(browser.post(page(f"exports/{job.pk}/cancel/"), follow=True))


def test_the_package_stands_with_size_digest_and_what_silence_means(enter, eva, page, package):
    job = package(days=2)
    shown = enter(eva).get(page())
    text = text_of(shown)
    for volume in job.volumes.all():
        assert volume.sha256 in text and page(f"exports/{job.pk}/files/") in shown.content.decode()
    assert "If we hear nothing until then, we count the package as delivered." in text
    job = package(days=20)
    assert "We heard nothing from you until" in text_of(enter(eva).get(page(f"exports/{job.pk}/")))


def test_who_may_only_look_sees_that_there_is_a_package_and_no_file_of_it(enter, lea, page, package):
    job = package()
    shown = enter(lea).get(page()).content.decode()
    assert f"exports/{job.pk}/files/" not in shown and "You may look, but not fetch" in shown
    assert "confirm/" not in shown


def test_confirming_shows_what_follows_and_acts_only_by_post(enter, eva, page, package):
    job, browser = package(), enter(eva)
    address = page(f"exports/{job.pk}/confirm/")
    shown = browser.get(address)
    assert job.manifest_sha256 in shown.content.decode() and "What follows from it" in text_of(shown)
    assert not Receipt.objects.exists()
    assert browser.post(address, {"digest": job.manifest_sha256}).status_code == 422
    assert browser.post(address, {"digest": "0" * 64, "sure": "on"}).status_code == 422
    assert not Receipt.objects.exists()
    done = browser.post(address, {"digest": job.manifest_sha256, "sure": "on"}, follow=True)
    assert "It is written down that everything has arrived" in text_of(done)
    assert Receipt.objects.get().contact == eva
    assert "nothing to confirm" in text_of(browser.get(address))


def test_what_is_missing_is_said_by_category_and_kept_word_for_word(enter, eva, page, package):
    job, browser = package(), enter(eva)
    address = page(f"exports/{job.pk}/missing/")
    shown = browser.get(address).content.decode()
    assert 'name="users"' in shown and 'name="courses"' in shown and 'name="reports"' not in shown
    refused = browser.post(address, {"digest": job.manifest_sha256, "users": "  "})
    assert refused.status_code == 422 and "at least one category" in text_of(refused)
    words = 'Two <b>"teachers"</b> of 2019'
    done = browser.post(address, {"digest": job.manifest_sha256, "users": words}, follow=True)
    assert Receipt.objects.get().missing == {"users": words}
    assert f"Users: {words}" in text_of(done) and "<b>" not in done.content.decode()
    assert "confirm/" not in browser.get(page()).content.decode()


def test_the_answer_to_an_objection_stands_on_the_page(enter, eva, page, package, staff):
    job = package()
    receipt = receipts.object_to(job, contact=eva, digest=job.manifest_sha256, missing={"users": "x"})
    receipts.settle(receipt, by=staff, because="They are in volume 2.")
    assert "Our answer: They are in volume 2." in text_of(enter(eva).get(page(f"exports/{job.pk}/")))


def test_who_may_not_confirm_is_refused_by_the_verb(enter, lea, page, package):
    job = package()
    for verb, data in (("confirm", {"sure": "on"}), ("missing", {"users": "x"})):
        found = enter(lea).post(page(f"exports/{job.pk}/{verb}/"), {"digest": job.manifest_sha256, **data})
        assert found.status_code == 403
    assert not Receipt.objects.exists()


def test_the_page_speaks_swedish_to_who_is_written_to_in_swedish(enter, eva, page, package):
    package()
    eva.language = "sv"
    eva.save()
    assert 'lang="sv"' in enter(eva).get(page()).content.decode()


def test_what_is_too_old_for_the_page_is_said(enter, eva, page, package, monkeypatch):
    monkeypatch.setattr("exports.portal_packages.MOST", 4)
    for days in (9, 8, 7, 6):
        package(days=days)
    assert "Only the newest" not in text_of(enter(eva).get(page()))
    package(days=5)
    assert "Only the newest 4 requests are shown here." in text_of(enter(eva).get(page()))
