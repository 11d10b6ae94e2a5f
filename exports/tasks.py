"""Django-q2 tasks. A task carries one id and nothing else; the row says what to do (DESIGN §8)."""

from __future__ import annotations

from exports import worker


def run_export(pk: int) -> None:
    """Works on the export job if it is free; a task that comes twice or too late finds nothing to do."""
    worker.run(pk)
