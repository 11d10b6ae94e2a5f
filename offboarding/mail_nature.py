"""What kind of mail it is: written by a person, a mail server's report, an automatic answer, spam. Pure.

Sources: RFC 3464 (delivery reports), RFC 3834 (automatic answers), RFC 8098 (read receipts), RFC 8601 (results of
authentication), RFC 2919 (mailing lists).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import Any

from offboarding.mail_body import Part, content, content_type, every_part, guarded, parameter, subparts
from offboarding.mail_headers import LONGEST_ID, normal_address, words
from offboarding.mail_problems import Problem

Headers = Mapping[str, Sequence[str]]
"""Raw values by lower-case name, in their order."""
_AWAY = re.compile(
    r"(?:re: *|sv: *)?(?:auto(?:matic)?[ -]?(?:reply|response)|out[ -]of[ -](?:the[ -])?office|on vacation|"
    r"automatiskt svar|autosvar|frånvaro|frånvarande|inte på kontoret|ej på kontoret|semestersvar)\b",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(r"^[ \t>]*message-id:\s*<([^<>\s]{3,998})>", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_DISOWNED = re.compile(r"\bdmarc\s*=\s*fail\b", re.IGNORECASE)
_MACHINES = ("mailer-daemon", "postmaster", "mail-daemon")


@dataclass(frozen=True)
class Bounce:
    """What a mail server reports on a mail of ours; '' where it does not say."""

    original_message_id: str = ""
    recipient: str = ""
    status: str = ""
    """As RFC 3463: ``5.1.1``."""
    action: str = ""
    """failed, delayed, delivered, relayed or expanded."""

    @property
    def failed(self) -> bool:
        """Whether our mail will not arrive, as far as the report says."""
        return self.action == "failed" or (not self.action and self.status.startswith("5"))


def nature(headers: Headers, message: Part | None, sender: str, subject: str, text: str) -> set[Problem]:
    """The problems that lie in the kind of mail; ``sender`` is its address."""
    found = set()
    report = _report_type(message)
    if report == "delivery-status":
        found.add(Problem.BOUNCED)
    elif report == "disposition-notification":
        found.add(Problem.READ_RECEIPT)
    elif _is_automatic(headers, subject):
        found.add(Problem.AUTO_REPLY)
    elif _first(headers, "return-path") == "<>" or sender.partition("@")[0] in _MACHINES:
        found.add(Problem.BOUNCED)
    if any(_first(headers, name).startswith("yes") for name in ("x-spam-flag", "x-spam-status", "x-spam")):
        found.add(Problem.SPAM)
    if any(_DISOWNED.search(value[:5000]) for value in headers.get("authentication-results", ())):
        found.add(Problem.FORGED)
    if "list-id" in headers:
        found.add(Problem.MAILING_LIST)
    return found


def answerable(headers: Headers, sender: str, problems: set[Problem]) -> bool:
    """Whether a machine may answer this mail without starting a conversation between machines (RFC 3834, 2)."""
    silent = {
        Problem.UNREADABLE, Problem.BOUNCED, Problem.AUTO_REPLY, Problem.READ_RECEIPT, Problem.SPAM, Problem.FORGED,
        Problem.NO_SENDER, Problem.SEVERAL_SENDERS, Problem.MAILING_LIST, Problem.HEADER_INJECTION,
    }  # fmt: skip
    local = sender.partition("@")[0]
    nobody = local in _MACHINES or local.startswith(("owner-", "noreply", "no-reply")) or local.endswith("-request")
    lists = any(name.startswith("list-") for name in headers) or _first(headers, "precedence") in ("list", "bulk")
    return not (problems & silent or nobody or lists or "x-auto-response-suppress" in headers)


def bounce(headers: Headers, message: Part | None, text: str) -> Bounce:
    """Which mail of ours a mail server reports on, and what became of it."""
    parts = list(every_part(message)) if message is not None else []
    reports = [
        one
        for part in parts
        if content_type(part) == "message/delivery-status"
        for block in subparts(part)
        if (one := _reported(block)).recipient
    ]
    told = next((one for one in reports if one.failed), reports[0] if reports else _told(headers, text))
    found = _ORIGINAL.search(text)
    originals = [original for part in parts if (original := _original(part))]
    original = originals[0] if originals else found[1] if found else ""
    return Bounce(original[:LONGEST_ID], told.recipient, told.status, told.action)


def _report_type(message: Part | None) -> str:
    if message is None:
        return ""
    kinds = {content_type(part) for part in every_part(message)}
    stated = parameter(message, "report-type") if content_type(message) == "multipart/report" else ""
    for report in ("delivery-status", "disposition-notification"):
        if stated == report or f"message/{report}" in kinds:
            return report
    return ""


def _is_automatic(headers: Headers, subject: str) -> bool:
    submitted = _first(headers, "auto-submitted").partition(";")[0].strip()
    named = any(name in headers for name in ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder"))
    bulk = _first(headers, "precedence") in ("bulk", "junk", "auto_reply", "auto-reply")
    return submitted not in ("", "no") or named or bulk or bool(_AWAY.match(subject))


def _first(headers: Headers, name: str) -> str:
    """The first value of a header in lower case, without comments' worth of care."""
    return next((words(value[:1000], set()).lower() for value in headers.get(name, ())), "")


def _reported(block: Part) -> Bounce:
    """One recipient's block of a delivery report."""
    fields: dict[str, str] = {}
    for name, raw in _items(block):
        fields.setdefault(name.lower(), words(str(raw)[:2000], set()))
    address = fields.get("final-recipient") or fields.get("original-recipient", "")
    status = _STATUS.search(fields.get("status", ""))
    action = fields.get("action", "").lower().partition(" ")[0]
    return Bounce(
        recipient=normal_address(address.rpartition(";")[2].strip(" <>")),
        status=status[1] if status else "",
        action=action if action in ("failed", "delayed", "delivered", "relayed", "expanded") else "",
    )


def _told(headers: Headers, text: str) -> Bounce:
    """A report in plain words, as older mail servers write it."""
    status = _STATUS.search(text[:20_000])
    recipient = normal_address(_first(headers, "x-failed-recipients").partition(",")[0])
    return Bounce("", recipient, status[1] if status else "", "failed" if recipient else "")


def _original(part: Part) -> str:
    """The Message-ID of the mail that a report returns, whole or its headers only."""
    kind = content_type(part)
    if kind in ("message/rfc822", "message/rfc822-headers"):
        returned = next(iter(subparts(part)), None)
    elif kind == "text/rfc822-headers":
        returned = guarded(lambda: HeaderParser().parsestr(content(part)[:100_000].decode("utf-8", "replace")), None)
    else:
        return ""
    for name, raw in _items(returned) if returned is not None else ():
        if name.lower() == "message-id":
            return words(str(raw)[:2000], set()).strip("<> ")
    return ""


def _items(block: Part) -> list[tuple[str, Any]]:
    return list(guarded(lambda: list(block.raw_items()), ()))
