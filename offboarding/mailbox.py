"""The mailbox that notices come to, over IMAP (RFC 3501, 4315, 6851): look, read in pieces, move away.

Nothing here changes a mail or its flags before it is moved. Every failure is a ``MailboxError`` or, for one mail, a
``RefusedError`` of one sentence, in which no password stands.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxUnencrypted
from imap_tools.utils import encode_folder

from offboarding.mail_configuration import Inbox

PIECE = 1024 * 1024
"""Bytes that are asked for at a time."""
TIMEOUT = 60
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_QUOTED = re.compile(rb'BODY\[\]<\d+> "((?:[^"\\]|\\.)*)"')
"""A short piece may come as a string instead of a literal."""
_SYSTEM = (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError)


class MailboxError(Exception):
    """The mail server cannot be reached, does not let us in, or has gone."""


class RefusedError(Exception):
    """The mail server does not give or move one mail; others may go on."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as the server keeps it: its bytes, and when the mailbox got it (INTERNALDATE, aware)."""

    content: IO[bytes]
    received_at: datetime


class Box:
    """An open mailbox, its folder selected; ``opened`` makes one."""

    def __init__(self, inbox: Inbox, box: BaseMailBox) -> None:
        self.inbox, self._box, self._client = inbox, box, box.client

    def uids(self) -> list[str]:
        """Every mail of the folder, whatever its flags, the oldest first."""
        with self._answering():
            return sorted(self._box.uids("ALL", charset=None), key=int)

    @contextmanager
    def mail(self, uid: str) -> Iterator[Mail | None]:
        """One mail, read in pieces; None where it is no longer there."""
        with tempfile.SpooledTemporaryFile(max_size=PIECE) as content:
            told = self._fetch(uid, "(INTERNALDATE RFC822.SIZE)")
            if told is None:
                yield None
                return
            self._read(uid, _size(told[0]), content)
            content.seek(0)
            yield Mail(content, _internal_date(told[0]))

    def move(self, uid: str, folder: str) -> None:
        """Moves one mail; none there any more is fine, and a second copy in the folder is never made."""
        if "MOVE" in self._client.capabilities:
            self._ask("MOVE", uid, encode_folder(folder))
            return
        if not self._has_copy(uid, folder):
            self._ask("COPY", uid, encode_folder(folder))
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        self._ask("EXPUNGE", uid)  # not a plain EXPUNGE, which takes others' deleted mails along

    def prepare(self) -> None:
        """Learns what the server can, makes the folders that are missing, and selects the one to read."""
        with self._answering():
            self._client._get_capabilities()  # many tell the whole after signing in
            if not {"MOVE", "UIDPLUS"} & set(self._client.capabilities):
                raise MailboxError(f"{self._who} knows neither MOVE (RFC 6851) nor UIDPLUS (RFC 4315).")
            for folder in (self.inbox.done, self.inbox.problem):
                self._make(folder)
            self._select(self.inbox.folder)

    def _make(self, folder: str) -> None:
        with suppress(ImapToolsError):  # there already, or another run was quicker
            self._box.folder.create(folder)
        if not self._box.folder.exists(folder):
            raise MailboxError(f"{self._who} has no folder {folder!r} and does not let us make it.")

    def _select(self, folder: str, *, readonly: bool = False) -> None:
        try:
            self._box.folder.set(folder, readonly=readonly)
        except ImapToolsError as error:
            raise MailboxError(f"{self._who} has no folder {folder!r} that can be read.") from error

    def _has_copy(self, uid: str, folder: str) -> bool:
        """Whether the other folder has the same bytes: a run may have died between copying and removing."""
        size, digest = self._digest(uid)
        with self._answering():
            self._select(folder, readonly=True)
            alike = self._box.uids(f"LARGER {size - 1} SMALLER {size + 1}", charset=None)
        found = any(self._digest(other) == (size, digest) for other in alike)
        with self._answering():
            self._select(self.inbox.folder)
        return found

    def _digest(self, uid: str) -> tuple[int, str]:
        with tempfile.SpooledTemporaryFile(max_size=PIECE) as content:
            told = self._fetch(uid, "(RFC822.SIZE)")
            size = _size(told[0]) if told else 0
            self._read(uid, size, content)
            content.seek(0)
            return size, hashlib.file_digest(content, "sha256").hexdigest()

    def _read(self, uid: str, size: int, content: IO[bytes]) -> None:
        """All bytes of a mail, whose size some servers only guess: an empty piece is its end (RFC 3501, 6.4.5)."""
        offset = 0
        while True:
            told = self._fetch(uid, f"(BODY.PEEK[]<{offset}.{PIECE}>)")
            piece = told[1] if told else b""
            content.write(piece)
            offset += len(piece)
            if not offset and size:
                raise RefusedError(f"{self._who} gave nothing of a mail of {size} bytes.")
            if not piece or (len(piece) < PIECE and offset >= size):
                return

    def _fetch(self, uid: str, items: str) -> tuple[bytes, bytes] | None:
        """What the server says of one mail, and the literal it gave; None where there is no such mail."""
        lines: list[bytes] = []
        literal = b""
        for answer in self._ask("FETCH", uid, items):
            if isinstance(answer, tuple):
                lines.append(answer[0])
                literal = answer[1]
            elif isinstance(answer, bytes):
                lines.append(answer)
        said = b" ".join(lines)
        if not literal and (quoted := _QUOTED.search(said)):
            literal = re.sub(rb"\\(.)", rb"\1", quoted[1])
        return (said, literal) if re.search(rb"\bUID %s\b" % uid.encode(), said) else None

    def _ask(self, command: str, *arguments: str | bytes) -> list[bytes | tuple[bytes, bytes] | None]:
        with self._answering():
            state, data = self._client.uid(command, *arguments)  # type: ignore[arg-type]
        if state != "OK":
            raise RefusedError(f"{self._who} refused {command}: {_said(data)}")
        return data

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except _SYSTEM as error:
            raise MailboxError(f"{self._who} does not answer any more: {_plain(error, self.inbox)}") from error

    @property
    def _who(self) -> str:
        return f"The mail server {self.inbox.host}"


@contextmanager
def opened(inbox: Inbox) -> Iterator[Box]:
    """A signed-in mailbox with both folders there; ``MailboxError`` where that cannot be had."""
    box = _connected(inbox)
    try:
        _sign_in(inbox, box)
        ready = Box(inbox, box)
        ready.prepare()
        yield ready
    finally:
        try:
            box.logout()
        except _SYSTEM:
            with suppress(*_SYSTEM):
                box.client.shutdown()


def _connected(inbox: Inbox) -> BaseMailBox:
    try:
        if not inbox.tls:
            return MailBoxUnencrypted(inbox.host, inbox.port, timeout=TIMEOUT)
        trust = ssl.create_default_context()
        if inbox.certificates:
            trust.load_verify_locations(inbox.certificates)
        return MailBox(inbox.host, inbox.port, timeout=TIMEOUT, ssl_context=trust)
    except _SYSTEM as error:
        raise MailboxError(
            f"The mail server {inbox.host}:{inbox.port} cannot be reached: {_plain(error, inbox)}"
        ) from error


def _sign_in(inbox: Inbox, box: BaseMailBox) -> None:
    plain = (inbox.user + inbox.password).isascii() and (inbox.user + inbox.password).isprintable()
    try:
        (box.login if plain else box.login_utf8)(inbox.user, inbox.password, initial_folder=None)
    except _SYSTEM as error:
        raise MailboxError(
            f"The mail server {inbox.host} does not let {inbox.user} sign in: {_plain(error, inbox)}"
        ) from error


def _plain(error: BaseException, inbox: Inbox) -> str:
    """What went wrong in one line, without the password, which a server might repeat."""
    result = getattr(error, "command_result", None)
    text = _said(result[1]) if result else str(error) or type(error).__name__
    text = " ".join(text.split()).replace(inbox.password, "…").removesuffix(".")
    return f"{text}."


def _said(data: object) -> str:
    lines = data if isinstance(data, list) else [data]
    return " ".join(line.decode("utf-8", "replace") if isinstance(line, bytes) else str(line) for line in lines)


def _size(said: bytes) -> int:
    found = _SIZE.search(said)
    return int(found[1]) if found else 0


def _internal_date(said: bytes) -> datetime:
    """``INTERNALDATE "22-Nov-2026 05:00:14 +0000"``; MailboxError where the server gave none."""
    found = re.search(rb'INTERNALDATE "([^"]+)"', said)
    try:
        return _moment(found[1].decode() if found else "")
    except ValueError as error:
        raise RefusedError("The mail server does not say when the mail arrived.") from error


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _moment(text: str) -> datetime:
    day, month, rest = text.strip().split("-", 2)  # strptime's %b would depend on the machine's language
    return datetime.strptime(f"{int(day):02d} {_MONTHS.index(month) + 1:02d} {rest}", "%d %m %Y %H:%M:%S %z")
