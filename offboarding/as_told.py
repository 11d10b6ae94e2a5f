"""A case as its customer may know it: a hold of which law forbids to tell is not there."""

from __future__ import annotations

from copy import copy
from typing import Any, NoReturn

from offboarding.models import Agreement, JournalEntry


def as_told(agreement: Agreement) -> Agreement:
    """The agreement for the customer's eyes: without ``held_since`` where nobody was told of the hold.

    Only to look at; verbs read the row anew. One query, and only where the data is on hold.
    """
    if agreement.held_since is None or told_since(agreement, agreement.held_since):
        return agreement
    seen = copy(agreement)
    seen.held_since = None
    seen.save = _not_to_be_saved  # type: ignore[method-assign]
    return seen


def told_since(agreement: Agreement, since: Any) -> bool:
    """Whether the customer was told of a hold that was placed at that moment or later."""
    placed = JournalEntry.objects.filter(agreement=agreement.pk, event="hold.placed", at__gte=since)
    return placed.filter(facts__told=True).exists()


def _not_to_be_saved(*_values: Any, **_others: Any) -> NoReturn:
    raise TypeError("This is what the customer may know; the row itself is read anew by the verbs.")
