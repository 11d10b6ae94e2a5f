"""Tenants that were erased and are there again, because somebody restored a backup: found, confirmed, erased again.

Who only has the key of an erased tenant is somebody else and is never touched; ``sightings`` tells the two apart.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import journal, letters
from offboarding.actors import Actor
from offboarding.models import Agreement, Letter
from offboarding.rights import allow
from offboarding.stating import stated
from retention import approvals, plans, runs, sightings, tombstones
from retention.erasers.findings import EraserError
from retention.locking import locked_agreements
from retention.models import DeletionPlan, DeletionRun, Resurrection
from retention.sightings import Sighting
from retention.tombstones import Tombstone

MACHINE = Actor.machine("reapply_deletions")
CONFIRM = "retention.confirm_resurrection"
DISMISSED_DAYS = 30
"""So long a tenant that was dismissed is not told anew; if it is still there then, it is."""
State = Resurrection.State


def look() -> list[Resurrection]:
    """Compares every tombstone with every database; gives what waits for a person or is somebody else's.

    What is found for the first time is written down, journaled, and told to Legal where the tenant came back. Raises
    OSError where the ``evidence`` storage does not answer, ``EraserError`` where a store cannot be looked at.
    """
    seen = sightings.compare()
    if seen.wrong:
        raise EraserError(" ".join(seen.wrong))
    return [noted(sighting) for sighting in seen.sightings]


def noted(sighting: Sighting) -> Resurrection:
    """The record of a sighting: the one that stands, or a new one, which is journaled and told to Legal."""
    with transaction.atomic():
        agreement = Agreement.objects.filter(customer=sighting.tombstone.customer, pk=sighting.tombstone.agreement)
        case = agreement.select_related("customer").first()
        if case is not None:
            locked_agreements(case.customer)
        standing = _standing(sighting)
        if standing is not None:
            return standing
        resurrection = Resurrection.objects.create(
            tombstone=sighting.tombstone.name,
            store=sighting.store,
            tenant_key=sighting.tenant_key,
            fingerprint=sighting.fingerprint,
            rows=sighting.rows,
            state=State.FOUND if sighting.same else State.REUSED,
            found_at=timezone.now(),
        )
        if sighting.same and case is not None:
            _alarm(case, resurrection)
        _record(resurrection, case)
    return resurrection


def confirm(resurrection: Resurrection, *, by: User, typed_name: str) -> DeletionRun:
    """Erases the tenant again, under the approval that its tombstone keeps and this one confirmation.

    Makes a plan, its approval and a run. ``typed_name``: the customer's name, exactly. ValidationError where the tenant
    is gone again or is another one, where our own records lack the customer, or where anything speaks against it; then
    at most a new plan stands.
    """
    actor = allow(by, CONFIRM)
    tombstone = _buried(resurrection)
    _check_waiting(resurrection)
    agreement = _case_of(tombstone, resurrection)
    if typed_name.strip() != agreement.customer.name.strip():
        raise ValidationError({"typed_name": _("Type the customer's name exactly as it stands above.")})
    try:
        _check_same(resurrection)
        plan = plans.make(agreement, actor=MACHINE, occasion=DeletionPlan.Occasion.RESTORED)
    except EraserError as error:
        text = _("The platform could not be looked at: %(error)s") % {"error": error}
        raise ValidationError({"resurrection": text}) from error
    _check_plan(plan, resurrection)
    with transaction.atomic():
        locked_agreements(agreement.customer)
        waiting = Resurrection.objects.select_for_update(of=("self",)).filter(
            tombstone=resurrection.tombstone, state=State.FOUND
        )
        if resurrection.pk not in [one.pk for one in waiting]:
            raise ValidationError({"resurrection": _("This does not wait for a confirmation any more.")})
        approvals.approve(plan, by=by, typed_name=typed_name, tombstone=tombstone.name)
        run = runs.start(plan, actor=actor)
        now = timezone.now()
        waiting.update(state=State.CONFIRMED, settled_by=by, settled_at=now, run_number=run.pk)
        facts = {"resurrection": resurrection.pk, "plan": plan.pk, "sha256": plan.sha256}
        journal.record("tenant.confirmed", actor=actor, facts=facts, **journal.case_of(agreement))
    return run


@transaction.atomic
def dismiss(resurrection: Resurrection, *, by: User, because: str) -> Resurrection:
    """A person says why a tenant that came back is left alone, such as in a database that is only a rehearsal."""
    actor = allow(by, CONFIRM)
    because = stated(because, _("Say why it is left alone."))
    found = tombstones.read(resurrection.tombstone).tombstone
    case = Agreement.objects.filter(pk=found.agreement, customer=found.customer).first() if found else None
    if case is not None:
        locked_agreements(case.customer)
    resurrection = Resurrection.objects.select_for_update(of=("self",)).get(pk=resurrection.pk)
    _check_waiting(resurrection)
    resurrection.state, resurrection.settled_by, resurrection.settled_at = State.DISMISSED, by, timezone.now()
    resurrection.settled_because = because
    resurrection.save()
    facts = {"resurrection": resurrection.pk}
    customer, agreement = (case.customer_id, case.pk) if case else (None, None)
    journal.record(
        "tenant.dismissed", actor=actor, reason=because, facts=facts, customer=customer, agreement=agreement
    )  # fmt: skip
    return resurrection


# What is known --------------------------------------------------------------------------------------------------------


def _standing(sighting: Sighting) -> Resurrection | None:
    """What is known of it already: open, somebody else's, or dismissed not long ago."""
    known = Resurrection.objects.filter(
        tombstone=sighting.tombstone.name, store=sighting.store, fingerprint=sighting.fingerprint
    ).order_by("-pk")
    if not sighting.same:
        return known.filter(state=State.REUSED).first()
    since = timezone.now() - timedelta(days=DISMISSED_DAYS)
    dismissed = known.filter(state=State.DISMISSED, settled_at__gte=since).first()
    return known.filter(state__in=[State.FOUND, State.CONFIRMED]).first() or dismissed


def _record(resurrection: Resurrection, case: Agreement | None) -> None:
    """Without a customer of ours the entry stands on its own."""
    customer, agreement = (case.customer_id, case.pk) if case else (None, None)
    facts = {"resurrection": resurrection.pk, "store": resurrection.store, "sha256": resurrection.fingerprint}
    event = "tenant.key_reused"
    if resurrection.state != State.REUSED:
        event, facts = "tenant.came_back", {**facts, "rows": resurrection.rows}
    journal.record(event, actor=MACHINE, facts=facts, customer=customer, agreement=agreement)


def _alarm(case: Agreement, resurrection: Resurrection) -> list[Letter]:
    """To Legal, once for each tenant that came back."""
    with translation.override(settings.LEGAL_LANGUAGE):
        text = ngettext(
            "A restored backup has brought erased data back: %(rows)d row in “%(store)s”. Confirm that it is erased "
            "again.",
            "A restored backup has brought erased data back: %(rows)d rows in “%(store)s”. Confirm that it is erased "
            "again.",
            resurrection.rows,
        )
        because = text % {"rows": resurrection.rows, "store": resurrection.store}
    page = reverse("admin:offboarding_agreement_change", args=[case.pk])
    return letters.write(
        Letter.Occasion.ALARM, case, to=[], addresses=[settings.LEGAL_ADDRESS], language=settings.LEGAL_LANGUAGE,
        key=f"resurrection-{resurrection.pk}", context={"because": because, "page": page},
    )  # fmt: skip


# Confirming -----------------------------------------------------------------------------------------------------------


def _buried(resurrection: Resurrection) -> Tombstone:
    found = tombstones.read(resurrection.tombstone)
    if found.tombstone is None:
        raise ValidationError({"resurrection": found.wrong})
    return found.tombstone


def _check_waiting(resurrection: Resurrection) -> None:
    if resurrection.state != State.FOUND:
        raise ValidationError({"resurrection": _("This does not wait for a confirmation any more.")})


def _case_of(tombstone: Tombstone, resurrection: Resurrection) -> Agreement:
    """The agreement as our own database has it, also one that was restored to before the erasure."""
    found = Agreement.objects.select_related("customer").filter(pk=tombstone.agreement, customer=tombstone.customer)
    agreement = found.filter(number=tombstone.contract, customer__tenant_key=resurrection.tenant_key).first()
    if agreement is None:
        text = _("Our own records lack agreement %(number)s of the customer: restore them, or have a person decide.")
        raise ValidationError({"resurrection": text % {"number": tombstone.contract}})
    return agreement


def _check_same(resurrection: Resurrection) -> None:
    """Seconds before the plan is made: nobody else has got the key meanwhile."""
    same = [one for one in sightings.compare().sightings if one.same]
    if (resurrection.store, resurrection.fingerprint) not in [(one.store, one.fingerprint) for one in same]:
        raise ValidationError({"resurrection": _("The tenant is not there any more, or it is another one now.")})


def _check_plan(plan: DeletionPlan, resurrection: Resurrection) -> None:
    """What the plan would erase is what came back."""
    if plan.state != DeletionPlan.State.READY:
        raise ValidationError({"plan": _("The plan cannot be carried out as things stand; see its page.")})
    for database in plan.content["databases"]:
        identity = database["identity"]
        if database["store"] == resurrection.store and identity["fingerprint"] != resurrection.fingerprint:
            raise ValidationError({"resurrection": _("The tenant is not there any more, or it is another one now.")})
