"""What is done next follows from how far a case has come and what stands against it; every code has its place."""

from __future__ import annotations

import pytest

from retention.codes import FACTS, Blocker, Code
from retention.next_step import (
    A_NEW_PLAN,
    AN_APPROVAL,
    AT_THE_START,
    LEARNT_AT_THE_START,
    TIME_ALONE,
    Grade,
    Standing,
    Step,
    before_a_plan,
    grade_of,
    next_step,
    standing_against,
)

NOTHING = Standing(planned=False)
PLANNED = Standing(planned=True)
ASKED = Standing(planned=True, asked=True)
APPROVED = Standing(planned=True, asked=True, approved=True)


def reasons(*codes: Code) -> list[Blocker]:
    return [Blocker(code, dict.fromkeys(FACTS[code], 1)) for code in codes]


@pytest.mark.parametrize(
    ("standing", "codes", "step"),
    [
        (NOTHING, [Code.PLAN_MISSING, Code.APPROVAL_MISSING], Step.PLAN),
        (NOTHING, [Code.PLAN_MISSING, Code.PAUSED, Code.DAILY_LIMIT, Code.JOURNAL_UNKNOWN], Step.PLAN),
        (NOTHING, [Code.PLAN_MISSING, Code.WARNING_BOUNCED], Step.WAIT),
        (NOTHING, [Code.PLAN_MISSING, Code.HOLD], Step.WAIT),
        (PLANNED, [Code.APPROVAL_MISSING], Step.ASK),
        (PLANNED, [Code.APPROVAL_MISSING, Code.WINDOW_OPEN], Step.WAIT),
        (ASKED, [Code.APPROVAL_MISSING], Step.AWAIT_APPROVAL),
        (ASKED, [Code.APPROVAL_MISSING, Code.PLAN_BEFORE_RELEASE], Step.REPLAN),
        (ASKED, [Code.APPROVAL_MISSING, Code.PLAN_CHANGED], Step.REPLAN),
        (APPROVED, [Code.APPROVER_NOT_ENTITLED], Step.AWAIT_APPROVAL),
        (APPROVED, [Code.APPROVAL_OLD], Step.AWAIT_APPROVAL),
        (Standing(planned=True, approved=True), [Code.APPROVAL_OLD], Step.ASK),
        (APPROVED, [Code.APPROVAL_OLD, Code.OBJECTION], Step.WAIT),
        (APPROVED, [], Step.START),
        (APPROVED, [Code.JOURNAL_UNKNOWN, Code.DRIFT_UNKNOWN, Code.REFERENCES_UNKNOWN], Step.START),
        (APPROVED, [Code.JOURNAL_BROKEN], Step.AWAIT_START),
        (APPROVED, [Code.DAILY_LIMIT], Step.AWAIT_START),
        (APPROVED, [Code.DRIFT], Step.AWAIT_START),
        (Standing(planned=True, refused=True), [Code.PLAN_REFUSED, Code.APPROVAL_MISSING], Step.REFUSED),
        (Standing(planned=True, refused=True), [Code.PLAN_REFUSED, Code.HOLD_NOT_PLANNED], Step.REPLAN),
        (Standing(planned=True, asked=True, approved=True, stopped=True), [], Step.START),
        (Standing(planned=True, asked=True, approved=True, stopped=True, outdated=True), [], Step.REPLAN),
        (Standing(planned=True, asked=True, approved=True, stopped=True, failed=True), [], Step.FAILED),
        (Standing(planned=True, asked=True, approved=True, stopped=True), [Code.HOLD], Step.WAIT),
    ],
)
def test_the_next_step(standing, codes, step):
    assert next_step(standing, reasons(*codes)) is step


@pytest.mark.parametrize("code", Code)
def test_nothing_is_ever_erased_while_a_reason_stands_against_it_that_somebody_has_learnt(code):
    found = next_step(APPROVED, reasons(code))
    assert (found is Step.START) == (code in LEARNT_AT_THE_START)


def test_no_code_is_answered_in_two_ways():
    ways = [A_NEW_PLAN, AN_APPROVAL, AT_THE_START, frozenset(one.code for one in before_a_plan(reasons(*Code)))]
    assert sum(map(len, ways)) == len(Code)
    assert frozenset().union(*ways) == frozenset(Code)


@pytest.mark.parametrize("code", [code for code in Code if code.value.endswith(("_unknown", "_unmatched"))])
def test_what_is_not_known_never_waits_for_time_alone(code):
    assert code not in TIME_ALONE


@pytest.mark.parametrize(
    ("step", "codes", "grade"),
    [
        (Step.WAIT, [Code.HOLD], Grade.FINE),
        (Step.WAIT, [Code.HOLD, Code.PLAN_MISSING, Code.APPROVAL_MISSING], Grade.FINE),
        (Step.WAIT, [Code.HOLD, Code.WARNING_BOUNCED], Grade.PERSON),
        (Step.WAIT, [Code.WARNING_BOUNCED], Grade.PERSON),
        (Step.AWAIT_START, [Code.DAILY_LIMIT], Grade.FINE),
        (Step.AWAIT_START, [Code.DAILY_LIMIT, Code.PAUSED], Grade.PERSON),
        (Step.AWAIT_APPROVAL, [Code.APPROVAL_MISSING], Grade.PERSON),
        (Step.REFUSED, [Code.PLAN_REFUSED], Grade.PERSON),
        (Step.START, [], Grade.FINE),
    ],
)
def test_whether_a_person_is_needed(step, codes, grade):
    assert grade_of(step, reasons(*codes)) is grade


def test_a_reader_is_not_told_what_the_step_itself_answers():
    found = reasons(Code.HOLD, Code.PLAN_MISSING, Code.APPROVAL_MISSING, Code.JOURNAL_UNKNOWN)
    assert [one.code for one in standing_against(Step.WAIT, found)] == [Code.HOLD]
    assert [one.code for one in standing_against(Step.AWAIT_APPROVAL, found[1:])] == [Code.APPROVAL_MISSING]
    assert standing_against(Step.PLAN, found) == []
