"""Reads a mail, whatever it is: every byte string gives an ``Envelope``, and what is odd about it is named. Pure.

The original is the record; an envelope is only what people and ``mail_matching`` need to see of it.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import BytesParser

from offboarding import mail_headers
from offboarding.mail_body import Attachment, Body, Part, Tame, guarded, read_body
from offboarding.mail_headers import Address
from offboarding.mail_nature import Bounce, Headers, answerable, bounce, nature
from offboarding.mail_problems import Problem

__all__ = ["Address", "Attachment", "Bounce", "Envelope", "Problem", "read"]

LONGEST_SUBJECT = 500
"""Characters."""
MOST_HEADER_BYTES = 4_000_000
CLOCKS_DIFFER = timedelta(hours=1)
LONG_AGO = timedelta(days=7)
"""A mail server gives up after five days at most (RFC 5321, 4.5.4.1)."""
NOBODY = Address()
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


@dataclass(frozen=True)
class Envelope:
    """What one mail says; every text is clean, and nothing in it has been opened, fetched or believed."""

    message_id: str = ""
    """Without brackets; '' where there is none."""
    subject: str = ""
    sender: Address = NOBODY
    """The first of From; never a proof of who wrote it."""
    recipients: tuple[str, ...] = ()
    """Of To, Cc, Delivered-To, X-Original-To and Envelope-To."""
    date: datetime | None = None
    """What the sender's clock said, aware."""
    received: datetime | None = None
    """When our mailbox got it, as the caller knows it, aware."""
    auto_submitted: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    body_sha256: str = ""
    """Of all content below the headers; '' where it was not read."""
    attachments: tuple[Attachment, ...] = ()
    problems: tuple[Problem, ...] = ()
    """In the order of ``Problem``: the blocking ones first."""
    bounce: Bounce | None = None
    """Set exactly where BOUNCED is."""
    answerable: bool = False
    """Whether a machine may answer it."""

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """The problems that send it to the queue for a person; none for a mail that can be taken in."""
        return tuple(problem for problem in self.problems if problem.blocking)


def read(raw: bytes, *, most_bytes: int, received: datetime | None = None) -> Envelope:
    """The envelope of a mail; never raises. Of more than ``most_bytes`` only the headers are read.

    ``received`` (aware) is when the mailbox got it; without it no date is too late or too early.
    """
    raw = raw.removeprefix(codecs.BOM_UTF8)
    problems: set[Problem] = set()
    headers = _headers(raw, problems)
    message = None
    if len(raw) > most_bytes:
        problems.add(Problem.TOO_LARGE)
    else:
        message = guarded(lambda: BytesParser(policy=Tame()).parsebytes(raw), None)
        if message is None:
            problems.add(Problem.UNREADABLE)
    body = read_body(message) if message is not None else None
    problems |= body.problems if body else set()
    return _envelope(headers, message, body, received, problems)


def _headers(raw: bytes, problems: set[Problem]) -> Headers:
    """The raw header values by lower-case name."""
    end = _BLANK_LINE.search(raw, 0, MOST_HEADER_BYTES)
    block = raw[: end.end() if end else MOST_HEADER_BYTES]
    if not end and len(raw) > MOST_HEADER_BYTES:
        problems.add(Problem.CUT)
    if b"\0" in block:
        problems.add(Problem.NUL_BYTES)
    if b"\n" in block and _BARE_RETURN.search(block):
        problems.add(Problem.HEADER_INJECTION)
    parsed = guarded(lambda: BytesParser().parsebytes(block, headersonly=True), None)
    headers: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in guarded(lambda: list(parsed.raw_items()), ()):
        headers[name.lower()].append(str(value))
    return dict(headers)


def _envelope(
    headers: Headers, message: Part | None, body: Body | None, received: datetime | None, problems: set[Problem]
) -> Envelope:
    text = body.text if body else ""
    subject = _line(headers, "subject", LONGEST_SUBJECT, problems)
    sender = _sender(headers, problems)
    date = mail_headers.date(headers.get("date", ()))
    message_id = mail_headers.message_id(headers.get("message-id", ()), problems)
    problems |= _odd_date(date, received) | nature(headers, message, sender.address, subject, text)
    recipients = mail_headers.addresses([raw for name in _RECIPIENTS for raw in headers.get(name, ())], problems)
    replied = mail_headers.message_ids(headers.get("in-reply-to", ()), problems)
    references = mail_headers.message_ids(headers.get("references", ()), problems)
    auto_submitted = _line(headers, "auto-submitted", 100, problems)
    return Envelope(
        message_id=message_id,
        subject=subject,
        sender=sender,
        recipients=tuple(dict.fromkeys(one.address for one in recipients)),
        date=date,
        received=received,
        auto_submitted=auto_submitted,
        in_reply_to=replied,
        references=references,
        text=text,
        body_sha256=body.sha256 if body else "",
        attachments=tuple(body.attachments) if body else (),
        problems=_ordered(problems),
        bounce=bounce(headers, message, text) if Problem.BOUNCED in problems else None,
        answerable=answerable(headers, sender.address, problems),
    )


def _line(headers: Headers, name: str, longest: int, problems: set[Problem]) -> str:
    """The first value of a header, cut to so many characters."""
    value = mail_headers.words(next(iter(headers.get(name, ())), ""), problems)
    if len(value) > longest:
        problems.add(Problem.CUT)
    return value[:longest]


def _sender(headers: Headers, problems: set[Problem]) -> Address:
    """Whom the mail says it is from, and what is odd about that."""
    raws = headers.get("from", ())
    if not raws:
        problems.add(Problem.UNREADABLE)
        return Address()
    found = mail_headers.addresses(raws, problems)
    if not found:
        problems.add(Problem.NO_SENDER)
        return Address(mail_headers.words(raws[0], problems)[:200])
    if len(raws) > 1 or len({one.address for one in found}) > 1:
        problems.add(Problem.SEVERAL_SENDERS)
    sender = found[0]
    posing = re.findall(r"[^\s@<>\"'()]+@[^\s@<>\"'()]+", sender.name)
    if any(mail_headers.normal_address(one) not in ("", sender.address) for one in posing):
        problems.add(Problem.POSING_NAME)
    return Address(sender.name[:200], sender.address)


def _odd_date(date: datetime | None, received: datetime | None) -> set[Problem]:
    if date is None:
        return {Problem.NO_DATE}
    if received is None:
        return set()
    if date - received > CLOCKS_DIFFER:
        return {Problem.FUTURE_DATE}
    return {Problem.OLD_DATE} if received - date > LONG_AGO else set()


def _ordered(problems: set[Problem]) -> tuple[Problem, ...]:
    order: Sequence[Problem] = list(Problem)
    return tuple(sorted(problems, key=order.index))
