"""Is it really the customer's row? By key, by name, by when it was made: each alone stops everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from retention import approvals, plan_content
from retention.erasers.findings import Identity
from retention.identity import WORDS, Code, Known, day_of, doubts, plain
from retention.models import DeletionPlan, DeletionRun
from tests.retention.plans.case import NAME, ended, planned

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ROW = Identity("17", "Fjärdviken  bildning", "created_at", "2020-01-31 23:30:00+00", "a" * 64)
ENDED = date(2026, 12, 31)


def codes(row: Identity, known: Known | None = None, **other: object) -> list[Code]:
    told = {"key": "17", "name": "FJÄRDVIKEN Bildning ", "service_ends": ENDED} | other
    found = doubts(row, zone=STOCKHOLM, known=known, **told)  # type: ignore[arg-type]
    assert all(str(one) and "%(" not in str(one) for one in found)
    return [one.code for one in found]


def test_case_and_blanks_make_no_other_name():
    assert codes(ROW) == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (replace(ROW, key="171"), Code.ANOTHER_KEY),
        (replace(ROW, name="Fjardviken Bildning"), Code.NAME_DIFFERS),
        (replace(ROW, name=" "), Code.NAME_UNKNOWN),
        (replace(ROW, created=""), Code.CREATED_UNKNOWN),
        (replace(ROW, created="infinity"), Code.CREATED_UNKNOWN),
        (replace(ROW, created="2026-12-31 23:30:00+00"), Code.CREATED_LATE),
        (replace(ROW, created="2027-01-01"), Code.CREATED_LATE),
    ],
)
def test_each_difference_is_a_doubt_of_its_own(row: Identity, code: Code):
    assert codes(row) == [code]


def test_a_row_made_on_the_last_day_of_service_may_be_the_customers():
    assert codes(replace(ROW, created="2026-12-31 22:59:59+00")) == []
    assert codes(ROW, service_ends=None) == [Code.CREATED_UNKNOWN]


@pytest.mark.parametrize(
    ("change", "erased", "found"),
    [
        ({}, True, []),
        ({"name": "Old name", "fingerprint": "b" * 64}, False, []),
        ({"name": "Old name", "fingerprint": "b" * 64}, True, [Code.ANOTHER_ROW]),
        ({"created": "2019-01-01", "fingerprint": "b" * 64}, False, [Code.ANOTHER_ROW]),
        ({"created": "2019-01-01", "fingerprint": "b" * 64}, True, [Code.ANOTHER_ROW]),
        ({"created_column": "made", "created": "2019-01-01", "fingerprint": "b" * 64}, False, []),
    ],
)
def test_what_was_known_before_must_agree(change, erased, found):
    assert codes(ROW, Known(replace(ROW, **change), "plan 3", erased, erased)) == found


@given(st.text(), st.text())
def test_names_are_compared_as_people_read_them(one: str, other: str):
    assert plain(f"  {one}\t{other}\n") == plain(f"{one} \n {other}")


@given(st.datetimes(timezones=st.just(ZoneInfo("UTC"))))
def test_any_moment_has_a_day_or_none_and_never_fails(moment):
    found = day_of(str(moment), STOCKHOLM)
    assert found is None or abs((found - moment.date()).days) <= 1


def test_every_code_has_words():
    assert set(WORDS) == set(Code)


# On the platform ------------------------------------------------------------------------------------------------------


def refused(plan: DeletionPlan) -> list[str]:
    assert plan.state == (DeletionPlan.State.REFUSED if plan_content.refused(plan.content) else "ready")
    return sorted(plan_content.refused(plan.content))


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE organisations SET name = 'Quillham' WHERE id = 17", "name_differs"),
        ("UPDATE organisations SET name = '' WHERE id = 17", "name_unknown"),
        ("UPDATE organisations SET created_at = '2027-01-02' WHERE id = 17", "created_late"),
        ("UPDATE organisations SET created_at = '-infinity' WHERE id = 17", "created_unknown"),
        ("UPDATE organisations SET created_at = '0044-03-15 BC' WHERE id = 17", "created_unknown"),
    ],
)
def test_a_row_that_may_be_somebody_elses_is_refused(site, agreement, lena, sql, code):
    site.run(sql)
    plan = planned(agreement)
    assert refused(plan) == [code]
    with pytest.raises(ValidationError, match="complete plan"):
        approvals.approve(plan, by=lena, typed_name=NAME)


def test_a_wrong_key_is_refused_whether_it_is_somebody_elses_or_nobodys(site, fjord, agreement):
    for key, code in (("71", "name_differs"), ("4711", "no_tenant"), ("17x", "no_tenant"), ("017", "no_tenant")):
        fjord.tenant_key = key
        fjord.save()
        agreement.refresh_from_db()
        assert refused(planned(agreement)) == [code], key


def test_a_platform_that_keeps_no_creation_is_refused_until_the_map_names_one(site, agreement):
    site.run("ALTER TABLE organisations RENAME created_at TO since")
    site.edit_map('created_at = "timestamp with time zone"', 'since = "timestamp with time zone"')
    text = site.map.read_text()
    site.map.write_text(text.replace(', created_field = "created_at"', ""))
    assert "created_unknown" in refused(planned(agreement))


def test_a_row_with_another_creation_than_an_earlier_plan_saw_is_refused(site, plan):
    site.run("UPDATE organisations SET created_at = created_at - interval '1 day' WHERE id = 17")
    again = planned(plan.agreement)
    assert refused(again) == ["another_row"]
    ((_store, told),) = plan_content.refusals(again.content)
    assert told["facts"] == {"key": "17", "source": f"plan {plan.pk}"}
    site.run("UPDATE organisations SET created_at = created_at + interval '1 day' WHERE id = 17")
    assert refused(planned(plan.agreement)) == []


def test_a_customer_renamed_on_both_sides_is_the_same_customer(site, plan, fjord):
    site.run("UPDATE organisations SET name = 'Fjärden' WHERE id = 17")
    fjord.name = "FJÄRDEN"
    fjord.save()
    plan.agreement.refresh_from_db()
    assert refused(planned(type(plan.agreement).objects.get(pk=plan.agreement_id))) == []


def run_of(plan: DeletionPlan, lena, **fields) -> DeletionRun:
    approval = approvals.approve(plan, by=lena, typed_name=NAME)
    return DeletionRun.objects.create(
        customer=plan.customer, agreement=plan.agreement, plan=plan, approval=approval, queued_at=plan.made_at,
        started_at=plan.made_at, **fields,
    )  # fmt: skip


def gone(site) -> None:
    site.run("SET session_replication_role = replica; DELETE FROM organisations WHERE id = 17")


def test_without_its_row_nothing_is_planned_before_a_run_began_and_the_rest_after(site, plan, lena):
    gone(site)
    assert refused(planned(plan.agreement)) == ["no_tenant"]


def test_a_run_that_began_may_have_taken_the_row(site, plan, lena):
    run_of(plan, lena, state="abandoned")
    gone(site)
    again = planned(plan.agreement)
    assert refused(again) == []
    assert again.content["databases"][0]["identity"] == plan.content["databases"][0]["identity"]


def test_after_an_erasure_the_key_may_belong_to_somebody_else(site, plan, lena):
    run_of(plan, lena, state="final", live_erased_at=plan.made_at, final_at=plan.made_at)
    DeletionPlan.objects.filter(pk=plan.pk).update(state="used")
    site.run("UPDATE organisations SET name = 'FJÄRDVIKEN Bildning' WHERE id = 17")
    from retention import plans
    from tests.retention.plans.case import CRON

    again = plans.make(plan.agreement, actor=CRON, occasion=DeletionPlan.Occasion.RESTORED)
    assert refused(again) == ["another_row"]
    site.run(f"UPDATE organisations SET name = '{NAME}' WHERE id = 17")
    assert refused(plans.make(plan.agreement, actor=CRON, occasion=DeletionPlan.Occasion.RESTORED)) == []


def test_another_agreement_of_the_customer_is_the_same_tenant(site, plan):
    assert refused(planned(ended(plan.customer, "AVT-17-B"))) == []


def test_a_tombstone_knows_the_row_that_a_restored_database_has_forgotten(site, plan, lena):
    """Our own records were restored too: no run, no plan that was carried out – but the evidence lies outside."""
    from offboarding import evidence, signing
    from offboarding.canonical import canonical
    from retention import plans
    from tests.retention.plans.case import CRON

    row = plan.content["databases"][0]["identity"]
    said = {
        "certificate": {"number": "C-000001"}, "customer": 1, "tenant_key": "17", "run": 1, "plan_sha256": "a" * 64,
        "agreement": {"number": 1, "contract": "A"}, "approval": {"by": "lena", "at": "2026"}, "erased_at": "2026",
        "stores": [{"store": "platform", "fingerprint": row["fingerprint"], "erased": []}],
    }  # fmt: skip
    evidence.create("tombstones/C-000001.json", canonical(said))
    evidence.create("tombstones/C-000001.sig", signing.sign(canonical(said)).to_json())
    restored = DeletionPlan.Occasion.RESTORED
    assert refused(plans.make(plan.agreement, actor=CRON, occasion=restored)) == []
    site.run("UPDATE organisations SET created_at = created_at + interval '1 hour' WHERE id = 17")
    again = plans.make(plan.agreement, actor=CRON, occasion=restored)
    assert refused(again) == ["another_row"]
    assert plan_content.refusals(again.content)[0][1]["facts"]["source"] == "tombstones/C-000001"
