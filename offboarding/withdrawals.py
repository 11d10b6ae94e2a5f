"""A notice is taken back: while service still runs, what it set in motion stops and the customer is told."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, letters
from offboarding.actors import Actor
from offboarding.models import Agreement, Contact, Letter, TerminationNotice
from offboarding.receipts import locked
from offboarding.rights import allow
from offboarding.stating import stated

State = TerminationNotice.State


@transaction.atomic
def withdraw(
    notice: TerminationNotice, *, because: str, by: User | None = None, contact: Contact | None = None
) -> TerminationNotice:
    """The customer takes its notice back: a contact who may give one, or staff recording it with a reason.

    Possible until the end of the last day of service. Scheduled letters are cancelled, the dates cleared; a second
    notice is a fresh one.
    """
    actor = for_the_customer(by, contact, "offboarding.withdraw_terminationnotice", "may_give_notice")
    because = stated(because, _("Say why the notice is withdrawn."))
    agreement, notice = locked(notice)
    of_this_customer(agreement, contact)
    take_back(agreement, notice, actor=actor, because=because, contact=contact)
    return notice


def take_back(
    agreement: Agreement, notice: TerminationNotice, *, actor: Actor, because: str, contact: Contact | None = None
) -> None:
    """Withdraws the notice in the transaction that is open; both rows are locked."""
    if refusal := why_not(agreement, notice, clock.today()):
        raise ValidationError({"notice": refusal})
    in_force = _in_force(agreement, notice)
    notice.state = State.WITHDRAWN
    notice.save(update_fields=["state"])
    facts = {"notice": notice.pk, "contact": contact.pk if contact else None}
    journal.record("notice.withdrawn", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    if in_force:
        end_dates.clear_ending(agreement, actor=actor, because=because)
    _tell(agreement, notice, because)


def why_not(agreement: Agreement, notice: TerminationNotice, today: date) -> str:
    """Why the notice cannot be withdrawn, in words; '' while it can: undecided, or in force while service runs."""
    if notice.state not in (State.RECEIVED, State.ACCEPTED):
        return _("Only a notice that waits for a decision or is in force can be withdrawn.")
    return end_dates.no_more_served(agreement, today) if _in_force(agreement, notice) else ""


def _in_force(agreement: Agreement, notice: TerminationNotice) -> bool:
    return notice.state == State.ACCEPTED and agreement.ending == Agreement.Ending.NOTICE


def _tell(agreement: Agreement, notice: TerminationNotice, because: str) -> None:
    """All contacts learn that the agreement goes on; and, where it ends for another reason, when."""
    key = f"withdrawn-{notice.pk}"
    if agreement.ending in ("", Agreement.Ending.EXPIRY):
        letters.write(Letter.Occasion.CONTINUES, agreement, key=key, context={"notice": notice, "because": because})
    if agreement.ending:
        letters.write(Letter.Occasion.DECISION, agreement, key=key)


def for_the_customer(by: User | None, contact: Contact | None, permission: str, right: str = "") -> Actor:
    """Who acts: staff with the permission, or a contact with the right (any active contact where it is '').

    PermissionDenied without it; ValueError unless exactly one of the two acts.
    """
    if (by is None) == (contact is None):
        raise ValueError("Either a person of the staff or a contact acts.")
    if by is not None:
        return allow(by, permission)
    assert contact is not None
    contact = Contact.objects.get(pk=contact.pk)
    if contact.ended_at is not None or (right and not getattr(contact, right)):
        raise PermissionDenied(_("You may not do this for the customer."))
    return Actor.contact(contact.pk)


def of_this_customer(agreement: Agreement, contact: Contact | None) -> None:
    """PermissionDenied for a contact of another customer."""
    if contact is not None and contact.customer_id != agreement.customer_id:
        raise PermissionDenied(_("You may not do this for the customer."))
