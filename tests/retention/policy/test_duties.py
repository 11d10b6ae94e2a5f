"""Law keeps bookkeeping until 31 December of the seventh year after the year in which the financial year ended."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.duties import (
    BookYearsAfter,
    CalendarYearsAfter,
    Duty,
    DutyError,
    FinancialYear,
    FinancialYears,
    FixedDay,
    YearsAfter,
    lapses_on,
)
from tests.retention.policy.cases import ONLY_INVOICES

ONE_DAY = timedelta(days=1)
days = st.dates(date(1990, 1, 1), date(2150, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def until(rule, event: str | None) -> str | None:
    found = rule.last_day(None if event is None else day(event))
    return found and found.isoformat()


@pytest.mark.parametrize(
    ("last_month", "event", "last_day"),
    [
        (12, "2026-01-01", "2033-12-31"),
        (12, "2026-12-31", "2033-12-31"),
        (12, "2027-01-01", "2034-12-31"),
        (6, "2026-06-30", "2033-12-31"),
        (6, "2026-07-01", "2034-12-31"),
        (6, "2026-12-31", "2034-12-31"),
        (4, "2026-04-30", "2033-12-31"),
        (4, "2026-05-01", "2034-12-31"),
        (8, "2027-08-31", "2034-12-31"),
        (2, "2028-02-29", "2035-12-31"),
        (2, "2028-03-01", "2036-12-31"),
        (1, "2027-02-01", "2035-12-31"),
        (11, "2026-12-01", "2034-12-31"),
    ],
)
def test_bookkeeping_is_kept_through_the_seventh_year(last_month: int, event: str, last_day: str):
    assert until(BookYearsAfter(financial_years=FinancialYears(last_month)), event) == last_day


def test_it_is_not_seven_years_to_the_day():
    assert until(BookYearsAfter(), "2026-03-15") == "2033-12-31" != until(YearsAfter(7), "2026-03-15") == "2033-03-15"


LONGER = FinancialYears(12, (FinancialYear(day("2026-07-01"), day("2027-12-31")),))
"""Moved from years that end in June to calendar years, by one year of eighteen months."""


@pytest.mark.parametrize(
    ("event", "last_day"),
    [("2026-07-01", "2034-12-31"), ("2026-12-31", "2034-12-31"), ("2027-12-31", "2034-12-31"),
     ("2028-01-01", "2035-12-31")],
)  # fmt: skip
def test_a_longer_year_counts_by_its_own_end(event: str, last_day: str):
    assert until(BookYearsAfter(financial_years=LONGER), event) == last_day


def test_what_lies_before_the_first_named_year_is_not_guessed():
    assert until(BookYearsAfter(financial_years=LONGER), "2026-06-30") is None
    with pytest.raises(DutyError, match="2026-06-30"):
        LONGER.end_of_year_with(day("2026-06-30"))


def test_several_named_years_follow_each_other():
    years = FinancialYears(12, (FinancialYear(day("2025-07-01"), day("2026-06-30")), LONGER.named[0]))
    assert years.end_of_year_with(day("2026-06-30")) == day("2026-06-30")
    assert years.end_of_year_with(day("2026-07-01")) == day("2027-12-31")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-02", "2026-12-31"),
        ("2026-01-01", "2026-12-30"),
        ("2026-07-01", "2028-01-31"),
        ("2026-07-01", "2026-06-30"),
    ],
)
def test_a_year_that_the_law_does_not_know_is_refused(first: str, last: str):
    with pytest.raises(DutyError, match="financial_years") as refused:
        FinancialYear(day(first), day(last))
    assert refused.value.field == "financial_years"


def test_years_of_one_month_and_of_eighteen_are_known():
    assert FinancialYear(day("2026-02-01"), day("2026-02-28"))
    assert FinancialYear(day("2026-07-01"), day("2027-12-31"))


@pytest.mark.parametrize(
    ("last_month", "named"),
    [
        (0, ()),
        (13, ()),
        (6, LONGER.named),
        (12, (FinancialYear(day("2025-01-01"), day("2025-12-31")), LONGER.named[0])),
        (12, (LONGER.named[0], FinancialYear(day("2027-07-01"), day("2027-12-31")))),
    ],
)
def test_financial_years_without_order_are_refused(last_month: int, named: tuple[FinancialYear, ...]):
    with pytest.raises(DutyError):
        FinancialYears(last_month, named)


@settings(deadline=None)
@given(event=days, last_month=st.integers(1, 12))
def test_a_financial_year_ends_within_twelve_months_at_the_end_of_its_month(event: date, last_month: int):
    end = FinancialYears(last_month).end_of_year_with(event)
    assert event <= end < event.replace(year=event.year + 1, day=min(event.day, 28)) + timedelta(days=4)
    assert (end.month, end.day) == (last_month, calendar.monthrange(end.year, last_month)[1])
    next_end = FinancialYears(last_month).end_of_year_with(end + ONE_DAY)
    assert next_end.year == end.year + 1


@settings(deadline=None)
@given(event=days, last_month=st.integers(1, 12), years=st.integers(0, 20))
def test_bookkeeping_is_never_kept_shorter_than_its_years_and_always_to_new_years_eve(event, last_month, years):
    last = BookYearsAfter(years, FinancialYears(last_month)).last_day(event)
    assert last is not None and (last.month, last.day) == (12, 31)
    assert last.year - event.year in (years, years + 1)


@pytest.mark.parametrize(
    ("rule", "event", "last_day"),
    [
        (FixedDay(day("2030-05-05")), None, "2030-05-05"),
        (FixedDay(day("2030-05-05")), "2040-01-01", "2030-05-05"),
        (FixedDay(None), "2040-01-01", None),
        (YearsAfter(2), "2028-02-29", "2030-02-28"),
        (YearsAfter(4), "2028-02-29", "2032-02-29"),
        (YearsAfter(0), "2028-02-29", "2028-02-29"),
        (CalendarYearsAfter(3), "2026-01-01", "2029-12-31"),
        (CalendarYearsAfter(0), "2026-01-01", "2026-12-31"),
        (YearsAfter(2), None, None),
        (CalendarYearsAfter(2), None, None),
        (BookYearsAfter(), None, None),
    ],
)
def test_other_rules_give_their_last_day(rule, event: str | None, last_day: str | None):
    assert until(rule, event) == last_day


@pytest.mark.parametrize("rule", [YearsAfter, CalendarYearsAfter, BookYearsAfter])
def test_a_rule_that_counts_backwards_is_refused(rule):
    assert rule(0)
    with pytest.raises(DutyError, match="years: -1"):
        rule(-1)


def test_a_duty_lapses_on_the_day_after_its_last():
    duty = Duty(1, "bookkeeping", "the law", ONLY_INVOICES, BookYearsAfter(), day("2026-12-31"), single=False)
    assert duty.last_day == day("2033-12-31")
    assert lapses_on(duty) == day("2034-01-01")
    assert duty.keeps_on(day("2033-12-31")) and not duty.keeps_on(day("2034-01-01"))


def test_a_duty_without_an_end_keeps_on():
    duty = Duty(1, "a court", "its letter", ONLY_INVOICES, FixedDay(None), None, single=True)
    assert lapses_on(duty) is None and duty.keeps_on(date.max)
