"""Whatever is known of a case: more that stands against it never says less, and waiting never makes it worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exports.contents import Category
from retention.codes import Blocker, Code
from retention.duties import BookYearsAfter, Duty, FixedDay
from retention.facts import (
    ApprovalFact,
    CaseFact,
    Delivery,
    ExportFact,
    HoldFact,
    MachineFact,
    Occasion,
    OtherAgreement,
    PlanFact,
    PlatformFact,
    WarningFact,
)
from retention.policy import Limits, blockers
from retention.reach import Reach
from tests.retention.policy.cases import GOOD, HASH, OTHER_HASH, STOCKHOLM, TARGETS, but

days = st.dates(date(2026, 12, 1), date(2027, 6, 30))
moments = st.datetimes(datetime(2026, 12, 1), datetime(2027, 6, 30), timezones=st.just(UTC)) | st.datetimes(
    datetime(2026, 12, 1), datetime(2027, 6, 30)
)
places = st.frozensets(
    st.sampled_from([(one.store, one.name) for one in TARGETS] + [("media", "org/bob/")]), max_size=2
)
reaches = st.builds(
    Reach, everything=st.booleans(), categories=st.frozensets(st.sampled_from(Category)), tables=places,
    prefixes=places, files=places,
)  # fmt: skip
numbers = st.integers(1, 99)
maybe = st.none() | st.booleans()
holds = st.builds(HoldFact, numbers, st.none() | reaches)
untils = st.builds(FixedDay, st.none() | days) | st.just(BookYearsAfter())
duties = st.builds(Duty, numbers, st.just("law"), st.just("text"), reaches, untils, st.none() | days, st.booleans())
exports = st.builds(
    ExportFact, numbers, st.none() | moments, st.none() | st.sampled_from(Delivery), st.none() | moments,
    st.none() | moments, st.none() | moments,
)  # fmt: skip
others = st.builds(OtherAgreement, numbers, st.none() | days, maybe)
states = st.sampled_from(
    ["", "queued", "sending", "sent", "refused", "bounced", "unclear", "cancelled", "overtaken", "?"]
)
warnings = st.builds(WarningFact, st.sampled_from([30, 7, 1, 14]), days, states, st.none() | moments)
actors = st.none() | st.sampled_from(["staff:3:sam", "staff:4:lena", "machine:enforce_retention", "contact:1", ""])
hashes = st.none() | st.sampled_from([HASH, OTHER_HASH, "x"])


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(one, max_size=3).map(tuple)


counts = st.none() | st.integers(-1, 6)
cases = st.builds(CaseFact, st.none() | days, st.none() | days, st.none() | days, maybe, maybe, maybe, maybe)
plans = st.builds(
    PlanFact, hashes, st.none() | st.sampled_from(Occasion), st.none() | moments, actors, maybe, counts,
    st.sampled_from([None, (), TARGETS, TARGETS[:2]]), st.frozensets(numbers), st.frozensets(numbers),
)  # fmt: skip
approvals = st.builds(ApprovalFact, hashes, st.none() | moments, actors, maybe)
apart = st.none() | st.timedeltas(timedelta(minutes=-4), timedelta(minutes=4))
parts: dict[str, st.SearchStrategy[Any]] = {
    "case": cases, "others": several(others), "holds": several(holds), "releases": several(moments),
    "duties": several(duties), "exports": several(exports), "readers": counts, "warnings": several(warnings),
    "objections": several(numbers), "platform": st.builds(PlatformFact, counts, counts), "plan": st.none() | plans,
    "approval": st.none() | approvals, "machine": st.builds(MachineFact, maybe, counts, apart, maybe),
}  # fmt: skip
either = {name: st.just(getattr(GOOD, name)) | one for name, one in parts.items()}
any_facts = st.builds(replace, st.just(GOOD), **either)
lists = {"others": others, "holds": holds, "releases": moments, "duties": duties, "exports": exports,
         "objections": numbers}  # fmt: skip
one_more = st.sampled_from(sorted(lists)).flatmap(
    lambda name: lists[name].map(lambda value: but(GOOD, f"{name}+", value))
)
one_other = st.sampled_from(sorted(parts)).flatmap(lambda name: parts[name].map(lambda value: but(GOOD, name, value)))
soon = st.dates(date(2027, 3, 30), date(2027, 4, 8))
targets = st.sampled_from([None, *TARGETS])


def told(found: list[Blocker]) -> set[tuple[Any, ...]]:
    return {(one.code, *sorted(one.facts.items())) for one in found}


@settings(deadline=None)
@given(facts=any_facts, today=days, target=targets, data=st.data())
def test_one_more_hold_duty_export_or_objection_never_removes_a_reason(facts, today, target, data):
    name = data.draw(st.sampled_from(sorted(lists)))
    assume(getattr(facts, name) is not None)
    more = but(facts, f"{name}+", data.draw(lists[name]))
    missing = told(blockers(facts, today, target)) - told(blockers(more, today, target))
    assert {code for code, *_facts in missing} <= {Code.HOLD_UNKNOWN}
    if missing:  # a row is marked as held and no hold said why: now one does
        assert facts.case.held and Code.HOLD in {one.code for one in blockers(more, today, target)}


@settings(deadline=None)
@given(facts=any_facts, today=days, later=days, target=targets)
def test_waiting_adds_no_reason_but_the_approvals_age(facts, today, later, target):
    assume(today <= later)
    new = told(blockers(facts, later, target)) - told(blockers(facts, today, target))
    assert {code for code, *_facts in new} <= {Code.APPROVAL_OLD}


@settings(deadline=None)
@given(facts=any_facts, today=days, target=targets)
def test_a_step_is_never_freer_than_the_run(facts, today, target):
    assert told(blockers(facts, today)) <= told(blockers(facts, today, target))


@settings(deadline=None)
@given(facts=any_facts, today=days, stricter=st.integers(0, 40))
def test_longer_limits_never_free_anything(facts, today, stricter):
    usual = Limits()
    strict = Limits(usual.fair_days + stricter, usual.warning_days, 7, 5, usual.clocks)
    codes = {one.code for one in blockers(facts, today)}
    assert codes - {one.code for one in blockers(facts, today, limits=strict)} <= {Code.EXPORT_FRESH}
    assert bool(codes) <= bool(blockers(facts, today, limits=strict))


@settings(deadline=None)
@given(facts=any_facts, today=days, target=targets)
def test_the_same_facts_give_the_same_reasons_each_once_in_one_order(facts, today, target):
    found = blockers(facts, today, target)
    order = list(Code)
    assert found == blockers(facts, today, target)
    assert [order.index(one.code) for one in found] == sorted(order.index(one.code) for one in found)
    bare = [one.code for one in found if not one.facts]
    assert len(bare) == len(set(bare))


@settings(deadline=None, max_examples=600)
@given(facts=st.just(GOOD) | one_more | one_other, today=soon)
def test_what_is_free_has_kept_every_promise(facts, today):
    """The terms once more, in other words than the policy's."""
    if blockers(facts, today):
        return
    case, plan, given_ = facts.case, facts.plan, facts.approval
    assert case.service_ends <= case.export_until < case.delete_from <= today
    assert (case.renewed, case.erased, case.held, facts.objections) == (False, False, False, ())
    for days_before in (30, 7, 1):
        assert any(
            one.state == "sent" and local(one.sent_at) + timedelta(days_before) <= today
            for one in facts.warnings if one.days <= days_before
        )  # fmt: skip
    for export in facts.exports:
        assert export.delivery is not Delivery.OBJECTED
        assert export.delivery is not Delivery.REQUESTED or local(export.requested_at) > case.export_until
        if export.delivery is Delivery.DELIVERED and local(export.requested_at) <= case.export_until:
            assert local(export.available_at) + timedelta(15) <= min(today, local(export.removed_at or FAR))
    assert all(other.erased or other.delete_from <= today for other in facts.others)
    assert not any(hold.reaches.everything for hold in facts.holds)
    assert plan.sha256 == given_.sha256 and plan.planned_by[:7] != given_.approved_by[:7] and given_.entitled
    assert today - timedelta(7) <= local(given_.given_at) <= today and plan.made_at < given_.given_at
    assert all(release < plan.made_at for release in facts.releases)


FAR = datetime(2099, 1, 1, tzinfo=UTC)


def local(moment: datetime) -> date:
    return moment.astimezone(STOCKHOLM).date()
