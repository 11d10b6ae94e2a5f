"""Whether what is about to go is what somebody else approved, lately. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from retention.codes import Blocker, Code, blocker
from retention.facts import ApprovalFact, Facts, Limits, PlanFact, day_of, is_moment

_SHA256 = re.compile(r"[0-9a-f]{64}")
_STAFF = re.compile(r"staff:[1-9][0-9]*:.*", re.DOTALL)
_PLANNER = re.compile(r"(staff:[1-9][0-9]*:|machine:.).*", re.DOTALL)


def approval(facts: Facts, today: date, limits: Limits) -> Iterator[Blocker]:
    """Everything about the plan and its approval."""
    plan, given = facts.plan, facts.approval
    if plan is None:
        yield blocker(Code.PLAN_MISSING)
    else:
        yield from _plan(plan, facts.releases)
    if given is None:
        yield blocker(Code.APPROVAL_MISSING)
    else:
        yield from _given(given, plan, facts.zone, today, limits)
    if plan is not None and given is not None:
        yield from _together(plan, given)


def _is_hash(text: str | None) -> bool:
    return text is not None and _SHA256.fullmatch(text) is not None


def _is(kind: re.Pattern[str], actor: str | None) -> bool:
    return actor is not None and kind.fullmatch(actor) is not None


def _not_after(one: datetime | None, other: datetime | None) -> bool:
    """Whether ``one`` is at or before ``other``; moments that are not known are told of elsewhere."""
    return one is not None and other is not None and is_moment(one) and is_moment(other) and one <= other


def _plan(plan: PlanFact, releases: tuple[datetime, ...] | None) -> Iterator[Blocker]:
    """A plan made before a hold was released says nothing about what the hold had kept: a new one is needed."""
    if not _is_known(plan):
        yield blocker(Code.PLAN_UNKNOWN)
    if plan.refusals is not None and plan.refusals > 0:
        yield blocker(Code.PLAN_REFUSED, count=plan.refusals)
    if plan.replaced:
        yield blocker(Code.PLAN_REPLACED)
    if any(_not_after(plan.made_at, release) for release in releases or ()):
        yield blocker(Code.PLAN_BEFORE_RELEASE)


def _is_known(plan: PlanFact) -> bool:
    """A plan that was refused may know of nothing that goes."""
    known = is_moment(plan.made_at) and _is_hash(plan.sha256) and _is(_PLANNER, plan.planned_by)
    told = plan.occasion is not None and plan.replaced is not None and plan.targets is not None
    return known and told and plan.refusals is not None and (bool(plan.targets) or plan.refusals > 0)


def _given(
    given: ApprovalFact, plan: PlanFact | None, zone: ZoneInfo, today: date, limits: Limits
) -> Iterator[Blocker]:
    day = day_of(given.given_at, zone)
    in_order = day is not None and day <= today and not (plan and _not_after(given.given_at, plan.made_at))
    known = given.entitled is not None and _is_hash(given.sha256) and _is(_STAFF, given.approved_by)
    if not (in_order and known):
        yield blocker(Code.APPROVAL_UNKNOWN)
    if given.entitled is False:
        yield blocker(Code.APPROVER_NOT_ENTITLED)
    if day is not None and (today - day).days > limits.approval_days:
        yield blocker(Code.APPROVAL_OLD, given=day.isoformat(), days=limits.approval_days)


def _together(plan: PlanFact, given: ApprovalFact) -> Iterator[Blocker]:
    """What only both together tell. Somebody under a new name stays the same person: the number counts."""
    if _is_hash(plan.sha256) and _is_hash(given.sha256) and plan.sha256 != given.sha256:
        yield blocker(Code.PLAN_CHANGED)
    if plan.planned_by and given.approved_by and same_person(plan.planned_by, given.approved_by):
        yield blocker(Code.APPROVER_IS_PLANNER)


def same_person(one: str, other: str) -> bool:
    """Whether two actors are the same, by their numbers."""
    return one.split(":")[:2] == other.split(":")[:2]
