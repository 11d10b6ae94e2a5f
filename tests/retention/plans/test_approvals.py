"""A second person, who may, types the name and agrees to exactly one plan; asked for by letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied, ValidationError

from offboarding.models import JournalEntry, Letter
from retention import approvals, plans
from retention.models import DeletionPlan, PlanApproval
from tests.retention.plans.case import NAME, planned


def codes(plan: DeletionPlan) -> set[str]:
    return {one.code.value for one in plans.blockers_of(plan.agreement)}


def told(event: str) -> list[dict]:
    return list(JournalEntry.objects.filter(event=event).order_by("seq").values_list("facts", flat=True))


def test_with_an_approval_nothing_stands_against_it(plan, lena):
    assert codes(plan) == {"approval_missing"}
    approval = approvals.approve(plan, by=lena, typed_name=f" {NAME} ")
    assert codes(plan) == set()
    assert approval == approvals.in_force(plan)
    assert (approval.sha256, approval.approved_by, approval.tombstone) == (plan.sha256, lena, "")
    assert told("plan.approved") == [{"plan": plan.pk, "sha256": plan.sha256, "approval": approval.pk}]


def test_only_who_may(plan, charlie, permit):
    for user in (charlie, permit(charlie, "make_deletionplan", "start_deletionrun")):
        with pytest.raises(PermissionDenied):
            approvals.approve(plan, by=user, typed_name=NAME)
    assert not PlanApproval.objects.exists()


@pytest.mark.parametrize("typed", ["", "Fjärdviken", NAME.upper(), "Fjardviken Bildning", NAME + "."])
def test_the_name_must_be_exact(plan, lena, typed):
    with pytest.raises(ValidationError) as error:
        approvals.approve(plan, by=lena, typed_name=typed)
    assert set(error.value.message_dict) == {"typed_name"}


def test_nobody_approves_their_own_plan_but_anybody_a_machines(site, agreement, sara, lena):
    mine = plans.make_by(agreement, by=sara)
    User.objects.filter(pk=sara.pk).update(username="sara-newname")
    with pytest.raises(ValidationError, match="made this plan yourself"):
        approvals.approve(mine, by=User.objects.get(pk=sara.pk), typed_name=NAME)
    approvals.approve(mine, by=lena, typed_name=NAME)
    approvals.approve(planned(agreement), by=User.objects.get(pk=sara.pk), typed_name=NAME)
    assert codes(mine) == set()


def test_only_the_plan_that_was_shown(site, plan, lena):
    with pytest.raises(ValidationError, match="not the plan that you were shown"):
        approvals.approve(plan, by=lena, typed_name=NAME, sha256="0" * 64)
    planned(plan.agreement)
    with pytest.raises(ValidationError, match="no later one has replaced"):
        approvals.approve(plan, by=lena, typed_name=NAME)


def test_a_plan_that_somebody_has_changed_in_the_database_cannot_be_approved(plan, lena):
    content = {**plan.content, "occasion": "remainder"}
    DeletionPlan.objects.filter(pk=plan.pk).update(content=content)
    with pytest.raises(ValidationError, match="not the plan that you were shown"):
        approvals.approve(plan, by=lena, typed_name=NAME)


def test_an_approval_is_withdrawn_with_a_reason_and_counts_no_more(plan, lena, sara):
    approval = approvals.approve(plan, by=lena, typed_name=NAME)
    with pytest.raises(ValidationError):
        approvals.withdraw(approval, by=sara, because=" ")
    withdrawn = approvals.withdraw(approval, by=sara, because="a dispute")
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_because) == (sara, "a dispute")
    assert codes(plan) == {"approval_missing"}
    with pytest.raises(ValidationError, match="withdrawn already"):
        approvals.withdraw(approval, by=sara, because="again")
    assert approvals.approve(plan, by=sara, typed_name=NAME).pk != approval.pk


def test_only_an_approval_that_does_not_count_any_more_is_replaced(plan, lena, sara, now):
    first = approvals.approve(plan, by=lena, typed_name=NAME)
    with pytest.raises(ValidationError, match="approved already"):
        approvals.approve(plan, by=sara, typed_name=NAME)
    now.shift(timedelta(days=7))
    assert codes(plan) == set()
    with pytest.raises(ValidationError, match="approved already"):
        approvals.approve(plan, by=sara, typed_name=NAME)
    now.shift(timedelta(days=1))
    assert codes(plan) == {"approval_old"}
    second = approvals.approve(plan, by=sara, typed_name=NAME)
    first.refresh_from_db()
    assert first.withdrawn_at is not None and approvals.in_force(plan) == second and codes(plan) == set()


@pytest.mark.parametrize("change", ["permission", "inactive"])
def test_who_may_not_approve_today_has_not_approved(plan, lena, sara, change):
    approvals.approve(plan, by=lena, typed_name=NAME)
    if change == "permission":
        lena.user_permissions.remove(Permission.objects.get(codename="approve_deletionplan"))
    else:
        User.objects.filter(pk=lena.pk).update(is_active=False)
    assert codes(plan) == {"approver_not_entitled"}
    approvals.approve(plan, by=sara, typed_name=NAME)
    assert codes(plan) == set()


# The letter -----------------------------------------------------------------------------------------------------------


def asked() -> list[Letter]:
    return list(Letter.objects.filter(occasion=Letter.Occasion.APPROVAL_ASKED).order_by("pk"))


def test_legal_is_asked_once_with_the_way_to_the_plan(plan, settings):
    settings.LEGAL_ADDRESS, settings.LEGAL_LANGUAGE = "legal@vendor.example", "en"
    assert approvals.ask(plan) and not approvals.ask(plan)
    (letter,) = asked()
    assert (letter.address, letter.language, letter.contact) == ("legal@vendor.example", "en", None)
    assert approvals.page_of(plan) in letter.text
    assert told("plan.asked") == [{"plan": plan.pk, "sha256": plan.sha256, "recipients": 1}]
    plan.refresh_from_db()
    assert plan.asked_at is not None


def test_what_is_approved_or_refused_is_not_asked_for(site, plan, lena):
    approvals.approve(plan, by=lena, typed_name=NAME)
    assert not approvals.ask(plan)
    site.run("UPDATE organisations SET name = 'x' WHERE id = 17")
    assert not approvals.ask(planned(plan.agreement))
    assert asked() == []


def test_it_is_asked_once_more_when_an_approval_has_lost_its_force(plan, lena, sara, now):
    assert approvals.ask(plan)
    now.shift(timedelta(hours=1))
    approval = approvals.approve(plan, by=lena, typed_name=NAME)
    assert not approvals.ask(plan)
    now.shift(timedelta(days=8))
    assert approvals.ask(plan) and not approvals.ask(plan)
    now.shift(timedelta(hours=1))
    approval = approvals.approve(plan, by=sara, typed_name=NAME)
    approvals.withdraw(approval, by=lena, because="wait")
    assert approvals.ask(plan) and not approvals.ask(plan)
    assert len(asked()) == 3
