"""Legal holds: placed, reviewed, released. From the moment ``place`` returns, nothing that it keeps goes any more.

A hold takes the locks that every batch of a run holds, so it waits for the batch that is on, about two seconds, and no
batch begins after it without seeing it. Releasing deletes nothing: it takes a new plan and a new approval.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports import announcing
from offboarding import cases, clock
from offboarding.actors import Actor
from offboarding.journal_chain import check_text
from offboarding.models import Agreement, Customer
from offboarding.rights import allow
from offboarding.stating import stated
from retention.counting import gone_so_far
from retention.locking import locked_agreements
from retention.models import DeletionPlan, LegalHold
from retention.reach import Reach
from retention.reach_names import check_named, check_reach, in_short

__all__ = ["check_reach", "keep_again", "place", "release", "review"]


@transaction.atomic
def place(
    customer: Customer,
    *,
    by: User,
    ground: str,
    reference: str,
    requested_by: str,
    because: str,
    review_on: date,
    tell: bool,
    reach: Reach,
) -> LegalHold:
    """Keeps what it reaches from now on; ``gone_before`` says exactly what a run had erased by then.

    ``tell``: whether law allows telling the customer, who is written to where everything is held. Data that is erased
    already can be put on hold too: for what was kept of it, and for what a restored backup may bring back.
    """
    actor = allow(by, "retention.place_legalhold")
    because = stated(because, _("Say why the data is put on hold."))
    _check_ahead(review_on)
    check_named(reach, customer.tenant_key)
    agreements = locked_agreements(customer)
    hold = LegalHold(
        customer=customer, ground=ground, reference=reference.strip(), requested_by=requested_by.strip(),
        because=because, reach=reach.to_json(), review_on=review_on, told=tell, placed_by=by,
        placed_at=timezone.now(), gone_before=gone_so_far(customer),
    )  # fmt: skip
    _check_texts(hold)
    told_before = any(other.told for other in _whole(customer))
    hold.save()
    facts = {
        "hold": hold.pk, "ground": ground, "whole": reach.whole, "reach": in_short(reach),
        "review_on": review_on.isoformat(), "told": tell, "gone": hold.gone_before,
    }  # fmt: skip
    announcing.record("hold.kept", customer, actor=actor, reason=because, **facts)
    if reach.whole:
        _hold_cases(agreements, actor, because, tell=tell, told_before=told_before)
    return hold


@transaction.atomic
def release(hold: LegalHold, *, by: User, because: str) -> LegalHold:
    """What it kept may go – by a new plan and a new approval, never by those that stand.

    The agreements are free again when no other hold keeps everything.
    """
    actor = allow(by, "retention.release_legalhold")
    because = stated(because, _("Say why the hold is released."))
    agreements = locked_agreements(hold.customer)
    hold = _locked(hold)
    hold.released_by, hold.released_at, hold.released_because = by, timezone.now(), because
    hold.save(update_fields=["released_by", "released_at", "released_because"])
    plan = _overtake_plan(hold, actor)
    facts: dict[str, Any] = {"hold": hold.pk, "plan": plan.pk if plan else None}
    announcing.record("hold.lifted", hold.customer, actor=actor, reason=because, **facts)
    if hold.keeps.whole and not _whole(hold.customer):
        for agreement in agreements:
            if agreement.held_since is not None and agreement.erased_at is None:
                cases.release_hold(agreement, actor=actor, because=because)
    return hold


@transaction.atomic
def review(hold: LegalHold, *, by: User, review_on: date, because: str) -> LegalHold:
    """Somebody has looked whether it is still needed; it is, and they look again on ``review_on``."""
    actor = allow(by, "retention.place_legalhold")
    because = stated(because, _("Say why the hold is still needed."))
    _check_ahead(review_on)
    hold = _locked(hold)
    was, hold.review_on = hold.review_on, review_on
    hold.save(update_fields=["review_on"])
    facts = {"hold": hold.pk, "review_on": review_on.isoformat(), "was_review_on": was.isoformat()}
    announcing.record("hold.reviewed", hold.customer, actor=actor, reason=because, **facts)
    return hold


def keep_again(agreement: Agreement, *, actor: Actor) -> None:
    """An agreement that is open again, in the caller's transaction: a hold that was placed meanwhile counts for it."""
    standing = sorted(_whole(agreement.customer), key=lambda hold: hold.pk)
    if standing:
        cases.place_hold(agreement, actor=actor, because=standing[0].because, tell=any(one.told for one in standing))


def _check_ahead(review_on: date) -> None:
    if review_on <= clock.today():
        raise ValidationError({"review_on": _("The review must lie in the future.")})


def _check_texts(hold: LegalHold) -> None:
    """A ValidationError by field for what the record cannot keep."""
    for field in ("reference", "requested_by"):
        if check_text(getattr(hold, field)):
            raise ValidationError({field: _("This has a character that is no text and cannot be kept.")})
    hold.full_clean(exclude=["customer", "placed_by", "gone_before", "released_by", "released_at"])


def _locked(hold: LegalHold) -> LegalHold:
    fresh = LegalHold.objects.select_for_update(of=("self",)).select_related("customer").get(pk=hold.pk)
    if fresh.released_at is not None:
        raise ValidationError({"hold": _("This hold is released already.")})
    return fresh


def _whole(customer: Customer) -> list[LegalHold]:
    """The holds in force over everything of the customer."""
    return [hold for hold in LegalHold.objects.in_force().filter(customer=customer) if hold.keeps.whole]


def _hold_cases(agreements: list[Agreement], actor: Actor, because: str, *, tell: bool, told_before: bool) -> None:
    """An agreement is held once, from the first; a customer who must not know of the first may be told of the next."""
    for agreement in agreements:
        news = agreement.held_since is None or (tell and not told_before)
        if agreement.erased_at is None and news:
            cases.place_hold(agreement, actor=actor, because=because, tell=tell)


def _overtake_plan(hold: LegalHold, actor: Actor) -> DeletionPlan | None:
    """The current plan says nothing about what the hold kept, so it counts no more."""
    plan = DeletionPlan.objects.current().select_for_update().filter(customer=hold.customer).first()
    if plan is not None:
        plan.state = DeletionPlan.State.SUPERSEDED
        plan.save(update_fields=["state"])
        facts: dict[str, Any] = {"plan": plan.pk, "sha256": plan.sha256, "hold": hold.pk}
        announcing.record("plan.overtaken", hold.customer, actor=actor, **facts)
    return plan
