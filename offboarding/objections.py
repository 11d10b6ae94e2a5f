"""A contact objects to a notice: nothing stops by itself, but a person must settle it before anything final happens."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, journal, letters, rule_words
from offboarding.models import Contact, Letter, TerminationNotice
from offboarding.receipts import locked
from offboarding.rights import allow
from offboarding.stating import stated
from offboarding.withdrawals import for_the_customer, of_this_customer, take_back

State = TerminationNotice.State


@transaction.atomic
def object_to(
    notice: TerminationNotice, *, text: str, by: User | None = None, contact: Contact | None = None
) -> TerminationNotice:
    """A contact of the customer objects, until ``object_until``; or staff records an objection that came otherwise."""
    actor = for_the_customer(by, contact, "offboarding.record_terminationnotice")
    text = stated(text, _("Say what you object to."), field="text")
    agreement, notice = locked(notice)
    of_this_customer(agreement, contact)
    if refusal := why_not(notice, clock.today(), by_contact=contact is not None):
        raise ValidationError({"notice": refusal})
    if notice.objection:
        text = f"{notice.objection}\n\n{text}"
    notice.objected_at, notice.objection, notice.objection_by = timezone.now(), text, str(actor)
    notice.objection_settled_at = None
    notice.save(update_fields=["objected_at", "objection", "objection_by", "objection_settled_at"])
    until = notice.object_until.isoformat() if notice.object_until else None
    facts = {"notice": notice.pk, "contact": contact.pk if contact else None, "object_until": until}
    journal.record("notice.objected", actor=actor, facts=facts, **journal.case_of(agreement))
    return notice


def why_not(notice: TerminationNotice, today: date, *, by_contact: bool = True) -> str:
    """Why nobody can object to the notice now, in words; '' where one can. Staff may after ``object_until`` too."""
    if notice.state not in (State.RECEIVED, State.ACCEPTED):
        return _("This notice has no effect; there is nothing to object to.")
    if notice.objected_at is not None and notice.objection_settled_at is None:
        return _("An objection to this notice is already being looked at.")
    if by_contact and notice.object_until is not None and today > notice.object_until:
        day = rule_words.day_in_words(notice.object_until)
        return _("Objections were possible until %(day)s; please write to us.") % {"day": day}
    return ""


@transaction.atomic
def settle_objection(notice: TerminationNotice, *, by: User, upheld: bool, because: str) -> TerminationNotice:
    """Staff settles an objection: upheld, the notice is withdrawn; dismissed, it stays, and all contacts are told."""
    actor = allow(by, "offboarding.decide_terminationnotice")
    because = stated(because, _("Say why the objection is upheld or dismissed."))
    agreement, notice = locked(notice)
    if notice.objected_at is None or notice.objection_settled_at is not None:
        raise ValidationError({"notice": _("There is no open objection to this notice.")})
    notice.objection_settled_at = timezone.now()
    notice.save(update_fields=["objection_settled_at"])
    facts = {"notice": notice.pk, "outcome": "upheld" if upheld else "dismissed"}
    journal.record("notice.objection_settled", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    if upheld:
        take_back(agreement, notice, actor=actor, because=because)
    elif notice.state == State.ACCEPTED:
        moment = notice.objection_settled_at.isoformat()
        context = {"notice": notice, "because": because}
        letters.write(Letter.Occasion.DECISION, agreement, key=f"{notice.pk}-objection-{moment}", context=context)
    return notice
