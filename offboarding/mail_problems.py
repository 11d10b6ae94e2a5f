"""What can be odd about a mail: codes, and which of them stop it until a person has looked. Pure."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """One thing that is odd about a mail; ``blocking`` ones send it to the queue for a person, the others are noted."""

    # Nothing can be read
    UNREADABLE = "unreadable"
    """No headers of a mail, or none that says whom it is from."""
    TOO_LARGE = "too_large"
    """More bytes than are read: only its headers were."""
    TOO_DEEP = "too_deep"
    """Parts within parts, or more of them, than are read."""
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"
    """Nothing but white space and attachments, which are never opened."""
    UNDECODABLE = "undecodable"
    """Characters of it are lost: they fit neither the encoding it claims nor another."""

    # Nobody wrote it, or not whom it says
    BOUNCED = "bounced"
    """A mail server's report on a mail of ours."""
    AUTO_REPLY = "auto_reply"
    READ_RECEIPT = "read_receipt"
    SPAM = "spam"
    FORGED = "forged"
    """Our mail server found that the sender's domain disowns it (DMARC, RFC 7489)."""
    NO_SENDER = "no_sender"
    SEVERAL_SENDERS = "several_senders"
    HEADER_INJECTION = "header_injection"
    """Line breaks or control characters hidden in a header."""

    # Whose it is (``mail_matching``)
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"

    # Noted
    NO_DATE = "no_date"
    FUTURE_DATE = "future_date"
    """Its date lies after its arrival."""
    OLD_DATE = "old_date"
    """Its date lies long before its arrival."""
    GUESSED_ENCODING = "guessed_encoding"
    """Readable, but not by the encoding it claims."""
    NUL_BYTES = "nul_bytes"
    CUT = "cut"
    """A header or the text is longer than what is kept of it beside the original."""
    NESTED = "nested"
    """Another mail is attached."""
    MAILING_LIST = "mailing_list"
    MALFORMED = "malformed"
    """Its parts are not put together as they should be."""
    POSING_NAME = "posing_name"
    """The sender's name is an address, and not the sender's."""
    ODD_MESSAGE_ID = "odd_message_id"
    """Missing, more than one, or not of the form ``<…@…>``."""
    UNSAFE_NAME = "unsafe_name"
    """An attachment's name has folders or invisible characters in it and is shown without."""
    HIDDEN_TEXT = "hidden_text"
    """Text that the sender's HTML hides from its reader; it is left out."""

    @property
    def blocking(self) -> bool:
        """Whether a person has to look at the mail first."""
        return self not in NOTED


NOTED = frozenset(
    {
        Problem.NO_DATE,
        Problem.FUTURE_DATE,
        Problem.OLD_DATE,
        Problem.GUESSED_ENCODING,
        Problem.NUL_BYTES,
        Problem.CUT,
        Problem.NESTED,
        Problem.MAILING_LIST,
        Problem.MALFORMED,
        Problem.POSING_NAME,
        Problem.ODD_MESSAGE_ID,
        Problem.UNSAFE_NAME,
        Problem.HIDDEN_TEXT,
    }
)
"""Shown with the mail, but no reason to stop it."""
