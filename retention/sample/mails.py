"""The mails that went out of the demo: read from the files that its mail backend writes, newest first."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

_END = re.compile(rb"\n-{79}\n")
MOST = 200
"""As many mails are listed."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; ``key`` names it in an address."""

    key: str
    to: str
    subject: str
    text: str
    html: str


def newest(most: int = MOST) -> list[Mail]:
    """The newest mails that went out; [] where mail goes nowhere near a folder."""
    found: list[Mail] = []
    for path in sorted(_files(), key=lambda path: path.stat().st_mtime_ns, reverse=True):
        found += reversed(list(_mails(path)))
        if len(found) >= most:
            break
    return found[:most]


def find(key: str) -> Mail | None:
    """The mail with this key."""
    name, _dash, _number = key.rpartition("-")
    return next((mail for path in _files() if path.stem == name for mail in _mails(path) if mail.key == key), None)


def _files() -> list[Path]:
    folder = settings.EMAIL_FILE_PATH
    return list(Path(folder).glob("*.log")) if folder and Path(folder).is_dir() else []


def _mails(path: Path) -> Iterator[Mail]:
    for number, part in enumerate(filter(bytes.strip, _END.split(path.read_bytes()))):
        message = email.message_from_bytes(part, policy=email.policy.default)
        yield Mail(
            key=f"{path.stem}-{number}",
            to=str(message.get("To", "")),
            subject=str(message.get("Subject", "")),
            text=_body(message, "plain"),
            html=_body(message, "html"),
        )


def _body(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""
