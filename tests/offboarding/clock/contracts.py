"""Agreements to count with, and the shortest words for their endings."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from offboarding.dates import Cause, ContractRules, Ending, Late, Mark, Milestones, Policy, Terms, milestones

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ANY_TERMS = ContractRules(most_notice_days=365, least_window_days=30)
"""Lets a test count with what no customer is offered."""
YEAR_2026 = Terms(date(2026, 1, 1), date(2026, 12, 31))
ONCE_2026 = Terms(date(2026, 1, 1), date(2026, 12, 31), auto_renews=False)
ACT_2026 = Terms(date(2026, 1, 1), date(2026, 12, 31), policy=Policy.DATA_ACT)
IN_TIME = date(2026, 10, 1)


def notice(day: date, late: Late | None = None) -> Ending:
    return Ending(Cause.NOTICE, notice_day=day, late=late)


def clock(terms: Terms = YEAR_2026, ending: Ending | None = None, **more) -> Milestones:
    """The milestones in Stockholm; a timely notice where no ending is given."""
    return milestones(terms, ending or notice(IN_TIME), STOCKHOLM, **more)


def days(found: Milestones) -> dict[str, str]:
    return {mark.value: found[mark].day.isoformat() for mark in Mark}


def codes(found: Milestones) -> list[str]:
    return [found[mark].rule.code for mark in Mark]
