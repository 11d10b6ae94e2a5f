"""The switch that stops everything destructive at the next batch, and lets it go on."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import journal
from offboarding.actors import Actor
from offboarding.rights import allow
from offboarding.stating import stated
from retention.models import Pause

COMMAND = Actor.machine("pause")
"""Whoever may run commands on the machine."""


def is_paused() -> bool:
    """Whether nothing may be deleted now; every batch asks."""
    return Pause.objects.in_force().exists()


def pause(*, actor: Actor, because: str) -> Pause:
    """From the next batch on nothing is deleted. A ValidationError where that is so already; it stays so then."""
    because = stated(because, _("Say why all deletion is paused."))
    try:
        with transaction.atomic():
            placed = Pause.objects.create(placed_by=str(actor), placed_at=timezone.now(), because=because)
            journal.record("deletion.paused", actor=actor, reason=because, facts={"pause": placed.pk})
    except IntegrityError as error:
        raise ValidationError({"pause": _("All deletion is paused already.")}) from error
    return placed


@transaction.atomic
def resume(*, actor: Actor, because: str) -> Pause:
    """Deletion goes on; every other reason against it counts as before."""
    because = stated(because, _("Say why deletion may go on."))
    standing = Pause.objects.in_force().select_for_update().first()
    if standing is None:
        raise ValidationError({"pause": _("Deletion is not paused.")})
    standing.lifted_by, standing.lifted_at = str(actor), timezone.now()
    standing.save(update_fields=["lifted_by", "lifted_at"])
    journal.record("deletion.unpaused", actor=actor, reason=because, facts={"pause": standing.pk})
    return standing


def pause_by(*, by: User, because: str) -> Pause:
    """``pause`` by a person who has the permission."""
    return pause(actor=allow(by, "retention.set_pause"), because=because)


def resume_by(*, by: User, because: str) -> Pause:
    """``resume`` by a person who has the permission."""
    return resume(actor=allow(by, "retention.set_pause"), because=because)
