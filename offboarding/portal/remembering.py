"""What was made for one state of a case is not made again while that state lasts: whoever reloads is answered at once.

Whatever happens to a case stands in the journal, and each entry's hash is its own and all its forerunners'. So the
newest entry of the customer, the rows in hand, the day and the language say whether anything can have changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.db.models import Model
from django.utils import translation

from offboarding import clock
from offboarding.models import JournalEntry
from offboarding.portal.visits import Visit

SECONDS = 600
"""Nothing of a customer stays in a process's memory for longer."""
MOST = 400
"""States of cases; some 20 kB each."""
_memory = LocMemCache("portal-cases", {"timeout": SECONDS, "max_entries": MOST})


def remembered(visit: Visit, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What ``make`` gives for this contact and this state of the case, in the active language; one query."""
    state = state_of(visit)
    found: dict[str, str] | None = _memory.get(state)
    if found is None:
        found = make()
        _memory.set(state, found)
    return found


def state_of(visit: Visit) -> str:
    """Hex digits that change whenever anything can have changed that the page shows."""
    entries = JournalEntry.objects.filter(customer=visit.agreement.customer_id).order_by("-seq")
    newest = entries.values_list("hash", flat=True).first()
    rows = [_values(row) for row in (visit.agreement, visit.agreement.customer, visit.contact)]
    said = repr([translation.get_language(), clock.today(), newest, rows])
    return hashlib.sha256(said.encode()).hexdigest()


def _values(row: Model) -> list[Any]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]
