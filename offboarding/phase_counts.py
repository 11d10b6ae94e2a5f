"""How many agreements are in each phase: counted once a day, and read month by month.

Months before the first count are not made up: phases follow from facts that were different then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.db.models.functions import TruncMonth

from offboarding.models import Agreement, PhaseCount
from offboarding.phases import Phase

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month by its first day; ``counts`` of the last day that was counted in it, None where none was."""

    first: date
    counts: dict[Phase, int] | None
    counted_on: date | None = None


@transaction.atomic
def count(today: date) -> bool:
    """Counts every phase, once for that day; False where that was done already. Late or doubled cron is harmless."""
    if PhaseCount.objects.filter(day=today).exists():
        return False
    phased: Any = Agreement.objects.with_phase(today)
    found = dict(phased.order_by().values_list("phase").annotate(count=Count("pk")))
    rows = [PhaseCount(day=today, phase=phase.value, agreements=found.get(phase.value, 0)) for phase in Phase]
    PhaseCount.objects.bulk_create(rows, ignore_conflicts=True)
    return True


def months(today: date) -> list[Month]:
    """The last twelve months, the present one last, in one query over at most twelve days' counts."""
    firsts = [_earlier(today, number) for number in reversed(range(MONTHS))]
    here = PhaseCount.objects.filter(day__gte=firsts[0], day__lte=today)
    newest = here.order_by().annotate(month=TruncMonth("day")).values("month").annotate(last=Max("day")).values("last")
    counted: dict[date, dict[Phase, int]] = {}
    days: dict[date, date] = {}
    for day, phase, agreements in here.filter(day__in=newest).values_list("day", "phase", "agreements"):
        month = day.replace(day=1)
        days[month] = day
        if phase in Phase.values:
            counted.setdefault(month, {})[Phase(phase)] = agreements
    return [Month(first, counted.get(first), days.get(first)) for first in firsts]


def _earlier(today: date, months_before: int) -> date:
    """The first day of the month so many months before."""
    number = today.year * 12 + today.month - 1 - months_before
    return date(number // 12, number % 12 + 1, 1)
