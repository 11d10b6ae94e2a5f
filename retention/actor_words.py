"""An ``Actor`` as a person reads it."""

from __future__ import annotations

from offboarding.journal_words import who
from offboarding.models import JournalEntry


def in_words(actor: str) -> str:
    """``staff:3:sam`` → ``sam``, ``machine:deletion`` → ``automatic deletion``; '' for nobody."""
    return who(JournalEntry(actor=actor)) if actor else ""
