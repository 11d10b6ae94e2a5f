"""Deletion plans: made by a dry run, hashed, one current for each customer. A plan deletes nothing."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, journal
from offboarding.actors import Actor
from offboarding.models import Agreement, Customer
from offboarding.rights import allow
from retention import dry_run, gathering, keeping_duties, learning, plan_content, policy
from retention.codes import Blocker, Code
from retention.dry_run import Looked
from retention.erasers.findings import EraserError
from retention.locking import locked_agreements
from retention.models import DeletionPlan, DeletionRun
from retention.opening import data_map, open_erasers, open_planned

__all__ = ["blockers_of", "current", "make", "make_by", "open_erasers", "open_planned", "sha256_now"]

PERMISSION = "retention.make_deletionplan"
State, Occasion = DeletionPlan.State, DeletionPlan.Occasion
SLOW = frozenset({Code.JOURNAL_UNKNOWN, Code.DRIFT_UNKNOWN, Code.REFERENCES_UNKNOWN})
"""What nobody has asked yet because it takes long; a run asks before its first row goes."""


def make_by(agreement: Agreement, *, by: User, because: str = "", occasion: str = Occasion.END) -> DeletionPlan:
    """``make`` by a person who has the permission; a store that does not answer is a ValidationError."""
    actor = allow(by, PERMISSION)
    try:
        return make(agreement, actor=actor, occasion=occasion, because=because.strip())
    except EraserError as error:
        raise ValidationError(
            {"plan": _("The platform could not be looked at: %(error)s") % {"error": error}}
        ) from error


def make(agreement: Agreement, *, actor: Actor, occasion: str = Occasion.END, because: str = "") -> DeletionPlan:
    """Looks at everything and writes down what would go; it replaces the customer's current plan.

    What cannot be carried out is written down too, with all reasons, and can never be approved. Raises ``EraserError``
    where a store cannot be looked at, ValidationError where there is nothing to plan yet or a run is under way.
    """
    if agreement.delete_from is None:
        raise ValidationError({"agreement": _("No end is set; there is nothing to plan.")})
    keeping_duties.sync(data_map())
    began = timezone.now()
    looked = dry_run.look(agreement, occasion)
    with transaction.atomic():
        agreements = {one.pk: one for one in locked_agreements(agreement.customer)}
        fresh = agreements[agreement.pk]
        _check_unchanged(agreement, fresh)
        old = _make_way(fresh.customer)
        plan = _keep(fresh, looked, occasion, actor, began)
        if old is not None:
            facts = {"plan": old.pk, "sha256": old.sha256, "by_plan": plan.pk}
            journal.record("plan.superseded", actor=actor, facts=facts, **journal.case_of(fresh))
        _record(plan, looked, actor, because)
    return plan


def current(customer: Customer) -> DeletionPlan | None:
    """The plan that stands: neither replaced nor carried out."""
    return DeletionPlan.objects.current().filter(customer=customer).select_related("agreement", "customer").first()


def sha256_now(plan: DeletionPlan) -> str:
    """The hash that the plan would have if it were made now. Raises ``EraserError`` where a store does not answer."""
    return plan_content.sha256_of(dry_run.look(plan.agreement, plan.occasion).content)


def blockers_of(agreement: Agreement) -> list[Blocker]:
    """All that stands against deleting the customer's data today, for screens: quick, and asks no platform.

    What was learnt last counts (``learning.lately``). What nobody has looked at yet is left out: it is looked at before
    a run begins, and would only alarm.
    """
    plan = current(agreement.customer)
    known = learning.lately(plan)
    facts = gathering.facts_of(agreement, plan=plan, known=known)
    found = policy.blockers(facts, clock.today(), limits=gathering.limits())
    unasked = SLOW | ({Code.DUTY_UNKNOWN} if plan is None else set())
    return [reason for reason in found if reason.code not in unasked]


def _check_unchanged(seen: Agreement, now: Agreement) -> None:
    """The dry run took its time; whose data it is and from when it may go must be as they were."""
    was = seen.customer.tenant_key, seen.customer.name, seen.delete_from, seen.service_ends
    if was != (now.customer.tenant_key, now.customer.name, now.delete_from, now.service_ends):
        raise ValidationError({"agreement": _("The case changed while the plan was made. Make it again.")})


def _make_way(customer: Customer) -> DeletionPlan | None:
    working = DeletionRun.objects.filter(customer=customer, state__in=["queued", "running"])
    if working.exists():
        raise ValidationError({"plan": _("A deletion of this customer is under way; give it up before you plan anew.")})
    old = DeletionPlan.objects.current().select_for_update(of=("self",)).filter(customer=customer).first()
    if old is not None:
        old.state = State.SUPERSEDED
        old.save(update_fields=["state"])
    return old


def _keep(agreement: Agreement, looked: Looked, occasion: str, actor: Actor, began: datetime) -> DeletionPlan:
    """Dated when the looking began: a hold that was released meanwhile may be missing from what was seen as free."""
    refused = bool(plan_content.refused(looked.content))
    return DeletionPlan.objects.create(
        customer=agreement.customer,
        agreement=agreement,
        occasion=occasion,
        state=State.REFUSED if refused else State.READY,
        made_by=str(actor),
        made_at=began,
        content=looked.content,
        sha256=plan_content.sha256_of(looked.content),
        samples=looked.samples,
    )


def _record(plan: DeletionPlan, looked: Looked, actor: Actor, because: str) -> None:
    facts = {"plan": plan.pk, "sha256": plan.sha256, "occasion": plan.occasion}
    case = journal.case_of(plan.agreement)
    if plan.state == State.REFUSED:
        codes = sorted(plan_content.refused(looked.content))
        journal.record("plan.refused", actor=actor, reason=because, facts={**facts, "refusals": codes}, **case)
        return
    known = learning.Known(learning.platform_of(looked.content), learning.journal_held(), looked.events, plan.sha256)
    found = policy.blockers(
        gathering.facts_of(plan.agreement, plan=plan, known=known), clock.today(), limits=gathering.limits()
    )
    totals = plan_content.totals(looked.content)
    counts = {"rows": totals.rows, "files": totals.files, "bytes": totals.bytes}
    codes = sorted({reason.code.value for reason in found if reason.code not in SLOW})
    journal.record("plan.made", actor=actor, reason=because, facts={**facts, **counts, "blockers": codes}, **case)
