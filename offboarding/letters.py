"""What is done with letters: write, cancel, send again, settle what became of one, take in that one came back.

``write`` renders in each recipient's language and puts one row per recipient into the outbox, in the caller's
transaction: a verb that rolls back has written nothing. ``posting`` sends what is due, ``reminders`` writes what
becomes due by the calendar.

Lock order: the agreement's row (by the verb that writes), then letters, then the journal. ``posting`` takes letters and
the journal alone, so nobody waits for each other in a circle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from offboarding import journal
from offboarding.actors import Actor
from offboarding.letter_writing import WARNINGS, Occurrence, written
from offboarding.mail_addresses import new_message_id
from offboarding.models import Agreement, Contact, JournalEntry, Letter

State, Occasion = Letter.State, Letter.Occasion
WRITER = Actor.machine("letters")
"""Who writes: a verb's own entry names the person behind it."""
REMINDERS = (Occasion.WINDOW_OPEN, *WARNINGS.values())
"""What the calendar writes; nothing but the agreement is needed for it."""
ABOUT_THE_END = (Occasion.DECISION, Occasion.DATES_CHANGED, *REMINDERS)
"""What is cancelled when an agreement goes on; that a notice was received stays true."""
MOST_KEY = 80


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom one letter goes to."""

    address: str
    language: str
    name: str = ""
    contact: Contact | None = None


def write(
    occasion: Letter.Occasion,
    agreement: Agreement,
    *,
    to: Sequence[Contact] | None = None,
    addresses: Sequence[str] = (),
    key: str = "",
    context: Mapping[str, Any] | None = None,
) -> list[Letter]:
    """One letter per recipient into the outbox; the same ``key`` again gives the letters that stand already.

    ``to`` None: every active contact of the customer. ``addresses``: people who are no contacts, in the customer's
    language. ``context``: see ``letter_context.CONTEXT``. Where there is nobody to write to the list is empty, and the
    journal says so once. ValueError for unknown context; TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("letters.write belongs into the transaction of what it tells.")
    if len(key) > MOST_KEY:
        raise ValueError(f"The key {key!r} is longer than {MOST_KEY} characters.")
    readers = _readers(agreement, to, addresses)
    if not readers:
        _note_nobody(occasion, agreement, key)
        return []
    if occasion is Occasion.DATES_CHANGED:
        _cancel(_outdated(agreement), agreement, because="")
    occurrence = _occurrence(occasion, agreement, context or {})
    return [_put(occurrence, reader, key_of(occasion, agreement, key, reader.address)) for reader in readers]


def key_of(occasion: Letter.Occasion, agreement: Agreement, key: str, address: str = "") -> str:
    """What makes a letter this one and no other; without an address, how the keys of all its recipients begin."""
    return f"{occasion.value}:{agreement.pk}:{key}:{address}"


def _readers(agreement: Agreement, to: Sequence[Contact] | None, addresses: Sequence[str]) -> list[Reader]:
    """Each address once; those that no mail can go to are left out."""
    customer = agreement.customer
    contacts = customer.contacts.active().order_by("pk") if to is None else to
    found = [Reader(contact.email.strip().lower(), contact.writes_in, contact.name, contact) for contact in contacts]
    found += [Reader(address.strip().lower(), customer.language) for address in addresses]
    return list({reader.address: reader for reader in reversed(found) if can_be_sent_to(reader.address)}.values())[::-1]


def can_be_sent_to(address: str) -> bool:
    """Whether this is one plain mail address."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= Letter._meta.get_field("address").max_length


def _occurrence(occasion: Letter.Occasion, agreement: Agreement, context: Mapping[str, Any]) -> Occurrence:
    calendars = agreement.letters.exclude(calendar="").order_by("-pk")
    newest = calendars.values_list("calendar", flat=True).first()
    return Occurrence(
        occasion, agreement, context, timezone.now(), sequence=calendars.count(), earlier=newest or ""
    )  # fmt: skip


def _put(occurrence: Occurrence, reader: Reader, key: str, *, event: str = "letter.written", **facts: int) -> Letter:
    if standing := Letter.objects.filter(key=key).first():
        return standing
    agreement = occurrence.agreement
    told = written(occurrence, language=reader.language, name=reader.name)
    letter, created = Letter.objects.get_or_create(
        key=key,
        defaults={
            "customer": agreement.customer, "agreement": agreement, "contact": reader.contact,
            "address": reader.address, "language": reader.language, "occasion": occurrence.occasion,
            "message_id": new_message_id(agreement.reference), "subject": told.subject, "text": told.text,
            "html": told.html, "calendar": told.calendar, "enclosure": occurrence.context.get("enclosure", ""),
            "written_at": occurrence.now, "due_at": occurrence.now,
        },
    )  # fmt: skip
    if created:
        tell(letter, event, actor=WRITER, language=letter.language, **facts)
    return letter


def tell(letter: Letter, event: str, *, actor: Actor, reason: str = "", **facts: Any) -> None:
    """What happened to a letter, into the journal: ids only."""
    told = {"letter": letter.pk, "occasion": letter.occasion, "contact": letter.contact_id, **facts}
    journal.record(
        event, actor=actor, reason=reason, customer=letter.customer_id, agreement=letter.agreement_id, facts=told
    )  # fmt: skip


def _note_nobody(occasion: Letter.Occasion, agreement: Agreement, key: str) -> None:
    digest = hashlib.sha256(key_of(occasion, agreement, key).encode()).hexdigest()
    noted = JournalEntry.objects.filter(agreement=agreement.pk, event="letter.nobody", facts__key_sha256=digest)
    if not noted.exists():
        journal.record(
            "letter.nobody", actor=WRITER, customer=agreement.customer_id, agreement=agreement.pk,
            facts={"occasion": occasion.value, "key_sha256": digest},
        )  # fmt: skip


# Not to be sent after all ---------------------------------------------------------------------------------------------


def cancel_scheduled(agreement: Agreement, *, because: str) -> int:
    """Cancels what was written about the agreement's end and has not gone out; gives how many letters that were."""
    return _cancel(agreement.letters.filter(occasion__in=ABOUT_THE_END), agreement, because=because)


def _outdated(agreement: Agreement) -> Any:
    """Reminders that name a day which is no longer the agreement's."""
    current = [key_of(Occasion.WINDOW_OPEN, agreement, day_key(agreement.service_ends))]
    current += [key_of(warning, agreement, day_key(agreement.delete_from)) for warning in WARNINGS.values()]
    reminders = agreement.letters.filter(occasion__in=REMINDERS)
    for begin in current:
        reminders = reminders.exclude(key__startswith=begin)
    return reminders


def day_key(day: Any) -> str:
    """The day that a reminder is about, as it stands in its key; a moved day makes a new letter."""
    return day.isoformat() if day else "none"


def _cancel(letters: Any, agreement: Agreement, *, because: str) -> int:
    """A cancelled letter gives its key back: should the same become due again, it is written anew."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Letters are cancelled in the transaction of what makes them wrong.")
    waiting = list(letters.filter(state=State.QUEUED).select_for_update(of=("self",)))
    for letter in waiting:
        letter.state, letter.key = State.CANCELLED, f"{letter.key}:cancelled-{letter.pk}"
    Letter.objects.bulk_update(waiting, ["state", "key"])
    if waiting:
        journal.record(
            "letter.cancelled", actor=WRITER, customer=agreement.customer_id, agreement=agreement.pk, reason=because,
            facts={
                "count": len(waiting),
                "letters": [letter.pk for letter in waiting],
                "occasions": sorted({letter.occasion for letter in waiting}),
            },
        )  # fmt: skip
    return len(waiting)
