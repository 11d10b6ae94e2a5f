"""Where other file systems begin: a mount inside a tenant's folder may hold anybody's files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(rb"\\([0-7]{3})")


def mounts_below(base: Path, prefix: str) -> Iterator[str]:
    """Mount points whose name begins with the prefix, also of folders of the same disk; as paths below ``base``.

    Only Linux tells them all; elsewhere nothing is found here.
    """
    if not _MOUNTS.exists():
        return
    begin = os.fsencode(base / "x")[:-1] + prefix.encode("utf-8", "surrogateescape")
    for line in _MOUNTS.read_bytes().splitlines():
        point = _ESCAPED.sub(lambda match: bytes([int(match[1], 8)]), line.split(b" ")[4])
        if (point + b"/").startswith(begin):
            yield os.fsdecode(point[len(os.fsencode(base / "x")) - 1 :])
