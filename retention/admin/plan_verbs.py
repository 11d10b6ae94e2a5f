"""What is done with a deletion plan: made, approved, begun, taken back – each with its form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding import clock, reauthentication
from offboarding.admin.case_forms import BecauseField, BecauseForm, CaseForm, SureForm
from offboarding.admin.case_verbs import Data
from offboarding.admin.typed import PasswordField, TypedNameField
from offboarding.models import Agreement
from retention import approvals, gathering, plans, runs
from retention.admin.records import DeletionVerb, Subject
from retention.models import DeletionPlan, DeletionRun, PlanApproval
from retention.policy_approval import same_person

State = DeletionPlan.State


class MakePlanForm(CaseForm):
    """Why now; nothing else is asked, because a plan changes nothing."""

    because = BecauseField(required=False, help_text=gettext_lazy("It stands in the journal."))


class ApproveForm(CaseForm):
    """The customer's name, the hash of what was shown, the person's password – and whether it begins at once."""

    sha256 = forms.CharField(widget=forms.HiddenInput)
    typed_name = TypedNameField()
    password = PasswordField()
    begin = forms.BooleanField(
        label=gettext_lazy("begin at once"),
        required=False,
        help_text=gettext_lazy("Otherwise it begins by itself later, or somebody begins it on the plan's page."),
    )

    def proposed(self) -> dict[str, Any]:
        return {"sha256": self.record.sha256, "begin": True}


def _make(subject: Subject, by: User, data: Data) -> DeletionPlan:
    if not isinstance(subject, Agreement):
        raise ValidationError(_("A plan is made for an agreement; open its page."))
    return plans.make_by(subject, by=by, because=data["because"])


def _approve(plan: DeletionPlan, by: User, data: Data) -> DeletionRun | PlanApproval | ValidationError:
    """The run where it began at once, else the approval, or why it could not begin; approved it is in any case."""
    reauthentication.confirm(by, data["password"])
    approval = approvals.approve(plan, by=by, typed_name=data["typed_name"], sha256=data["sha256"])
    if not (data["begin"] and by.has_perm("retention.start_deletionrun")):
        return approval
    try:
        return runs.start_by(plan, by=by)
    except ValidationError as error:
        return error


def _withdraw(plan: DeletionPlan, by: User, data: Data) -> PlanApproval:
    approval = approvals.in_force(plan)
    if approval is None:
        raise ValidationError(_("Nobody's approval of this plan is in force."))
    return approvals.withdraw(approval, by=by, because=data["because"])


def approved(plan: DeletionPlan) -> bool:
    """Whether an approval stands, whatever its age."""
    return approvals.in_force(plan) is not None


def _waits_for_approval(plan: DeletionPlan) -> bool:
    return plan.state == State.READY and (not approved(plan) or _too_old(plan))


def _too_old(plan: DeletionPlan) -> bool:
    approval = approvals.in_force(plan)
    if approval is None:
        return False
    return (clock.today() - clock.local_day(approval.approved_at)).days > gathering.limits().approval_days


def _can_start(plan: DeletionPlan) -> bool:
    return plan.state == State.READY and approved(plan) and not open_runs(plan).filter(plan=plan).exists()


def open_runs(plan: DeletionPlan) -> QuerySet[DeletionRun]:
    return DeletionRun.objects.open().filter(customer=plan.customer_id)


def not_the_planner(user: Any, plan: DeletionPlan) -> bool:
    return not same_person(plan.made_by, f"staff:{user.pk}:{user.get_username()}")


MAKE = DeletionVerb(
    name="make",
    permission="make_deletionplan",
    label=gettext_lazy("Make a deletion plan"),
    form=MakePlanForm,
    call=_make,
    possible=lambda subject: isinstance(subject, Agreement),
    explains=gettext_lazy(
        "A plan looks at every table, every file and every copy and writes down what would go and what stays, and why. "
        "It deletes nothing. A plan that stands now is replaced, with its approval."
    ),
    done=gettext_lazy("The plan is made; somebody else has to read and approve it."),
)
APPROVE = DeletionVerb(
    name="approve",
    permission="approve_deletionplan",
    label=gettext_lazy("Approve the plan"),
    form=ApproveForm,
    call=_approve,
    possible=_waits_for_approval,
    personal=not_the_planner,
    explains=gettext_lazy("What this plan names is deleted for good. Nobody can bring it back."),
    done=gettext_lazy("The plan is approved."),
    danger=True,
    template="admin/retention/approve.html",
)
PLAN_VERBS = (
    APPROVE,
    DeletionVerb(
        name="start",
        permission="start_deletionrun",
        label=gettext_lazy("Start the deletion now"),
        form=SureForm,
        call=lambda plan, by, _data: runs.start_by(plan, by=by),
        possible=_can_start,
        explains=gettext_lazy(
            "Everything that may stand against it is asked again, and the plan is made anew and compared before the "
            "first row goes. Without this, it begins by itself with the next automatic deletion."
        ),
        done=gettext_lazy("The run is queued; this page shows how it goes."),
        danger=True,
    ),
    DeletionVerb(
        name="withdraw",
        permission="approve_deletionplan",
        label=gettext_lazy("Withdraw the approval"),
        form=BecauseForm,
        call=_withdraw,
        possible=lambda plan: plan.state == State.READY and approved(plan),
        explains=gettext_lazy(
            "From the next batch on nothing goes under it. What has gone by then is gone; the rest needs an approval."
        ),
        done=gettext_lazy("The approval is withdrawn."),
    ),
)
