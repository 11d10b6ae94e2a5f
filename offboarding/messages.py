"""Messages: the original kept, its row written, its original opened by name, and settled by a person.

The original is on the disk (or in the object storage) and read back before its row is written, so no row ever
names what is not there; an original whose row was never written is reused when the same bytes come again.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import journal, mail, notices, originals
from offboarding.actors import Actor
from offboarding.mail import Envelope
from offboarding.mail_headers import spellings
from offboarding.message_words import Doubt
from offboarding.models import Agreement, Contact, Customer, StoredMessage, TerminationNotice
from offboarding.rights import allow
from offboarding.stating import stated

State, Source = StoredMessage.State, StoredMessage.Source
MAIL = "message/rfc822"
MOST_HEAD = 1024 * 1024
"""Bytes of a mail that is too large of which the headers are read."""
MOST_ID = 998
"""Bytes of a Message-ID: a line of RFC 5322, and what an index takes."""


def store(
    content: bytes | IO[bytes],
    *,
    source: str,
    received_at: datetime,
    file_name: str = "",
    content_type: str = MAIL,
    actor: Actor | None = None,
    because: str = "",
    agreement: Agreement | None = None,
) -> tuple[StoredMessage, bool]:
    """Keeps a file as it is; gives its row and whether it is new. The same bytes twice are one row.

    With ``agreement`` it belongs to that case; without, it waits until somebody says what it is. Nothing follows
    from it: ``inbox.take_in`` is for mails that may be notices. ``OSError`` where the storage fails.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    original = originals.keep(stream, content_type)
    facts: dict[str, Any] = {"state": State.PROBLEM, "problems": [Doubt.NOT_ASSIGNED.value]}
    if content_type == MAIL:
        facts |= described(envelope_of(stream, original.bytes, received_at))
        facts["problems"] = [Doubt.NOT_ASSIGNED.value, *facts["problems"]]
    if agreement is not None:
        facts |= {"state": State.MATCHED, "agreement": agreement, "customer": agreement.customer}
        facts["problems"] = facts["problems"][1:]
    with transaction.atomic():
        message, created = StoredMessage.objects.get_or_create(
            sha256=original.sha256,
            defaults=row_of(original, source, received_at, file_name) | {"content_type": content_type} | facts,
        )
        if created and actor is not None:
            write_down("message.stored", message, actor, because=because)
    return message, created


def row_of(original: originals.Original, source: str, received_at: datetime, file_name: str = "") -> dict[str, Any]:
    """The columns that say what is stored and how it came."""
    return {
        "sha256": original.sha256,
        "bytes": original.bytes,
        "storage_name": original.storage_name,
        "source": source,
        "received_at": received_at,
        "stored_at": timezone.now(),
        "file_name": file_name[:255],
    }


def described(envelope: Envelope) -> dict[str, Any]:
    """The columns that say what a mail says."""
    return {
        "message_id": envelope.message_id.encode()[:MOST_ID].decode(errors="ignore"),
        "body_sha256": envelope.body_sha256,
        "subject": envelope.subject,
        "sender": (envelope.sender.address or envelope.sender.name)[:320],
        "attachments": [asdict(attachment) for attachment in envelope.attachments],
        "problems": [problem.value for problem in envelope.problems],
    }


def envelope_of(content: IO[bytes], size: int, received_at: datetime) -> Envelope:
    """What a mail says, from its start; of more than ``INBOX_MAX_BYTES`` only the headers, whatever its size."""
    most = settings.INBOX_MAX_BYTES
    content.seek(0)
    if size <= most:
        return mail.read(content.read(), most_bytes=most, received=received_at)
    head = content.read(min(most, MOST_HEAD))
    return mail.read(head, most_bytes=len(head) - 1, received=received_at)


def opened(message: StoredMessage) -> IO[bytes]:
    """The original, open for reading; ``DamagedOriginalError`` where the storage does not hold what was received."""
    return originals.checked(message.storage_name, message.sha256)


def read(message: StoredMessage, *, by: User) -> IO[bytes]:
    """The original for a person, who is written down in the journal."""
    actor = allow(by, "offboarding.read_storedmessage")
    content = opened(message)
    with transaction.atomic():
        write_down("message.read", message, actor)
    return content


def write_down(
    event: str, message: StoredMessage, actor: Actor, *, because: str = "", facts: Mapping[str, Any] | None = None
) -> None:
    """An entry about a message in the journal, in the transaction that is open."""
    own = {"message": message.pk, "sha256": message.sha256, "bytes": message.bytes, "source": message.source,
           "problems": message.problems, "duplicate_of": message.duplicate_of_id}  # fmt: skip
    journal.record(
        event, actor=actor, customer=message.customer_id, agreement=message.agreement_id,
        reason=because, facts={**own, **(facts or {})},
    )  # fmt: skip


def sender_at(customer: Customer, message: StoredMessage) -> Contact | None:
    """The customer's contact with the address that the message says it is from."""
    contacts = customer.contacts.active().with_address_in(spellings(message.sender)) if message.sender else None
    return contacts.first() if contacts is not None else None


@transaction.atomic
def settle(
    message: StoredMessage,
    *,
    by: User,
    because: str,
    agreement: Agreement | None = None,
    as_notice: bool = True,
    contact: Contact | None = None,
    channel: str = TerminationNotice.Channel.EMAIL,
) -> StoredMessage:
    """A person says what a waiting message is: a notice for an agreement, something else about it, or nothing.

    Without ``agreement`` there is nothing to do; with it and ``as_notice`` it becomes a notice, received when the
    message was, else it is only put to the case. Without ``contact`` its sender's address tells who gave it.
    """
    actor = allow(by, "offboarding.settle_storedmessage")
    because = stated(because, _("Say why."))
    message = StoredMessage.objects.select_for_update().get(pk=message.pk)
    if message.state != State.PROBLEM:
        raise ValidationError({"message": _("This message does not wait for anybody.")})
    outcome = "dismissed" if agreement is None else "notice" if as_notice else "attached"
    facts: dict[str, Any] = {"outcome": outcome}
    if agreement is not None:
        message.agreement, message.customer = agreement, agreement.customer
    if agreement is not None and as_notice:
        notice = notices.record(
            agreement, channel=channel, received_at=message.received_at, by=by, because=because,
            contact=contact or sender_at(agreement.customer, message), sender=message.sender, message=message,
        )  # fmt: skip
        facts["notice"] = notice.pk
    message.state, message.settled_by, message.settled_at = State.SETTLED, by, timezone.now()
    message.settled_because = because
    message.save()
    write_down("message.settled", message, actor, because=because, facts=facts)
    return message
