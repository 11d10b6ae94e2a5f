"""Why a message waits for a person, and what else is odd about it, in words: code → sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from offboarding.mail_matching import Reason
from offboarding.mail_problems import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Doubt(StrEnum):
    """What nobody but a person can tell about a message that is readable and whose case may be known."""

    REUSED_ID = "reused_message_id"
    """Another message has the same Message-ID, and says something else or comes from somebody else."""
    REPLY_IN_CASE = "reply_in_case"
    """It answers a letter of ours, or its case has a notice already: it may thank, ask, object or withdraw."""
    NOT_TAKEN = "not_taken"
    """The agreement takes no notice as it stands."""
    NOT_ASSIGNED = "not_assigned"
    """An upload that nobody has put to an agreement yet."""


WORDS: dict[str, StrOrPromise] = {
    Problem.UNREADABLE: _("It cannot be read as a mail: no headers, or none that says whom it is from."),
    Problem.TOO_LARGE: _("It is too large; only its headers were read."),
    Problem.TOO_DEEP: _("It has parts within parts, or more of them, than are read."),
    Problem.ENCRYPTED: _("It is encrypted."),
    Problem.NO_TEXT: _("It has no text, at most attachments, which are never opened."),
    Problem.UNDECODABLE: _("Some of its characters are lost: they fit no encoding."),
    Problem.BOUNCED: _("It is a mail server's report on a mail of ours."),
    Problem.AUTO_REPLY: _("It is an automatic answer."),
    Problem.READ_RECEIPT: _("It is a read receipt."),
    Problem.SPAM: _("The mail server marked it as spam."),
    Problem.FORGED: _("The sender's domain disowns it (DMARC): somebody else may have written it."),
    Problem.NO_SENDER: _("It does not say whom it is from."),
    Problem.SEVERAL_SENDERS: _("It names several senders."),
    Problem.HEADER_INJECTION: _("Line breaks or control characters are hidden in its headers."),
    Problem.UNMATCHED: _("It could not be put to any agreement."),
    Problem.AMBIGUOUS: _("It could be about several agreements."),
    Problem.NO_DATE: _("It has no date; the time of receipt counts anyway."),
    Problem.FUTURE_DATE: _("Its date lies after its arrival; the time of receipt counts."),
    Problem.OLD_DATE: _("Its date lies long before its arrival; the time of receipt counts."),
    Problem.GUESSED_ENCODING: _("Its characters were read by another encoding than it states."),
    Problem.NUL_BYTES: _("It has NUL bytes, which are left out here."),
    Problem.CUT: _("It is longer than what is shown here; the original is whole."),
    Problem.NESTED: _("Another mail is attached to it."),
    Problem.MAILING_LIST: _("It came through a mailing list."),
    Problem.MALFORMED: _("Its parts are not put together as they should be."),
    Problem.POSING_NAME: _("The sender's name is an address, and not the sender's."),
    Problem.ODD_MESSAGE_ID: _("Its Message-ID is missing or malformed."),
    Problem.UNSAFE_NAME: _("An attachment's name has folders or invisible characters in it."),
    Problem.HIDDEN_TEXT: _("Its HTML hides text from the reader; that text is left out here."),
    Reason.NOBODY: _("It states no known reference, and its sender is nobody's contact."),
    Reason.NONE_LIVE: _("Its sender is a contact, but of no agreement that runs."),
    Reason.SEVERAL_REFERENCES: _("It states references of several agreements."),
    Reason.OTHER_CUSTOMER: _("The reference is one customer's, the sender another's contact."),
    Reason.SEVERAL_AGREEMENTS: _("Its sender is a contact of several agreements, and it does not say which."),
    Reason.OTHER_NUMBER: _("Its text names another agreement by its number."),
    Doubt.REUSED_ID: _("Another message has the same Message-ID, but another sender, subject or text."),
    Doubt.REPLY_IN_CASE: _("It came in a case that is under way: it may thank, ask, object or withdraw."),
    Doubt.NOT_TAKEN: _("The agreement takes no notice as it stands."),
    Doubt.NOT_ASSIGNED: _("Nobody has put it to an agreement yet."),
}
"""Every code that ``StoredMessage.problems`` may hold."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One code in words, and whether it is why a message waits or only worth knowing."""

    code: str
    text: StrOrPromise
    stops: bool


def remarks(codes: Iterable[str]) -> list[Remark]:
    """The codes of a message in words, those first that stop it; an unknown code is shown as it stands."""
    found = [Remark(code, WORDS.get(code, code), _stops(code)) for code in codes]
    return sorted(found, key=lambda remark: not remark.stops)


def _stops(code: str) -> bool:
    return Problem(code).blocking if code in set(Problem) else True
