"""A notice comes in: recorded with who says when it was received, acknowledged, and kept for a person's decision.

Receipt counts, not sending. While a notice is undecided or in force, another one for the same agreement says the same
again: it is kept and linked to the first, and only its sender hears of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, letters
from offboarding.actors import Actor
from offboarding.mail_matching import Need
from offboarding.models import Agreement, Contact, Letter, StoredMessage, TerminationNotice
from offboarding.rights import allow
from offboarding.stating import stated

State, Channel = TerminationNotice.State, TerminationNotice.Channel


@transaction.atomic
def receive(
    agreement: Agreement,
    *,
    channel: str,
    received_at: datetime,
    actor: Actor,
    contact: Contact | None = None,
    sender: str = "",
    message: StoredMessage | None = None,
    needs: Sequence[str] = (),
    because: str = "",
) -> TerminationNotice:
    """A machine or a contact brings a notice; ``needs`` are codes of ``mail_matching.Need`` that wait for a person.

    Whose right to give notice is not on record waits for one too. Nothing is decided here.
    """
    agreement = end_dates.locked(agreement)
    _check(agreement, channel, received_at, contact)
    if message is not None and TerminationNotice.objects.filter(message=message).exists():
        raise ValidationError({"message": _("This message is recorded as a notice already.")})
    first = agreement.notices.undecided().first() or agreement.notices.in_force().first()
    notice = TerminationNotice.objects.create(
        agreement=agreement, channel=channel, received_at=received_at, received_by=str(actor),
        received_because=because.strip(), recorded_at=timezone.now(), sender=sender.strip()[:320], contact=contact,
        message=message, needs=list(dict.fromkeys([*needs, *_needs_of(contact)])),
        state=State.DUPLICATE if first else State.RECEIVED, duplicate_of=first,
    )  # fmt: skip
    if message is not None:
        _put_to_case(message, agreement)
    if first is None:
        journal.record("notice.received", actor=actor, facts=_facts(notice), **journal.case_of(agreement))
    else:
        facts = _facts(notice) | {"duplicate_of": first.pk}
        journal.record("notice.duplicate", actor=actor, facts=facts, **journal.case_of(agreement))
    _acknowledge(notice, first)
    return notice


def record(
    agreement: Agreement,
    *,
    channel: str,
    received_at: datetime,
    by: User,
    because: str,
    contact: Contact | None = None,
    sender: str = "",
    message: StoredMessage | None = None,
) -> TerminationNotice:
    """Staff records a notice that came as a letter, a form or a file, and says why it counts as received then."""
    actor = allow(by, "offboarding.record_terminationnotice")
    because = stated(because, _("Say by what you know when the notice was received."))
    return receive(
        agreement, channel=channel, received_at=received_at, actor=actor,
        contact=contact, sender=sender, message=message, because=because,
    )  # fmt: skip


@transaction.atomic
def vouch(notice: TerminationNotice, *, by: User, because: str) -> TerminationNotice:
    """A person answers for the sender's right to give notice; from then on the notice can be decided."""
    actor = allow(by, "offboarding.decide_terminationnotice")
    because = stated(because, _("Say how you know that this notice comes from the customer."))
    agreement, notice = locked(notice)
    if notice.state != State.RECEIVED or not notice.needs:
        raise ValidationError({"notice": _("This notice does not wait for anybody to vouch for it.")})
    facts = {"notice": notice.pk, "needs": notice.needs, "contact": notice.contact_id}
    notice.needs, notice.vouched_by, notice.vouched_because = [], by, because
    notice.save(update_fields=["needs", "vouched_by", "vouched_because"])
    journal.record("notice.vouched", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    return notice


@transaction.atomic
def correct_receipt(
    notice: TerminationNotice, received_at: datetime, *, by: User, because: str
) -> TerminationNotice:  # fmt: skip
    """Staff decides anew when an undecided notice was received; who decided it and why stays with the notice."""
    actor = allow(by, "offboarding.decide_terminationnotice")
    because = stated(because, _("Say why the notice counts as received then."))
    agreement, notice = locked(notice)
    if notice.state != State.RECEIVED:
        raise ValidationError({"notice": _("Only a notice that waits for a decision can be received at another time.")})
    _check(agreement, notice.channel, received_at, notice.contact)
    facts = {
        "notice": notice.pk,
        "received_on": clock.local_day(received_at).isoformat(),
        "received_at": received_at.isoformat(),
        "was_received_on": clock.local_day(notice.received_at).isoformat(),
        "was_received_at": notice.received_at.isoformat(),
    }
    notice.received_at, notice.received_by, notice.received_because = received_at, str(actor), because
    notice.save(update_fields=["received_at", "received_by", "received_because"])
    journal.record("notice.receipt_corrected", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    return notice


def let_next_count(agreement: Agreement, refused: TerminationNotice, *, actor: Actor) -> TerminationNotice | None:
    """The oldest duplicate of a notice that was refused waits for a decision in its place, and the others follow it.

    So a refused letter of a stranger's never takes a good notice with it. The agreement's row is locked.
    """
    same = refused.duplicates.select_for_update(of=("self",)).filter(state=State.DUPLICATE)
    following = list(same.order_by("received_at", "pk"))
    if not following:
        return None
    notice, *others = following
    notice.state, notice.duplicate_of = State.RECEIVED, None
    notice.save(update_fields=["state", "duplicate_of"])
    TerminationNotice.objects.filter(pk__in=[other.pk for other in others]).update(duplicate_of=notice)
    reason = _("The notice received before it was refused.")
    journal.record(
        "notice.received", actor=actor, reason=reason, facts=_facts(notice), **journal.case_of(agreement)
    )  # fmt: skip
    return notice


def locked(notice: TerminationNotice) -> tuple[Agreement, TerminationNotice]:
    """The agreement's row and then the notice's, both read anew and locked."""
    agreement = end_dates.locked(notice.agreement)
    rows = TerminationNotice.objects.select_for_update(of=("self",)).select_related("contact")
    fresh = rows.get(pk=notice.pk)
    fresh.agreement = agreement
    return agreement, fresh


def _check(agreement: Agreement, channel: str, received_at: datetime, contact: Contact | None) -> None:
    if channel not in Channel.values:
        raise ValidationError({"channel": _("Unknown: %(names)s.") % {"names": channel}})
    if timezone.is_naive(received_at):
        raise ValidationError({"received_at": _("The time of receipt needs its time zone.")})
    if received_at > timezone.now():
        raise ValidationError({"received_at": _("A notice cannot be received in the future.")})
    if contact is not None and contact.customer_id != agreement.customer_id:
        raise ValidationError({"contact": _("This person is no contact of this customer.")})


def _facts(notice: TerminationNotice) -> dict[str, Any]:
    return {
        "notice": notice.pk,
        "channel": notice.channel,
        "received_on": clock.local_day(notice.received_at).isoformat(),
        "received_at": notice.received_at.isoformat(),
        "contact": notice.contact_id,
        "message": notice.message_id,
        "sha256": notice.message.sha256 if notice.message else "",
        "needs": notice.needs,
    }


def _put_to_case(message: StoredMessage, agreement: Agreement) -> None:
    """A file that waited until somebody says what it is does not wait any more."""
    waiting = StoredMessage.objects.filter(pk=message.pk, state=StoredMessage.State.PROBLEM)
    waiting.update(state=StoredMessage.State.MATCHED, agreement=agreement, customer=agreement.customer)


def _needs_of(contact: Contact | None) -> list[str]:
    if contact is None:
        return [Need.SENDER_UNKNOWN.value]
    if contact.ended_at is not None or not contact.may_give_notice:
        return [Need.SENDER_NO_RIGHT.value]
    return []


def _acknowledge(notice: TerminationNotice, first: TerminationNotice | None) -> None:
    """To all contacts; for a duplicate only to its sender. A stranger is told nothing about the agreement."""
    if first is not None and (notice.contact is None or notice.contact.ended_at is not None):
        return
    to = None if first is None else [notice.contact] if notice.contact else []
    letters.write(
        Letter.Occasion.ACKNOWLEDGEMENT, notice.agreement, to=to, key=str(notice.pk), context={"notice": notice}
    )
