"""What went from one of our own places, and what a look after it still found. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cleared:
    """``gone`` and ``left`` count files or rows, ``bytes`` what went of files; ``what`` says it by kind.

    Done a second time after a kill, ``gone`` counts only what was still there.
    """

    gone: int
    left: int
    bytes: int = 0
    what: dict[str, int] = field(default_factory=dict)
