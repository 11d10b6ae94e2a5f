"""One conversation with the mail server (SMTP, RFC 5321) for many mails, and what its answers mean for each.

Django's backend opens the connection (TLS, sign-in); the three steps of each mail are taken one by one, because what a
broken line means depends on whether the mail had been handed over by then.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum, auto
from types import TracebackType

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.core.mail.message import sanitize_address

ASKED_TO_LEAVE = 421
"""The server closes the connection after this answer."""


class Outcome(Enum):
    """What is known about one mail."""

    TAKEN = auto()
    REFUSED = auto()
    NOT_NOW = auto()
    """The server asks to try later."""
    NOBODY_THERE = auto()
    """No server to talk to, or one that does not take us as a sender: no other mail would go either."""
    UNKNOWN = auto()
    """The mail was handed over, and no answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome in the server's words; ``code`` is its reply code, empty where there was none."""

    outcome: Outcome
    text: str = ""
    code: str = ""


class MailServer:
    """``with MailServer() as server: server.send(mail)``; connects at the first mail, again after a broken line."""

    def __init__(self) -> None:
        self._backend = get_connection()

    def __enter__(self) -> MailServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def send(self, mail: EmailMultiAlternatives, content: bytes) -> Answer:
        """Hands one mail to one recipient over; never raises for what a server or the line to it does.

        ``content`` is the mail as bytes, lines ending with CRLF.
        """
        try:
            fresh = self._backend.open()
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return Answer(Outcome.NOBODY_THERE, _words(error))
        if not isinstance(self._backend, SmtpBackend):
            return self._without_smtp(mail)
        answer = self._converse(mail, content)
        if answer.outcome is Outcome.NOT_NOW and self._backend.connection is None and not answer.code and not fresh:
            return self.send(mail, content)  # the server had closed a line that was idle: nothing was handed over
        return answer

    def _without_smtp(self, mail: EmailMultiAlternatives) -> Answer:
        """Into a file or onto the screen, for a first look."""
        try:
            self._backend.send_messages([mail])
        except OSError as error:
            return Answer(Outcome.NOBODY_THERE, _words(error))
        return Answer(Outcome.TAKEN)

    def _converse(self, mail: EmailMultiAlternatives, content: bytes) -> Answer:
        assert isinstance(self._backend, SmtpBackend)
        smtp = self._backend.connection
        assert smtp is not None
        try:
            if early := self._introduce(smtp, mail):
                return self._after(smtp, early)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return Answer(Outcome.NOT_NOW, _words(error))
        try:
            reply = smtp.data(content)
        except smtplib.SMTPDataError as error:  # instead of “go ahead”: nothing was handed over
            reply = error.smtp_code, _bytes(error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return Answer(Outcome.UNKNOWN, _words(error))
        if refusal := _step(reply):
            return self._after(smtp, refusal)
        return Answer(Outcome.TAKEN, code=str(reply[0]))

    def _introduce(self, smtp: smtplib.SMTP, mail: EmailMultiAlternatives) -> Answer | None:
        smtp.ehlo_or_helo_if_needed()
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        refused = _step(smtp.mail(_plain(mail.from_email), options), Outcome.NOBODY_THERE)
        return refused or _step(smtp.rcpt(_plain(mail.to[0])))

    def _after(self, smtp: smtplib.SMTP, answer: Answer) -> Answer:
        """Clears the line for the next mail."""
        try:
            if answer.code == str(ASKED_TO_LEAVE) or smtp.rset()[0] >= 400:
                self._hang_up()
        except (smtplib.SMTPException, OSError):
            self._hang_up()
        return answer

    def _hang_up(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self._backend.close()
        if isinstance(self._backend, SmtpBackend):
            self._backend.connection = None


def _step(reply: tuple[int, bytes], for_ever: Outcome = Outcome.REFUSED) -> Answer | None:
    """None where the server says yes; 4xx is for now, 5xx for ever (RFC 5321 §4.2.1)."""
    code, text = reply
    if 200 <= code < 300:
        return None
    return Answer(for_ever if code >= 500 else Outcome.NOT_NOW, f"{code} {text.decode(errors='replace')}", str(code))


def _bytes(text: bytes | str) -> bytes:
    return text.encode(errors="replace") if isinstance(text, str) else text


def _plain(address: str) -> str:
    """The address alone, for the envelope; a domain in other scripts as DNS knows it."""
    return parseaddr(str(sanitize_address(address, "utf-8")))[1]


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
