"""Holds and duties over a part of the sample platform: exactly that part stays, with what it needs."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from exports.contents import Category
from retention import gathering, learning, plan_content, plans, policy
from retention.models import LegalHold, RetentionDuty
from retention.reach import Reach
from tests.retention.plans.case import planned

TODAY = date(2027, 4, 3)


@pytest.fixture
def hold(fjord, staff):
    def place(reach: Reach) -> LegalHold:
        return LegalHold.objects.create(
            customer=fjord, ground="court", reference="T 1-27", requested_by="Court", because="dispute",
            reach=reach.to_json(), review_on=date(2027, 9, 1), placed_by=staff, placed_at="2027-04-02T08:00Z",
        )  # fmt: skip

    return place


def only(*tables: str) -> Reach:
    return Reach(tables=frozenset(("platform", table) for table in tables))


def kept(plan) -> dict[str, list[dict]]:
    return {table["table"]: table["kept_by"] for table in plan.content["databases"][0]["tables"] if table["kept_by"]}


def test_no_kept_table_refers_to_one_that_goes(site, agreement, hold):
    """By the live database's own catalogue, for each table held alone."""
    keys = site.run("SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'")
    names = [table["table"] for table in planned(agreement).content["databases"][0]["tables"]]
    for name in names[::4]:
        placed = hold(only(name))
        stays = kept(planned(agreement))
        assert stays[name] == [{"why": "hold", "number": placed.pk}]
        placed.delete()
        for child, parent in keys:
            if child.strip('"') in stays and parent.strip('"') in names:
                assert parent.strip('"') in stays, (name, child, parent)
        assert "organisations" in stays


def test_what_a_held_table_needs_stays_with_it_and_says_why(site, agreement, hold):
    number = hold(only("memberships")).pk
    plan = planned(agreement)
    found = kept(plan)
    assert found["memberships"] == [{"why": "hold", "number": number}]
    assert {why["table"] for why in found["organisations"]} >= {"memberships"}
    assert found["users"][0]["why"] in ("refers", "leads")
    assert {"users", "organisations", "memberships"} <= found.keys() and "comments" not in found
    for table in plan.content["databases"][0]["tables"]:
        assert not table["goes_with"] or (table["table"] in found) is (table["goes_with"] in found)
    steps = {step.name: step for step in plan_content.steps(plan.content) if step.kind == "table"}
    assert {name for name, step in steps.items() if step.kept} == set(found)
    assert not set(plan.samples["platform"]) & set(found)
    assert plan.content["kept"] == [{"hold": number, "ground": "court", "reach": only("memberships").to_json(),
                                     "until": ""}]  # fmt: skip


def test_a_category_stays_with_its_files(site, agreement, hold):
    hold(Reach(categories=frozenset({Category.COURSES})))
    plan = planned(agreement)
    tables = plan.content["databases"][0]["tables"]
    assert all(table["kept_by"] for table in tables if table["category"] == "courses")
    assert any(not table["kept_by"] for table in tables)
    for place in plan.content["files"][0]["places"]:
        assert bool(place["kept_by"]) is (place["category"] == "courses")


def test_one_file_stays_and_the_rest_of_its_folder_goes(site, agreement, hold):
    (site.media / "org/17/proof.pdf").write_bytes(b"proof")
    before = planned(agreement)
    hold(Reach(files=frozenset({("media", "org/17/proof.pdf")})))
    plan = planned(agreement)
    (place,) = (one for one in plan.content["files"][0]["places"] if one["prefix"] == "org/17/")
    (was,) = (one for one in before.content["files"][0]["places"] if one["prefix"] == "org/17/")
    assert place["kept_parts"] == {"files": ["org/17/proof.pdf"]} and place["kept_by"] == []
    assert (place["kept"], place["versions"]) == (1, was["versions"] - 1)
    assert plan.sha256 != before.sha256


def test_a_hold_after_the_plan_stops_all_of_it_until_a_new_plan_knows_it(site, agreement, hold):
    plan = planned(agreement)
    placed = hold(only("reports"))
    codes = {one.code.value for one in plans.blockers_of(agreement)}
    assert codes == {"hold_not_planned", "approval_missing"}
    again = planned(agreement)
    assert {one.code.value for one in plans.blockers_of(agreement)} == {"approval_missing"}
    assert plan_content.keeps_known(plan.content, "hold") == set()
    assert plan_content.keeps_known(again.content, "hold") == {placed.pk}


def test_a_hold_over_everything_leaves_nothing_to_do_and_blocks(site, agreement, hold):
    hold(Reach(everything=True))
    plan = planned(agreement)
    totals = plan_content.totals(plan.content)
    assert (totals.rows, totals.files, totals.bytes) == (0, 0, 0)
    assert plan.samples == {"platform": {}}
    assert "hold" in {one.code.value for one in plans.blockers_of(agreement)}


def duty(**fields) -> RetentionDuty:
    told = {
        "ground": "bookkeeping", "source": "BFL 7:2", "reach": only("reports").to_json(), "rule": "bookkeeping",
        "years": 7, "decided_at": "2027-01-01T00:00Z",
    }  # fmt: skip
    return RetentionDuty.objects.create(**told | fields)


def test_a_duty_stays_with_its_last_day_and_a_lapsed_one_keeps_nothing(site, agreement):
    standing = duty()
    duty(rule="fixed", years=None, until=date(2027, 4, 2), reach=Reach(everything=True).to_json())
    plan = planned(agreement)
    assert plan.content["kept"] == [
        {"duty": standing.pk, "ground": "bookkeeping", "reach": only("reports").to_json(), "until": "2033-12-31"}
    ]
    assert kept(plan)["reports"] == [{"why": "duty", "number": standing.pk}]


def test_the_day_a_duty_counts_from_is_read_from_the_platform_and_remembered(site, agreement):
    counted = duty(counted_from="column", counted_column="platform.reports.created_at")
    plan = planned(agreement)
    (last,) = site.run(
        "SELECT max(created_at AT TIME ZONE 'Europe/Stockholm')::date FROM reports WHERE organisation_id = 17"
    )
    assert plan.content["events"] == {str(counted.pk): last[0].isoformat()}
    assert learning.lately(plan).events == {counted.pk: last[0]}
    assert plan.content["kept"][0]["until"] == f"{last[0].year + 7}-12-31"
    assert "duty_unknown" not in {one.code.value for one in plans.blockers_of(agreement)}


def test_every_step_of_a_plan_that_keeps_parts_is_free(site, agreement, hold):
    """What the plan says goes, the policy lets go; what it keeps, the policy keeps."""
    (site.media / "org/17/proof.pdf").write_bytes(b"proof")
    hold(Reach(tables=frozenset({("platform", "reports")}), files=frozenset({("media", "org/17/proof.pdf")})))
    plan = planned(agreement)
    facts = gathering.facts_of(agreement, plan=plan, known=learning.lately(plan))
    steps = {(step.store, step.name): step for step in plan_content.steps(plan.content)}
    for target in plan_content.targets(plan.content):
        found = {one.code.value for one in policy.blockers(facts, TODAY, target)}
        held = "hold" in found
        named = (target.store, target.name) == ("platform", "reports")
        assert held is named, target
        assert not named or steps[target.store, target.name].kept


def test_closure_over_pairs_of_tables(site, agreement, hold):
    """Two held tables keep what each keeps alone, and nothing else."""
    alone = {}
    for name in ("reports", "certificates", "quizzes"):
        placed = hold(only(name))
        alone[name] = set(kept(planned(agreement)))
        placed.delete()
    for one, other in product(alone, alone):
        if one < other:
            placed = hold(only(one, other))
            assert set(kept(planned(agreement))) == alone[one] | alone[other]
            placed.delete()
