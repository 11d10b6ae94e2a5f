"""What cannot be carried out is written down with every reason, in words, and can never be approved."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from offboarding.models import JournalEntry
from retention import approvals, plan_content, plans, policy_words, refusal_words
from tests.retention.plans.case import NAME, planned


def refused(agreement) -> dict[str, int]:
    plan = planned(agreement)
    assert plan.state == "refused"
    return plan_content.refused(plan.content)


def blocked(agreement) -> dict[str, dict]:
    return {one.code.value: dict(one.facts) for one in plans.blockers_of(agreement)}


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE forgotten (organisation_id bigint)",
        "ALTER TABLE reports ADD COLUMN secret text",
        "ALTER TABLE reports DROP COLUMN title",
    ],
)
def test_drift_is_refused_and_counted(site, agreement, lena, sql):
    site.run(sql)
    assert refused(agreement) == {"drift": 1}
    assert blocked(agreement) == {
        "drift": {"count": 1}, "plan_refused": {"count": 1}, "approval_missing": {},
    }  # fmt: skip
    plan = plans.current(agreement.customer)
    assert plan.content["files"] == [] and plan_content.targets(plan.content) == ()
    with pytest.raises(ValidationError, match="complete plan"):
        approvals.approve(plan, by=lena, typed_name=NAME)
    assert JournalEntry.objects.get(event="plan.refused").facts["refusals"] == ["drift"]


def test_rows_of_others_that_refer_to_this_data_are_counted_with_examples(site, agreement):
    """Quill's courses stand under a heading of fjord's."""
    site.run(
        "UPDATE courses SET category_id = (SELECT min(id) FROM categories WHERE organisation_id = 17) "
        "WHERE organisation_id = 71"
    )
    ((count,),) = site.run("SELECT count(*) FROM courses WHERE organisation_id = 71")
    assert count > 1 and refused(agreement) == {"blocked": count}
    assert blocked(agreement)["references"] == {"count": count}
    ((_store, told),) = plan_content.refusals(plans.current(agreement.customer).content)
    assert (told["facts"]["child"], told["facts"]["table"]) == ("courses", "categories")
    assert told["facts"]["examples"].count("id ") == min(count, 3)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_refusals_and_blockers_are_told_in_words(site, agreement, language):
    site.run("UPDATE organisations SET name = 'Någon annan', created_at = '2027-02-01' WHERE id = 17")
    plan = planned(agreement)
    with translation.override(language):
        told = refusal_words.sentences(plan.content)
        assert len(told) == 2 and all("17" in text and "%(" not in text for text in told)
        assert "Någon annan" in told[0] and NAME in told[0]
        assert all(policy_words.sentences(plans.blockers_of(agreement)))


def test_everything_wrong_is_told_at_once_and_no_content_grows_without_bound(site, agreement):
    for number in range(120):
        site.run(f"CREATE TABLE unknown_{number} (x int)")
    plan = planned(agreement)
    assert plan_content.refused(plan.content) == {"drift": 120}
    assert len(plan_content.refusals(plan.content)) == 50


def test_a_refused_plan_is_replaced_when_the_reason_is_gone(site, agreement):
    site.run("CREATE TABLE forgotten (x int)")
    first = planned(agreement)
    site.run("DROP TABLE forgotten")
    second = planned(agreement)
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "ready")
