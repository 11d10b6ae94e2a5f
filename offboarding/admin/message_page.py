"""What one message's page shows."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from offboarding import inbox, messages
from offboarding.actors import Actor
from offboarding.mail import Envelope
from offboarding.message_words import Doubt, remarks
from offboarding.models import Letter, StoredMessage, TerminationNotice

State = StoredMessage.State
_TIDY = (Doubt.NOT_ASSIGNED.value,)
"""What is no longer true of a message that does not wait."""


def page_of(message: StoredMessage, by: User) -> dict[str, Any]:
    """The parts of the page; its text only for who may read originals, and that is written down in the journal."""
    waits = message.state == State.PROBLEM
    codes = [code for code in message.problems if waits or code not in _TIDY]
    envelope, trouble = _read(message, by)
    letter = inbox.letter_of(envelope) if envelope else None
    return {
        "message": message,
        "waits": waits,
        "remarks": remarks(codes),
        "envelope": envelope,
        "trouble": trouble,
        "notice": TerminationNotice.objects.filter(message=message).select_related("agreement").first(),
        "duplicates": message.duplicates.order_by("pk")[:20],
        "may_read": by.has_perm("offboarding.read_storedmessage"),
        "may_settle": waits and by.has_perm("offboarding.settle_storedmessage"),
        "letter": letter,
        "links": _links(message, letter, by),
    }


def _read(message: StoredMessage, by: User) -> tuple[Envelope | None, str]:
    """The mail as it reads now, or why it cannot be shown."""
    if message.content_type != messages.MAIL or not by.has_perm("offboarding.read_storedmessage"):
        return None, ""
    try:
        with messages.opened(message) as content:
            envelope = messages.envelope_of(content, message.bytes, message.received_at)
    except OSError as error:
        return None, str(error)
    with transaction.atomic():
        messages.write_down("message.read", message, Actor.staff(by.pk, by.get_username()))
    return envelope, ""


def _links(message: StoredMessage, letter: Letter | None, by: User) -> dict[str, str]:
    """Addresses of the pages that this person may see."""
    found = {}
    if message.agreement_id and by.has_perm("offboarding.view_agreement"):
        found["agreement"] = reverse("admin:offboarding_agreement_change", args=[message.agreement_id])
    if message.customer_id and by.has_perm("offboarding.view_customer"):
        found["customer"] = reverse("admin:offboarding_customer_change", args=[message.customer_id])
    if letter and by.has_perm("offboarding.view_letter"):
        found["letter"] = reverse("admin:offboarding_letter_change", args=[letter.pk])
    return found
