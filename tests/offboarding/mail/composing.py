"""How the awkward mails are put together, and what each is expected to get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from offboarding.mail_problems import Problem

NOTICE_ADDRESS = "leaving@vendor.example"
RECEIVED = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
ALICE = "R-7K3M-9QXW"
BOB = "R-B0B0-1234"
MOST_BYTES = 25_000_000

_USUAL = {
    "From": "Alice Adams <alice@alice.example>",
    "To": "leaving@vendor.example",
    "Subject": "We leave",
    "Date": "Mon, 02 Mar 2026 10:00:00 +0100",
    "Message-ID": "<notice-1@alice.example>",
}


@dataclass(frozen=True)
class Awkward:
    """A mail, and what it must get; ``expects`` names attributes of the envelope, ``hints`` those of the hints."""

    name: str
    make: Callable[[], bytes]
    problems: frozenset[Problem]
    expects: Mapping[str, Any] = field(default_factory=dict)
    hints: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def awkward(
    name: str,
    raw: bytes | Callable[[], bytes],
    *problems: Problem,
    hints: Mapping[str, Any] | None = None,
    **expects: Any,
) -> Awkward:
    """One entry of a list; without ``hints`` the mail must point to nothing but its sender."""
    make = raw if callable(raw) else lambda: raw
    return Awkward(name, make, frozenset(problems), expects, hints or {})


def compose(body: bytes | str = "We terminate the agreement.\r\n", /, *more: bytes | str, **changed: Any) -> bytes:
    """A mail of the usual headers, ``changed`` ones (``message_id=None`` leaves one out) and ``more`` raw lines."""
    headers: dict[str, Any] = dict(_USUAL)
    for key, value in changed.items():
        name = "Message-ID" if key == "message_id" else key.replace("_", "-").title()
        headers[name] = value
    lines = [_bytes(name) + b": " + _bytes(value) for name, value in headers.items() if value is not None]
    return b"\r\n".join([*lines, *map(_bytes, more), b"", _bytes(body)])


def parts(kind: str, *pieces: bytes | str, end: bool = True, **changed: Any) -> bytes:
    """A mail of several parts; each piece is headers, an empty line and content."""
    inner = b"".join(b"--mark\r\n" + _bytes(piece) + b"\r\n" for piece in pieces) + (b"--mark--\r\n" if end else b"")
    return compose(inner, f'MIME-Version: 1.0\r\nContent-Type: {kind}; boundary="mark"', **changed)


def part(kind: str, content: bytes | str, *lines: str) -> bytes:
    """One piece for ``parts``."""
    return b"\r\n".join([_bytes(f"Content-Type: {kind}"), *map(_bytes, lines), b"", _bytes(content)])


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
