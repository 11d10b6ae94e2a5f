"""The journal's arithmetic: what an entry's hash is made of, and what a fact may be. Pure.

``hash`` = SHA-256 of the canonical JSON (RFC 8785) of the entry's fields with ``previous``, the hash of the entry
before it; ``seal`` = HMAC-SHA256 (RFC 2104) of ``hash`` under a key that is kept outside the database.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from offboarding.canonical import canonical, digest

GENESIS = "0" * 64
"""Stands for the hash before the first entry's."""
LARGEST = 2**53 - 1
"""The whole numbers that every reader of JSON keeps exactly are within ± this (RFC 8785 §3.2.2.3, RFC 7493 §2.2)."""
MOST_BYTES = 16 * 1024
"""Canonical size of an entry's facts."""
MOST_REASON = 10_000
"""Characters of a reason."""
DEEPEST = 6


class Entry(NamedTuple):
    """The fields of one entry in the order in which they are read; ``at`` aware, the rest as JSON knows it."""

    seq: int
    at: datetime
    actor: str
    event: str
    customer: int | None
    agreement: int | None
    reason: str
    facts: dict[str, Any]
    previous: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number of the last entry and its hash."""

    seq: int = 0
    hash: str = GENESIS


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with all six digits of the microseconds: ``2027-01-31T13:05:00.000000Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment.year >= 1000 else _early(moment)


def _early(moment: datetime) -> str:
    raise ValueError(f"{moment!r} lies before the year 1000.")


def hash_of(entry: Entry) -> str:
    """The entry's hash, 64 hex digits; ValueError where a field has no canonical form."""
    fields = entry._asdict()
    fields["at"] = instant(entry.at)
    try:
        return digest(canonical(fields))
    except TypeError as error:
        raise ValueError(str(error)) from error


def seal_of(hash_: str, key: bytes) -> str:
    """HMAC-SHA256 of the hash's hex digits, as 64 hex digits."""
    return hmac.digest(key, hash_.encode(), "sha256").hex()


def check_text(text: str) -> str:
    """What forbids this text in the journal, in words; empty where nothing does."""
    if "\x00" in text:
        return "has a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "has half a character (a lone surrogate)"
    return ""


def check_value(value: Any, depth: int = 0) -> str:
    """What forbids this value as a fact, in words; empty where nothing does."""
    if depth > DEEPEST:
        return f"is nested deeper than {DEEPEST} levels"
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return "" if abs(value) <= LARGEST else "is beyond ±(2^53 − 1)"
    if isinstance(value, str):
        return check_text(value)
    if isinstance(value, list | tuple):
        return next(filter(None, (check_value(item, depth + 1) for item in value)), "")
    if isinstance(value, dict):
        return next(filter(None, (_check_pair(key, item, depth) for key, item in value.items())), "")
    return (
        f"is a {type(value).__name__}; only text, whole numbers, true/false, None, lists and dicts of these may stand"
    )


def _check_pair(key: Any, value: Any, depth: int) -> str:
    if not isinstance(key, str) or not key.isascii() or not key.isprintable():
        return f"has the key {key!r}, which is no printable ASCII"
    return check_value(value, depth + 1)


def checked_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they will be read back; ValueError names the first that may not stand and why."""
    for name, value in facts.items():
        if wrong := _check_pair(name, value, 0):
            raise ValueError(f"The fact {name!r} {wrong}.")
    kept = {name: _listed(value) for name, value in facts.items()}
    if (size := len(canonical(kept))) > MOST_BYTES:
        raise ValueError(f"The facts take {size} bytes; at most {MOST_BYTES} may stand.")
    return kept


def _listed(value: Any) -> Any:
    """Tuples as lists, enumerations as what they stand for: the way JSON gives them back."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, dict):
        return {str(key): _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value]
