"""Customers whose data is due: who they are, and doing the next step of each."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding.actors import Actor
from offboarding.models import Agreement
from retention import approvals, deleting, finishing, gathering, plans, runs
from retention.alone import Lock
from retention.enforcing_case import Case, case_of, glance, line, refused, waiting
from retention.enforcing_lines import Line
from retention.enforcing_runs import line_of
from retention.models import DeletionPlan, DeletionRun
from retention.next_step import Grade, Step, needs_a_new_plan
from retention.querysets import DeletionRunQuerySet

AT_ONCE = 500
"""Cases at which is glanced at a time."""
ACTOR = Actor.machine("enforce_retention")
State, Occasion = DeletionPlan.State, DeletionPlan.Occasion
TO_COMPARE = (Step.REFUSED, Step.ASK, Step.AWAIT_APPROVAL)
"""Steps before which the plan is made again and compared: what is approved has to be what would go.

Not once its run has begun, for then less would go; the worker compares what it can.
"""


# Who ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """An agreement whose case is looked at. ``occasion``: of the plan that it may need; ``glance``: how it looked."""

    agreement: Agreement
    occasion: str
    glance: Case | None


def chosen(today: date, agreement: Agreement | None, limit: int | None) -> Iterator[Chosen]:
    """The agreements whose cases are looked at, longest due first.

    One per customer, because the data goes as a whole, and none where a run is under way. An agreement that is asked
    for by name is looked at also where nothing of it is due.
    """
    customer = None if agreement is None else agreement.customer_id
    under_way = set(_under_way().values_list("customer", flat=True))
    found = dict.fromkeys(_planned(under_way, customer), Occasion.REMAINDER.value)
    found |= {
        one.pk: Occasion.REMAINDER.value for one in finishing.lapsed(today) if customer in (None, one.customer_id)
    }
    found |= dict.fromkeys(due(today, under_way, customer), Occasion.END.value)
    if agreement is not None and not found and customer not in under_way:
        found = {agreement.pk: Occasion.END.value}
    wanted = list(islice(found.items(), limit))
    for start in range(0, len(wanted), AT_ONCE):
        part = dict(wanted[start : start + AT_ONCE])
        agreements = Agreement.objects.select_related("customer").in_bulk(part)
        seen = glance([agreements[pk] for pk, occasion in part.items() if occasion == Occasion.END])
        for pk, occasion in part.items():
            yield Chosen(agreements[pk], occasion, seen.get(pk))


def due(today: date, under_way: Container[int] = (), customer: int | None = None) -> list[int]:
    """For each customer whose data is due, and of whom nothing is being erased, the agreement that is due last."""
    rows = Agreement.objects.due_for_deletion(today).order_by("delete_from", "pk").values_list("customer_id", "pk")
    last: dict[int, int] = {}
    for owner, pk in (rows if customer is None else rows.filter(customer=customer)).iterator():
        last.pop(owner, None)
        last[owner] = pk
    return [pk for owner, pk in last.items() if owner not in under_way]


def _under_way() -> DeletionRunQuerySet:
    return DeletionRun.objects.filter(state__in=[DeletionRun.State.QUEUED, DeletionRun.State.RUNNING])


def _planned(under_way: Container[int], customer: int | None) -> list[int]:
    """Agreements with a current plan that is no longer about their end: the data was erased once."""
    rows = DeletionPlan.objects.current().exclude(occasion=Occasion.END).order_by("pk")
    rows = rows if customer is None else rows.filter(customer=customer)
    return [pk for owner, pk in rows.values_list("customer_id", "agreement_id") if owner not in under_way]


class Turns:
    """How many plans may still be made: within an approval's age no more than can be carried out within it.

    Others wait for their turn, so that Legal is never asked about what would be too old before it begins. Refused plans
    are compared again a few a day, each in its turn.
    """

    def __init__(self, today: date) -> None:
        days = gathering.limits().approval_days + 1
        self.most = settings.DELETIONS_PER_DAY * days
        lately = DeletionPlan.objects.filter(made_at__gt=timezone.now() - timedelta(days=days))
        self.left = max(0, self.most - lately.filter(state=State.READY).count())
        refused_now = DeletionPlan.objects.filter(state=State.REFUSED).count()
        self._parts, self._part = max(1, -(-refused_now // self.most)), today.toordinal()

    def take(self) -> bool:
        """Whether one more plan may be made."""
        if not self.left:
            return False
        self.left -= 1
        return True

    def compares(self, plan: DeletionPlan) -> bool:
        """Whether the plan is to be made again today and compared."""
        return plan.state == State.READY or plan.pk % self._parts == self._part % self._parts


# Doing ----------------------------------------------------------------------------------------------------------------


def advance(one: Chosen, turns: Turns, lock: Lock) -> Iterator[Line]:
    """Does the next step of one case, and says so."""
    case = read(one, turns)
    step = case.step
    if case.plan is not None and step in TO_COMPARE and not case.standing.stopped and turns.compares(case.plan):
        lock.still()
        if plans.sha256_now(case.plan) != case.plan.sha256:
            step = Step.REPLAN
    if step in (Step.WAIT, Step.REFUSED, Step.AWAIT_APPROVAL, Step.AWAIT_START, Step.FAILED):
        yield waiting(case)
    elif step is Step.PLAN and not turns.take():
        yield line(case, out_of_turn(turns), Grade.FINE)
    else:
        lock.still()
        yield from _DO[step](case)


def read(one: Chosen, turns: Turns) -> Case:
    """The case as it stands: the glance where it only waits, else read anew.

    One whose run was reopened is about what was found again.
    """
    if one.glance is not None and (one.glance.step is Step.WAIT or not turns.left):
        return one.glance
    occasion = one.occasion
    newest = DeletionRun.objects.filter(customer=one.agreement.customer_id).order_by("-pk")
    if occasion == Occasion.END and newest.values_list("state", flat=True).first() == DeletionRun.State.REOPENED:
        occasion = Occasion.REOPENED
    return case_of(one.agreement, occasion)


def _planned_now(case: Case) -> Iterator[Line]:
    plan = plans.make(case.agreement, actor=ACTOR, occasion=case.occasion)
    if plan.state == State.REFUSED:
        yield line(case, refused(plan), Grade.PERSON)
        return
    approvals.ask(plan)
    said = _("plan %(plan)s is made, and Legal is asked to approve it.") % {"plan": plan.pk}
    yield line(case, said, Grade.PERSON)


def _asked(case: Case) -> Iterator[Line]:
    if case.plan is not None:
        approvals.ask(case.plan)
        yield line(case, _("Legal is asked to approve plan %(plan)s.") % {"plan": case.plan.pk}, Grade.PERSON)


def _begun(case: Case) -> Iterator[Line]:
    """Begins the run, or lets it go on, and works it off here, so that it needs no queue."""
    if case.plan is None:
        return
    if case.standing.stopped and case.stopped is not None:
        run = runs.resume(case.stopped, actor=ACTOR)
    else:
        run = runs.start(case.plan, actor=ACTOR)
    deleting.work(run.pk)
    run = DeletionRun.objects.select_related("agreement__customer").get(pk=run.pk)
    yield line_of(run)
    if run.state == DeletionRun.State.STOPPED and needs_a_new_plan(one["code"] for one in run.stopped_by):
        yield from _planned_now(case)


_DO = {Step.PLAN: _planned_now, Step.REPLAN: _planned_now, Step.ASK: _asked, Step.START: _begun}


def out_of_turn(turns: Turns) -> str:
    """Why no plan is made today although nothing stands against it."""
    return _("waits for its turn: %(count)s plans are under way, as many as can be carried out.") % {
        "count": turns.most
    }
