"""What a contact sends on the self-service page, kept as an original like any letter: plain text, byte for byte.

It says what the page showed before it was sent, who sent it and what they wrote. It has no time of its own: its row
does. The number of the form is in it, so the same form sent twice is one original.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import messages
from offboarding.actors import Actor
from offboarding.letter_body import one_line
from offboarding.models import Agreement, Contact, StoredMessage

PLAIN = "text/plain"
MOST_WORDS = 5000
"""Characters that a person may write into one field."""


def written(title: str, agreement: Agreement, contact: Contact, shown: Sequence[str], words: str, form: str) -> str:
    """The whole text, in the active language; ``shown`` is what the person saw and answers for, line by line."""
    facts = (
        (_("Sent on"), _("the self-service page of %(vendor)s") % {"vendor": settings.VENDOR_NAME}),
        (_("Customer"), agreement.customer.name),
        (_("Agreement"), f"{agreement.number} ({agreement.reference})"),
        (_("Sent by"), f"{contact.name} <{contact.email}>"),
        (_("Number of the form"), form),
    )
    head = [title, "", *(f"{label}: {one_line(value)}" for label, value in facts)]
    body = ["", _("What the page showed:"), *(f"- {one_line(line)}" for line in shown)]
    said = ["", _("What the sender wrote:"), words] if words else []
    return "\n".join([*head, *body, *said]) + "\n"


def keep(text: str, title: str, agreement: Agreement, contact: Contact) -> StoredMessage:
    """Stores it to the case and gives its row; the same text again gives the row that stands."""
    message, created = messages.store(
        text.encode(), source=StoredMessage.Source.PORTAL, received_at=timezone.now(), content_type=PLAIN,
        file_name="form.txt", actor=Actor.contact(contact.pk), agreement=agreement,
    )  # fmt: skip
    if created:
        message.subject, message.sender = title[:500], contact.email[:320]
        message.save(update_fields=["subject", "sender"])
    return message
