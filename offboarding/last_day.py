"""The last day of service by the contract's own clock, for every way of ending. Pure."""

from __future__ import annotations

from datetime import date

from offboarding.milestones import Rule
from offboarding.refusals import NOTICE_ARTICLE, PLAIN_SENSE, ClockError, PolicyError
from offboarding.terms import Policy, Term, Terms, is_timely, latest_notice_day, next_term, term_of
from offboarding.ways_to_end import Cause, Ending, Late


def last_day(terms: Terms, ending: Ending) -> tuple[Term, date, Rule]:
    """The term that ends, E and why. ClockError or PolicyError where the agreement cannot end like that."""
    if ending.cause is Cause.NOTICE and ending.notice_day is not None:
        return _by_notice(terms, ending.notice_day, ending.late)
    if ending.service_ends is not None:
        return _by_date(terms, ending, ending.service_ends)
    if terms.auto_renews:
        raise ClockError("cause", "renews_itself")
    term = term_of(terms, terms.term_end)
    return term, term.end, Rule("expiry", {"term_end": term.end.isoformat()})


def _by_date(terms: Terms, ending: Ending, end: date) -> tuple[Term, date, Rule]:
    """A day that was named. The vendor's may not lie before the day of its notice."""
    if end < terms.term_start:
        raise PolicyError(
            "service_ends", PLAIN_SENSE, "ends_before_start",
            given=end.isoformat(), term_start=terms.term_start.isoformat(),
        )  # fmt: skip
    notice_day = ending.notice_day
    if ending.cause is Cause.VENDOR and notice_day is not None and end < notice_day:
        raise PolicyError(
            "service_ends", PLAIN_SENSE, "ends_before_notice",
            given=end.isoformat(), notice_day=notice_day.isoformat(),
        )  # fmt: skip
    return term_of(terms, end), end, Rule(ending.cause.value, {"service_ends": end.isoformat()})


def _by_notice(terms: Terms, notice_day: date, late: Late | None) -> tuple[Term, date, Rule]:
    """The end of the term that the notice lies in, or of the next where a late one was decided so.

    An agreement that does not renew itself ends with its term whatever the notice; a switching customer's too, as the
    law allows no longer notice (the transition may keep the service on).
    """
    term, timely = term_of(terms, notice_day), is_timely(terms, notice_day)
    facts = {"notice_day": notice_day.isoformat(), "latest": latest_notice_day(terms, notice_day).isoformat()}
    if late is Late.NEXT_TERM:
        _check_next(terms, notice_day, timely)
        term = next_term(terms, term)
        facts |= {"term_start": term.start.isoformat(), "term_end": term.end.isoformat()}
        return term, term.end, Rule("term_end_next", facts)
    facts["term_end"] = term.end.isoformat()
    if timely and terms.auto_renews:
        return term, term.end, Rule("term_end_timely", facts)
    if late is Late.ACCEPTED and terms.auto_renews:
        return term, term.end, Rule("term_end_accepted", facts)
    del facts["latest"]
    return term, term.end, Rule("term_end_switching" if terms.auto_renews else "term_end_no_renewal", facts)


def _check_next(terms: Terms, notice_day: date, timely: bool) -> None:
    if not terms.auto_renews:
        raise ClockError("late", "renews_not")
    if timely:
        raise ClockError("late", "not_late", notice_day=notice_day.isoformat())
    if terms.policy is Policy.DATA_ACT:
        raise PolicyError("late", NOTICE_ARTICLE, "no_lock_in")
