"""Calendar days and their instants: adding days and months, and when a day begins in a time zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from dateutil.relativedelta import relativedelta

from offboarding.refusals import ClockError

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def checked_day(field: str, value: object) -> date:
    """``value`` if it is a calendar day; an instant is none, because its day depends on the zone. ClockError."""
    if type(value) is not date:
        raise ClockError(field, "no_day")
    return value


def read_day(text: object) -> date:
    """The day behind its one ISO form, ``2026-12-31``; ValueError for every other text."""
    if not isinstance(text, str) or (day := date.fromisoformat(text)).isoformat() != text:
        raise ValueError(f"{text!r} is no day")
    return day


def plus_days(day: date, days: int, *, field: str = "day") -> date:
    """The day so many days later, or earlier with a negative number; ClockError beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise ClockError(field, "out_of_calendar") from error


def plus_months(day: date, months: int, *, field: str = "day") -> date:
    """The same day of a later month, or that month's last day where it has no such day.

    Source: Regulation (EEC, Euratom) No 1182/71 art. 3(2)(c). ClockError beyond the calendar.
    """
    try:
        return day + relativedelta(months=months)
    except (OverflowError, ValueError) as error:
        raise ClockError(field, "out_of_calendar") from error


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant in ``zone`` that is not before midnight of ``day``.

    Where clocks skip midnight (Cairo, Beirut, Havana) that is later than 00:00; where they show it twice, the first of
    the two; where a zone skipped the whole day (Apia, 30 December 2011), the first instant of the next.
    """
    midnight = datetime.combine(day, time())
    try:
        instant = midnight.replace(tzinfo=zone).astimezone(UTC)
        if _wall(instant, zone) == midnight:
            return instant.astimezone(zone)
        return _first_at_or_after(midnight, zone, instant).astimezone(zone)
    except OverflowError as error:
        raise ClockError("day", "out_of_calendar") from error


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which ``day`` is over, exclusive: where the next day starts."""
    return start_of_day(plus_days(day, 1), zone)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _first_at_or_after(midnight: datetime, zone: ZoneInfo, instant: datetime) -> datetime:
    """The instant at which clocks jump over ``midnight``: by halves, since a zone does not tell its transitions."""
    before, after = midnight.replace(tzinfo=zone, fold=1).astimezone(UTC), instant
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _wall(middle, zone) >= midnight:
            after = middle
        else:
            before = middle
    return after


def hours_between(begins: datetime, ends: datetime) -> float:
    """Hours that really pass between two aware instants; Python would subtract the clock faces within one zone."""
    return (ends.astimezone(UTC) - begins.astimezone(UTC)) / timedelta(hours=1)


@cache
def _public_holidays(country: str) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country)
    except (NotImplementedError, KeyError) as error:
        raise ClockError("country", "no_country", given=country) from error


def is_working_day(day: date, country: str) -> bool:
    """All days but public holidays, Saturdays and Sundays. Source: Regulation 1182/71 art. 2."""
    return day.weekday() < SATURDAY and day not in _public_holidays(country)


def plus_working_days(day: date, count: int, country: str) -> date:
    """The last of so many working days after ``day``, which itself is not counted (Regulation 1182/71 art. 3(1))."""
    while count:
        day = plus_days(day, 1)
        count -= is_working_day(day, country)
    return day
