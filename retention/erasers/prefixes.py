"""Whose folder a path lies in, by the prefixes of the data map alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_TENANT = "{tenant}"


def prefix_of(pattern: str, tenant_key: str) -> str:
    """The beginning of a tenant's file names."""
    return pattern.replace(_TENANT, tenant_key)


def owners(patterns: Sequence[str], path: str) -> set[str]:
    """Every key whose tenant, if there is one, has the path below one of its prefixes."""
    found: set[str] = set()
    for pattern in patterns:
        head, _, tail = pattern.partition(_TENANT)
        if path.startswith(head):
            rest = path[len(head) :]
            found |= {key for key in _beginnings(rest) if rest[len(key) :].startswith(tail)}
    return found


def overlapping(patterns: Sequence[str], tenant_key: str) -> tuple[set[str], set[str]]:
    """Which other tenants' prefixes may lie in the tenant's or around it: those with these keys, and those whose key
    begins so ('' for any key)."""
    keys: set[str] = set()
    begins: set[str] = set()
    for mine in (prefix_of(pattern, tenant_key) for pattern in patterns):
        keys |= owners(patterns, mine)
        for pattern in patterns:
            head, _, _ = pattern.partition(_TENANT)
            if head.startswith(mine):
                begins.add("")
            elif mine.startswith(head):
                begins.add(mine[len(head) :])
    return keys - {tenant_key}, begins


def overlap(patterns: Sequence[str], tenant_key: str, other: str) -> bool:
    """Whether a prefix of the one lies in a prefix of the other."""
    mine = [prefix_of(pattern, tenant_key) for pattern in patterns]
    theirs = [prefix_of(pattern, other) for pattern in patterns]
    return any(a.startswith(b) or b.startswith(a) for a in mine for b in theirs)


def _beginnings(text: str) -> Iterator[str]:
    """What stands before each ``/``, but nothing empty."""
    for index, character in enumerate(text):
        if character == "/" and index:
            yield text[:index]


SPELLINGS = (("/./", "/"), ("/./", "/"), ("//", "/"), ("//", "/"))
"""What file systems take for the same; replaced in this order."""


def plain(path: str, exact: bool) -> str:
    """The spelling of a path that a listing gives; what leads out of the store stays as it is."""
    if exact or path.startswith("/") or ".." in path.split("/"):
        return path
    return short(path, exact).removeprefix("/")


def short(path: str, exact: bool) -> str:
    """The shortest spelling of a path with ``/`` before it; the path itself where every spelling is a file of its own
    (``exact``)."""
    if exact:
        return path
    whole = f"/{path}"
    for spelled, plain in SPELLINGS:
        whole = whole.replace(spelled, plain)
    return whole
