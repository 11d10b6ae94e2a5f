"""A person decides what a notice means: accepted, it sets the dates; a refusal to decide changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from offboarding import clock, notices
from offboarding.dates import Late, Mark
from tests.offboarding.case.telling import days_of, events, given, last, letters_of, refused

TABLE = ("2026-12-31", "2027-03-31", "2027-04-01")
LATE = datetime(2026, 12, 2, 9, tzinfo=UTC)


def test_a_timely_notice_sets_the_dates_of_the_designs_table_and_tells_all_contacts(hers, ada, staff):
    notice = notices.decide(given(hers, ada), "timely", by=staff)
    assert days_of(hers) == TABLE
    assert (notice.state, notice.decided_by, notice.decided_at) == ("accepted", staff, timezone.now())
    assert notice.object_until == date(2026, 11, 27)
    told = letters_of(hers)
    assert (told["decision", "ada"], told["decision", "eva"]) == (1, 1)
    assert events(hers) == ["notice.received", "notice.accepted", "dates.set"]
    assert last(hers, "dates.set").facts["service_ends"] == "2026-12-31"
    assert last(hers, "notice.accepted").actor == f"staff:{staff.pk}:sam"


def test_the_dates_are_stored_with_the_rules_that_made_them(hers, ada, staff):
    notices.decide(given(hers, ada), "timely", by=staff)
    hers.refresh_from_db()
    found = clock.milestones_of(hers)
    assert [found[mark].rule.code for mark in Mark] == [
        "notice_before_end", "term_end_timely", "window", "after_window",
    ]  # fmt: skip


def test_a_late_notice_is_not_timely_and_the_refusal_names_the_latest_day(hers, ada, staff, time_machine):
    time_machine.move_to(LATE)
    notice = given(hers, ada)
    with refused("decision", "Tuesday 1 December 2026"):
        notices.decide(notice, "timely", by=staff)
    notice.refresh_from_db()
    assert (notice.state, days_of(hers)) == ("received", None)


def test_a_late_notice_is_accepted_as_timely_only_with_a_reason(hers, ada, staff, time_machine):
    time_machine.move_to(LATE)
    notice = given(hers, ada)
    with refused("because"):
        notices.decide(notice, "late_accepted", by=staff, because="  ")
    decided = notices.decide(notice, "late_accepted", by=staff, because="The post was late.")
    assert (decided.because, days_of(hers)) == ("The post was late.", TABLE)
    assert last(hers, "notice.accepted").reason == "The post was late."


def test_a_late_notice_may_end_the_next_term(hers, ada, staff, time_machine):
    time_machine.move_to(LATE)
    notices.decide(given(hers, ada), "next_term", by=staff)
    assert days_of(hers) == ("2027-12-31", "2028-03-30", "2028-03-31")


def test_the_next_term_is_only_for_late_notices_of_agreements_that_renew_themselves(hers, fixed, ada, staff):
    notice = given(hers, ada)
    with refused("decision", "in time"):
        notices.decide(notice, "next_term", by=staff)
    notice = given(fixed, ada)
    with refused("decision", "no next term"):
        notices.decide(notice, "next_term", by=staff)
    assert days_of(fixed) == TABLE


def test_what_is_timely_cannot_be_accepted_as_late(hers, ada, staff):
    notice = given(hers, ada)
    with refused("decision", "is timely"):
        notices.decide(notice, "late_accepted", by=staff, because="x")


def test_a_refused_notice_leaves_the_agreement_alone_and_the_next_one_is_fresh(hers, ada, staff):
    notice = given(hers, ada)
    with refused("because"):
        notices.decide(notice, "refused", by=staff)
    assert notices.decide(notice, "refused", by=staff, because="Signed by nobody.").state == "refused"
    assert days_of(hers) is None
    assert letters_of(hers)["decision", "ada"] == 1
    assert given(hers, ada).state == "received"


def test_a_strangers_refused_notice_takes_no_good_one_with_it(hers, ada, eva, staff):
    strangers, good, again = given(hers, None), given(hers, ada), given(hers, eva)
    notices.decide(strangers, "refused", by=staff, because="Nobody knows him.")
    good.refresh_from_db()
    again.refresh_from_db()
    assert (good.state, good.duplicate_of, again.duplicate_of) == ("received", None, good)
    assert last(hers, "notice.received").facts["notice"] == good.pk
    assert notices.decide(good, "timely", by=staff).state == "accepted"
    assert days_of(hers) == TABLE


def test_a_notice_is_decided_once(hers, ada, staff):
    notice = notices.decide(given(hers, ada), "timely", by=staff)
    with refused("notice", "does not wait"):
        notices.decide(notice, "refused", by=staff, because="x")


def test_an_unknown_decision_is_refused(hers, ada, staff):
    notice = given(hers, ada)
    with refused("decision", "perhaps"):
        notices.decide(notice, "perhaps", by=staff)


def test_nobody_decides_without_the_permission(hers, ada, charlie):
    notice = given(hers, ada)
    with pytest.raises(PermissionDenied):
        notices.decide(notice, "timely", by=charlie)
    assert (days_of(hers), events(hers)) == (None, ["notice.received"])


def test_an_agreement_that_expires_anyway_takes_a_late_notice_without_a_decision_on_lateness(
    fixed, ada, staff, time_machine
):  # fmt: skip
    time_machine.move_to(LATE)
    notices.decide(given(fixed, ada), "timely", by=staff)
    assert days_of(fixed) == TABLE
    fixed.refresh_from_db()
    assert fixed.ending == "notice"


def test_a_notice_after_an_expiry_counts_the_window_from_its_own_day(fixed, ada, staff, time_machine):
    time_machine.move_to(datetime(2027, 1, 15, 9, tzinfo=UTC))
    notices.decide(given(fixed, ada), "timely", by=staff)
    assert days_of(fixed) == ("2026-12-31", "2027-04-15", "2027-04-16")


def test_the_form_can_show_what_each_decision_would_lead_to(hers):
    found = notices.preview(hers, date(2026, 12, 2))
    assert (found.timely, found.latest) == (False, date(2026, 12, 1))
    ends = {late: shown.service_ends.day for late, shown in found.outcomes.items()}
    assert ends == {Late.NEXT_TERM: date(2027, 12, 31), Late.ACCEPTED: date(2026, 12, 31)}


def test_under_the_data_act_both_clocks_run_and_a_late_notice_locks_nobody_in(switching, ada, staff, time_machine):
    time_machine.move_to(LATE)
    notices.decide(given(switching, ada), "timely", by=staff)
    ends = date(2026, 12, 2) + timedelta(days=30 + 30)
    assert days_of(switching)[0] == ends.isoformat()
