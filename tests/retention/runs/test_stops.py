"""A run stops at the next batch when something stands against it, says why, and goes on when a person says so."""

from __future__ import annotations

import json
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from offboarding.actors import Actor
from offboarding.models import JournalEntry
from retention import approvals, deleting, pausing, run_ledger, runs, stepping
from retention.erasers.database import DatabaseEraser
from retention.erasers.findings import BusyError
from retention.models import Certificate, DeletionRun, PlanApproval

State = DeletionRun.State
PERSON = Actor.staff(1, "pia")


@pytest.fixture
def after_batches(monkeypatch):
    """``after_batches(3, act)``: somebody acts on a connection of their own when so many small batches have gone."""

    def arrange(count: int, act) -> list[int]:
        whole, gone, problems = DatabaseEraser.delete_batch, [], []

        def small(self, table, guard, limit=5, **rest):
            gone.append(whole(self, table, guard, 5, **rest))
            return gone[-1]

        def elsewhere() -> None:
            try:
                act()
            except BaseException as error:
                problems.append(error)
            finally:
                connection.close()

        def between() -> None:
            if len(gone) == count:
                thread = threading.Thread(target=elsewhere)
                thread.start()
                thread.join()
                assert not problems, problems

        monkeypatch.setattr(DatabaseEraser, "delete_batch", small)
        monkeypatch.setattr(stepping, "let_go", between)
        monkeypatch.setattr(stepping, "HOLDING_SECONDS", 0)
        return gone

    return arrange


def stopped(run, *codes: str) -> DeletionRun:
    run.refresh_from_db()
    assert (run.state, [one["code"] for one in run.stopped_by]) == (State.STOPPED, list(codes)), run.error
    last = JournalEntry.objects.filter(event="run.stopped").order_by("-seq").first()
    assert last.facts["codes"] == sorted(codes)
    return run


def test_a_pause_stops_it_at_the_next_batch_and_it_goes_on_when_the_pause_is_over(case, run, after_batches):
    gone = after_batches(4, lambda: pausing.pause(actor=PERSON, because="Something is odd."))
    assert deleting.work(run.pk)
    stopped(run, "paused")
    assert len(gone) == 4, "nothing went after the pause"
    left = case.world.left()
    assert deleting.sweep() == []
    assert case.world.left() == left
    pausing.resume(actor=PERSON, because="It was nothing.")
    assert deleting.sweep() == [run.pk]
    case.proved(run)


def test_a_pause_stops_it_at_the_next_batch_also_under_locks_that_are_still_held(case, run, monkeypatch):
    monkeypatch.setattr(stepping, "HOLDING_SECONDS", 60)
    whole, gone = DatabaseEraser.delete_batch, []

    def small(self, table, guard, limit=5, **rest):
        if len(gone) == 3:
            pausing.pause(actor=PERSON, because="Something is odd.")
        gone.append(whole(self, table, guard, 5, **rest))
        return gone[-1]

    monkeypatch.setattr(DatabaseEraser, "delete_batch", small)
    deleting.work(run.pk)
    stopped(run, "paused")
    assert len(gone) == 3
    assert sum(case.had.values()) - sum(case.world.left().values()) == sum(gone)
    assert sum(step.gone for step in run.steps.all()) == sum(gone), "what had gone before is written down"


def test_a_withdrawn_approval_stops_it_and_a_new_one_lets_it_go_on(case, run, after_batches):
    given = PlanApproval.objects.get()
    after_batches(4, lambda: approvals.withdraw(given, by=case.approver, because="Too fast."))
    deleting.work(run.pk)
    stopped(run, "approval_missing")
    with pytest.raises(ValidationError):
        runs.resume(run, by=case.planner)
    case.approved(run.plan)
    runs.resume(run, by=case.planner)
    deleting.work(run.pk)
    case.proved(run)
    assert run.approval != given


def test_an_approver_who_may_approve_no_more_stops_it(case, run, after_batches):
    def dismiss() -> None:
        case.approver.is_superuser = False
        case.approver.save()

    after_batches(4, dismiss)
    deleting.work(run.pk)
    stopped(run, "approver_not_entitled")


def test_a_hold_over_everything_stops_it_and_is_told_exactly_what_had_gone(case, run, after_batches):
    placed = []
    after_batches(6, lambda: placed.append(case.place()))
    deleting.work(run.pk)
    stopped(run, "hold")
    left = case.world.left()
    told = {place["name"]: (place["gone"], place["exact"]) for place in placed[0].gone_before}
    had = {table: count for table, count in case.had.items() if table != "files"}
    assert told == {table: (count - left[table], True) for table, count in had.items() if count != left[table]}
    assert deleting.sweep() == []


def test_a_hold_over_a_part_stops_it_too_and_a_new_plan_takes_its_place(case, run, after_batches):
    after_batches(4, lambda: case.place(tables=frozenset({("platform", "organisations")})))
    deleting.work(run.pk)
    stopped(run, "hold_not_planned")
    newer = case.start(case.approved(case.planned()))
    run.refresh_from_db()
    assert run.state == State.ABANDONED
    deleting.work(newer.pk)
    newer.refresh_from_db()
    assert (newer.state, newer.error) == (State.LIVE_ERASED, "")
    assert {table for table, count in case.world.left().items() if count} == {"organisations"}
    assert case.world.neighbours() == case.before
    steps = [*run.steps.filter(kind="table"), *newer.steps.filter(kind="table", state="done")]
    gone = {name: sum(step.gone for step in steps if step.name == name) for name in case.had if name != "files"}
    assert gone == {name: count for name, count in case.had.items() if name != "files"} | {"organisations": 0}
    certified = json.loads(Certificate.objects.get().content)
    (platform,) = (store for store in certified["stores"] if store["store"] == "platform")
    assert {place["name"]: place["gone"] for place in platform["places"]} == gone
    assert platform["counts"]["before"] == sum(gone.values()) + 1


def test_a_table_that_is_added_meanwhile_stops_it_for_a_person(case, run, after_batches):
    after_batches(4, lambda: case.world.run("CREATE TABLE extras (organisation integer REFERENCES organisations)"))
    deleting.work(run.pk)
    stopped(run)
    assert "changed" in run.error
    assert deleting.sweep() == []
    with pytest.raises(ValidationError):
        # the plan is another one now: extras is not in the map
        case.start(run.plan)


def test_a_row_that_came_after_the_plan_changes_the_plan_and_nothing_goes(case, run):
    case.world.run("INSERT INTO courses (organisation, title) VALUES (7, 'late')")
    deleting.work(run.pk)
    stopped(run, "plan_changed")
    assert run.steps.exclude(started_at=None).count() == 0
    assert run.started_at is None


def test_the_daily_limit_stops_it_before_anything_goes_and_tomorrow_it_begins(case, run, settings):
    settings.DELETIONS_PER_DAY = 0
    deleting.work(run.pk)
    stopped(run, "daily_limit")
    assert run.started_at is None and case.world.left() == case.had
    assert deleting.sweep() == []
    settings.DELETIONS_PER_DAY = 5
    assert deleting.sweep() == [run.pk]
    case.proved(run)


def test_a_platform_that_is_away_is_waited_for_and_then_the_run_is_given_back(case, run, monkeypatch):
    monkeypatch.setattr(run_ledger, "WAITS", (0.01, 0.02))
    whole, tries = DatabaseEraser.delete_batch, []

    def away(self, *args, **kwargs):
        tries.append(1)
        raise BusyError("Somebody holds the rows.")

    monkeypatch.setattr(DatabaseEraser, "delete_batch", away)
    deleting.work(run.pk)
    run.refresh_from_db()
    assert (run.state, len(tries)) == (State.QUEUED, 3)
    assert run.error == "Somebody holds the rows."
    monkeypatch.setattr(DatabaseEraser, "delete_batch", whole)
    assert deleting.sweep() == [run.pk]
    case.proved(run)


def test_a_run_that_is_given_up_ends_its_worker_silently(case, run, after_batches):
    after_batches(4, lambda: runs.abandon(run, by=case.planner, because="Not this week."))
    assert deleting.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (State.ABANDONED, "")
    left = case.world.left()
    assert not deleting.work(run.pk)
    assert case.world.left() == left
    entry = JournalEntry.objects.get(event="run.abandoned")
    assert entry.facts["gone"] == sum(case.had[name] - left[name] for name in left if name != "files")
