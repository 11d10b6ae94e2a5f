"""What holds and duties keep in part stays, all of it, and stops nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exports.contents import Category
from retention.codes import Code, blocker
from retention.duties import FixedDay
from retention.facts import Facts, HoldFact
from retention.policy import blockers, what_remains
from retention.reach import Place, Reach, Target
from tests.retention.policy.cases import (
    COURSES,
    EVERYTHING,
    GOOD,
    INVOICES,
    MEDIA,
    ONLY_A_FILE,
    ONLY_INVOICES,
    TARGETS,
    TODAY,
    USERS,
    at,
    but,
    duty,
)

FREE = but(but(GOOD, "holds", ()), "duties", ())
PROOF = Target(Place.FILE, "media", "org/alice/proof.pdf", Category.COURSES)
PHOTO = Target(Place.FILE, "media", "org/alice/photo.jpg", Category.COURSES)


def kept_targets(facts: Facts, today: date = TODAY) -> list[Target]:
    return [target for target in (*TARGETS, PROOF, PHOTO) if blockers(facts, today, target)]


def hold(**reaches: object) -> HoldFact:
    return HoldFact(3, Reach(**{name: frozenset(what) for name, what in reaches.items()}))


def test_without_holds_and_duties_every_step_may_go():
    assert kept_targets(FREE) == []


def test_a_hold_over_one_category_stops_its_tables_and_files_and_nothing_else():
    facts = but(FREE, "holds", (hold(categories={Category.COURSES}),))
    assert blockers(facts, TODAY) == []
    assert kept_targets(facts) == [COURSES, MEDIA, PROOF, PHOTO]
    assert blockers(facts, TODAY, COURSES) == [blocker(Code.HOLD, hold=3)]


def test_a_hold_over_a_table_stops_that_table():
    facts = but(FREE, "holds", (hold(tables={("platform", "users")}),))
    assert (blockers(facts, TODAY), kept_targets(facts)) == ([], [USERS])


def test_a_hold_over_a_file_that_the_plan_knows_stops_that_file_alone():
    facts = but(FREE, "holds", (HoldFact(3, ONLY_A_FILE),))
    assert (blockers(facts, TODAY), kept_targets(facts)) == ([], [PROOF])


def test_a_hold_over_a_file_that_the_plan_does_not_know_stops_everything_and_the_whole_prefix():
    facts = but(but(FREE, "holds", (HoldFact(3, ONLY_A_FILE),)), "plan.holds", frozenset())
    late = blocker(Code.HOLD_NOT_PLANNED, hold=3)
    assert blockers(facts, TODAY) == blockers(facts, TODAY, PHOTO) == [late]
    assert blockers(facts, TODAY, MEDIA) == blockers(facts, TODAY, PROOF) == [blocker(Code.HOLD, hold=3), late]


def test_a_hold_over_every_category_is_a_hold_over_everything():
    facts = but(FREE, "holds", (hold(categories=set(Category)),))
    assert blockers(facts, TODAY) == [blocker(Code.HOLD, hold=3)]
    assert what_remains(facts, TODAY) == []


def test_a_target_of_an_unknown_category_is_kept_by_every_category():
    odd = replace(USERS, category=None)
    facts = but(but(FREE, "plan.targets", (odd,)), "holds", (hold(categories={Category.REPORTS}),))
    assert blockers(facts, TODAY, odd) == [blocker(Code.HOLD, hold=3)]


def test_a_duty_keeps_exactly_its_part_through_its_last_day():
    facts = but(FREE, "duties", (duty(8, ONLY_INVOICES, FixedDay(TODAY)),))
    assert (blockers(facts, TODAY), kept_targets(facts)) == ([], [INVOICES])
    assert blockers(facts, TODAY, INVOICES) == [blocker(Code.DUTY, duty=8, ground="law", until="2027-04-03")]
    assert kept_targets(facts, date(2027, 4, 4)) == []


def test_two_that_keep_the_same_are_both_told():
    facts = but(
        but(FREE, "holds", (HoldFact(3, ONLY_INVOICES), HoldFact(4, EVERYTHING))), "duties", (duty(8, ONLY_INVOICES),)
    )
    assert [(one.code, *one.facts.values()) for one in blockers(facts, TODAY, INVOICES)] == [
        (Code.HOLD, 3), (Code.HOLD, 4), (Code.DUTY, 8, "law", "2033-12-31"),
    ]  # fmt: skip


def test_what_stands_against_everything_stands_against_each_step():
    facts = but(FREE, "machine.paused", True)
    assert all(blockers(facts, TODAY, target) == [blocker(Code.PAUSED)] for target in TARGETS)


@pytest.mark.parametrize(
    "target",
    [
        replace(USERS, name="bills"),
        replace(USERS, store="other"),
        replace(USERS, category=Category.REPORTS),
        replace(MEDIA, name="org/"),
        replace(MEDIA, name="org/bob/"),
        replace(PROOF, name="org/bob/proof.pdf"),
        replace(PROOF, store="other"),
        replace(PROOF, category=Category.USERS),
        Target(Place.TABLE, "media", "org/alice/x", Category.COURSES),
        Target(Place.FILE, "platform", "users", Category.USERS),
    ],
)
def test_what_the_plan_does_not_know_may_not_go(target: Target):
    assert blockers(FREE, TODAY, target) == [blocker(Code.NOT_PLANNED, what=f"{target.store}: {target.name}")]


def test_a_prefix_within_a_planned_one_is_planned():
    assert blockers(FREE, TODAY, replace(MEDIA, name="org/alice/2026/")) == []


def test_what_remains_says_who_keeps_it_and_until_when():
    kept = what_remains(GOOD, TODAY)
    assert GOOD.holds is not None and GOOD.duties is not None
    assert [(one.hold, one.duty) for one in kept] == [(GOOD.holds[0], None), (None, GOOD.duties[0])]
    assert [(one.reaches, one.until) for one in kept] == [(ONLY_A_FILE, None), (ONLY_INVOICES, date(2033, 12, 31))]


def test_what_has_lapsed_keeps_everything_or_names_nothing_does_not_remain():
    facts = but(FREE, "holds", (HoldFact(1, EVERYTHING), HoldFact(2, None), HoldFact(3, Reach())))
    facts = but(facts, "duties", (duty(4), duty(5, ONLY_INVOICES, FixedDay(date(2027, 4, 2)))))
    assert what_remains(facts, TODAY) == []
    assert what_remains(but(but(FREE, "holds", None), "duties", None), TODAY) == []


def test_a_lapsed_duty_that_names_nothing_known_is_no_matter():
    lost = Reach(tables=frozenset({("platform", "bills")}))
    facts = but(FREE, "duties", (duty(5, lost, FixedDay(TODAY)),))
    assert [one.code for one in blockers(facts, TODAY)] == [Code.DUTY_UNMATCHED]
    assert blockers(facts, date(2027, 4, 4)) == []


def test_a_lapsed_duty_that_names_nothing_at_all_is_no_matter():
    facts = but(FREE, "duties", (duty(5, Reach(), FixedDay(TODAY)),))
    assert blockers(facts, TODAY) == [blocker(Code.DUTY_UNKNOWN)]
    assert blockers(facts, date(2027, 4, 4)) == []


def test_a_hold_keeps_a_renamed_tables_successor_from_going_unseen():
    """The map follows the rename, the plan is new and approved: without this the hold would keep nothing."""
    renamed = tuple(replace(one, name="people") if one == USERS else one for one in TARGETS)
    facts = but(but(FREE, "plan.targets", renamed), "holds", (hold(tables={("platform", "users")}),))
    assert blockers(facts, TODAY) == [blocker(Code.HOLD_UNMATCHED, hold=3, what="platform: users")]


def test_after_a_release_only_a_new_plan_with_a_new_approval_lets_it_go():
    released = but(GOOD, "releases+", at("2027-04-02"))
    planned = but(released, "plan.made_at", at("2027-04-02", hour=13))
    approved = but(planned, "approval.given_at", at("2027-04-02", hour=14))
    found = [[one.code for one in blockers(facts, TODAY)] for facts in (released, planned, approved)]
    assert found == [[Code.PLAN_BEFORE_RELEASE], [Code.APPROVAL_UNKNOWN], []]


def test_a_row_held_by_a_hold_of_everything_is_no_contradiction():
    facts = but(but(FREE, "case.held", True), "holds", (HoldFact(3, EVERYTHING),))
    assert blockers(facts, TODAY) == [blocker(Code.HOLD, hold=3)]
    both = but(facts, "holds+", HoldFact(4, ONLY_INVOICES))
    assert blockers(both, TODAY) == [blocker(Code.HOLD, hold=3)]
    partial = but(but(FREE, "case.held", True), "holds", (HoldFact(3, ONLY_INVOICES),))
    assert blockers(partial, TODAY) == [blocker(Code.HOLD_UNKNOWN)]
