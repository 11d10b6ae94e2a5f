"""What stays: holds and duties, over everything or over parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from retention.codes import Blocker, Code, blocker
from retention.duties import Duty
from retention.facts import Facts, HoldFact, PlanFact, is_moment
from retention.reach import Reach, Target


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stays although the rest goes: by a hold (``duty`` None) or by a duty (``hold`` None).

    ``until``: the last day; None for a hold, which lasts until it is released.
    """

    hold: HoldFact | None
    duty: Duty | None
    reaches: Reach
    until: date | None


def what_remains(facts: Facts, today: date) -> list[Kept]:
    """What holds and duties keep in part, holds first; what keeps everything is a blocker and not here."""
    holds = [Kept(hold, None, hold.reaches, None) for hold in facts.holds or () if hold.reaches is not None]
    duties = [Kept(None, duty, duty.reaches, duty.last_day) for duty in facts.duties or () if duty.keeps_on(today)]
    return [kept for kept in [*holds, *duties] if not kept.reaches.whole and not kept.reaches.nothing]


def keeping(facts: Facts, today: date, target: Target | None) -> Iterator[Blocker]:
    """Holds and duties that keep everything, or the target where one is given; and whatever is unclear about them."""
    yield from _holds(facts, target)
    if _unclear(facts):
        yield blocker(Code.HOLD_UNKNOWN)
    if facts.plan is not None:
        yield from _not_planned(facts, today, facts.plan)
    if facts.plan is not None and facts.plan.targets is not None:
        if facts.plan.targets or not facts.plan.refusals:
            yield from _unmatched(facts, today, facts.plan.targets)
        yield from _planned(target, facts.plan.targets)
    yield from _duties(facts, today, target)


def _touched(reaches: Reach, target: Target | None, *, planned: bool) -> bool:
    """A plan that knows the hold or duty leaves the parts of a place that it keeps, so the rest of the place may go."""
    if reaches.whole or target is None:
        return reaches.whole
    return reaches.keeps_all(target) if planned else reaches.keeps(target)


def _holds(facts: Facts, target: Target | None) -> Iterator[Blocker]:
    for hold in facts.holds or ():
        planned = facts.plan is not None and hold.number in facts.plan.holds
        if hold.reaches is not None and _touched(hold.reaches, target, planned=planned):
            yield blocker(Code.HOLD, hold=hold.number)


def _unclear(facts: Facts) -> bool:
    """Whether it is not certain what is, or was, on hold; the agreement's row is held only by a hold of everything."""
    holds, releases = facts.holds, facts.releases
    if holds is None or releases is None or not all(map(is_moment, releases)):
        return True
    if any(hold.reaches is None or hold.reaches.nothing for hold in holds):
        return True
    whole = any(hold.reaches is not None and hold.reaches.whole for hold in holds)
    return facts.case.held is None or (facts.case.held and not whole)


def _duties(facts: Facts, today: date, target: Target | None) -> Iterator[Blocker]:
    duties = facts.duties
    if duties is None:
        yield blocker(Code.DUTY_UNKNOWN)
        return
    for duty in duties:
        planned = facts.plan is not None and duty.number in facts.plan.duties
        if duty.last_day is not None and duty.keeps_on(today) and _touched(duty.reaches, target, planned=planned):
            yield blocker(Code.DUTY, duty=duty.number, ground=duty.ground, until=duty.last_day.isoformat())
    if any(duty.last_day is None or (duty.reaches.nothing and duty.keeps_on(today)) for duty in duties):
        yield blocker(Code.DUTY_UNKNOWN)


def _not_planned(facts: Facts, today: date, plan: PlanFact) -> Iterator[Blocker]:
    """A part that a hold or duty keeps takes along what it needs, and only a plan knows what that is."""
    for hold in facts.holds or ():
        if hold.number not in plan.holds and hold.reaches is not None and not hold.reaches.whole:
            yield blocker(Code.HOLD_NOT_PLANNED, hold=hold.number)
    for duty in facts.duties or ():
        if duty.number not in plan.duties and duty.keeps_on(today) and not duty.reaches.whole:
            yield blocker(Code.DUTY_NOT_PLANNED, duty=duty.number)


def _unmatched(facts: Facts, today: date, targets: tuple[Target, ...]) -> Iterator[Blocker]:
    """What a hold or duty names and the plan does not know: a table was renamed, or a name was mistyped.

    Such a keep would keep nothing, silently, so a person has to look.
    """
    for hold in facts.holds or ():
        for what in _lost(hold.reaches, targets):
            yield blocker(Code.HOLD_UNMATCHED, hold=hold.number, what=what)
    for duty in facts.duties or ():
        for what in _lost(duty.reaches, targets) if duty.keeps_on(today) else ():
            yield blocker(Code.DUTY_UNMATCHED, duty=duty.number, what=what)


def _lost(reaches: Reach | None, targets: tuple[Target, ...]) -> Iterator[str]:
    for part in reaches.parts() if reaches is not None else ():
        if not any(part.keeps(target) for target in targets):
            for store, name in part.tables | part.prefixes | part.files:
                yield f"{store}: {name}"


def _planned(target: Target | None, targets: tuple[Target, ...]) -> Iterator[Blocker]:
    if target is not None and not any(planned.covers(target) for planned in targets):
        yield blocker(Code.NOT_PLANNED, what=f"{target.store}: {target.name}")
