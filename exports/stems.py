"""Short, safe and unique file stems for the tables of an export. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter

from exports.datamap import DatabaseStore

LIMIT = 60
_MAIN_STORE = "platform"
_RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}
"""Names that Windows keeps for devices, with any suffix."""


def stems(store: DatabaseStore) -> dict[str, str]:
    """Collection → stem: ``[a-z][a-z0-9_]*``, with ``<store>.`` before it for every store but ``platform``.

    A stem never holds '-', which numbers the parts of a file, nor more than 60 characters; so stems are unique
    across all stores, also where file names are compared without case.
    """
    prefix = "" if store.key == _MAIN_STORE else f"{store.key}."
    plain = {key: _plain(key) for key in store.collections}
    used = Counter(plain.values())
    return {
        key: prefix
        + (stem if _keeps(key, stem, used, LIMIT - len(prefix)) else _marked(key, stem, LIMIT - len(prefix)))
        for key, stem in plain.items()
    }


def _plain(key: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")
    return stem if re.match(r"[a-z]", stem) else f"t_{stem}".rstrip("_")


def _keeps(key: str, stem: str, used: Counter[str], limit: int) -> bool:
    return len(stem) <= limit and stem not in _RESERVED and (used[stem] == 1 or key == stem)


def _marked(key: str, stem: str, limit: int) -> str:
    # two underscores never occur in a plain stem
    return f"{stem[: limit - 10]}__{hashlib.sha256(key.encode()).hexdigest()[:8]}"
