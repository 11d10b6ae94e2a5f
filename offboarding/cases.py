"""Facts about a case that other packages tell: data is on hold, free again, or gone. They decide; this writes it down.

No permission is asked here: whoever tells has asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, journal_heads, letters, rule_words
from offboarding.actors import Actor
from offboarding.models import Agreement, Letter
from offboarding.stating import stated


@transaction.atomic
def place_hold(agreement: Agreement, *, actor: Actor, because: str, tell: bool) -> Agreement:
    """From the commit on nothing of the customer's is deleted. ``tell``: whether law allows telling the customer.

    On a case that is held already the hold is written down too; it counts from the first.
    """
    because = stated(because, _("Say why the data is put on hold."))
    agreement = end_dates.locked_undeleted(agreement)
    if agreement.held_since is None:
        agreement.held_since = timezone.now()
        agreement.save(update_fields=["held_since"])
    facts = {"told": tell}
    journal.record("hold.placed", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    if tell:
        letters.write(Letter.Occasion.HOLD, agreement, key=agreement.held_since.isoformat())
    return agreement


@transaction.atomic
def release_hold(agreement: Agreement, *, actor: Actor, because: str) -> Agreement:
    """The last hold is gone: the dates count again. The customer is told where it was told of the hold."""
    because = stated(because, _("Say why the hold is released."))
    agreement = end_dates.locked_undeleted(agreement)
    if agreement.held_since is None:
        raise ValidationError({"agreement": _("The data is not on hold.")})
    since, agreement.held_since = agreement.held_since, None
    agreement.save(update_fields=["held_since"])
    facts = {"held_since": since.isoformat()}
    journal.record("hold.released", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    told = agreement.letters.filter(occasion=Letter.Occasion.HOLD, written_at__gte=since)
    if told.exists():
        letters.write(
            Letter.Occasion.HOLD, agreement, key=f"{since.isoformat()}-released", context={"released": True}
        )  # fmt: skip
    return agreement


@transaction.atomic
def mark_erased(
    agreement: Agreement,
    *,
    actor: Actor,
    enclosure: str = "",
    facts: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> Agreement:
    """The customer's data is gone; ``enclosure`` names the certificate in the ``evidence`` storage.

    ``facts`` go into the journal beside ``delete_from``, ``context`` into the letter. Refused before ``delete_from``
    and while on hold. The journal's head is signed, because the case is closed.
    """
    agreement = end_dates.locked_undeleted(agreement)
    _check_due(agreement)
    agreement.erased_at = timezone.now()
    agreement.save(update_fields=["erased_at"])
    letters.cancel_scheduled(agreement, because="")
    told = {"delete_from": agreement.delete_from.isoformat() if agreement.delete_from else None}
    journal.record("data.erased", actor=actor, facts={**told, **(facts or {})}, **journal.case_of(agreement))
    said = {**({"enclosure": enclosure} if enclosure else {}), **(context or {})}
    letters.write(Letter.Occasion.DELETED, agreement, key=agreement.erased_at.isoformat(), context=said)
    journal_heads.write_when_committed()
    return agreement


@transaction.atomic
def reopen(agreement: Agreement, *, actor: Actor, because: str) -> Agreement:
    """Data of the customer was found again after it had been deleted: the case is open until it is gone."""
    because = stated(because, _("Say what was found."))
    agreement = end_dates.locked(agreement)
    if agreement.erased_at is None:
        raise ValidationError({"agreement": _("The customer's data is not deleted.")})
    since, agreement.erased_at = agreement.erased_at, None
    agreement.save(update_fields=["erased_at"])
    facts = {"erased_at": since.isoformat()}
    journal.record("data.reopened", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    journal_heads.write_when_committed()
    return agreement


def _check_due(agreement: Agreement) -> None:
    if agreement.held_since is not None:
        raise ValidationError({"agreement": _("The data is on hold; nothing may be deleted.")})
    if agreement.delete_from is None:
        raise ValidationError({"agreement": _("No end is set; nothing may be deleted.")})
    if clock.today() < agreement.delete_from:
        day = rule_words.day_in_words(agreement.delete_from)
        raise ValidationError({"agreement": _("Nothing may be deleted before %(day)s.") % {"day": day}})
