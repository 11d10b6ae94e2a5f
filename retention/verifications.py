"""Independent looks for what is left: at the end of a run, and 1, 7 and 30 days later.

Something that is certainly the customer's fails the look: at the end the run stops, later the case is opened again,
loudly. Something that may be somebody else's waits for a person, who settles it before the deletion is final.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, journal
from offboarding.actors import Actor
from offboarding.rights import allow
from offboarding.stating import stated
from retention import looking, reopening
from retention.locking import locked_agreements
from retention.models import DeletionRun, Verification

DELETION = Actor.machine("deletion")
AT_THE_END = 0
LATER = (1, 7, 30)
"""Days after the erasure on which it is looked again."""


def look(run: DeletionRun, after_days: int) -> Verification:
    """Looks, and writes down what was found; later than at the end, what certainly is the customer's reopens the run.

    A look that was done is not done again, but for one at the end, which a run that stopped repeats. Raises
    ``EraserError`` where a store cannot be looked at; the look is still due then.
    """
    done = Verification.objects.filter(run=run, after_days=after_days).exclude(done_at=None).first()
    if done is not None and (after_days != AT_THE_END or run.state in DeletionRun.ERASED):
        return done
    found = looking.look(run, at_the_end=after_days == AT_THE_END)
    with transaction.atomic():
        locked_agreements(run.customer)
        fresh = DeletionRun.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=run.pk)
        verification = _written(fresh, after_days, found)
        if verification.passed is False and after_days != AT_THE_END and fresh.state in DeletionRun.ERASED:
            reopening.reopen(fresh, verification.found, after_days=after_days)
    return verification


def _written(run: DeletionRun, after_days: int, found: looking.Look) -> Verification:
    defaults = {"due_on": clock.today()}
    verification, _created = Verification.objects.select_for_update(of=("self",)).get_or_create(
        run=run, after_days=after_days, defaults=defaults
    )
    certain = any(one.certain for one in found.found)
    verification.done_at = timezone.now()
    verification.passed = False if certain else None if found.found else True
    verification.found = [one.to_json() for one in found.found]
    verification.looked_at = found.looked_at
    verification.save()
    facts: dict[str, Any] = {"run": run.pk, "after_days": after_days}
    if verification.passed:
        journal.record(
            "verification.passed", actor=DELETION, facts={**facts, "looked": found.looked_at},
            **journal.case_of(run.agreement),
        )  # fmt: skip
    else:
        event = "verification.failed" if certain else "verification.unsure"
        journal.record(
            event, actor=DELETION, facts={**facts, "found": told(verification.found)}, **journal.case_of(run.agreement)
        )
    return verification


def told(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was found without its examples, which may be keys of people: the journal cannot forget."""
    return [{name: value for name, value in one.items() if name != "examples"} for one in found]


def schedule(run: DeletionRun) -> list[Verification]:
    """The looks that follow, each due so many days after the erasure; again is harmless."""
    assert run.live_erased_at is not None
    erased = clock.local_day(run.live_erased_at)
    return [
        Verification.objects.get_or_create(
            run=run, after_days=days, defaults={"due_on": erased + timedelta(days=days)}
        )[0]
        for days in LATER
    ]


def due(on: date) -> list[Verification]:
    """The looks that should have been done by then, of runs that count; the oldest first."""
    found = Verification.objects.due(on).filter(run__state__in=DeletionRun.ERASED)
    return list(found.select_related("run__customer", "run__agreement", "run__plan").order_by("due_on", "pk"))


@transaction.atomic
def settle(verification: Verification, *, by: User, because: str) -> Verification:
    """A person looked at everything that was found and says how they know that it is not the customer's.

    Only where nothing found was certain.
    """
    actor, verification, because = _unsure(
        verification, by, because, _("Say how you know that it is not the customer’s.")
    )
    verification.passed = True
    _write_down("verification.settled", verification, actor, because)
    return verification


@transaction.atomic
def confirm(verification: Verification, *, by: User, because: str) -> Verification:
    """A person says that something found is the customer's: the look has failed, and the case is open again."""
    ask = _("Say how you know that it is the customer’s.")
    actor, verification, because = _unsure(verification, by, because, ask)
    verification.passed = False
    _write_down("verification.failed", verification, actor, because)
    reopening.reopen(verification.run, verification.found, after_days=verification.after_days)
    return verification


def _unsure(verification: Verification, by: User, because: str, ask: str) -> tuple[Actor, Verification, str]:
    """The look, locked, if it waits for a person who may say what it found."""
    actor = allow(by, "retention.attest_attestation")
    because = stated(because, ask)
    locked_agreements(verification.run.customer)
    rows = Verification.objects.select_for_update(of=("self",)).select_related("run__agreement", "run__customer")
    verification = rows.get(pk=verification.pk)
    if verification.done_at is None or verification.passed is not None:
        raise ValidationError({"verification": _("Nothing here waits to be settled.")})
    return actor, verification, because


def _write_down(event: str, verification: Verification, actor: Actor, because: str) -> None:
    settled = {"by": str(actor), "at": timezone.now().isoformat(timespec="seconds"), "because": because}
    verification.looked_at = {**verification.looked_at, "settled": settled}
    verification.save(update_fields=["passed", "looked_at"])
    facts = {"run": verification.run_id, "after_days": verification.after_days, "found": told(verification.found)}
    case = journal.case_of(verification.run.agreement)
    journal.record(event, actor=actor, reason=because, facts=facts, **case)
