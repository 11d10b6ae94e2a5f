"""One customer's case as it stands on the way to deletion: how far it has come, what stands against it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from offboarding import clock
from offboarding.models import Agreement
from offboarding.rule_words import day_in_words
from retention import gathering, learning, plans, policy, policy_words, refusal_words
from retention.codes import Blocker
from retention.enforcing_lines import Line, named
from retention.gathering import Known
from retention.gathering_many import facts_of_many
from retention.models import DeletionPlan, DeletionRun
from retention.next_step import Grade, Standing, Step, grade_of, needs_a_new_plan, next_step, standing_against

State, Occasion = DeletionPlan.State, DeletionPlan.Occasion


@dataclass(frozen=True, slots=True)
class Case:
    """One customer's case. ``reasons``: all that the policy has against deleting its data today.

    ``occasion``: that of the plan, or of the one that is to be made. ``stopped``: the run that did not come to an end.
    """

    agreement: Agreement
    occasion: str
    plan: DeletionPlan | None
    stopped: DeletionRun | None
    standing: Standing
    reasons: tuple[Blocker, ...]

    @property
    def step(self) -> Step:
        """What is to be done next.

        Without a plan the policy asks as before a first erasure; what follows one is asked when its plan stands.
        """
        if self.plan is None and self.occasion != Occasion.END and self.agreement.held_since is None:
            return Step.PLAN
        return next_step(self.standing, self.reasons)


def case_of(agreement: Agreement, occasion: str, known: Known | None = None) -> Case:
    """The case, read anew. Without ``known`` by what was learnt last: neither platform nor journal are asked."""
    plan = plans.current(agreement.customer)
    stopped = DeletionRun.objects.filter(customer=agreement.customer_id, state=DeletionRun.State.STOPPED).first()
    if plan is not None:
        agreement, occasion = plan.agreement, plan.occasion
    if known is None:
        known = learning.lately(plan) if plan else Known.unknown()
    facts = gathering.facts_of(agreement, plan=plan, known=known)
    reasons = policy.blockers(facts, clock.today(), limits=gathering.limits())
    return Case(agreement, occasion, plan, stopped, _standing(plan, stopped), tuple(reasons))


def glance(agreements: Sequence[Agreement]) -> dict[int, Case]:
    """The cases, by agreement, of customers of whom nothing was planned or erased yet: few queries for all of them."""
    customers = {agreement.customer_id for agreement in agreements}
    begun = set(DeletionPlan.objects.current().filter(customer__in=customers).values_list("customer", flat=True))
    begun |= set(DeletionRun.objects.filter(customer__in=customers).values_list("customer", flat=True))
    plain = [agreement for agreement in agreements if agreement.customer_id not in begun]
    facts, limits, today = facts_of_many(plain), gathering.limits(), clock.today()
    return {
        one.pk: Case(
            one, Occasion.END, None, None, _standing(None, None),
            tuple(policy.blockers(facts[one.pk], today, limits=limits)),
        )
        for one in plain
    }  # fmt: skip


def _standing(plan: DeletionPlan | None, stopped: DeletionRun | None) -> Standing:
    if plan is None:
        return Standing(planned=False)
    own = stopped is not None and stopped.plan_id == plan.pk
    latest = plan.approvals.order_by("-pk").first()
    return Standing(
        planned=True,
        refused=plan.state == State.REFUSED,
        asked=plan.asked_at is not None and (latest is None or latest.approved_at <= plan.asked_at),
        approved=latest is not None and latest.withdrawn_at is None,
        stopped=own,
        outdated=own and stopped is not None and needs_a_new_plan(one["code"] for one in stopped.stopped_by),
        failed=own and stopped is not None and bool(stopped.error),
    )


# In words -------------------------------------------------------------------------------------------------------------


def line(case: Case, said: str, grade: Grade, reasons: Iterable[Blocker] = ()) -> Line:
    """One line about the case, and what stands against it."""
    return Line(named(case.agreement), " ".join([said, *policy_words.sentences(reasons)]), grade)


def waiting(case: Case) -> Line:
    """What a case waits for that cannot be helped now."""
    return line(case, _waits(case), grade_of(case.step, case.reasons), standing_against(case.step, case.reasons))


def _waits(case: Case) -> str:
    plan = case.plan
    if plan is None or case.step is Step.WAIT:
        return _("waits.")
    if case.step is Step.REFUSED:
        return refused(plan)
    if case.step is Step.AWAIT_START:
        return _("plan %(plan)s is approved and waits.") % {"plan": plan.pk}
    if case.step is Step.FAILED and case.stopped is not None:
        return _("run %(run)s has stopped. %(error)s") % {"run": case.stopped.pk, "error": case.stopped.error}
    asked = clock.local_day(plan.asked_at) if plan.asked_at else clock.today()
    facts = {"plan": plan.pk, "day": day_in_words(asked)}
    return _("plan %(plan)s waits for approval since %(day)s.") % facts


def refused(plan: DeletionPlan) -> str:
    """That a plan cannot be carried out, and why."""
    said = _("plan %(plan)s cannot be carried out as things stand.") % {"plan": plan.pk}
    return " ".join([said, *refusal_words.sentences(plan.content)])
