"""May this customer's data be deleted today? All reasons why not; none means yes. Pure.

The only place that decides it: plans, runs, each batch's guard, screens and cron ask here. Every rule looks alone, so
that one reason never hides another, and what is not known is a reason of its own. As days pass reasons only go away,
but for the approval's age.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from math import ceil

from offboarding.milestones import Mark
from retention.codes import Blocker, Code, blocker
from retention.facts import (
    ApprovalFact,
    CaseFact,
    Delivery,
    ExportFact,
    Facts,
    HoldFact,
    Limits,
    MachineFact,
    OtherAgreement,
    PlanFact,
    PlatformFact,
    WarningFact,
)
from retention.policy_approval import approval
from retention.policy_exports import exports
from retention.policy_keeping import Kept, keeping, what_remains
from retention.policy_letters import letters
from retention.reach import Place, Reach, Target

__all__ = [
    "ApprovalFact", "Blocker", "CaseFact", "Code", "Delivery", "ExportFact", "Facts", "HoldFact", "Kept", "Limits",
    "MachineFact", "OtherAgreement", "Place", "PlanFact", "PlatformFact", "Reach", "Target", "WarningFact", "blockers",
    "what_remains",
]  # fmt: skip

LIMITS = Limits()


def blockers(facts: Facts, today: date, target: Target | None = None, *, limits: Limits = LIMITS) -> list[Blocker]:
    """Every reason against deleting the customer's data on ``today``, a day in the vendor's zone; [] when it may go.

    Without ``target`` about the run as a whole: a hold or a duty over a part does not stop the rest
    (``what_remains``). With one, about that step: also what keeps all of it or some of it. Where a prefix is kept for a
    part of it, ask for its files one by one.

    Where the plan is about what stayed or came back after a first erasure, warnings, readers and exports are not asked
    about: all that was settled before anything went.
    """
    found = chain(
        _dates(facts.case, today),
        _case(facts),
        _others(facts.others, today),
        keeping(facts, today, target),
        exports(facts, today, limits) if facts.first else (),
        letters(facts, today, limits) if facts.first else (),
        _objections(facts.objections),
        _platform(facts.platform),
        approval(facts, today, limits),
        _machine(facts.machine, limits),
    )
    order = list(Code)
    return sorted(found, key=lambda one: order.index(one.code))


def _dates(case: CaseFact, today: date) -> Iterator[Blocker]:
    """A missing date is never due; dates in another order than the clock gives are no dates."""
    ends, until, first = case.service_ends, case.export_until, case.delete_from
    for mark, day in ((Mark.SERVICE_ENDS, ends), (Mark.EXPORT_UNTIL, until), (Mark.DELETE_FROM, first)):
        if day is None:
            yield blocker(Code.DATE_MISSING, date=mark.value)
    if (ends and until and until < ends) or (until and first and first <= until) or (ends and first and first <= ends):
        yield blocker(Code.DATES_UNKNOWN)
    if first is not None and today < first:
        yield blocker(Code.WINDOW_OPEN, delete_from=first.isoformat())


def _case(facts: Facts) -> Iterator[Blocker]:
    case = facts.case
    yield from _only_false(case.renewed, Code.RENEWED, Code.RENEWAL_UNKNOWN)
    if facts.first:
        yield from _only_false(case.erased, Code.ALREADY_ERASED, Code.ERASED_UNKNOWN)
    elif case.erased_before is not True:
        yield blocker(Code.ERASED_UNKNOWN if case.erased_before is None else Code.NEVER_ERASED)


def _only_false(value: bool | None, otherwise: Code, unknown: Code) -> Iterator[Blocker]:
    if value is None:
        yield blocker(unknown)
    elif value:
        yield blocker(otherwise)


def _others(others: tuple[OtherAgreement, ...] | None, today: date) -> Iterator[Blocker]:
    """Another agreement lives until its own day of deletion: until then its customer may use or fetch the same data."""
    for other in others or ():
        if not other.erased and (other.delete_from is None or today < other.delete_from):
            yield blocker(Code.OTHER_AGREEMENT, agreement=other.number)
    unclear = any(other.erased is None or (other.erased and other.delete_from is None) for other in others or ())
    if others is None or unclear:
        yield blocker(Code.OTHERS_UNKNOWN)


def _objections(objections: tuple[int, ...] | None) -> Iterator[Blocker]:
    if objections is None:
        yield blocker(Code.OBJECTIONS_UNKNOWN)
    for notice in objections or ():
        yield blocker(Code.OBJECTION, notice=notice)


def _platform(platform: PlatformFact) -> Iterator[Blocker]:
    yield from _only_none(platform.drift, Code.DRIFT, Code.DRIFT_UNKNOWN)
    yield from _only_none(platform.references, Code.REFERENCES, Code.REFERENCES_UNKNOWN)


def _only_none(count: int | None, otherwise: Code, unknown: Code) -> Iterator[Blocker]:
    if count is None or count < 0:
        yield blocker(unknown)
    elif count > 0:
        yield blocker(otherwise, count=count)


def _machine(machine: MachineFact, limits: Limits) -> Iterator[Blocker]:
    yield from _only_false(machine.paused, Code.PAUSED, Code.PAUSE_UNKNOWN)
    if machine.customers_today is None or machine.customers_today < 0:
        yield blocker(Code.DAILY_COUNT_UNKNOWN)
    elif machine.customers_today >= limits.customers_per_day:
        yield blocker(Code.DAILY_LIMIT, limit=limits.customers_per_day)
    if machine.clocks_apart is None:
        yield blocker(Code.CLOCKS_UNKNOWN)
    elif abs(machine.clocks_apart) > limits.clocks:
        yield blocker(Code.CLOCKS_APART, seconds=ceil(abs(machine.clocks_apart).total_seconds()))
    if machine.journal_holds is None:
        yield blocker(Code.JOURNAL_UNKNOWN)
    elif not machine.journal_holds:
        yield blocker(Code.JOURNAL_BROKEN)
