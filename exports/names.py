"""Names that every operating system can unpack: ours inside a package, with the originals listed beside them. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 120
"""Characters of a path below ``media/<store>/``: with the bag's folders it stays under Windows' 260."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._ ()+,=@~-]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$")


def slug(text: str, fallback: str = "customer") -> str:
    """A short lower-case ASCII word for file names, e.g. ``nordiska-akademin``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or fallback


def safe_path(path: str, *, unique: bool = False) -> str:
    """The path itself where it is safe and short, else a readable one that ends in a part of the original's digest.

    ``unique`` forces the digest: for names that differ only in case.
    """
    segments = [plain(segment) for segment in path.split("/") if segment not in ("", ".", "..")]
    candidate = "/".join(segments)
    if candidate == path and len(candidate) <= LONGEST and not unique:
        return candidate
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:10]
    name = PurePosixPath(segments[-1] if segments else "file")
    suffix = name.suffix[:12]
    folder = "/".join(segments[:-1])
    stem = f"{name.stem[:60]}-{digest}{suffix}"
    room = LONGEST - len(stem) - 1
    return f"{folder}/{stem}" if folder and len(folder) <= room else stem


def plain(segment: str) -> str:
    """One part of a path in letters that every system has; never empty, never a device of Windows."""
    found = unicodedata.normalize("NFKD", segment).encode("ascii", "ignore").decode()
    found = _UNSAFE.sub("_", found).strip(" .") or "_"
    return f"_{found}" if _RESERVED.match(found) else found
