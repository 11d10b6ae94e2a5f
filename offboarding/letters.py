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
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import calendar_file, clock, journal
from offboarding.actors import Actor
from offboarding.letter_body import one_line
from offboarding.letter_keys import REMINDERS, key_of, still_so
from offboarding.letter_readers import Reader, can_be_sent_to, readers
from offboarding.letter_writing import Occurrence, written
from offboarding.mail_addresses import new_message_id
from offboarding.models import Agreement, Contact, JournalEntry, Letter
from offboarding.querysets import LetterQuerySet
from offboarding.rights import allow
from offboarding.stating import stated

State, Occasion = Letter.State, Letter.Occasion
WRITER = Actor.machine("letters")
"""Who writes: a verb's own entry names the person behind it."""
ABOUT_THE_END = (Occasion.DECISION, Occasion.DATES_CHANGED, *REMINDERS)
"""What is cancelled when an agreement goes on; that a notice was received stays true."""
RESENDABLE = (State.SENT, State.REFUSED, State.BOUNCED)
MOST_ERROR = 1000
"""Characters of a mail server's answer that are kept."""
UNDELIVERED = (State.REFUSED, State.BOUNCED, State.UNCLEAR)


def write(
    occasion: Letter.Occasion,
    agreement: Agreement,
    *,
    to: Sequence[Contact] | None = None,
    addresses: Sequence[str] = (),
    language: str = "",
    key: str = "",
    context: Mapping[str, Any] | None = None,
) -> list[Letter]:
    """One letter per recipient into the outbox; the same ``key`` again gives the letters that stand already.

    ``to`` None: every active contact of the customer. ``addresses``: people who are no contacts, in ``language``, else
    in the customer's. ``context``: see ``letter_context.CONTEXT``. Where there is nobody to write to the list is empty,
    and the journal says so once. ValueError for unknown context; TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("letters.write belongs into the transaction of what it tells.")
    found = readers(agreement, to, addresses, language)
    if not found:
        _note_nobody(occasion, agreement, key)
        return []
    if occasion is Occasion.DATES_CHANGED:
        _cancel_outdated(agreement)
    occurrence = _occurrence(occasion, agreement, context or {})
    return [_put(occurrence, reader, key_of(occasion, agreement, key, reader.address)) for reader in found]


def _occurrence(occasion: Letter.Occasion, agreement: Agreement, context: Mapping[str, Any]) -> Occurrence:
    calendars = agreement.letters.exclude(calendar="").order_by("-pk")
    newest = calendars.values_list("calendar", flat=True).first()
    return Occurrence(occasion, agreement, context, timezone.now(), sequence=calendars.count(), earlier=newest or "")


def _put(occurrence: Occurrence, reader: Reader, key: str) -> Letter:
    if standing := Letter.objects.filter(key=key).first():
        return standing
    told = written(occurrence, language=reader.language, name=reader.name)
    letter, created = Letter.objects.get_or_create(
        key=key,
        defaults={
            "customer": occurrence.agreement.customer,
            "agreement": occurrence.agreement,
            "contact": reader.contact,
            "address": reader.address,
            "language": reader.language,
            "occasion": occurrence.occasion,
            "message_id": new_message_id(occurrence.agreement.reference),
            "enclosure": occurrence.context.get("enclosure", ""),
            "written_at": occurrence.now,
            "due_at": occurrence.now,
            **told._asdict(),
        },
    )
    if created:
        tell(letter, "letter.written", actor=WRITER, language=letter.language)
    return letter


def tell(letter: Letter, event: str, *, actor: Actor, reason: str = "", **facts: Any) -> None:
    """What happened to a letter, into the journal: ids only."""
    told = {"letter": letter.pk, "occasion": letter.occasion, "contact": letter.contact_id, **facts}
    case = {"customer": letter.customer_id, "agreement": letter.agreement_id}
    journal.record(event, actor=actor, reason=reason, facts=told, **case)


def locked_agreement(pk: int) -> Agreement:
    """The agreement's row, locked: before its letters'."""
    return Agreement.objects.select_for_update(of=("self",)).select_related("customer").get(pk=pk)


def _note_nobody(occasion: Letter.Occasion, agreement: Agreement, key: str) -> None:
    digest = hashlib.sha256(key_of(occasion, agreement, key).encode()).hexdigest()
    noted = JournalEntry.objects.filter(agreement=agreement.pk, event="letter.nobody", facts__key_sha256=digest)
    if not noted.exists():
        facts = {"occasion": occasion.value, "key_sha256": digest}
        journal.record("letter.nobody", actor=WRITER, reason="", facts=facts, **journal.case_of(agreement))


# Not to be sent after all ---------------------------------------------------------------------------------------------


def cancel_scheduled(agreement: Agreement, *, because: str) -> int:
    """Cancels what was written about the agreement's end and has not gone out; gives how many letters that were."""
    return _cancel(agreement.letters.filter(occasion__in=ABOUT_THE_END), agreement, because=because)


def _cancel_outdated(agreement: Agreement) -> None:
    waiting = agreement.letters.filter(occasion__in=REMINDERS, state=State.QUEUED)
    gone = [letter.pk for letter in waiting if not still_so(letter, agreement, clock.today())]
    _cancel(agreement.letters.filter(pk__in=gone), agreement, because="")


def _cancel(letters: LetterQuerySet, agreement: Agreement, *, because: str) -> int:
    """A cancelled letter gives its key back: should the same become due again, it is written anew."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Letters are cancelled in the transaction of what makes them wrong.")
    waiting = list(letters.filter(state=State.QUEUED).select_for_update(of=("self",)))
    for letter in waiting:
        letter.state, letter.key = State.CANCELLED, f"{letter.key}:cancelled-{letter.pk}"
    Letter.objects.bulk_update(waiting, ["state", "key"])
    if waiting:
        occasions = sorted({letter.occasion for letter in waiting})
        facts = {"count": len(waiting), "letters": [letter.pk for letter in waiting], "occasions": occasions}
        journal.record("letter.cancelled", actor=WRITER, reason=because, facts=facts, **journal.case_of(agreement))
    return len(waiting)


# What became of one ---------------------------------------------------------------------------------------------------


@transaction.atomic
def resend(letter: Letter, *, by: User) -> Letter:
    """Writes the letter once more, to the contact's present address; the one that did not arrive is overtaken by it.

    A reminder is written anew, because days have passed; every other letter says the same, word for word.
    """
    actor = allow(by, "offboarding.resend_letter")
    if letter.agreement is not None:
        locked_agreement(letter.agreement.pk)
    letter = _locked(letter)
    address = letter.contact.email if letter.contact else letter.address
    _check_resendable(letter, address)
    begin = letter.key.partition(":again-")[0]
    again = Letter.objects.filter(key__startswith=f"{begin}:again-").count() + 1
    fresh = _copied(letter, address, f"{begin}:again-{again}")
    if letter.state in UNDELIVERED:
        letter.state = State.OVERTAKEN
        letter.save(update_fields=["state"])
    tell(letter, "letter.resent", actor=actor, new_letter=fresh.pk)
    return fresh


def _check_resendable(letter: Letter, address: str) -> None:
    if letter.state not in RESENDABLE:
        raise ValidationError({"state": _("Only a letter that was sent, refused or came back can be sent again.")})
    if letter.contact is not None and letter.contact.ended_at is not None:
        raise ValidationError({"contact": _("%(name)s is no contact any more.") % {"name": letter.contact.name}})
    if not can_be_sent_to(address):
        raise ValidationError({"address": _("No mail can go to “%(address)s”.") % {"address": address}})
    if letter.agreement is not None and not _still_right(letter, letter.agreement):
        raise ValidationError({"occasion": _("What this letter says is no longer so.")})


def _still_right(letter: Letter, agreement: Agreement) -> bool:
    """A letter with days that have moved since would only confuse; a reminder is written anew, if it is still due."""
    if letter.occasion in REMINDERS or not letter.calendar:
        return still_so(letter, agreement, clock.today())
    return calendar_file.still_right(letter.calendar, clock.milestones_of(agreement))


def _copied(letter: Letter, address: str, key: str) -> Letter:
    reader = Reader(address, letter.language, letter.contact.name if letter.contact else "", letter.contact)
    if letter.agreement is not None and letter.occasion in REMINDERS:
        return _put(_occurrence(Occasion(letter.occasion), letter.agreement, {}), reader, key)
    now = timezone.now()
    said = {name: getattr(letter, name) for name in ("subject", "text", "html", "calendar", "enclosure")}
    about = {name: getattr(letter, name) for name in ("customer", "agreement", "contact", "language", "occasion")}
    reference = letter.agreement.reference if letter.agreement else "letter"
    message_id = new_message_id(reference)
    return Letter.objects.create(
        **said, **about, address=address, key=key, message_id=message_id, written_at=now, due_at=now
    )  # fmt: skip


@transaction.atomic
def settle(letter: Letter, *, by: User, arrived: bool, because: str) -> Letter:
    """A person says what became of a letter that did not arrive for certain, and how they know."""
    actor = allow(by, "offboarding.resend_letter")
    because = stated(because, _("Say how you know."))
    letter = _locked(letter)
    if letter.state not in UNDELIVERED:
        raise ValidationError({"state": _("Nothing is unclear about this letter.")})
    if arrived:
        letter.state, letter.sent_at = State.SENT, letter.sent_at or letter.tried_at or timezone.now()
    else:
        letter.state = State.REFUSED
    letter.save(update_fields=["state", "sent_at"])
    tell(letter, "letter.settled", actor=actor, reason=because, outcome="arrived" if arrived else "not_arrived")
    return letter


@transaction.atomic
def bounced(message_id: str, *, recipient: str, detail: str) -> Letter | None:
    """Takes in that a mail server gave a letter back for good; None where we sent no such letter.

    ``message_id`` is the letter's own, as the report quotes it. A report that comes twice changes nothing.
    """
    wanted = f"<{one_line(message_id).strip('<>')}>"
    letter = Letter.objects.select_for_update(of=("self",)).filter(message_id=wanted).first()
    if letter is None or letter.state not in (State.SENDING, State.SENT, State.UNCLEAR):
        return letter
    letter.state, letter.error = State.BOUNCED, one_line(f"{recipient}: {detail}")[:MOST_ERROR]
    letter.save(update_fields=["state", "error"])
    tell(letter, "letter.bounced", actor=Actor.machine("fetch_notices"))
    return letter


def _locked(letter: Letter) -> Letter:
    rows = Letter.objects.select_for_update(of=("self",)).select_related("agreement__customer", "customer", "contact")
    return rows.get(pk=letter.pk)
