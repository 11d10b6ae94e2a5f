"""A clock for a first look: what the demo plays in seconds happens on the days on which it would have happened.

A notice of last winter, warnings a month before deletion, a hold in between: nobody can wait for them. So the demo sets
the application's clock back, lets the same verbs and the same cron command do each thing on its day, and says so. The
database's own clock stays as it is; nothing is deleted in the past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from offboarding import clock
from offboarding.models import Agreement
from offboarding.reminders import DAYS

NOON, EVENING = time(12), time(18)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that somebody does on a day."""

    day: date
    act: Callable[[], object]


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """The application's clock shows ``moment`` and goes on from there; for this process alone."""
    real = timezone.now
    began = real()
    timezone.now = lambda: moment + (real() - began)
    try:
        yield
    finally:
        timezone.now = real


def play(happenings: Iterable[Happening], today: date) -> None:
    """Everything in the order of its days, cron's letters between; what is of today happens now."""
    by_day: defaultdict[date, list[Happening]] = defaultdict(list)
    for happening in happenings:
        by_day[min(happening.day, today)].append(happening)
    day = min(by_day, default=today)
    while day < today:
        if day in by_day:
            with clock_at(datetime.combine(day, NOON, clock.zone())):
                _do(by_day[day])
        if day in by_day or is_written_on(day):
            with clock_at(datetime.combine(day, EVENING, clock.zone())):
                call_command("send_reminders", stdout=StringIO())
        day += timedelta(days=1)
    _do(by_day[today])


def _do(happenings: Iterable[Happening]) -> None:
    for happening in happenings:
        with transaction.atomic():
            happening.act()


def is_written_on(day: date) -> bool:
    """Whether the calendar has a letter for that day: exports can be requested, or a warning."""
    warned = [day + timedelta(days=days) for days in DAYS]
    begun = Agreement.objects.filter(service_ends=day - timedelta(days=1))
    return begun.exists() or Agreement.objects.filter(delete_from__in=warned).exists()
