"""A second person agrees to exactly one plan: asked for, given by typing the customer's name, withdrawn."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, journal, letters
from offboarding.actors import Actor
from offboarding.models import Letter
from offboarding.rights import allow
from offboarding.stating import stated
from retention import gathering, plan_content
from retention.gathering import APPROVE
from retention.locking import locked_agreements
from retention.models import DeletionPlan, PlanApproval
from retention.policy_approval import same_person

ASKS = Actor.machine("enforce_retention")
State = DeletionPlan.State


def in_force(plan: DeletionPlan) -> PlanApproval | None:
    """The approval that nobody has withdrawn; whether it still counts today the policy says."""
    return plan.approvals.filter(withdrawn_at=None).select_related("approved_by").first()


@transaction.atomic
def approve(
    plan: DeletionPlan, *, by: User, typed_name: str, sha256: str | None = None, tombstone: str = ""
) -> PlanApproval:
    """Agrees to what the plan says, and to nothing else. ``typed_name``: the customer's name, exactly.

    ``sha256``: of what the person was shown; the plan's own where not given. ``tombstone``: see ``PlanApproval``. Who
    made the plan cannot approve it; what a machine made anybody may who has the permission. Only an approval that does
    not count any more is replaced.
    """
    actor = allow(by, APPROVE)
    plan = _locked(plan)
    _check_plan(plan, plan.sha256 if sha256 is None else sha256)
    if same_person(plan.made_by, str(actor)):
        raise ValidationError({"plan": _("You made this plan yourself; somebody else has to approve it.")})
    if typed_name.strip() != plan.customer.name.strip():
        raise ValidationError({"typed_name": _("Type the customer's name exactly as it stands above.")})
    _replace(plan, by, actor)
    approval = PlanApproval.objects.create(
        plan=plan, sha256=plan.sha256, approved_by=by, approved_at=timezone.now(), tombstone=tombstone
    )
    _record("plan.approved", plan, actor, approval=approval.pk)
    return approval


@transaction.atomic
def withdraw(approval: PlanApproval, *, by: User, because: str) -> PlanApproval:
    """Takes an approval back, also somebody else's: from the next batch on nothing goes under it."""
    actor = allow(by, APPROVE)
    because = stated(because, _("Say why the approval is withdrawn."))
    plan = _locked(approval.plan)
    return _withdraw(plan, approval, by, actor, because)


@transaction.atomic
def ask(plan: DeletionPlan) -> bool:
    """Writes to Legal that a plan waits for its approval; False where that was done before, or nothing waits.

    Once for each plan, and once more for each approval of it that was given since and does not count any more.
    """
    plan = _locked(plan)
    latest = plan.approvals.select_related("approved_by").order_by("-pk").first()
    if plan.state != State.READY or (latest is not None and counts(latest)):
        return False
    if plan.asked_at is not None and (latest is None or latest.approved_at <= plan.asked_at):
        return False
    plan.asked_at = timezone.now()
    plan.save(update_fields=["asked_at"])
    written = letters.write(
        Letter.Occasion.APPROVAL_ASKED, plan.agreement, to=[], addresses=[settings.LEGAL_ADDRESS],
        language=settings.LEGAL_LANGUAGE, key=f"plan-{plan.pk}-{latest.pk if latest else 0}",
        context={"page": page_of(plan)},
    )  # fmt: skip
    _record("plan.asked", plan, ASKS, recipients=len(written))
    return True


def counts(approval: PlanApproval) -> bool:
    """Whether an approval still counts today: not withdrawn, not too old, and its giver may still approve."""
    age = (clock.today() - clock.local_day(approval.approved_at)).days
    young = age <= gathering.limits().approval_days
    return approval.withdrawn_at is None and young and approval.approved_by.has_perm(APPROVE)


def page_of(plan: DeletionPlan) -> str:
    """The path of the plan's page; '' where there is none."""
    try:
        return reverse("admin:retention_deletionplan_change", args=[plan.pk])
    except NoReverseMatch:
        return ""


def _locked(plan: DeletionPlan) -> DeletionPlan:
    locked_agreements(plan.customer)
    rows = DeletionPlan.objects.select_for_update(of=("self",)).select_related("customer", "agreement__customer")
    return rows.get(pk=plan.pk)


def _check_plan(plan: DeletionPlan, sha256: str) -> None:
    if plan.state != State.READY:
        raise ValidationError({"plan": _("Only a complete plan that no later one has replaced can be approved.")})
    if sha256 != plan.sha256 or plan_content.sha256_of(plan.content) != plan.sha256:
        raise ValidationError({"plan": _("This is not the plan that you were shown. Look at it again.")})


def _replace(plan: DeletionPlan, by: User, actor: Actor) -> None:
    """An approval that has become too old, or whose giver may not approve any more, makes way for the new one."""
    standing = PlanApproval.objects.select_for_update(of=("self",)).filter(plan=plan, withdrawn_at=None)
    old = standing.select_related("approved_by").first()
    if old is None:
        return
    if counts(old):
        raise ValidationError({"plan": _("This plan is approved already.")})
    _withdraw(plan, old, by, actor, _("Approved anew: the earlier approval did not count any more."))


def _withdraw(plan: DeletionPlan, approval: PlanApproval, by: User, actor: Actor, because: str) -> PlanApproval:
    approval = PlanApproval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if approval.withdrawn_at is not None:
        raise ValidationError({"approval": _("This approval is withdrawn already.")})
    approval.withdrawn_by, approval.withdrawn_at, approval.withdrawn_because = by, timezone.now(), because
    approval.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    _record("plan.approval_withdrawn", plan, actor, reason=because, approval=approval.pk)
    return approval


def _record(event: str, plan: DeletionPlan, actor: Actor, *, reason: str = "", **facts: int) -> None:
    told = {"plan": plan.pk, "sha256": plan.sha256, **facts}
    journal.record(event, actor=actor, reason=reason, facts=told, **journal.case_of(plan.agreement))
