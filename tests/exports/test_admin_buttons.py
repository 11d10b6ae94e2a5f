"""What the buttons of exports do: a page of what follows first, then the act, then what comes next."""

from __future__ import annotations

import pytest

from exports.models import ExportJob
from tests.exports.shown import LIST, REQUEST, job_in, page_of, verb_of, volume_of

State = ExportJob.State


def test_an_action_of_the_list_shows_first_what_it_would_be_done_to(desk, alice, bob, staff):
    waiting, failed = job_in(State.QUEUED, alice, staff), job_in(State.FAILED, bob, staff)
    chosen = {"action": "cancel_selected", "_selected_action": [waiting.pk, failed.pk]}
    page = desk.post(LIST, chosen).content.decode()
    assert "The worker stops within seconds" in page
    concerned, left = page.split("Left as they are")
    assert f">#{waiting.pk}</a>" in concerned
    assert f">#{failed.pk}</a>" in left
    assert f'name="_selected_action" value="{waiting.pk}"' in page
    assert f'name="_selected_action" value="{failed.pk}"' not in page
    assert set(ExportJob.objects.values_list("state", flat=True)) == {State.QUEUED, State.FAILED}


def test_confirmed_actions_of_the_list_cancel_and_start_again_and_say_what_was_refused(desk, alice, bob, staff):
    waiting, failed = job_in(State.QUEUED, alice, staff), job_in(State.FAILED, bob, staff)
    both = {"_selected_action": [waiting.pk, failed.pk], "confirmed": "yes"}
    answer = desk.post(LIST, {"action": "cancel_selected", **both}, follow=True).content.decode()
    assert f"#{waiting.pk}: The export is cancelled." in answer
    assert f"#{failed.pk}: Only an export that waits or runs can be cancelled." in answer
    desk.post(LIST, {"action": "retry_selected", **both})
    assert set(ExportJob.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_more_exports_than_one_page_can_show_are_refused(desk, alice, staff, monkeypatch):
    from exports.admin import jobs as screens

    monkeypatch.setattr(screens, "MOST_SELECTED", 1)
    made = [job_in(State.FAILED, alice, staff).pk, job_in(State.FAILED, alice, staff).pk]
    chosen = {"action": "retry_selected", "_selected_action": made, "confirmed": "yes"}
    assert "Choose at most 1 exports at a time." in desk.post(LIST, chosen, follow=True).content.decode()
    assert set(ExportJob.objects.values_list("state", flat=True)) == {State.FAILED}


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.QUEUED, {"cancel"}),
        (State.RUNNING, {"cancel"}),
        (State.COMPLETE, {"expire"}),
        (State.INCOMPLETE, {"retry", "expire"}),
        (State.FAILED, {"retry"}),
        (State.CANCELLED, {"retry"}),
        (State.EXPIRED, set()),
    ],
)
def test_a_page_has_the_buttons_that_would_work(desk, alice, staff, state, buttons):
    job = job_in(state, alice, staff)
    page = desk.get(page_of(job)).content.decode()
    assert {verb for verb in ("cancel", "retry", "expire") if verb_of(job, verb) in page} == buttons


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("cancel", State.QUEUED, State.CANCELLED),
        ("retry", State.FAILED, State.QUEUED),
        ("expire", State.COMPLETE, State.EXPIRED),
    ],
)
def test_a_button_does_what_it_says_and_comes_back_to_the_page(desk, alice, staff, verb, before, after):
    job = job_in(before, alice, staff)
    assert desk.post(verb_of(job, verb), {"typed_name": "Alice Academy"}).url == page_of(job)
    job.refresh_from_db()
    assert job.state == after


def test_a_refused_button_says_why_and_changes_nothing(desk, alice, staff):
    job = job_in(State.COMPLETE, alice, staff)
    page = desk.post(verb_of(job, "cancel"), follow=True).content.decode()
    assert "Only an export that waits or runs can be cancelled." in page
    job.refresh_from_db()
    assert job.state == State.COMPLETE


@pytest.mark.parametrize(
    ("verb", "state", "says"),
    [
        ("cancel", State.QUEUED, "The worker stops within seconds"),
        ("retry", State.FAILED, "Reads everything anew from a new snapshot"),
        ("expire", State.COMPLETE, "the customer can no longer have it"),
    ],
)
def test_reading_an_address_says_what_would_follow_and_never_acts(desk, alice, staff, verb, state, says):
    job = job_in(state, alice, staff)
    page = desk.get(verb_of(job, verb))
    assert page.status_code == 200
    assert says in page.content.decode()
    assert "Alice Academy" in page.content.decode()
    job.refresh_from_db()
    assert job.state == state
    assert desk.get(verb_of(job_in(State.EXPIRED, alice, staff), verb)).status_code == 302, "not possible any more"


@pytest.mark.parametrize("typed", ["", "alice academy", "Bob School", "Alice Academy2"])
def test_a_package_is_removed_only_by_typing_the_customers_name(desk, alice, staff, typed):
    job = job_in(State.COMPLETE, alice, staff)
    page = desk.post(verb_of(job, "expire"), {"typed_name": typed})
    assert page.status_code == 200
    assert 'class="errorlist"' in page.content.decode()
    job.refresh_from_db()
    assert job.state == State.COMPLETE


def test_the_verb_itself_asks_for_the_name_and_for_the_right(alice, staff, charlie):
    from django.core.exceptions import PermissionDenied, ValidationError

    from exports import removing

    job = job_in(State.COMPLETE, alice, staff)
    with pytest.raises(ValidationError, match="exactly as it stands"):
        removing.remove_package(job, by=staff, typed_name="Bob School")
    with pytest.raises(PermissionDenied):
        removing.remove_package(job, by=charlie, typed_name="Alice Academy")
    assert removing.remove_package(job, by=staff, typed_name=" Alice Academy ").state == State.EXPIRED


def test_removing_says_how_much_goes_and_that_nobody_has_confirmed_it(desk, alice, staff):
    job = job_in(State.COMPLETE, alice, staff)
    volume_of(job)
    page = desk.get(verb_of(job, "expire")).content.decode()
    assert "1 volume is removed" in page
    assert "Nobody has confirmed that this package has arrived." in page


def test_afterwards_it_is_said_what_comes_next_with_the_way_there(desk, alice, staff):
    job = job_in(State.QUEUED, alice, staff)
    page = desk.post(verb_of(job, "cancel"), follow=True).content.decode()
    assert f'The export is cancelled. <a href="{verb_of(job, "retry")}">Start again</a>' in page
    kept = job_in(State.COMPLETE, alice, staff)
    page = desk.post(verb_of(kept, "expire"), {"typed_name": "Alice Academy"}, follow=True).content.decode()
    assert f'<a href="{REQUEST}?customer={alice.pk}">Request an export</a>' in page
