"""After a first erasure: what was settled before it is not asked again, everything else is."""

from __future__ import annotations

from datetime import date

import pytest

from retention.codes import Code, blocker
from retention.facts import Delivery, HoldFact, Occasion, OtherAgreement
from retention.policy import blockers
from retention.reach import Reach
from tests.retention.policy.cases import GOOD, TARGETS, TODAY, at, but, export, warning
from tests.retention.policy.wrongs import CASE, EXPORTS, HOUSE, LETTERS, STAYS

LATER = [Occasion.REMAINDER, Occasion.REOPENED, Occasion.RESTORED]
later = pytest.mark.parametrize("occasion", LATER)


def again(occasion: Occasion):
    return but(but(GOOD, "plan.occasion", occasion), "case.erased_before", True)


@later
def test_data_that_was_erased_may_go_again(occasion: Occasion):
    assert blockers(again(occasion), TODAY) == []
    assert blockers(but(again(occasion), "case.erased", True), TODAY) == []


def test_at_the_first_end_what_is_erased_is_erased():
    assert blockers(but(GOOD, "case.erased", True), TODAY) == [blocker(Code.ALREADY_ERASED)]
    known = but(but(GOOD, "case.erased_before", True), "case.erased", False)
    assert blockers(known, TODAY) == []


@later
@pytest.mark.parametrize(("known", "code"), [(False, Code.NEVER_ERASED), (None, Code.ERASED_UNKNOWN)])
def test_without_a_first_erasure_there_is_no_second(occasion: Occasion, known: bool | None, code: Code):
    facts = but(again(occasion), "case.erased_before", known)
    assert blockers(facts, TODAY) == [blocker(code)]


@later
@pytest.mark.parametrize("wrong", [*EXPORTS, *LETTERS], ids=lambda wrong: wrong.title)
def test_warnings_readers_and_exports_were_settled_before(occasion: Occasion, wrong):
    asked = {Code.OBJECTION, Code.OBJECTIONS_UNKNOWN}
    found = blockers(wrong.apply(again(occasion)), wrong.today)
    assert found == [one for one in wrong.found if one.code in asked]


@pytest.mark.parametrize("wrong", [*EXPORTS, *LETTERS], ids=lambda wrong: wrong.title)
def test_where_the_occasion_is_not_known_everything_is_asked(wrong):
    facts = but(wrong.apply(again(Occasion.END)), "plan.occasion", None)
    assert {one.code for one in blockers(facts, wrong.today)} == {one.code for one in wrong.found} | {Code.PLAN_UNKNOWN}


@later
@pytest.mark.parametrize("wrong", [*CASE, *STAYS, *HOUSE], ids=lambda wrong: wrong.title)
def test_all_else_stands_against_it_as_before(occasion: Occasion, wrong):
    if any(path.startswith(("plan.occasion", "case.erased")) or path == "plan" for path in wrong.changes):
        return
    expected = {one.code for one in wrong.found} - {Code.ALREADY_ERASED, Code.ERASED_UNKNOWN}
    assert {one.code for one in blockers(wrong.apply(again(occasion)), wrong.today)} == expected


def test_a_customer_who_came_back_keeps_what_an_old_deletion_left():
    back = but(again(Occasion.REMAINDER), "others+", OtherAgreement(50, None, False))
    assert blockers(back, TODAY) == [blocker(Code.OTHER_AGREEMENT, agreement=50)]


def test_a_refused_plan_that_knows_nothing_is_refused_and_not_unreadable():
    facts = but(but(GOOD, "plan.refusals", 3), "plan.targets", ())
    assert blockers(facts, TODAY) == [blocker(Code.PLAN_REFUSED, count=3)]


def test_a_hold_over_everything_needs_no_plan_to_know_it():
    facts = but(GOOD, "holds+", HoldFact(100, Reach(everything=True)))
    assert blockers(facts, TODAY, TARGETS[0]) == [blocker(Code.HOLD, hold=100)]


def test_what_no_plan_has_asked_about_is_no_customer_of_a_later_occasion():
    """A plan that is not there is about the first erasure: nothing is taken for granted."""
    facts = but(but(again(Occasion.REMAINDER), "plan", None), "warnings.7", warning(7, "bounced"))
    facts = but(facts, "exports+", export(60, Delivery.REQUESTED, requested_at=at(date(2027, 3, 1))))
    found = {one.code for one in blockers(facts, TODAY)}
    assert found == {Code.PLAN_MISSING, Code.WARNING_BOUNCED, Code.EXPORT_OWED}
