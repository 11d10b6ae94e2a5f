"""The table of the design: what follows from an agreement and the way it ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from offboarding.dates import Cause, Ending, Late, LateNoticeError, PolicyError, Terms, milestones, preview
from offboarding.refusals import ClockError
from tests.offboarding.clock.contracts import IN_TIME, ONCE_2026, STOCKHOLM, YEAR_2026, clock, codes, days, notice

TABLE = [
    ("2026-12-31", "2026-12-01", "2027-03-31", "2027-04-01T00:00:00+02:00", 2159),
    ("2028-02-29", "2028-01-30", "2028-05-29", "2028-05-30T00:00:00+02:00", 2159),
    ("2026-07-31", "2026-07-01", "2026-10-29", "2026-10-30T00:00:00+01:00", 2161),
    ("2026-11-30", "2026-10-31", "2027-02-28", "2027-03-01T00:00:00+01:00", 2160),
]


@pytest.mark.parametrize(("end", "latest", "until", "deletion", "hours"), TABLE)
def test_the_table_of_the_design_holds(end, latest, until, deletion, hours):
    terms = Terms(date(2026, 1, 1), date.fromisoformat(end))
    found = clock(terms, notice(date.fromisoformat(latest)))
    assert days(found) == {
        "latest_notice": latest, "service_ends": end, "export_until": until, "delete_from": deletion[:10],
    }  # fmt: skip
    assert found.delete_from.begins.isoformat() == deletion
    assert found.window_hours == hours


def test_every_milestone_says_when_its_day_begins_and_ends():
    found = clock()
    assert found.service_ends.begins == datetime(2026, 12, 31, tzinfo=STOCKHOLM)
    assert found.service_ends.ends == datetime(2027, 1, 1, tzinfo=STOCKHOLM)
    assert found.export_until.ends == found.delete_from.begins == datetime(2027, 4, 1, tzinfo=STOCKHOLM)
    assert all(milestone.begins.tzinfo is STOCKHOLM is milestone.ends.tzinfo for milestone in found.values())


def test_a_notice_on_the_latest_day_is_timely_and_one_the_day_after_waits_for_a_person():
    assert days(clock(ending=notice(date(2026, 12, 1))))["service_ends"] == "2026-12-31"
    with pytest.raises(LateNoticeError, match="2026-12-02 came after 2026-12-01") as caught:
        clock(ending=notice(date(2026, 12, 2)))
    outcomes = {late: days(found)["service_ends"] for late, found in caught.value.outcomes.items()}
    assert outcomes == {Late.NEXT_TERM: "2027-12-31", Late.ACCEPTED: "2026-12-31"}


def test_a_late_notice_takes_effect_at_the_end_of_the_next_term():
    found = clock(ending=notice(date(2026, 12, 2), Late.NEXT_TERM))
    assert list(days(found).values()) == ["2027-12-01", "2027-12-31", "2028-03-30", "2028-03-31"]
    assert found.service_ends.rule.code == "term_end_next"


def test_a_late_notice_accepted_as_timely_ends_this_term():
    found = clock(ending=notice(date(2026, 12, 31), Late.ACCEPTED))
    assert list(days(found).values()) == ["2026-12-01", "2026-12-31", "2027-03-31", "2027-04-01"]
    assert found.service_ends.rule.code == "term_end_accepted"


def test_a_notice_in_a_later_term_ends_that_term():
    assert days(clock(ending=notice(date(2031, 6, 15))))["service_ends"] == "2031-12-31"


def test_a_notice_before_the_first_term_ends_the_first_term():
    assert days(clock(ending=notice(date(2025, 11, 1))))["service_ends"] == "2026-12-31"


def test_a_timely_notice_leaves_nothing_late_to_decide():
    with pytest.raises(ClockError, match="nothing late to decide"):
        clock(ending=notice(IN_TIME, Late.NEXT_TERM))
    assert clock(ending=notice(IN_TIME, Late.ACCEPTED)) == clock()


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2026, 12, 2), date(2026, 12, 31)])
def test_an_agreement_that_does_not_renew_expires_whatever_the_notice(day):
    found = clock(ONCE_2026, notice(day))
    assert list(days(found).values()) == ["2026-12-01", "2026-12-31", "2027-03-31", "2027-04-01"]
    assert found.service_ends.rule.code == "term_end_no_renewal"


def test_a_notice_after_the_end_moves_the_window_which_counts_from_the_later_day():
    found = clock(ONCE_2026, notice(date(2027, 1, 20)))
    assert list(days(found).values())[1:] == ["2026-12-31", "2027-04-20", "2027-04-21"]
    assert found.export_until.rule.code == "window_from_notice"


def test_an_agreement_without_renewal_has_no_next_term():
    with pytest.raises(ClockError, match="does not renew itself"):
        clock(ONCE_2026, notice(date(2026, 12, 2), Late.NEXT_TERM))


def test_an_agreement_without_renewal_expires():
    found = clock(ONCE_2026, Ending(Cause.EXPIRY))
    assert list(days(found).values()) == ["2026-12-01", "2026-12-31", "2027-03-31", "2027-04-01"]
    assert codes(found) == ["notice_before_end", "expiry", "window", "after_window"]


def test_an_agreement_that_renews_itself_does_not_expire():
    with pytest.raises(ClockError, match="does not expire without a notice"):
        clock(ending=Ending(Cause.EXPIRY))


@pytest.mark.parametrize("cause", [Cause.VENDOR, Cause.FOR_CAUSE, Cause.MUTUAL])
def test_an_agreement_ends_on_a_day_that_was_named(cause):
    found = clock(ending=Ending(cause, notice_day=date(2026, 4, 1), service_ends=date(2026, 5, 15)))
    assert list(days(found).values())[1:] == ["2026-05-15", "2026-08-13", "2026-08-14"]
    assert found.service_ends.rule.code == cause.value


def test_a_termination_for_cause_that_arrives_after_its_day_counts_the_window_from_arrival():
    found = clock(ending=Ending(Cause.FOR_CAUSE, notice_day=date(2026, 5, 20), service_ends=date(2026, 5, 15)))
    assert list(days(found).values())[1:3] == ["2026-05-15", "2026-08-18"]


def test_the_vendor_cannot_end_the_service_before_its_own_notice():
    with pytest.raises(PolicyError, match="before the notice of 2026-05-16"):
        clock(ending=Ending(Cause.VENDOR, notice_day=date(2026, 5, 16), service_ends=date(2026, 5, 15)))


def test_the_very_day_of_notice_and_the_first_day_of_the_term_are_possible_ends():
    day = date(2026, 5, 16)
    same_day = clock(ending=Ending(Cause.VENDOR, notice_day=day, service_ends=day))
    assert (same_day.service_ends.day, same_day.export_until.rule.code) == (day, "window")
    assert clock(ending=Ending(Cause.MUTUAL, service_ends=date(2026, 1, 1))).service_ends.day == date(2026, 1, 1)


def test_no_service_ends_before_it_began():
    with pytest.raises(PolicyError, match="before the term begins on 2026-01-01"):
        clock(ending=Ending(Cause.MUTUAL, service_ends=date(2025, 12, 31)))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("notice_day", {"cause": Cause.NOTICE}),
        ("service_ends", {"cause": Cause.NOTICE, "notice_day": IN_TIME, "service_ends": IN_TIME}),
        ("service_ends", {"cause": Cause.EXPIRY, "service_ends": IN_TIME}),
        ("service_ends", {"cause": Cause.VENDOR}),
        ("late", {"cause": Cause.MUTUAL, "service_ends": IN_TIME, "late": Late.ACCEPTED}),
        ("notice_day", {"cause": Cause.NOTICE, "notice_day": datetime(2026, 10, 1)}),
        ("cause", {"cause": "notice", "notice_day": IN_TIME}),
        ("late", {"cause": Cause.NOTICE, "notice_day": IN_TIME, "late": "accepted"}),
    ],
)
def test_an_ending_that_contradicts_itself_is_refused_by_its_field(field, values):
    with pytest.raises(ClockError) as caught:
        Ending(**values)
    assert caught.value.field == field


def test_days_beyond_the_calendar_are_refused_in_words():
    last = Terms(date(9999, 1, 1), date.max - timedelta(days=89), auto_renews=False)
    with pytest.raises(ClockError, match="outside the calendar"):
        clock(last, Ending(Cause.EXPIRY))
    with pytest.raises(ClockError, match="outside the calendar"):
        milestones(Terms(date(1, 1, 1), date(1, 1, 9), auto_renews=False), Ending(Cause.EXPIRY), STOCKHOLM)


def test_a_customer_sees_before_sending_that_a_notice_would_be_timely():
    found = preview(YEAR_2026, date(2026, 12, 1), STOCKHOLM)
    assert (found.timely, found.latest, list(found.outcomes)) == (True, date(2026, 12, 1), [None])
    assert found.outcomes[None] == clock(ending=notice(date(2026, 12, 1)))


def test_a_customer_sees_before_sending_what_a_late_notice_could_lead_to():
    found = preview(YEAR_2026, date(2026, 12, 2), STOCKHOLM)
    assert (found.timely, found.latest) == (False, date(2026, 12, 1))
    assert list(found.outcomes) == [Late.NEXT_TERM, Late.ACCEPTED]
    assert [days(each)["delete_from"] for each in found.outcomes.values()] == ["2028-03-31", "2027-04-01"]


def test_a_late_notice_of_an_agreement_that_expires_anyway_has_one_outcome():
    found = preview(ONCE_2026, date(2026, 12, 2), STOCKHOLM)
    assert (found.timely, list(found.outcomes)) == (False, [None])
