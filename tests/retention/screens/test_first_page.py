"""What waits about deletion stands on the first page, for whoever may act on it, one click from its form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.offboarding.desk.pages import acts, first, kinds, mine
from tests.retention.screens.cases import NOW, Records, form_of, page_of


def overdue(records):
    hold = records.hold()
    hold.review_on = timezone.localdate()
    hold.save()
    return hold


def due(records):
    attestation = records.attestation()
    attestation.due_on = timezone.localdate()
    attestation.save()
    return attestation


def reopened(records):
    run = records.run("reopened")
    type(run.plan).objects.filter(pk=run.plan_id).update(state="used")
    return run


MATTERS = {
    "back": (Records.back, "confirm", "confirm_resurrection"),
    "stopped": (Records.run, "resume", "start_deletionrun"),
    "plans": (Records.plan, "approve", "approve_deletionplan"),
    "attestations": (due, "attest", "attest_attestation"),
    "findings": (Records.look, "settle", "attest_attestation"),
    "holds": (overdue, "review", "place_legalhold"),
    "pause": (Records.pause, "resume", "set_pause"),
}


@pytest.mark.parametrize("kind", MATTERS)
def test_each_kind_is_shown_to_whoever_may_settle_it_with_a_button_to_its_form(records, person, kind):
    make, verb, permission = MATTERS[kind]
    record = make(records)
    browser = person(permission)
    page = first(browser)
    assert kind in kinds(mine(page))
    assert form_of(record, verb) in acts(page)
    assert browser.get(form_of(record, verb)).status_code == 200


@pytest.mark.parametrize("kind", MATTERS)
def test_each_kind_is_folded_away_for_whoever_may_only_look(records, person, kind):
    make, _verb, _permission = MATTERS[kind]
    record = make(records)
    browser = person(f"view_{record._meta.model_name}")
    page = first(browser)
    assert f"{kind}-others" in kinds(page)
    assert acts(page) == []
    assert page_of(record) in page
    assert browser.get(page_of(record)).status_code == 200


@pytest.mark.parametrize("kind", MATTERS)
def test_nobody_else_learns_of_it(records, person, kind):
    make, *_rest = MATTERS[kind]
    make(records)
    assert kinds(first(person("view_contact"))) == []


def test_a_plan_of_ones_own_is_for_somebody_else(records, person, charlie):
    records.plan(made_by=f"staff:{charlie.pk}:charlie")
    page = first(person("approve_deletionplan", "view_deletionplan"))
    assert acts(page) == []
    assert kinds(page) == ["plans-others"]


def test_an_approved_plan_and_one_that_cannot_be_carried_out_wait_for_no_approval(records, person):
    records.approved()
    assert kinds(first(person("approve_deletionplan"))) == []


def test_a_plan_that_cannot_be_carried_out_waits_for_whoever_plans(records, person):
    plan = records.plan("refused")
    page = first(person("make_deletionplan", "view_deletionplan"))
    assert kinds(page) == ["refused_plans"]
    assert acts(page) == [page_of(plan)]


def test_what_is_not_due_yet_does_not_wait(records, person):
    due(records).run.attestations.update(due_on=timezone.localdate() + timedelta(days=1))
    assert kinds(first(person("attest_attestation", "view_attestation"))) == []


def test_something_left_after_an_erasure_waits_until_a_new_plan_is_made(records, person):
    run = reopened(records)
    browser = person("make_deletionplan", "view_deletionrun")
    page = first(browser)
    assert kinds(page) == ["reopened"]
    assert acts(page) == [page_of(run)]
    type(run.plan).objects.filter(pk=run.plan_id).update(state="ready")
    assert kinds(first(browser)) == []


def test_a_run_that_nobody_takes_and_a_look_that_nobody_took_are_told(records, person, now):
    run = records.run("queued")
    browser = person("start_deletionrun", "attest_attestation", "view_deletionrun")
    assert kinds(first(browser)) == []
    type(run).objects.filter(pk=run.pk).update(queued_at=NOW - timedelta(minutes=16))
    assert kinds(first(browser)) == ["idle"]


def test_a_look_that_is_overdue_is_told_after_two_days(records, person):
    look = records.look()
    late = timezone.localdate() - timedelta(days=2)
    type(look).objects.filter(pk=look.pk).update(done_at=None, passed=None, found=[], due_on=late)
    browser = person("attest_attestation", "view_verification")
    assert kinds(first(browser)) == ["late_looks"]
    type(look).objects.filter(pk=look.pk).update(due_on=late + timedelta(days=1))
    assert kinds(first(browser)) == []


def test_a_run_that_works_has_a_bar_that_the_script_moves(records, person):
    run = records.run("running")
    page = first(person("view_deletionrun"))
    assert "What runs now" in page
    assert f'data-job="{run.pk}"' in page
    assert 'data-live="/admin/retention/deletionrun/progress/"' in page
    assert "live.js" in page
    assert "What runs now" not in first(person("view_legalhold"))


def test_holds_that_come_up_for_review_stand_in_the_calendar(records, person):
    hold = records.hold()
    type(hold).objects.filter(pk=hold.pk).update(review_on=timezone.localdate() + timedelta(days=40))
    browser = person("view_legalhold")
    page = first(browser)
    assert 'aria-label="Holds to review, days 31 to 60: 1"' in page
    day = (timezone.localdate() + timedelta(days=40)).isoformat()
    listed = browser.get(f"/admin/retention/legalhold/?review_on__gte={day}&review_on__lte={day}")
    assert listed.status_code == 200
    assert f"#{hold.pk}" in listed.content.decode() or page_of(hold) in listed.content.decode()


def test_holds_runs_and_certificates_stand_in_the_story_of_the_case_for_whoever_may_see_them(records, person):
    hold = records.hold()
    page = f"/admin/offboarding/agreement/{records.agreement().pk}/change/"
    shown = person("view_agreement", "view_legalhold").get(page).content.decode()
    assert f"Hold {hold.pk}: court proceedings" in shown
    assert 'class="band band-hold"' in shown
    hidden = person("view_agreement").get(page).content.decode()
    assert f"Hold {hold.pk}" not in hidden
    assert "court proceedings" not in hidden
