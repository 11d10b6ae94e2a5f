"""Whether the customer has got every export that it asked for in time, and time to download it. Pure.

A request counts by the day on which it came; the last day is inclusive. A delivered package must have been there for
whole days after the day of delivery, and deletion is free on the day after the last of them. What was asked for after
the window delays nothing. An objection to a package stops everything until it is settled, whenever the package was
asked for, and whatever the answer was, the customer has the fair time to look at it. A confirmation ends the waiting
at once, silence does after the fair time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from retention.codes import Blocker, Code, blocker
from retention.facts import Delivery, ExportFact, Facts, Limits, day_of


def exports(facts: Facts, today: date, limits: Limits) -> Iterator[Blocker]:
    """Everything about requests for exports."""
    if facts.exports is None:
        yield blocker(Code.EXPORT_UNKNOWN, export=0)
    for one in facts.exports or ():
        if _contradicts(one, facts, today):
            yield blocker(Code.EXPORT_UNKNOWN, export=one.number)
        if one.delivery is Delivery.OBJECTED:
            yield blocker(Code.EXPORT_OBJECTED, export=one.number)
        if _in_time(one, facts):
            yield from _got(one, facts, today, limits)
        yield from _answered(one, facts, today, limits)


def _in_time(one: ExportFact, facts: Facts) -> bool:
    """Also where the day of the request or the last day is not known."""
    asked, until = day_of(one.requested_at, facts.zone), facts.case.export_until
    return asked is None or until is None or asked <= until


def _contradicts(one: ExportFact, facts: Facts, today: date) -> bool:
    """A day that is not known or lies in the future, a package that went before it came, or that nobody delivered."""
    asked, removed = day_of(one.requested_at, facts.zone), day_of(one.removed_at, facts.zone)
    if asked is None or asked > today or one.delivery not in tuple(Delivery):
        return True
    if one.removed_at is not None and (removed is None or removed > today):
        return True
    answered = day_of(one.answered_at, facts.zone)
    if one.answered_at is not None and (answered is None or answered > today):
        return True
    if one.delivery is not Delivery.DELIVERED:
        return False
    came = day_of(one.available_at, facts.zone)
    return came is None or not asked <= came <= today or (removed is not None and removed < came)


def _got(one: ExportFact, facts: Facts, today: date, limits: Limits) -> Iterator[Blocker]:
    if one.delivery is Delivery.REQUESTED:
        yield blocker(Code.EXPORT_OWED, export=one.number)
    came, removed = day_of(one.available_at, facts.zone), day_of(one.removed_at, facts.zone)
    if one.delivery is not Delivery.DELIVERED or came is None:
        return
    told = {"export": one.number, "fair_days": limits.fair_days}
    if removed is not None and (removed - came).days <= limits.fair_days:
        yield Blocker(Code.EXPORT_REMOVED_EARLY, {**told, "removed": removed.isoformat()})
    elif (today - came).days <= limits.fair_days:
        yield Blocker(Code.EXPORT_FRESH, {**told, "until": (came + timedelta(limits.fair_days)).isoformat()})


def _answered(one: ExportFact, facts: Facts, today: date, limits: Limits) -> Iterator[Blocker]:
    answered = day_of(one.answered_at, facts.zone)
    if answered is None or one.delivery in (Delivery.OBJECTED, Delivery.SETTLED):
        return
    if (today - answered).days <= limits.fair_days:
        until = (answered + timedelta(limits.fair_days)).isoformat()
        yield blocker(Code.EXPORT_ANSWERED, export=one.number, fair_days=limits.fair_days, until=until)
