"""A run's progress as JSON for the small script, and the same figures on its page without it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from retention.codes import Code
from retention.models import DeletionRun, DeletionStep
from retention.progress import SENTENCES, percent, progress_of
from retention.remedies import WHAT_TO_DO
from tests.retention.screens.cases import BASE, page_of

PROGRESS = f"{BASE}/deletionrun/progress/"


def test_the_figures_of_the_runs_that_are_asked_for(records, desk):
    run = records.run("running")
    (one,) = desk.get(PROGRESS, {"job": [run.pk, 999, "x"]}).json()["jobs"]
    assert (one["id"], one["state"], one["active"]) == (run.pk, "running", True)
    assert one["text"] == "300 of 19,483 rows gone · 0 of 4,313 files gone"
    assert one["step"] == "step 1 of 6: platform: certification"
    assert 0 < one["percent"] < 99
    assert "steps" not in one
    (one,) = desk.get(PROGRESS, {"job": run.pk, "steps": 1}).json()["jobs"]
    first = one["steps"][0]
    assert (first["name"], first["gone"], first["planned"], first["going"]) == ("certification", "300", "1,200", True)


def test_only_get_is_answered(desk):
    assert desk.post(PROGRESS).status_code == 405


def test_the_page_shows_the_same_without_a_script_and_refreshes_itself(records, desk):
    page = desk.get(page_of(records.run("running"))).content.decode()
    assert "300 of 19,483 rows gone" in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert 'data-rows="steps"' in page


def test_a_run_that_has_ended_is_not_asked_for_again(records, desk):
    page = desk.get(page_of(records.erased())).content.decode()
    assert "data-job=" not in page
    assert "refresh" not in page


def test_a_hundred_percent_is_said_only_when_all_is_erased(records):
    run = records.run("running")
    run.steps.exclude(state="kept").update(gone=10**6)
    steps = list(run.steps.all())
    assert percent(run, steps) == 99
    run.state = DeletionRun.State.LIVE_ERASED
    assert percent(run, steps) == 100


def test_when_nothing_moves_a_person_is_told_why(records, settings):
    run = records.run("queued")
    later = run.queued_at + timedelta(minutes=5)
    assert "No worker has taken it for 5" in progress_of(run, [], later)["note"]
    run.state, run.heartbeat_at = "running", timezone.now()
    silent = run.heartbeat_at + timedelta(seconds=settings.DELETION_LEASE_SECONDS + 60)
    assert "no sign of life" in progress_of(run, [], silent)["note"]
    assert progress_of(run, [], run.heartbeat_at)["note"] == ""


@pytest.mark.parametrize("state", DeletionRun.State.values)
def test_every_state_of_a_run_has_a_sentence(state):
    assert str(SENTENCES[state])


def test_a_step_of_which_nothing_goes_counts_as_done(records):
    run = records.run("running")
    run.steps.filter(position=2).update(state=DeletionStep.State.KEPT)
    shown = progress_of(run, list(run.steps.all()), timezone.now())["steps"][1]
    assert (shown["state"], shown["percent"], shown["going"]) == ("kept", 100, False)


def test_every_reason_has_something_to_do():
    assert set(WHAT_TO_DO) == set(Code)


def test_the_time_that_is_left_is_estimated_by_what_has_gone_and_not_after_a_stop(records):
    run = records.run("running")
    run.steps.exclude(state="kept").update(gone=0)
    run.steps.filter(position=2).update(gone=9000)
    steps, later = list(run.steps.all()), run.started_at + timedelta(minutes=10)
    done = percent(run, steps) / 100
    minutes = round(10 / done * (1 - done))
    assert progress_of(run, steps, later)["left"] == f"about {minutes} minutes left"
    run.attempt = 2
    assert progress_of(run, steps, later)["left"] == ""


def test_a_hold_is_told_while_the_run_goes_on_and_no_more_when_it_has_stopped(records, desk):
    run = records.run("running")
    hold = records.hold()
    assert DeletionRun.objects.get(pk=run.pk).state == "running", "a worker has not come to its next batch yet"
    (one,) = desk.get(PROGRESS, {"job": run.pk}).json()["jobs"]
    assert one["note"] == f"Hold {hold.pk} is in force: the run stops before its next batch."
    page = desk.get(page_of(run)).content.decode()
    assert one["note"] in page
    assert f"/admin/retention/legalhold/{hold.pk}/change/" in page
    DeletionRun.objects.filter(pk=run.pk).update(state="stopped")
    (one,) = desk.get(PROGRESS, {"job": run.pk}).json()["jobs"]
    assert one["note"] == ""
