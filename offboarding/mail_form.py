"""A letter as a mail: text and HTML, the calendar, what is enclosed, and headers that tell machines what it is."""

from __future__ import annotations

import mimetypes
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.nonmultipart import MIMENonMultipart
from pathlib import PurePosixPath

from django.core.files.storage import storages
from django.core.mail import EmailMultiAlternatives

from offboarding.calendar_file import method_of
from offboarding.mail_addresses import answers_to, sender
from offboarding.models import Letter, StoredMessage


def mail_of(letter: Letter) -> EmailMultiAlternatives:
    """The mail, ready to be sent; OSError (or the storage's own error) where what is enclosed cannot be read."""
    mail = EmailMultiAlternatives(
        subject=_subject(letter.subject),
        body=letter.text,
        from_email=sender(),
        to=[letter.address],
        reply_to=[answers_to(letter.agreement.reference)] if letter.agreement else None,
        headers={"Message-ID": letter.message_id, **_thread(letter)},
    )
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    if letter.calendar:
        mail.attach(_calendar(letter.calendar))
    if letter.enclosure:
        mail.attach(*_enclosure(letter.enclosure))
    return mail


def _subject(subject: str) -> str:
    """The reference plain, for every program to find; what is not ASCII in short encoded words (RFC 2047 §2)."""
    reference, between, rest = subject.partition("] ")
    if subject.isascii() or not between:
        return subject
    header = Header(f"{reference}]", "us-ascii")
    header.append(rest, "utf-8")
    return header.encode().replace("\n", "")


def _thread(letter: Letter) -> dict[str, str]:
    """What the letter answers, and that no machine should answer it (RFC 3834 §5)."""
    answered = _answered(letter)
    if not answered:
        return {"Auto-Submitted": "auto-generated"}
    return {"Auto-Submitted": "auto-replied", "In-Reply-To": answered, "References": answered}


def _answered(letter: Letter) -> str:
    """The Message-ID of the notice that an acknowledgement is about, for the one who sent it."""
    if letter.occasion != Letter.Occasion.ACKNOWLEDGEMENT or letter.agreement is None:
        return ""
    came = StoredMessage.objects.filter(
        notice__agreement=letter.agreement, sender__icontains=letter.address, stored_at__lte=letter.written_at
    )
    newest = came.exclude(message_id="").order_by("-pk").values_list("message_id", flat=True).first()
    plain = (newest or "").strip()
    return plain if plain.isascii() and plain.isprintable() and " " not in plain and len(plain) < 900 else ""


def _calendar(calendar: str) -> MIMEBase:
    part = MIMENonMultipart("text", "calendar", charset="utf-8", method=method_of(calendar))
    part.set_payload(calendar.encode(), "utf-8")
    part.add_header("Content-Disposition", "attachment", filename="dates.ics")
    return part


def _enclosure(name: str) -> tuple[str, bytes, str]:
    kind, _encoding = mimetypes.guess_type(name)
    with storages["evidence"].open(name) as file:
        return PurePosixPath(name).name, file.read(), kind or "application/octet-stream"
