"""Canonical JSON: the same bytes for the same value, so that a hash or a signature can speak of a value. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785) of dicts, lists, texts, whole numbers, booleans and None; TypeError for the rest."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    if value is not None and not isinstance(value, str | int):
        raise TypeError(f"{value!r} has no canonical form")
    return value
