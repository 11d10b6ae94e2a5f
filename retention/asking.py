"""A run's question to the policy: what stands against deleting this, now? Asked inside every batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError

from offboarding import clock
from offboarding.models import Agreement
from retention import gathering, pausing, plan_content, policy, policy_words
from retention.codes import Blocker
from retention.facts import Facts
from retention.learning import Known
from retention.models import DeletionPlan, DeletionRun, DeletionStep
from retention.plans import SLOW
from retention.reach import Place, Target


def targets_of_plan(plan: DeletionPlan) -> list[Target]:
    """What the steps of a run of this plan erase whole; where parts stay the eraser asks for each file."""
    going = {
        (step.kind, step.store, step.name)
        for step in plan_content.steps(plan.content)
        if not (step.kept or any((step.parts or {}).values()))
    }
    return [target for target in plan_content.targets(plan.content) if _named(target) in going]


def targets_of_run(run: DeletionRun, steps: Iterable[DeletionStep] | None = None) -> list[Target]:
    """The same of these steps, or of all that are not done."""
    if steps is None:
        steps = run.steps.filter(state__in=[DeletionStep.State.WAITING, DeletionStep.State.RUNNING])
    wanted = {(step.kind, step.store, step.name) for step in steps}
    return [target for target in targets_of_plan(run.plan) if _named(target) in wanted]


def _named(target: Target) -> tuple[str, str, str]:
    kind = DeletionStep.Kind.TABLE if target.place is Place.TABLE else DeletionStep.Kind.FILES
    return kind.value, target.store, target.name


def facts_now(agreements: Sequence[Agreement], plan: DeletionPlan, known: Known) -> Facts:
    """All facts, read anew; ``agreements`` are all of the customer's, locked."""
    agreement = next(one for one in agreements if one.pk == plan.agreement_id)
    return gathering.facts_of(agreement, plan=plan, known=known)


def facts_still(facts: Facts) -> Facts:
    """Facts read a moment ago under the locks that are still held, and what stops everything read once more."""
    return replace(facts, machine=replace(facts.machine, paused=pausing.is_paused()))


def blockers(facts: Facts, targets: Sequence[Target]) -> list[Blocker]:
    """Every reason against deleting these now."""
    today, limits = clock.today(), gathering.limits()
    found: dict[str, Blocker] = {}
    asked: Sequence[Target | None] = targets or [None]
    for target in asked:
        for reason in policy.blockers(facts, today, target, limits=limits):
            found.setdefault(f"{reason.code} {sorted(reason.facts.items())}", reason)
    return list(found.values())


def check(agreements: Sequence[Agreement], plan: DeletionPlan, known: Known, targets: Sequence[Target]) -> None:
    """A ValidationError with every reason in words; what the worker asks before the first row goes is left to it."""
    facts = facts_now(agreements, plan, known)
    if found := [one for one in blockers(facts, targets) if one.code not in SLOW]:
        raise ValidationError({"plan": policy_words.sentences(found)})
