"""Everything that the policy asks about one case, from the records: what ``retention.facts`` lists.

What is quick to read is read anew each time, in a dozen queries, inside each batch. What is slow – the journal's proof,
the platform against its map, a dry run – comes as ``Known`` from somebody who has asked lately (``learning``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery, Value

from offboarding import clock, reminders
from offboarding.actors import Actor
from offboarding.letter_readers import readers
from offboarding.models import Agreement, JournalEntry, TerminationNotice
from retention import clocks, plan_content
from retention.duties import Duty
from retention.facts import (
    ApprovalFact,
    CaseFact,
    Facts,
    HoldFact,
    Limits,
    MachineFact,
    Occasion,
    OtherAgreement,
    PlanFact,
    WarningFact,
)
from retention.gathering_exports import exports_of
from retention.keeping_duties import duties_of
from retention.learning import Known, know, lately
from retention.models import DeletionPlan, DeletionRun, LegalHold, Pause, PlanApproval
from retention.reach import Reach

__all__ = ["Known", "facts_of", "know", "lately", "limits"]

APPROVE = "retention.approve_deletionplan"
GOES_ON = ("agreement.renewed", "dates.cleared")
"""What the journal says when an agreement goes on after all."""


def limits() -> Limits:
    """The policy's numbers, as the settings have them."""
    return Limits(customers_per_day=settings.DELETIONS_PER_DAY)


def facts_of(agreement: Agreement, *, plan: DeletionPlan | None, known: Known) -> Facts:
    """The facts as they are now; ``plan``: the one that is to be carried out, None where there is none.

    Exports, readers and warnings are only looked for where the policy asks about them.
    """
    customer = agreement.customer_id
    rows = {row["pk"]: row for row in _agreements(customer, plan)}
    own = rows[agreement.pk]
    holds = list(LegalHold.objects.filter(customer=customer).order_by("pk").values_list("pk", "reach", "released_at"))
    approval = _approval_of(plan)
    facts = Facts(
        zone=clock.zone(),
        case=case_fact(own, approval),
        others=tuple(other_fact(row) for pk, row in sorted(rows.items()) if pk != agreement.pk),
        holds=tuple(HoldFact(pk, reach_of(reach)) for pk, reach, released in holds if released is None),
        releases=tuple(released for _pk, _kept, released in holds if released is not None),
        duties=_duties(agreement, known),
        exports=None,
        readers=None,
        warnings=None,
        objections=_objections(customer),
        platform=known.platform,
        plan=_plan(plan, own["plan_state"], known),
        approval=_approval(approval),
        machine=MachineFact(own["paused"], _begun_by_others(customer), clocks.apart(), known.journal_holds),
    )
    if not facts.first:
        return facts
    told = (WarningFact(one.days, one.due_on, one.state, one.sent_at) for one in reminders.warnings_of(agreement))
    people = readers(agreement, None, ())
    return replace(facts, exports=exports_of(agreement.customer), readers=len(people), warnings=tuple(told))


# The case -------------------------------------------------------------------------------------------------------------


def _agreements(customer: int, plan: DeletionPlan | None) -> Iterable[Mapping[str, Any]]:
    """All agreements of the customer, each with what one query can ask along the way."""
    erased = DeletionRun.objects.filter(customer=customer, live_erased_at__isnull=False)
    went_on = JournalEntry.objects.filter(agreement=OuterRef("pk"), event__in=GOES_ON)
    state = DeletionPlan.objects.filter(pk=plan.pk if plan else 0).values("state")
    return Agreement.objects.filter(customer=customer).values(
        "pk", "service_ends", "export_until", "delete_from", "ending", "held_since", "erased_at",
        paused=Exists(Pause.objects.in_force()),
        erased_before=Exists(erased),
        went_on=Exists(went_on.filter(at__gte=plan.made_at)) if plan else Value(False),
        plan_state=Subquery(state),
    )  # fmt: skip


def case_fact(own: Mapping[str, Any], approval: PlanApproval | None) -> CaseFact:
    """A tombstone that was found outside both databases tells of an erasure that a restored database forgot."""
    return CaseFact(
        service_ends=own["service_ends"],
        export_until=own["export_until"],
        delete_from=own["delete_from"],
        renewed=not own["ending"] or own["went_on"],
        erased=own["erased_at"] is not None,
        erased_before=own["erased_before"] or (approval is not None and bool(approval.tombstone)),
        held=own["held_since"] is not None,
    )


def other_fact(row: Mapping[str, Any]) -> OtherAgreement:
    return OtherAgreement(row["pk"], row["delete_from"], row["erased_at"] is not None)


def reach_of(found: Any) -> Reach | None:
    """What a hold keeps; None where its record cannot be read, which blocks."""
    try:
        return Reach.from_json(found)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _duties(agreement: Agreement, known: Known) -> tuple[Duty, ...] | None:
    try:
        return duties_of(agreement, events=known.events)
    except ValueError:
        return None


def _objections(customer: int) -> tuple[int, ...]:
    disputed = TerminationNotice.objects.filter(agreement__customer=customer).disputed()
    return tuple(disputed.order_by("pk").values_list("pk", flat=True))


def _begun_by_others(customer: int) -> int:
    """Other customers whose erasure began today, in the vendor's zone."""
    midnight = datetime.combine(clock.today(), time.min, tzinfo=clock.zone())
    begun = DeletionRun.objects.filter(started_at__gte=midnight).exclude(customer=customer)
    return begun.order_by().values("customer").distinct().count()


# Plan and approval ----------------------------------------------------------------------------------------------------


def _plan(plan: DeletionPlan | None, state: str | None, known: Known) -> PlanFact | None:
    if plan is None:
        return None
    content = plan.content
    return PlanFact(
        sha256=known.sha256,
        occasion=Occasion(plan.occasion),
        made_at=plan.made_at,
        planned_by=plan.made_by,
        replaced=None if state is None else state == DeletionPlan.State.SUPERSEDED,
        refusals=sum(plan_content.refused(content).values()),
        targets=plan_content.targets(content),
        holds=plan_content.keeps_known(content, "hold"),
        duties=plan_content.keeps_known(content, "duty"),
    )


def _approval_of(plan: DeletionPlan | None) -> PlanApproval | None:
    if plan is None:
        return None
    return plan.approvals.filter(withdrawn_at=None).select_related("approved_by").first()


def _approval(given: PlanApproval | None) -> ApprovalFact | None:
    if given is None:
        return None
    person = given.approved_by
    actor = Actor.staff(person.pk, person.get_username())
    return ApprovalFact(given.sha256, given.approved_at, str(actor), person.has_perm(APPROVE))
