"""The screens around an export: its request, the customer's page, and the files that nobody finds."""

from __future__ import annotations

import pytest
from django.utils import timezone

from exports.models import ExportJob, MissingFile
from tests.exports.shown import MISSING, REQUEST, job_in, page_of

State = ExportJob.State


# The request ----------------------------------------------------------------------------------------------------------


def test_a_request_starts_an_export_and_leads_to_its_page(desk, alice):
    form = {"customer": alice.pk, "categories": ["users"], "formats": ["csv", "media"], "language": ""}
    answer = desk.post(REQUEST, form)
    job = ExportJob.objects.get()
    assert answer.url == page_of(job)
    assert (job.state, job.categories, job.formats, job.language) == (State.QUEUED, ["users"], ["csv", "media"], "sv")


def test_the_form_explains_each_category_and_format_and_chooses_all_at_first(desk, alice):
    page = desk.get(REQUEST, {"customer": alice.pk}).content.decode()
    assert "Alice Academy" in page, "the customer is chosen already"
    assert page.count('type="checkbox"') == page.count(" checked") == 11
    for text in ("one workbook per category", "loads into an empty database", "certifications"):
        assert text in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"customer": ""}, "This field is required."),
        ({"customer": "4711"}, "There is no such customer."),
        ({"categories": []}, "Choose at least one."),
        ({"formats": []}, "Choose at least one."),
        ({"formats": ["floppy"]}, "floppy"),
    ],
    ids=lambda wrong: next(iter(wrong)) if isinstance(wrong, dict) else "",
)
def test_a_mistake_is_told_at_its_field(desk, alice, wrong, says):
    form = {"customer": alice.pk, "categories": ["users"], "formats": ["csv"], **wrong}
    answer = desk.post(REQUEST, form)
    (field,) = wrong
    assert says in answer.context["form"].errors[field][0]
    assert says in answer.content.decode()
    assert not ExportJob.objects.exists()


def test_a_second_request_is_refused_at_the_customer(desk, alice, staff):
    job_in(State.QUEUED, alice, staff)
    answer = desk.post(REQUEST, {"customer": alice.pk, "categories": ["users"], "formats": ["csv"]})
    assert answer.context["form"].errors["customer"] == ["An export of this customer is already under way."]


def test_nonsense_in_the_address_of_the_form_is_ignored(desk):
    assert desk.get(REQUEST, {"customer": "x' OR 1=1"}).status_code == 200


# The customer's page --------------------------------------------------------------------------------------------------


def test_a_customers_page_leads_to_the_request_and_shows_only_its_own_jobs(desk, alice, bob, staff):
    hers, his = job_in(State.FAILED, alice, staff), job_in(State.FAILED, bob, staff)
    page = desk.get(f"/admin/offboarding/customer/{alice.pk}/change/").content.decode()
    assert f"{REQUEST}?customer={alice.pk}" in page
    assert page_of(hers) in page
    assert page_of(his) not in page


def test_while_one_export_runs_the_customers_page_offers_no_second(desk, alice, staff):
    job_in(State.RUNNING, alice, staff)
    page = desk.get(f"/admin/offboarding/customer/{alice.pk}/change/").content.decode()
    assert f"{REQUEST}?customer={alice.pk}" not in page
    assert "is under way" in page


def test_a_customers_page_shows_no_exports_to_those_who_may_not_see_them(client, alice, charlie, permit, staff):
    client.force_login(permit(charlie, "view_customer"))
    job = job_in(State.FAILED, alice, staff)
    page = client.get(f"/admin/offboarding/customer/{alice.pk}/change/").content.decode()
    assert page_of(job) not in page
    assert REQUEST not in page


# Missing files --------------------------------------------------------------------------------------------------------


@pytest.fixture
def lost(alice, staff):
    job = job_in(State.INCOMPLETE, alice, staff)
    return [
        MissingFile.objects.create(
            customer=alice, store="media", path=f"7/{name}", path_sha256=name, reason="no such object", last_seen=job
        )
        for name in ("a.pdf", "b.pdf")
    ]


def test_an_incomplete_job_leads_to_its_missing_files(desk, lost):
    page = desk.get(page_of(lost[0].last_seen)).content.decode()
    assert "2 files are missing" in page
    listed = desk.get(f"{MISSING}?last_seen__id__exact={lost[0].last_seen_id}&accepted=no").content.decode()
    assert "7/a.pdf" in listed
    assert "7/b.pdf" in listed


def test_accepting_names_the_files_and_asks_for_the_reason_first(desk, lost, staff):
    chosen = {"action": "accept_selected", "_selected_action": [lost[0].pk]}
    page = desk.post(MISSING, chosen).content.decode()
    assert "7/a.pdf" in page
    assert "7/b.pdf" not in page
    assert not MissingFile.objects.exclude(accepted_by=None).exists()
    refused = desk.post(MISSING, {**chosen, "because": "  "}).content.decode()
    assert "Say why the export is complete without this file." in refused
    done = desk.post(MISSING, {**chosen, "because": "deleted in 2024"}, follow=True).content.decode()
    assert "1 file accepted as missing." in done
    accepted = MissingFile.objects.get(accepted_by=staff)
    assert (accepted.path, accepted.accepted_because) == ("7/a.pdf", "deleted in 2024")
    assert desk.get(f"{MISSING}?accepted=no").content.decode().count("no such object") == 1


def test_what_somebody_accepted_is_not_accepted_again(desk, lost, staff):
    MissingFile.objects.update(accepted_by=staff, accepted_at=timezone.now(), accepted_because="first")
    chosen = {"action": "accept_selected", "_selected_action": [one.pk for one in lost], "because": "second"}
    assert "accepted already" in desk.post(MISSING, chosen, follow=True).content.decode()
    assert set(MissingFile.objects.values_list("accepted_because", flat=True)) == {"first"}


def test_accepting_needs_its_permission(viewer, lost):
    chosen = {"action": "accept_selected", "_selected_action": [lost[0].pk], "because": "me"}
    assert viewer.post(MISSING, chosen).status_code == 403
    assert not MissingFile.objects.exclude(accepted_by=None).exists()


def test_missing_files_are_neither_added_changed_nor_deleted_by_hand(desk, lost):
    one = f"{MISSING}{lost[0].pk}/"
    assert desk.get(f"{one}change/").status_code == 200
    assert [desk.post(one + "change/", {}).status_code, desk.post(one + "delete/", {"post": "yes"}).status_code,
            desk.get(f"{MISSING}add/").status_code] == [403, 403, 403]  # fmt: skip
