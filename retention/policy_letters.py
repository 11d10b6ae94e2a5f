"""Whether the customer was warned, early enough. Pure.

A lead time is kept when so many days have passed since the customer was told, whatever the calendar had planned: a
warning of 7 days that went out 2 days before lets deletion wait until 7 days after it went out, and then all is well
without a person. A warning that a nearer one overtook was never sent; the nearer one told the customer instead, so the
overtaken one's lead time counts from that. What was refused, came back or is unclear blocks until a person has acted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from offboarding.calendar_days import plus_days
from retention.codes import Blocker, Code, blocker
from retention.facts import Facts, Limits, WarningFact, day_of

SENT, OVERTAKEN = "sent", "overtaken"
TROUBLE = {
    "": Code.WARNING_MISSING,
    "cancelled": Code.WARNING_MISSING,
    "queued": Code.WARNING_WAITING,
    "sending": Code.WARNING_WAITING,
    "refused": Code.WARNING_REFUSED,
    "bounced": Code.WARNING_BOUNCED,
    "unclear": Code.WARNING_UNCLEAR,
}
"""State of a letter (``offboarding.models.Letter.State``; '' where there is none) → why it is no warning."""


def letters(facts: Facts, today: date, limits: Limits) -> Iterator[Blocker]:
    """Everything about warnings and the people who read them."""
    if facts.readers is None:
        yield blocker(Code.READERS_UNKNOWN)
    elif facts.readers < 1:
        yield blocker(Code.NOBODY_TO_WARN)
    told = facts.warnings or ()
    for days in limits.warning_days:
        found = [warning for warning in told if warning.days == days]
        if facts.warnings is None or len(found) > 1 or any(_contradicts(one, facts, today) for one in found):
            yield blocker(Code.WARNING_UNKNOWN, days=days)
        if not found and facts.warnings is not None:
            yield blocker(Code.WARNING_MISSING, days=days)
        for warning in found:
            yield from _warning(warning, told, facts.zone, today)


def _contradicts(warning: WarningFact, facts: Facts, today: date) -> bool:
    """It is about another day than the present one, was sent at no time or in the future, or nobody knows its state."""
    delete_from, sent = facts.case.delete_from, day_of(warning.sent_at, facts.zone)
    if delete_from is not None and delete_from - warning.due_on != timedelta(days=warning.days):
        return True
    if warning.state == SENT:
        return sent is None or sent > today
    return warning.state not in TROUBLE and warning.state != OVERTAKEN


def _warning(warning: WarningFact, told: Sequence[WarningFact], zone: ZoneInfo, today: date) -> Iterator[Blocker]:
    if warning.state in TROUBLE:
        yield blocker(TROUBLE[warning.state], days=warning.days)
    elif warning.state == OVERTAKEN:
        nearer = [day for one in told if one.days < warning.days and (day := _sent_on(one, zone))]
        if nearer:
            yield from _lead(warning.days, min(nearer), today)
        else:
            yield blocker(Code.WARNING_MISSING, days=warning.days)
    elif sent := _sent_on(warning, zone):
        yield from _lead(warning.days, sent, today)


def _sent_on(warning: WarningFact, zone: ZoneInfo) -> date | None:
    return day_of(warning.sent_at, zone) if warning.state == SENT else None


def _lead(days: int, sent: date, today: date) -> Iterator[Blocker]:
    """Deletion waits until the lead time since sending has passed: sent on the 1st, 7 days, free from the 8th."""
    if (today - sent).days < days:
        free = plus_days(sent, days)
        yield Blocker(Code.WARNING_LATE, {"days": days, "sent": sent.isoformat(), "from": free.isoformat()})
