"""A case as its customer may know it: a hold of which law forbids to tell is not there."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any, NoReturn

from offboarding.models import Agreement, JournalEntry


def as_told(agreement: Agreement) -> Agreement:
    """The agreement for the customer's eyes: on hold since it was told so, whatever was on hold before; else not.

    Only to look at; verbs read the row anew. One query, and only where the data is on hold.
    """
    if agreement.held_since is None:
        return agreement
    seen = copy(agreement)
    seen.held_since = told_since(agreement, agreement.held_since)
    seen.save = _not_to_be_saved  # type: ignore[method-assign]
    return seen


def told_since(agreement: Agreement, since: Any, before: int | None = None) -> datetime | None:
    """When the customer was first told of a hold that was placed at that moment or later; None if it never was.

    ``before``: the ``seq`` of the release that ended these holds; what was placed after it is another story.
    """
    placed = JournalEntry.objects.filter(agreement=agreement.pk, event="hold.placed", at__gte=since, facts__told=True)
    if before is not None:
        placed = placed.filter(seq__lt=before)
    return placed.order_by("seq").values_list("at", flat=True).first()


def _not_to_be_saved(*_values: Any, **_others: Any) -> NoReturn:
    raise TypeError("This is what the customer may know; the row itself is read anew by the verbs.")
