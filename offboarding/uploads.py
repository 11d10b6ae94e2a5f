"""Staff brings what came on paper or to another mailbox: a mail is read as if it had come by itself, a scan waits."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import inbox, messages
from offboarding.models import StoredMessage
from offboarding.rights import allow
from offboarding.stating import stated

KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
"""How the files begin that a scanner makes."""


def kind_of(content: bytes, file_name: str) -> str:
    """The type of an upload by its first bytes, of a mail by its name; ValidationError for anything else."""
    for begin, kind in KINDS.items():
        if content.startswith(begin):
            return kind
    if file_name.lower().endswith(".eml") and content:
        return messages.MAIL
    raise ValidationError({"file": _("Only a mail (.eml), a PDF or a scan (PNG, JPEG, TIFF) can be taken in.")})


def bring(content: bytes, *, file_name: str, received_at: datetime, by: User, because: str) -> StoredMessage:
    """Takes in a file, received when the person says so: that counts, with the person's name and reason.

    A mail is matched and made a notice as one from the mailbox; a PDF or a scan waits until it is put to an
    agreement. The same file twice is one message.
    """
    actor = allow(by, "offboarding.record_terminationnotice")
    because = stated(because, _("Say by what you know when it was received."))
    if timezone.is_naive(received_at) or received_at > timezone.now():
        raise ValidationError({"received_at": _("It cannot have been received in the future.")})
    kind = kind_of(content, file_name)
    source = StoredMessage.Source.UPLOAD
    if kind == messages.MAIL:
        return inbox.take_in(
            content, received_at=received_at, source=source, actor=actor, file_name=file_name, because=because
        )
    message, _created = messages.store(
        content, source=source, received_at=received_at, file_name=file_name, content_type=kind,
        actor=actor, because=because,
    )  # fmt: skip
    return message
