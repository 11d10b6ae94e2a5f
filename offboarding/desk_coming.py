"""What comes in the next 90 days, day by day: each package declares its dates, the first page draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from offboarding.desk_matters import address_of
from offboarding.models import Agreement

DAYS = 90
SPANS = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Coming:
    """The dates of one kind: how many fall on each day. ``address`` and ``field``: the list, and its date's name."""

    kind: str
    title: str
    counts: Mapping[date, int]
    address: str
    field: str
    others: Mapping[str, str] | None = None
    """What else the list has to be filtered by, to show the same."""

    def between(self, first: date, last: date) -> int:
        """How many fall on these days, both included."""
        return sum(count for day, count in self.counts.items() if first <= day <= last)

    def list_of(self, first: date, last: date) -> str:
        """The address of the list with just these; days need no quoting, and there is a link for each."""
        rest = f"&{urlencode(self.others)}" if self.others else ""
        return f"{self.address}?{self.field}__gte={first.isoformat()}&{self.field}__lte={last.isoformat()}{rest}"


Provider = Callable[[Any, date, date], Coming | None]
_PROVIDERS: dict[str, Provider] = {}


def declare(name: str, provider: Provider) -> None:
    """Adds what gives the dates of one kind; None where this person may not look at them."""
    _PROVIDERS[name] = provider


def coming_for(user: Any, today: date) -> list[Coming]:
    """Everything that comes and this person may look at, in the order of the case: service, exports, deletion."""
    last = today + timedelta(days=DAYS - 1)
    found = [provider(user, today, last) for provider in _PROVIDERS.values()]
    return [one for one in found if one is not None]


def by_day(rows: QuerySet[Any], field: str) -> dict[date, int]:
    """Day → how many rows, in one query; asked for nothing but this field, an index of it answers alone."""
    return dict(rows.order_by().values_list(field).annotate(count=Count("*")))


def _of_agreements(kind: str, title: Callable[[], str], field: str, **others: str) -> Provider:
    def provider(user: Any, first: date, last: date) -> Coming | None:
        if not user.has_perm("offboarding.view_agreement"):
            return None
        rows = Agreement.objects.filter(**{f"{field}__range": (first, last)}, erased_at=None)
        counts = by_day(rows, field)
        if others:
            counts = _less(counts, by_day(rows.filter(held_since__isnull=False), field))
        address = address_of("offboarding_agreement_changelist")
        return Coming(kind, title(), counts, address, field, {"erased_at__isnull": "True", **others})

    return provider


def _less(counts: Mapping[date, int], held: Mapping[date, int]) -> dict[date, int]:
    """Without the held ones, which are few: asked whether each is held, every row would have to be read."""
    left = {day: count - held.get(day, 0) for day, count in counts.items()}
    return {day: count for day, count in left.items() if count > 0}


def declare_all() -> None:
    """Tells the first page of the agreements' dates."""
    declare("service", _of_agreements("service", lambda: _("Service ends"), "service_ends"))
    declare("window", _of_agreements("window", lambda: _("Time for exports ends"), "export_until"))
    declare(
        "deletion",
        _of_agreements("deletion", lambda: _("Deletion may begin"), "delete_from", held_since__isnull="True"),
    )
