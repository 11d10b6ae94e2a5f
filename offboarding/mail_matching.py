"""Which agreement a mail is about: hints from the mail, and a decision among candidates that never guesses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from offboarding.mail import Envelope, Problem
from offboarding.mail_headers import normal_address, spellings

_REFERENCE = re.compile(
    r"(?<![0-9A-Za-z])R[-\u2010\u2011\u2013]([0-9A-TV-Z]{4})[-\u2010\u2011\u2013]([0-9A-TV-Z]{4})(?![0-9A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
"""A reference as people type it: Crockford's base32 has no U, and reads O as 0 and I and L as 1."""
_AS_MEANT = str.maketrans("OIL", "011")
SHORTEST_NUMBER = 3
"""Characters of an agreement's number that can be told from any other number in a text."""


class How(StrEnum):
    """By what the agreement was recognised, the surest first."""

    PLUS_ADDRESS = "plus_address"
    SUBJECT = "subject"
    REPLY = "reply"
    """It answers a letter of ours."""
    BODY = "body"
    NUMBER = "number"
    """A contact of several agreements names one by its number."""
    SENDER = "sender"
    """A contact of exactly one live agreement."""


class Need(StrEnum):
    """Why a recognised notice still waits for a person."""

    SENDER_UNKNOWN = "sender_unknown"
    SENDER_NO_RIGHT = "sender_no_right"
    NOT_LIVE = "not_live"
    """The agreement has ended already."""
    REFERENCE_UNKNOWN = "reference_unknown"
    """The mail states a reference that no agreement has, beside what it was recognised by."""


class Reason(StrEnum):
    """Why no agreement could be told."""

    NOBODY = "nobody"
    """No known reference, and the sender is nobody's contact."""
    NONE_LIVE = "none_live"
    """The sender is a contact, but of no agreement that runs."""
    SEVERAL_REFERENCES = "several_references"
    OTHER_CUSTOMER = "other_customer"
    """The reference is one customer's, the sender another's contact."""
    SEVERAL_AGREEMENTS = "several_agreements"
    OTHER_NUMBER = "other_number"
    """The text names another agreement of the sender's by its number."""


@dataclass(frozen=True)
class Hints:
    """What a mail says about whose it is. References are canonical: ``R-7K3M-9QXW``."""

    plus_references: tuple[str, ...] = ()
    subject_references: tuple[str, ...] = ()
    reply_references: tuple[str, ...] = ()
    body_references: tuple[str, ...] = ()
    sender: str = ""
    """Normal form, '' where there is none."""
    sender_spellings: tuple[str, ...] = ()
    """All forms under which a contact's address may be stored: look for ``email IN`` these."""
    words: str = ""
    """Subject and text, in which ``mentions`` looks for numbers."""

    @property
    def references(self) -> tuple[str, ...]:
        """Every reference once, the surest first."""
        return tuple(dict.fromkeys(reference for _how, found in self._by_place() for reference in found))

    def how(self, reference: str) -> How:
        """The surest place in which this reference stands; KeyError where it stands nowhere."""
        for how, found in self._by_place():
            if reference in found:
                return how
        raise KeyError(reference)

    def mentions(self, number: str) -> bool:
        """Whether an agreement's number stands in subject or text as a whole word."""
        number = " ".join(number.split())
        if len(number) < SHORTEST_NUMBER:
            return False
        whole = rf"(?<![\w-])(?<!\w[./]){re.escape(number)}(?![\w-]|[./]\w)"
        return re.search(whole, self.words, re.IGNORECASE) is not None

    def _by_place(self) -> tuple[tuple[How, tuple[str, ...]], ...]:
        return (
            (How.PLUS_ADDRESS, self.plus_references),
            (How.SUBJECT, self.subject_references),
            (How.REPLY, self.reply_references),
            (How.BODY, self.body_references),
        )


@dataclass(frozen=True)
class Candidate:
    """An agreement that a hint points to: it has one of the references, or the sender is its customer's contact."""

    agreement_id: int
    customer_id: int
    number: str
    reference: str
    live: bool
    """Whether it has not ended."""
    contact_right: bool | None
    """Whether the sender may give notice for its customer; None where the sender is no contact of it."""


@dataclass(frozen=True)
class Match:
    """The one agreement a mail is about."""

    agreement_id: int
    customer_id: int
    how: How
    needs: tuple[Need, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether the notice needs no person to vouch for it."""
        return not self.needs


@dataclass(frozen=True)
class NoMatch:
    """UNMATCHED or AMBIGUOUS, and why; ``customer_id`` is set where at least the customer is sure."""

    problem: Problem
    reason: Reason
    customer_id: int | None = None


def references_in(text: str) -> tuple[str, ...]:
    """Every reference in a text in canonical form, each once: ``r-7k3m-9qxw`` and ``R-7K3M-9QXW`` are one."""
    found = (f"R-{one[1]}-{one[2]}".upper() for one in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(f"R{reference[1:].translate(_AS_MEANT)}" for reference in found))


def hints(envelope: Envelope, notice_address: str) -> Hints:
    """What the mail says; ``notice_address`` is ours, whose tag (``local+R-…@domain``) names an agreement."""
    tags = (_tag(recipient, notice_address) for recipient in envelope.recipients)
    return Hints(
        plus_references=references_in(" ".join(tags)),
        subject_references=references_in(envelope.subject),
        reply_references=references_in(" ".join((*envelope.in_reply_to, *envelope.references))),
        body_references=references_in(envelope.text),
        sender=envelope.sender.address,
        sender_spellings=spellings(envelope.sender.address) if envelope.sender.address else (),
        words=" ".join(f"{envelope.subject}\n{envelope.text}".split()),
    )


def _tag(recipient: str, notice_address: str) -> str:
    local, _at, domain = normal_address(notice_address).rpartition("@")
    theirs, _at, at = recipient.rpartition("@")
    return theirs.removeprefix(f"{local}+") if local and at == domain and theirs.startswith(f"{local}+") else ""


def resolve(hints: Hints, candidates: Iterable[Candidate]) -> Match | NoMatch:
    """The agreement, or why none can be told.

    A known reference decides unless something contradicts it; without one the sender does, who must be a contact of
    exactly one live agreement or name one of them by its number.
    """
    known = list({candidate.agreement_id: candidate for candidate in candidates}.values())
    named = [candidate for candidate in known if candidate.reference in hints.references]
    theirs = [candidate for candidate in known if candidate.contact_right is not None]
    if len(named) > 1:
        return NoMatch(Problem.AMBIGUOUS, Reason.SEVERAL_REFERENCES, _one_customer(named))
    if named:
        return _by_reference(hints, named[0], theirs)
    return _by_sender(hints, theirs)


def _by_reference(hints: Hints, named: Candidate, theirs: Sequence[Candidate]) -> Match | NoMatch:
    customers = {candidate.customer_id for candidate in theirs}
    if customers and named.customer_id not in customers:
        return NoMatch(Problem.AMBIGUOUS, Reason.OTHER_CUSTOMER)
    if _names_another(hints, named, theirs):
        return NoMatch(Problem.AMBIGUOUS, Reason.OTHER_NUMBER, named.customer_id)
    return _match(hints, named, hints.how(named.reference))


def _by_sender(hints: Hints, theirs: Sequence[Candidate]) -> Match | NoMatch:
    live = [candidate for candidate in theirs if candidate.live]
    if not theirs:
        return NoMatch(Problem.UNMATCHED, Reason.NOBODY)
    if not live:
        return NoMatch(Problem.UNMATCHED, Reason.NONE_LIVE, _one_customer(theirs))
    if len(live) == 1:
        if _names_another(hints, live[0], theirs):
            return NoMatch(Problem.AMBIGUOUS, Reason.OTHER_NUMBER, live[0].customer_id)
        return _match(hints, live[0], How.SENDER)
    mentioned = [candidate for candidate in theirs if hints.mentions(candidate.number)]
    if len(mentioned) == 1 and mentioned[0].live:
        return _match(hints, mentioned[0], How.NUMBER)
    return NoMatch(Problem.AMBIGUOUS, Reason.SEVERAL_AGREEMENTS, _one_customer(live))


def _names_another(hints: Hints, one: Candidate, theirs: Sequence[Candidate]) -> bool:
    """Whether the text names other agreements of the sender's and not this one."""
    mentioned = [candidate.agreement_id for candidate in theirs if hints.mentions(candidate.number)]
    return bool(mentioned) and one.agreement_id not in mentioned and not hints.mentions(one.number)


def _match(hints: Hints, candidate: Candidate, how: How) -> Match:
    needs = []
    if candidate.contact_right is None:
        needs.append(Need.SENDER_UNKNOWN)
    elif not candidate.contact_right:
        needs.append(Need.SENDER_NO_RIGHT)
    if not candidate.live:
        needs.append(Need.NOT_LIVE)
    stated = {*hints.plus_references, *hints.subject_references}
    if stated - {candidate.reference}:
        needs.append(Need.REFERENCE_UNKNOWN)
    return Match(candidate.agreement_id, candidate.customer_id, how, tuple(needs))


def _one_customer(candidates: Sequence[Candidate]) -> int | None:
    customers = {candidate.customer_id for candidate in candidates}
    return customers.pop() if len(customers) == 1 else None
