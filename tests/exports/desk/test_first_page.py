"""What waits about exports stands on the first page: red ones, objections, what nobody works on, what lies too long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from exports.models import ExportJob, Receipt
from offboarding.models import Agreement
from tests.exports.shown import job_in, page_of
from tests.offboarding.desk.pages import acts, first, kinds, mine

State = ExportJob.State


@pytest.fixture(autouse=True)
def hers(alice):
    return Agreement.objects.create(customer=alice, number="A-1", term_start="2026-01-01", term_end="2026-12-31")


@pytest.fixture
def person(client, charlie, permit):
    def signed_in(*codenames):
        charlie.user_permissions.clear()
        client.force_login(permit(charlie, *codenames))
        return client

    return signed_in


@pytest.mark.parametrize("state", [State.FAILED, State.INCOMPLETE])
def test_a_red_export_waits_until_a_newer_one_is_asked_for(alice, staff, person, state):
    job = job_in(state, alice, staff, error="No space left on device.")
    browser = person("retry_exportjob", "view_exportjob")
    page = first(browser)
    assert kinds(page) == ["red"]
    assert acts(page) == [page_of(job)]
    assert "No space left on device." in page
    job_in(State.COMPLETE, alice, staff)
    assert kinds(first(browser)) == []


def test_a_red_export_of_a_customer_who_is_gone_waits_for_nobody(alice, staff, person, hers):
    job_in(State.FAILED, alice, staff, error="x")
    dates = {"service_ends": "2026-01-31", "export_until": "2026-04-30", "delete_from": "2026-05-01"}
    Agreement.objects.filter(pk=hers.pk).update(erased_at=timezone.now(), ending="expiry", **dates)
    assert kinds(first(person("retry_exportjob"))) == []


def test_whoever_may_only_look_finds_red_exports_folded(alice, staff, viewer):
    job_in(State.FAILED, alice, staff, error="x")
    page = first(viewer)
    assert kinds(mine(page)) == []
    assert kinds(page) == ["red-others"]


def test_an_objection_to_a_package_waits_until_it_is_settled(alice, staff, person):
    job = job_in(State.COMPLETE, alice, staff)
    receipt = Receipt.objects.create(
        job=job, manifest_sha256="a" * 64, outcome="objected", given_at=timezone.now() - timedelta(hours=2),
        recorded_by=staff, because="Mail", missing={"users": "Half of them"},
    )  # fmt: skip
    browser = person("settle_receipt", "view_exportjob")
    page = first(browser)
    assert kinds(page) == ["receipts"]
    assert "Missing: " in page
    assert [browser.get(address).status_code for address in acts(page)] == [200]
    Receipt.objects.filter(pk=receipt.pk).update(settled_at=timezone.now(), settled_by=staff, settled_because="Sent")
    assert kinds(first(browser)) == []


def test_an_export_that_no_worker_takes_is_told_after_a_quarter_of_an_hour(alice, staff, person):
    job = job_in(State.QUEUED, alice, staff)
    browser = person("view_exportjob", "retry_exportjob")
    now = timezone.now()
    ExportJob.objects.filter(pk=job.pk).update(requested_at=now - timedelta(minutes=14))
    assert kinds(first(browser)) == []
    ExportJob.objects.filter(pk=job.pk).update(requested_at=now - timedelta(minutes=16))
    assert kinds(first(browser)) == ["idle"]


def test_a_package_that_should_have_been_removed_a_day_ago_is_told(alice, staff, person):
    job = job_in(State.COMPLETE, alice, staff)
    browser = person("expire_exportjob", "view_exportjob")
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(hours=23))
    assert kinds(first(browser)) == []
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(hours=25))
    assert kinds(first(browser)) == ["overdue"]


def test_what_runs_has_a_bar_and_its_figures_and_moves_without_reloading(alice, staff, viewer):
    job = job_in(State.RUNNING, alice, staff, rows_total=1000, rows_done=400, step="table people")
    page = first(viewer)
    assert f'data-job="{job.pk}"' in page
    assert "reading people" in page
    assert '<progress max="100" value="10"' in page
    assert 'data-live="/admin/exports/exportjob/progress/"' in page
    assert "live.js" in page


def test_nothing_is_polled_where_nothing_runs(alice, staff, viewer):
    job_in(State.COMPLETE, alice, staff)
    page = first(viewer)
    assert "live.js" not in page
    assert "What runs now" not in page


def test_exports_and_their_packages_stand_in_the_story_of_the_case(alice, staff, hers, person):
    job = job_in(State.COMPLETE, alice, staff)
    page = f"/admin/offboarding/agreement/{hers.pk}/change/"
    shown = person("view_agreement", "view_exportjob").get(page).content.decode()
    assert f"Export {job.pk} requested: complete" in shown
    assert f"Package of export {job.pk}" in shown
    assert 'class="band band-package"' in shown
    assert f"Export {job.pk}" not in person("view_agreement").get(page).content.decode()


def test_a_removed_package_ends_in_the_story_on_the_day_on_which_it_was_removed(alice, staff, hers, person):
    from exports import jobs
    from exports.story_marks import marks
    from offboarding import clock
    from offboarding.timeline import Band

    job = job_in(State.COMPLETE, alice, staff)
    ExportJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=9))
    jobs.expire(ExportJob.objects.get(pk=job.pk), by=staff)
    later = clock.today() + timedelta(days=30)
    (band,) = marks(hers, staff, later).bands
    assert isinstance(band, Band)
    assert (band.kind, band.first, band.last) == ("package-gone", clock.today() - timedelta(days=9), clock.today())
