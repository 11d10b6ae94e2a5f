"""The terms of an agreement: its first term, the terms that follow, and what they may say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from offboarding.calendar_days import checked_day, plus_days, plus_months
from offboarding.refusals import NOTICE_CLAUSE, PLAIN_SENSE, WINDOW_CLAUSE, ClockError, PolicyError


class Policy(StrEnum):
    """Whose clock runs: the contract's alone, or the Data Act's beside it."""

    CONTRACT = "contract"
    DATA_ACT = "data_act"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says about its end. Days are calendar days in the vendor's zone, all inclusive.

    ``term_start`` and ``term_end`` are the first term's. PolicyError for what no agreement can say.
    """

    term_start: date
    term_end: date
    notice_days: int = 30
    window_days: int = 90
    auto_renews: bool = True
    renewal_months: int = 12
    policy: Policy = Policy.CONTRACT

    def __post_init__(self) -> None:
        checked_day("term_start", self.term_start)
        checked_day("term_end", self.term_end)
        if self.term_end < self.term_start:
            raise PolicyError(
                "term_end", PLAIN_SENSE, "end_before_start",
                term_end=self.term_end.isoformat(), term_start=self.term_start.isoformat(),
            )  # fmt: skip
        _count("notice_days", self.notice_days, 0, NOTICE_CLAUSE)
        _count("window_days", self.window_days, 0, WINDOW_CLAUSE)
        if self.auto_renews:
            _count("renewal_months", self.renewal_months, 1, PLAIN_SENSE)
        if not isinstance(self.policy, Policy):
            raise ClockError("policy", "unreadable", given=str(self.policy))


def _count(field: str, value: int, least: int, clause: str) -> None:
    if type(value) is not int or value < least:
        raise PolicyError(field, clause, "no_count", least=least, given=str(value))


@dataclass(frozen=True, slots=True)
class ContractRules:
    """What the vendor's terms promise every customer (terms of service, item 2.6): nobody may be given less.

    ``most_notice_days``: notice "at least 30 days before the end of the current term".
    ``least_window_days``: an export "within 90 days after the termination or expiration date".
    """

    most_notice_days: int = 30
    least_window_days: int = 90

    def check(self, terms: Terms) -> None:
        """PolicyError where the agreement asks for more notice, or leaves a shorter window."""
        if terms.notice_days > self.most_notice_days:
            raise PolicyError(
                "notice_days", NOTICE_CLAUSE, "notice_too_long", given=terms.notice_days, most=self.most_notice_days
            )
        if terms.window_days < self.least_window_days:
            raise PolicyError(
                "window_days", WINDOW_CLAUSE, "window_too_short", given=terms.window_days, least=self.least_window_days
            )


@dataclass(frozen=True, slots=True)
class Term:
    """One term, ``number`` 0 being the contract's own; both days inclusive."""

    number: int
    start: date
    end: date


def _term(terms: Terms, number: int) -> Term:
    if number == 0:
        return Term(0, terms.term_start, terms.term_end)
    anchor = plus_days(terms.term_end, 1, field="term_end")
    start, following = (
        plus_months(anchor, count * terms.renewal_months, field="term_end") for count in (number - 1, number)
    )
    return Term(number, start, following - timedelta(days=1))


def term_of(terms: Terms, day: date) -> Term:
    """The term that ``day`` lies in; without renewal there is one, and days before the first term count to it.

    Renewal: the n-th following term begins (n - 1) × ``renewal_months`` months after the day after the contract's own
    ``term_end``, on the month's last day where it has no such day, and ends the day before the next one begins. Always
    counted from that first day, so month ends do not drift: no gap, no overlap. ClockError beyond the calendar.
    """
    checked_day("day", day)
    if not terms.auto_renews or day <= terms.term_end:
        return _term(terms, 0)
    anchor = plus_days(terms.term_end, 1, field="term_end")
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    term = _term(terms, months // terms.renewal_months + 1)
    return term if term.start <= day else _term(terms, term.number - 1)


def next_term(terms: Terms, term: Term) -> Term:
    """The term after ``term``; ClockError where the agreement does not renew itself."""
    if not terms.auto_renews:
        raise ClockError("auto_renews", "renews_not")
    return _term(terms, term.number + 1)


def latest_notice_day(terms: Terms, day: date) -> date:
    """The latest day for a timely notice in the term that ``day`` lies in; may lie before a short term."""
    return plus_days(term_of(terms, day).end, -terms.notice_days, field="notice_days")


def is_timely(terms: Terms, notice_day: date) -> bool:
    """Whether a notice received on that day comes in time for the end of the term it lies in."""
    return notice_day <= latest_notice_day(terms, notice_day)


def needs_decision(terms: Terms, notice_day: date) -> bool:
    """Whether a person must decide what a notice of that day means: it is late, and that makes a difference.

    It makes none where the agreement does not renew itself, nor where a switching customer cannot be kept (Regulation
    (EU) 2023/2854 art. 25(2)(d)).
    """
    return terms.auto_renews and terms.policy is Policy.CONTRACT and not is_timely(terms, notice_day)
