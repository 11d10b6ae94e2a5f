"""One message comes in: stored, read, matched, and made a notice or put into the queue for a person.

What came, and what it gets – the first line that fits decides:

====================================================================  =========  ======================================
the message                                                           state      what follows
====================================================================  =========  ======================================
the same bytes are stored already                                     as it was  nothing: the stored one is given back
same Message-ID, sender, subject and content as a stored one          matched    ``duplicate_of`` that one; no notice
same Message-ID as a stored one, anything else of it differs          problem    REUSED_ID
a mail server's report: a letter of ours did not arrive               matched    the letter is marked as come back
… a letter of ours is late, or has arrived                            matched    put to the letter's case
… anything else                                                       problem    BOUNCED
anything that ``mail.Problem`` calls blocking                         problem    that; put to a case where it is known
no agreement, or several                                              problem    UNMATCHED or AMBIGUOUS, and why
the case has a notice, and the same sender said the same words        matched    a duplicate notice (to a machine or a
                                                                                 list: only linked, and no answer)
the case has a notice, or it answers a letter of ours                 problem    REPLY_IN_CASE: nobody guesses whether
                                                                                 it thanks, asks, objects or withdraws
the agreement refuses a notice                                        problem    NOT_TAKEN
a notice                                                              matched    ``notices.receive``; it waits for a
                                                                                 person if its sender may not give one
====================================================================  =========  ======================================

Only contacts are ever written to, so a stranger, a list or another machine gets no answer (RFC 3834, 2).
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from offboarding import clock, letters, mail_matching, messages, notices, originals
from offboarding.actors import Actor
from offboarding.mail import Envelope, Problem
from offboarding.mail_matching import Candidate, Hints, Match
from offboarding.message_words import Doubt
from offboarding.models import Agreement, Contact, Letter, StoredMessage, TerminationNotice

State = StoredMessage.State
_LOCK = 0x696E626F78  # "inbox"


@dataclass(frozen=True)
class Fate:
    """What a message gets; ``match`` is set where a notice is to be made of it."""

    state: str
    doubts: tuple[str, ...] = ()
    """Codes beside the mail's own problems."""
    customer_id: int | None = None
    agreement_id: int | None = None
    duplicate_of: StoredMessage | None = None
    match: Match | None = None
    returned: bool = False
    """A letter of ours came back."""


def take_in(
    raw: bytes | IO[bytes], *, received_at: datetime, source: str, actor: Actor, file_name: str = "", because: str = ""
) -> StoredMessage:
    """Takes in one mail, byte for byte as it came; the same bytes again give the same row and nothing else.

    ``received_at`` is when it reached us and counts, whatever the mail says. The original is kept before the
    transaction in which everything else happens. ``OSError`` where the storage fails; then nothing is changed.
    """
    content = io.BytesIO(raw) if isinstance(raw, bytes) else raw
    received_at = min(received_at, timezone.now())  # a mail server's clock may be ahead of ours
    original = originals.keep(content, messages.MAIL)
    envelope = messages.envelope_of(content, original.bytes, received_at)
    with transaction.atomic():
        _one_at_a_time()
        known = StoredMessage.objects.filter(sha256=original.sha256).first()
        if known is not None:
            return known
        fate = _fate(envelope)
        row = messages.row_of(original, source, received_at, file_name) | messages.described(envelope)
        row["problems"] = [*fate.doubts, *row["problems"]]
        message = StoredMessage.objects.create(
            **row, state=fate.state, customer_id=fate.customer_id, agreement_id=fate.agreement_id,
            duplicate_of=fate.duplicate_of,
        )  # fmt: skip
        _follow(message, envelope, fate, actor, because)
    return message


def _one_at_a_time() -> None:
    """Two mails that are twins must see each other; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


# What it gets ---------------------------------------------------------------------------------------------------------


def _fate(envelope: Envelope) -> Fate:
    hints = mail_matching.hints(envelope, settings.NOTICE_ADDRESS)
    found = mail_matching.resolve(hints, _candidates(hints))
    agreement_id = found.agreement_id if isinstance(found, Match) else None
    here = Fate(State.MATCHED, customer_id=found.customer_id, agreement_id=agreement_id)
    if (twin := _twin(envelope)) is not None:
        return _of_twin(envelope, twin, here)
    if Problem.BOUNCED in envelope.problems:
        return _of_report(envelope, here)
    if envelope.blocking:
        return replace(here, state=State.PROBLEM)
    if not isinstance(found, Match):
        return replace(here, state=State.PROBLEM, doubts=(found.problem.value, found.reason.value))
    return _of_case(envelope, hints, found, replace(here, match=found))


def _candidates(hints: Hints) -> Iterable[Candidate]:
    """Every agreement that a reference names or whose customer has the sender as a contact."""
    contacts = Contact.objects.active().with_address_in(hints.sender_spellings)
    rights: dict[int, bool] = {}
    for customer_id, right in contacts.values_list("customer_id", "may_give_notice"):
        rights[customer_id] = rights.get(customer_id, False) or right
    agreements = Agreement.objects.filter(Q(reference__in=hints.references) | Q(customer_id__in=rights))
    today = clock.today()
    for agreement in agreements:
        over = agreement.service_ends is not None and agreement.service_ends < today
        yield Candidate(
            agreement_id=agreement.pk,
            customer_id=agreement.customer_id,
            number=agreement.number,
            reference=agreement.reference,
            live=not over and agreement.erased_at is None,
            contact_right=rights.get(agreement.customer_id),
        )


def _twin(envelope: Envelope) -> StoredMessage | None:
    """The first stored message with this Message-ID; one that is missing or malformed tells nothing."""
    if not envelope.message_id or Problem.ODD_MESSAGE_ID in envelope.problems:
        return None
    message_id = messages.described(envelope)["message_id"]
    return StoredMessage.objects.filter(message_id=message_id).order_by("pk").first()


def _of_twin(envelope: Envelope, twin: StoredMessage, here: Fate) -> Fate:
    own = messages.described(envelope)
    alike = all(getattr(twin, name) == own[name] for name in ("body_sha256", "sender", "subject"))
    if alike and envelope.body_sha256:
        return Fate(
            State.MATCHED, customer_id=twin.customer_id, agreement_id=twin.agreement_id,
            duplicate_of=twin.duplicate_of or twin,
        )  # fmt: skip
    return replace(here, state=State.PROBLEM, doubts=(Doubt.REUSED_ID.value,))


def _of_report(envelope: Envelope, here: Fate) -> Fate:
    """A mail server's report; what it says of somebody else's mail, or does not say clearly, is a person's to read."""
    bounce, letter = envelope.bounce, letter_of(envelope)
    if bounce is None or letter is None:
        return replace(here, state=State.PROBLEM)
    case = Fate(State.MATCHED, customer_id=letter.customer_id, agreement_id=letter.agreement_id)
    if bounce.failed:
        return replace(case, returned=True)
    return case if bounce.action else replace(case, state=State.PROBLEM)


def letter_of(envelope: Envelope) -> Letter | None:
    """The letter of ours that a mail server reports on."""
    message_id = envelope.bounce.original_message_id if envelope.bounce else ""
    if not message_id:
        return None
    return Letter.objects.filter(message_id__in=(message_id, f"<{message_id}>")).first()


def _of_case(envelope: Envelope, hints: Hints, match: Match, notice: Fate) -> Fate:
    """A mail that could be a notice for a known agreement."""
    agreement = Agreement.objects.select_for_update().get(pk=match.agreement_id)
    under_way = agreement.notices.filter(Q(state="received") | Q(state="accepted")).exists()
    if not under_way and agreement.reference not in hints.reply_references:
        return notice
    if not under_way or (first := _said_before(envelope, agreement)) is None:
        return replace(notice, state=State.PROBLEM, doubts=(Doubt.REPLY_IN_CASE.value,), match=None)
    return replace(notice, duplicate_of=first, match=match if envelope.answerable else None)


def _said_before(envelope: Envelope, agreement: Agreement) -> StoredMessage | None:
    """The message of a notice for this agreement in which the same sender said the same words."""
    own = messages.described(envelope)
    told = StoredMessage.objects.filter(
        notice__agreement=agreement, body_sha256=own["body_sha256"], sender=own["sender"]
    )
    return told.exclude(body_sha256="").order_by("pk").first()


# What follows ---------------------------------------------------------------------------------------------------------


def _follow(message: StoredMessage, envelope: Envelope, fate: Fate, actor: Actor, because: str) -> None:
    if fate.returned and envelope.bounce is not None:
        bounce = envelope.bounce
        detail = " ".join(part for part in (bounce.status, bounce.action) if part)
        letters.bounced(bounce.original_message_id, recipient=bounce.recipient, detail=detail)
    if fate.match is not None:
        _give_notice(message, fate.match, actor, because)
    if message.state == State.PROBLEM:
        event = "message.problem"
    else:
        event = "message.duplicate" if message.duplicate_of_id else "message.stored"
    messages.write_down(event, message, actor)


def _give_notice(message: StoredMessage, match: Match, actor: Actor, because: str) -> None:
    """A notice, or – where the agreement refuses one – the queue for a person."""
    agreement = Agreement.objects.select_related("customer").get(pk=match.agreement_id)
    try:
        with transaction.atomic():
            notices.receive(
                agreement, channel=TerminationNotice.Channel.EMAIL, received_at=message.received_at, actor=actor,
                contact=messages.sender_at(agreement.customer, message), sender=message.sender, message=message,
                needs=[need.value for need in match.needs], because=because,
            )  # fmt: skip
    except ValidationError:
        message.state, message.problems = State.PROBLEM, [Doubt.NOT_TAKEN.value, *message.problems]
        message.save(update_fields=["state", "problems"])
