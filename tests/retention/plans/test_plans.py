"""A plan is an exact dry run: the same data gives the same hash, whatever neighbours do, and any other data another."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from offboarding.models import JournalEntry
from retention import approvals, gathering, learning, plan_content, plans
from retention.erasers.findings import EraserError
from retention.models import DeletionPlan, DeletionRun
from tests.retention.oracle import rows
from tests.retention.plans.case import NAME, Site, planned

State = DeletionPlan.State


def events() -> list[str]:
    return list(JournalEntry.objects.filter(event__startswith="plan.").order_by("seq").values_list("event", flat=True))


def tables(plan: DeletionPlan) -> dict[str, dict]:
    return {table["table"]: table for table in plan.content["databases"][0]["tables"]}


def hash_after(plan: DeletionPlan, site: Site, sql: str) -> str:
    site.run(sql)
    return plans.sha256_now(plan)


def test_the_same_data_gives_the_same_hash_and_looking_changes_nothing(site, agreement):
    before = rows(site.url, {})
    plan = planned(agreement)
    assert plan.state == State.READY and plan.asked_at is None
    assert plans.sha256_now(plan) == plan.sha256 == plan_content.sha256_of(plan.content)
    assert planned(agreement).sha256 == plan.sha256
    assert rows(site.url, {}) == before


def test_it_counts_exactly_what_goes_and_what_stays_with_others(site, plan):
    mine = site.summary.tenants["fjord"].rows
    found = tables(plan)
    assert {name: table["rows"] + table["used"] for name, table in found.items()} == {
        name: mine[name] for name in found
    }
    assert found["users"]["used"] == 2
    totals = plan_content.totals(plan.content)
    assert totals.rows == sum(table["rows"] for table in found.values())
    assert totals.files == sum(place["versions"] for place in plan.content["files"][0]["places"]) > 0
    steps = plan_content.steps(plan.content)
    assert [step.kind for step in steps][-3:] == ["files", "packages", "traces"]
    assert [step.name for step in steps if step.kind == "table"][-1] == "organisations"


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO \"betyg_äldre\" VALUES ('FJÄR-17', '19', 'Svenska', 'G', '1999')",
        "DELETE FROM \"betyg_äldre\" WHERE \"Kundkod\" = 'FJÄR-17'",
        "UPDATE organisations SET created_at = created_at + interval '1 second' WHERE id = 17",
        f"UPDATE organisations SET name = upper('{NAME}') WHERE id = 17",
        "CREATE INDEX another ON comments (author_id, created_at)",
    ],
)  # fmt: skip
def test_any_other_data_gives_another_hash(site, plan, sql):
    same = sql.startswith("CREATE INDEX")  # an index that no foreign key waits for changes nothing
    assert (hash_after(plan, site, sql) == plan.sha256) is same


def test_a_file_more_gives_another_hash(site, plan):
    (site.media / "org/17/late.txt").write_text("late")
    assert plans.sha256_now(plan) != plan.sha256


def test_neighbours_may_do_what_they_like_with_shared_rows_and_files(site, plan):
    """Quill takes in somebody who was fjord's alone, lets another go, and names a shared file once more."""
    (person,) = site.run(
        "SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organisation_id = 17 "
        "AND u.avatar_path LIKE 'org/17/%' AND m.user_id NOT IN "
        "(SELECT user_id FROM memberships WHERE organisation_id <> 17) ORDER BY 1 LIMIT 1"
    )
    site.run(
        "INSERT INTO memberships SELECT 71, user_id, role, title, employee_number, joined_on, left_on "
        f"FROM memberships WHERE organisation_id = 17 AND user_id = {person[0]}"
    )
    site.run("UPDATE organisations SET name = 'Other' WHERE id = 71")
    (site.media / "org/71/new.txt").write_text("new")
    now = planned(plan.agreement)
    assert tables(now)["users"]["used"] == 3 != tables(plan)["users"]["used"]
    places = [one.content["files"][0]["places"][0] for one in (plan, now)]
    assert places[1]["shared"] == places[0]["shared"] + 1 and places[1]["objects"] == places[0]["objects"] - 1
    assert now.sha256 == plan.sha256


def test_a_new_plan_replaces_the_old_one_and_says_so(plan):
    newer = planned(plan.agreement)
    plan.refresh_from_db()
    assert (plan.state, newer.state) == (State.SUPERSEDED, State.READY)
    assert plans.current(plan.customer) == newer
    assert events() == ["plan.made", "plan.superseded", "plan.made"]
    told = JournalEntry.objects.get(event="plan.superseded")
    assert told.facts == {"plan": plan.pk, "sha256": plan.sha256, "by_plan": newer.pk}
    assert (told.agreement, told.customer) == (plan.agreement_id, plan.customer_id)


def test_what_stood_against_it_then_is_written_down(plan):
    entry = JournalEntry.objects.get(event="plan.made")
    assert entry.facts["blockers"] == ["approval_missing"]
    assert entry.facts["rows"] == plan_content.totals(plan.content).rows > 0


def test_people_need_the_permission(site, agreement, charlie, sara):
    with pytest.raises(PermissionDenied):
        plans.make_by(agreement, by=charlie)
    assert plans.make_by(agreement, by=sara, because="asked to").made_by == f"staff:{sara.pk}:sara"
    assert JournalEntry.objects.get(event="plan.made").reason == "asked to"


def test_while_a_run_is_on_nothing_is_planned(plan, lena):
    approval = approvals.approve(plan, by=lena, typed_name=NAME)
    run = DeletionRun.objects.create(
        customer=plan.customer, agreement=plan.agreement, plan=plan, approval=approval, queued_at=timezone.now()
    )
    for state in ("queued", "stopped"):
        DeletionRun.objects.filter(pk=run.pk).update(state=state)
        if state == "stopped":
            assert planned(plan.agreement).state == State.READY
        else:
            with pytest.raises(ValidationError, match="under way"):
                planned(plan.agreement)


def test_without_an_end_there_is_nothing_to_plan(site, fjord):
    from offboarding.models import Agreement

    agreement = Agreement.objects.create(
        customer=fjord, number="ON", term_start="2024-01-01", term_end="2026-12-31", auto_renews=True
    )
    with pytest.raises(ValidationError, match="No end is set"):
        planned(agreement)


def test_a_platform_that_does_not_answer_makes_no_plan(site, agreement, settings, sara):
    settings.PLATFORM_URLS = {"platform": site.url.replace("127.0.0.1", "127.0.0.2")[:-1] + "nowhere"}
    with pytest.raises(EraserError):
        planned(agreement)
    with pytest.raises(ValidationError, match="could not be looked at"):
        plans.make_by(agreement, by=sara)
    settings.PLATFORM_URLS = {}
    with pytest.raises(EraserError, match="PLATFORM_URLS"):
        planned(agreement)
    assert not DeletionPlan.objects.exists()


def test_the_content_is_small_and_has_one_canonical_form(plan):
    from offboarding.canonical import canonical

    plan.refresh_from_db()
    assert len(canonical(plan.content)) < 20_000
    assert plan_content.sha256_of(plan.content) == plan.sha256
    assert set(plan.samples) == {"platform"}
    assert all(len(keys) <= 50 for keys in plan.samples["platform"].values())


def test_less_is_still_the_same_plan_under_way_and_more_is_not(site, plan):
    site.run('DELETE FROM "betyg_äldre" WHERE "Kundkod" = \'FJÄR-17\'')
    assert learning.know(plan.agreement, plan=plan).sha256 != plan.sha256
    assert learning.know(plan.agreement, plan=plan, under_way=True).sha256 == plan.sha256
    site.run("INSERT INTO \"betyg_äldre\" SELECT 'FJÄR-17', n::text, 'x', 'G', '' FROM generate_series(1, 999) n")
    assert learning.know(plan.agreement, plan=plan, under_way=True).sha256 != plan.sha256


def test_facts_come_in_few_queries(plan, lena, django_assert_max_num_queries):
    approvals.approve(plan, by=lena, typed_name=NAME)
    agreement = type(plan.agreement).objects.select_related("customer").get(pk=plan.agreement_id)
    known = learning.lately(plan)
    with django_assert_max_num_queries(16):
        gathering.facts_of(agreement, plan=plan, known=known)
