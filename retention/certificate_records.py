"""What a certificate is built from: the rows of a run, its plan, approval, steps, looks and attestations, as values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from offboarding.actors import Actor
from offboarding.journal_chain import instant
from offboarding.models import Agreement
from retention.certificate_content import Done, Record
from retention.counting import erased_before
from retention.models import Attestation, DeletionRun, DeletionStep, LegalHold, Verification


def of(run: DeletionRun) -> Record:
    """The run's records as they stand in the open transaction."""
    plan, approval = run.plan, run.approval
    agreements = Agreement.objects.filter(customer=run.customer_id).exclude(delete_from=None).order_by("pk")
    return Record(
        plan={
            "number": plan.pk, "sha256": plan.sha256, "occasion": plan.occasion, "by": named(plan.made_by),
            "at": instant(plan.made_at),
        },
        approval={
            "by": approval.approved_by.get_username(), "at": instant(approval.approved_at),
            "again": approval.tombstone,
        },
        agreements=[{"number": one.number, "reference": one.reference} for one in agreements],
        run={
            "number": run.pk, "started_at": _moment(run.started_at), "live_erased_at": _moment(run.live_erased_at),
            "final_at": _moment(run.final_at), "attempts": run.attempt,
        },
        steps=list(_steps(run)),
        looks=[_look(one) for one in run.verifications.order_by("after_days")],
        copies=[_copy(one) for one in run.attestations.select_related("attested_by").order_by("due_on", "pk")],
        untold=frozenset(LegalHold.objects.filter(customer=run.customer_id, told=False).values_list("pk", flat=True)),
    )  # fmt: skip


def named(actor: str) -> str:
    """The person or the machine behind an actor's text: ``sam``, ``machine:enforce_retention``."""
    kind, _colon, rest = actor.partition(":")
    return rest.partition(":")[2] if kind == "staff" else str(Actor(actor))


def _moment(moment: datetime | None) -> str:
    return instant(moment) if moment else ""


def _steps(run: DeletionRun) -> Iterator[Done]:
    """What runs erased that were given up, and whose place this one took, was there before and is gone too."""
    earlier = erased_before(run)
    for step in run.steps.order_by("position"):
        nothing_stays = step.state == DeletionStep.State.KEPT and not step.kept
        yield _step(step, 0 if nothing_stays else earlier[step.kind, step.store, step.name])


def _step(step: DeletionStep, earlier: int) -> Done:
    return Done(
        kind=step.kind,
        store=step.store,
        name=step.name,
        category=step.category,
        goes_with=step.goes_with,
        state=step.state,
        before=step.planned + earlier,
        gone=step.gone + earlier,
        kept=step.kept,
        left=step.left,
        bytes=step.bytes_gone,
        at=_moment(step.finished_at),
        verified_at=_moment(step.verified_at),
    )


def _look(look: Verification) -> dict[str, Any]:
    """Without examples, which may be keys of people, and without the name of who settled a doubt."""
    looked = {name: value for name, value in look.looked_at.items() if name != "settled"}
    if "settled" in look.looked_at:
        looked["settled"] = {"at": look.looked_at["settled"]["at"]}
    return {
        "after_days": look.after_days,
        "at": _moment(look.done_at),
        "passed": look.passed,
        "looked_at": looked,
        "found": [{name: one[name] for name in ("store", "place", "count", "certain")} for one in look.found],
    }


def _copy(attestation: Attestation) -> dict[str, Any]:
    return {
        "store": attestation.store,
        "description": attestation.description,
        "attester": attestation.attester,
        "keep_days": attestation.keep_days,
        "due_on": attestation.due_on.isoformat(),
        "by": attestation.attested_by.get_username() if attestation.attested_by else "",
        "at": _moment(attestation.attested_at),
        "statement": attestation.statement,
        "evidence_sha256": attestation.evidence_sha256,
    }
