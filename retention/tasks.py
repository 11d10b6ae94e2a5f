"""Django-q2 tasks. A task carries one id and nothing else; the row says what to do (DESIGN §8)."""

from __future__ import annotations

from retention import deleting


def run_deletion(pk: int) -> None:
    """Works on the deletion run if it is free; a task that comes twice or too late finds nothing to do."""
    deleting.work(pk)
