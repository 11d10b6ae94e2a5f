"""What makes a letter this one and no other, and whether what a reminder says is still so."""

from __future__ import annotations

from datetime import date

from offboarding.letter_writing import WARNINGS
from offboarding.models import Agreement, Letter

Occasion = Letter.Occasion
REMINDERS = (Occasion.WINDOW_OPEN, *WARNINGS.values())
"""What the calendar writes; nothing but the agreement is needed for it."""
MOST_KEY = 80
"""Characters that a verb may add to tell one occasion from the next."""


def key_of(occasion: Letter.Occasion, agreement: Agreement, key: str, address: str = "") -> str:
    """``occasion:agreement:key:address``; without an address, how the keys of all its recipients begin."""
    if len(key) > MOST_KEY:
        raise ValueError(f"The key {key!r} is longer than {MOST_KEY} characters.")
    return f"{occasion.value}:{agreement.pk}:{key}:{address}"


def reminder_key(occasion: Letter.Occasion, agreement: Agreement) -> str:
    """The day that a reminder is about, as ISO text: a day that moves makes a new letter. Empty without a day."""
    day: date | None = agreement.service_ends if occasion is Occasion.WINDOW_OPEN else agreement.delete_from
    return day.isoformat() if day else ""


def still_so(letter: Letter, agreement: Agreement, today: date) -> bool:
    """False for a reminder about a day that has moved, about data that is held or gone, or that comes too late."""
    occasion = Occasion(letter.occasion)
    if occasion not in REMINDERS:
        return True
    day = reminder_key(occasion, agreement)
    if not day or agreement.held_since or agreement.erased_at:
        return False
    if occasion is Occasion.WINDOW_OPEN and agreement.export_until is not None and agreement.export_until < today:
        return False
    return letter.key.startswith(key_of(occasion, agreement, day))
