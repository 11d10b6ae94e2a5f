"""The journal's arithmetic: what an entry's hash is made of, and what a fact may be. Pure.

``hash`` = SHA-256 of the canonical JSON (RFC 8785) of the entry's fields with ``previous``, the hash of the entry
before it; ``seal`` = HMAC-SHA256 (RFC 2104) of ``hash`` under a key that is kept outside the database.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from offboarding.canonical import canonical

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
    """The fields of one entry that its hash speaks of, as JSON knows them; ``at`` as ``instant`` writes it."""

    seq: int
    at: str
    actor: str
    event: str
    customer: int | None
    agreement: int | None
    reason: str
    facts: dict[str, Any]
    previous: str


class Sealed(NamedTuple):
    """An entry as it stands in the database. ``content`` is None where no entry could be read from the row."""

    seq: int
    content: Entry | None
    hash: str
    key_id: str
    seal: str


class Head(NamedTuple):
    """Where a chain ends: the number of the last entry and its hash."""

    seq: int = 0
    hash: str = GENESIS


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with all six digits of the microseconds: ``2027-01-31T13:05:00.000000Z``."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"


# Together these write what ``canonical.canonical`` writes (a test compares them with it and with RFC 8785's own), at
# the speed that a million entries ask for. Keys are ASCII here, so that Python's order of them is the RFC's.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_text = json.encoder.encode_basestring


def _number(value: int | None) -> str:
    return "null" if value is None else f"{value:d}"


def hash_of(entry: Entry) -> str:
    """The entry's hash, 64 hex digits; ValueError or TypeError where a field has no canonical form."""
    seq, at, actor, event, customer, agreement, reason, facts, previous = entry
    content = (
        f'{{"actor":{_text(actor)},"agreement":{_number(agreement)},"at":{_text(at)},"customer":{_number(customer)},'
        f'"event":{_text(event)},"facts":{_encode(facts)},"previous":{_text(previous)},"reason":{_text(reason)},'
        f'"seq":{seq:d}}}'
    )
    return sha256(content.encode()).hexdigest()


def seal_of(hash_: str, key: bytes) -> str:
    """HMAC-SHA256 of the hash's hex digits, as 64 hex digits."""
    return hmac.digest(key, hash_.encode(), "sha256").hex()


def fault(entry: Sealed, before: Head, keys: Mapping[str, bytes]) -> str:
    """What is wrong with the entry that follows ``before``, in words; empty where nothing is.

    ``keys`` are the keys of seals by key id.
    """
    due = before.seq + 1
    if entry.seq != due:
        return f"Entry {due} is missing: after {_called(before)} comes entry {entry.seq}."
    if entry.content is None or _hash_or_nothing(entry.content) != entry.hash:
        return f"Entry {entry.seq} was changed: its content is not what its hash was made of."
    if entry.content.previous != before.hash:
        return f"Entry {entry.seq} does not follow {_called(before)}: it names another entry before it."
    if entry.key_id not in keys:
        return f"Entry {entry.seq} is sealed by the key {entry.key_id!r}, which is neither in use nor retired."
    if seal_of(entry.hash, keys[entry.key_id]) != entry.seal:
        return f"Entry {entry.seq} was not written by this application: its hash is right, its seal is not."
    return ""


def _called(head: Head) -> str:
    return f"entry {head.seq}" if head.seq else "the journal's beginning"


def _hash_or_nothing(entry: Entry) -> str:
    try:
        return hash_of(entry)
    except (ValueError, TypeError):
        return ""


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
