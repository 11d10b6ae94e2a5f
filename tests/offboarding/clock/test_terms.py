"""Terms that renew themselves follow each other without gap or overlap, whatever the calendar does."""

from __future__ import annotations

import calendar
import time
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offboarding.dates import (
    ContractRules,
    Policy,
    PolicyError,
    Terms,
    check_policy,
    is_timely,
    needs_decision,
    term_of,
)
from offboarding.refusals import ClockError
from offboarding.terms import next_term
from tests.offboarding.clock.contracts import ACT_2026, ONCE_2026, YEAR_2026

ONE_DAY = timedelta(days=1)
starts = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def ends(terms: Terms, count: int) -> list[str]:
    """The last days of the first terms, one after the other."""
    term, found = term_of(terms, terms.term_start), []
    for _term in range(count):
        found.append(term.end.isoformat())
        term = next_term(terms, term)
    return found


def counted_on(anchor: date, months: int) -> date:
    """The rule as it is stated, counted with nothing but a calendar."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))


def test_a_year_from_a_leap_day_ends_on_27_february_until_the_next_leap_year():
    terms = Terms(date(2027, 2, 28), date(2028, 2, 28), renewal_months=12)
    assert ends(terms, 6) == ["2028-02-28", "2029-02-27", "2030-02-27", "2031-02-27", "2032-02-28", "2033-02-27"]


def test_a_month_from_31_january_does_not_drift():
    terms = Terms(date(2026, 12, 31), date(2027, 1, 30), renewal_months=1)
    assert ends(terms, 6) == ["2027-01-30", "2027-02-27", "2027-03-30", "2027-04-29", "2027-05-30", "2027-06-29"]


def test_a_year_that_ends_on_a_leap_day_is_followed_by_years_from_1_march():
    terms = Terms(date(2027, 3, 1), date(2028, 2, 29))
    assert ends(terms, 5) == ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]


@given(start=starts, length=st.integers(0, 800), months=st.integers(1, 36), number=st.integers(0, 60))
def test_terms_follow_each_other_without_gap_or_overlap(start, length, months, number):
    terms = Terms(start, start + timedelta(days=length), renewal_months=months)
    anchor = terms.term_end + ONE_DAY
    begins = counted_on(anchor, number * months)
    term = term_of(terms, begins)
    assert (term.number, term.start) == (number + 1, begins)
    assert term.end + ONE_DAY == counted_on(anchor, (number + 1) * months) == next_term(terms, term).start
    assert term_of(terms, term.end) == term
    assert term_of(terms, begins - ONE_DAY).end == begins - ONE_DAY


@pytest.mark.parametrize(
    "terms",
    [YEAR_2026, Terms(date(2024, 1, 31), date(2024, 1, 31), renewal_months=1),
     Terms(date(2023, 3, 1), date(2024, 2, 28), renewal_months=12),
     Terms(date(2023, 8, 31), date(2024, 2, 28), renewal_months=6)],
)  # fmt: skip
def test_every_day_of_eight_years_lies_in_exactly_one_term(terms):
    day, term = terms.term_start, term_of(terms, terms.term_start)
    while day < terms.term_start + timedelta(days=2922):
        found = term_of(terms, day)
        assert found.start <= day <= found.end
        assert found == term or (found.number, found.start) == (term.number + 1, term.end + ONE_DAY)
        day, term = day + ONE_DAY, found


def test_a_day_centuries_on_is_found_at_once():
    terms = Terms(date(2026, 1, 31), date(2026, 2, 27), renewal_months=1)
    begun = time.perf_counter()
    for _round in range(1000):
        assert term_of(terms, date(9000, 6, 15)).number == 83692
    assert time.perf_counter() - begun < 1


def test_without_renewal_there_is_one_term():
    assert term_of(ONCE_2026, date(2040, 1, 1)) == term_of(ONCE_2026, date(2000, 1, 1)) == term_of(
        YEAR_2026, date(2026, 1, 1)
    )  # fmt: skip
    with pytest.raises(ClockError, match="there is no next term"):
        next_term(ONCE_2026, term_of(ONCE_2026, date(2026, 1, 1)))


def test_a_person_decides_only_where_a_late_notice_makes_a_difference():
    late = date(2026, 12, 2)
    assert [is_timely(terms, late) for terms in (YEAR_2026, ONCE_2026, ACT_2026)] == [False] * 3
    assert [needs_decision(terms, late) for terms in (YEAR_2026, ONCE_2026, ACT_2026)] == [True, False, False]
    assert not needs_decision(YEAR_2026, date(2026, 12, 1))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("term_end", {"term_end": date(2025, 12, 31)}),
        ("notice_days", {"notice_days": -1}),
        ("notice_days", {"notice_days": 30.0}),
        ("window_days", {"window_days": -1}),
        ("window_days", {"window_days": True}),
        ("renewal_months", {"renewal_months": 0}),
        ("term_start", {"term_start": datetime(2026, 1, 1)}),
        ("term_end", {"term_end": "2026-12-31"}),
        ("policy", {"policy": "data_act"}),
    ],
)
def test_terms_that_no_agreement_can_have_are_refused_by_their_field(field, values):
    with pytest.raises(ClockError) as caught:
        Terms(**{"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)} | values)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"window_days": 89}, "window_days", "89 days for exports are fewer than the 90 days .*item 2.6"),
        ({"notice_days": 31}, "notice_days", "31 days of notice are more than the 30 days .*item 2.6"),
        (
            {"window_days": 29, "policy": Policy.DATA_ACT},
            "window_days",
            r"fewer than the 30 days .*25\(2\)\(g\)",
        ),
        (
            {"notice_days": 60, "policy": Policy.DATA_ACT},
            "notice_days",
            r"more than the 59 days .*25\(2\)\(d\)",
        ),
    ],
)
def test_an_agreement_that_gives_less_than_the_minimum_is_refused_with_the_clause(values, field, words):
    terms = Terms(date(2026, 1, 1), date(2026, 12, 31), **values)
    with pytest.raises(PolicyError, match=words) as caught:
        check_policy(terms)
    assert caught.value.field == field
    assert caught.value.clause


def test_the_minimum_itself_is_allowed():
    check_policy(Terms(date(2026, 1, 1), date(2026, 12, 31), notice_days=0, window_days=365))
    check_policy(Terms(date(2026, 1, 1), date(2026, 12, 31), notice_days=59, window_days=30, policy=Policy.DATA_ACT))
    check_policy(Terms(date(2026, 1, 1), date(2026, 12, 31), notice_days=365), ContractRules(most_notice_days=365))


def test_a_term_beyond_the_calendar_is_refused_in_words():
    with pytest.raises(ClockError, match="outside the calendar"):
        term_of(Terms(date(2026, 1, 1), date(2026, 12, 31)), date(9999, 12, 31))
    with pytest.raises(ClockError, match="outside the calendar"):
        term_of(Terms(date(2026, 1, 1), date(9999, 12, 30), renewal_months=1), date.max)
