"""What cron does next with a customer whose data is due, and whether that asks for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from retention.codes import Blocker, Code


class Grade(IntEnum):
    """How a case stands; the worst of all is the command's exit code."""

    FINE = 0
    PERSON = 1
    FAILED = 2


class Step(StrEnum):
    """The one thing that is to be done now."""

    WAIT = "wait"
    """Something stands against it that no plan could help."""
    PLAN = "plan"
    REPLAN = "replan"
    """There is a plan, and it is not the one that could be carried out."""
    REFUSED = "refused"
    """The plan stands and says why it cannot be carried out."""
    ASK = "ask"
    AWAIT_APPROVAL = "await_approval"
    AWAIT_START = "await_start"
    """Approved; something of the day or of the machine stands against beginning now."""
    START = "start"
    FAILED = "failed"
    """The run stopped at an error that a person has to look at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a case has come; all but the first are about the current plan.

    ``asked``: since the last approval of it, if there is one; ``stopped``: its run has begun and stopped; ``outdated``:
    by what only a new plan answers; ``failed``: at an error.
    """

    planned: bool
    refused: bool = False
    asked: bool = False
    approved: bool = False
    stopped: bool = False
    outdated: bool = False
    failed: bool = False


A_NEW_PLAN = frozenset(
    {
        Code.PLAN_MISSING, Code.PLAN_UNKNOWN, Code.PLAN_BEFORE_RELEASE, Code.NOT_PLANNED, Code.PLAN_CHANGED,
        Code.PLAN_REPLACED, Code.HOLD_NOT_PLANNED, Code.DUTY_NOT_PLANNED,
    }
)  # fmt: skip
"""Codes that a new plan answers."""
AN_APPROVAL = frozenset(
    {
        Code.APPROVAL_MISSING, Code.APPROVAL_UNKNOWN, Code.APPROVAL_OLD, Code.APPROVER_IS_PLANNER,
        Code.APPROVER_NOT_ENTITLED,
    }
)  # fmt: skip
"""Codes that an approval of the same plan answers."""
AT_THE_START = frozenset(
    {
        Code.DRIFT, Code.DRIFT_UNKNOWN, Code.REFERENCES, Code.REFERENCES_UNKNOWN, Code.PAUSED, Code.PAUSE_UNKNOWN,
        Code.DAILY_LIMIT, Code.DAILY_COUNT_UNKNOWN, Code.CLOCKS_APART, Code.CLOCKS_UNKNOWN, Code.JOURNAL_BROKEN,
        Code.JOURNAL_UNKNOWN, Code.PLAN_REFUSED, Code.DUTY_UNKNOWN,
    }
)  # fmt: skip
"""Codes that nothing has to answer before data is about to go: a plan only reads, and finds drift and references."""
LEARNT_AT_THE_START = frozenset(
    {Code.DRIFT_UNKNOWN, Code.REFERENCES_UNKNOWN, Code.JOURNAL_UNKNOWN, Code.DUTY_UNKNOWN}
)  # fmt: skip
"""Codes that say no more than that nobody has asked yet, because asking is slow."""
TIME_ALONE = frozenset(
    {
        Code.WINDOW_OPEN, Code.ALREADY_ERASED, Code.OTHER_AGREEMENT, Code.HOLD, Code.DUTY, Code.EXPORT_FRESH,
        Code.EXPORT_ANSWERED, Code.WARNING_WAITING, Code.WARNING_LATE, Code.DAILY_LIMIT,
    }
)  # fmt: skip
"""Codes that need nobody today: a day comes, other work is done, or somebody has decided it so."""


def needs_a_new_plan(codes: Iterable[str]) -> bool:
    """Whether one of these codes is answered by a new plan, and by nothing else."""
    return bool(A_NEW_PLAN & set(codes))


def before_a_plan(reasons: Iterable[Blocker]) -> list[Blocker]:
    """What stands against even planning it; a code that is not known here does."""
    later = A_NEW_PLAN | AN_APPROVAL | AT_THE_START
    return [reason for reason in reasons if reason.code not in later]


def next_step(standing: Standing, reasons: Iterable[Blocker]) -> Step:
    """The next step, from how far the case has come and everything that the policy has against deleting it today."""
    found = list(reasons)
    codes = {reason.code for reason in found}
    if before_a_plan(found):
        return Step.WAIT
    if not standing.planned:
        return Step.PLAN
    if codes & A_NEW_PLAN or standing.outdated:
        return Step.REPLAN
    if standing.failed:
        return Step.FAILED
    if standing.refused:
        return Step.REFUSED
    if codes & AN_APPROVAL or not standing.approved:
        return Step.AWAIT_APPROVAL if standing.asked else Step.ASK
    return Step.AWAIT_START if codes - LEARNT_AT_THE_START else Step.START


def grade_of(step: Step, reasons: Iterable[Blocker]) -> Grade:
    """Whether a person is needed, once the step is done."""
    if step in (Step.REFUSED, Step.ASK, Step.AWAIT_APPROVAL, Step.FAILED):
        return Grade.PERSON
    if step in (Step.PLAN, Step.REPLAN, Step.START):
        return Grade.FINE
    return Grade.FINE if all(reason.code in TIME_ALONE for reason in standing_against(step, reasons)) else Grade.PERSON


def standing_against(step: Step, reasons: Iterable[Blocker]) -> list[Blocker]:
    """The reasons that a reader is told beside the step: those that it does not itself answer."""
    found = list(reasons)
    if step is Step.WAIT:
        return before_a_plan(found)
    if step in (Step.ASK, Step.AWAIT_APPROVAL):
        return [reason for reason in found if reason.code in AN_APPROVAL]
    if step is Step.REPLAN:
        return [reason for reason in found if reason.code in A_NEW_PLAN]
    return [reason for reason in found if reason.code not in LEARNT_AT_THE_START] if step is Step.AWAIT_START else []
