"""Until when law keeps something: the rules that give a last day, and a duty over some of a customer's data. Pure.

Days are inclusive: kept through the last day, free from the day after it (``lapses_on``). Nothing is guessed: where the
day that a rule counts from is not known, the last day is not known either, and the duty keeps on.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from offboarding.calendar_days import plus_days, plus_months
from retention.reach import Reach

BOOKKEEPING_ACT = "bokföringslagen (1999:1078) 7 kap. 2 §"
BOOKKEEPING_YEARS = 7
MOST_MONTHS_OF_A_YEAR = 18
"""A first or moved financial year may be longer than twelve months: bokföringslagen (1999:1078) 3 kap. 3 §."""
MONTHS = range(1, 13)


class DutyError(ValueError):
    """A rule that cannot be: ``field`` names what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class FinancialYear:
    """One financial year by its first and last day, both inclusive: whole months, eighteen at most."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """DutyError for a year that bokföringslagen 3 kap. does not know."""
        if self.first.day != 1 or self.last != _end_of_month(self.last.year, self.last.month):
            raise DutyError("financial_years", f"{self.first} to {self.last} are no whole months")
        if not self.first < self.last < plus_months(self.first, MOST_MONTHS_OF_A_YEAR):
            raise DutyError(
                "financial_years", f"{self.first} to {self.last} is not 1 to {MOST_MONTHS_OF_A_YEAR} months"
            )


@dataclass(frozen=True, slots=True)
class FinancialYears:
    """The vendor's financial years: twelve months up to the end of ``last_month``, 12 for calendar years.

    ``named``: years of another length or rhythm, one after the other. Regular years follow the last of them; what was
    before the first is not known, so name all years from which there may be records.
    """

    last_month: int = 12
    named: tuple[FinancialYear, ...] = ()

    def __post_init__(self) -> None:
        """DutyError for a month that is none, and for named years with gaps, overlaps or no way back to the rhythm."""
        if self.last_month not in MONTHS:
            raise DutyError("last_month", f"{self.last_month} is no month")
        for earlier, later in zip(self.named, self.named[1:], strict=False):
            if plus_days(earlier.last, 1) != later.first:
                raise DutyError("financial_years", f"no year follows on {earlier.last} without gap or overlap")
        if self.named and self.named[-1].last.month != self.last_month:
            raise DutyError("financial_years", f"regular years cannot follow on {self.named[-1].last}")

    def end_of_year_with(self, day: date) -> date:
        """The last day of the financial year that the day lies in. DutyError before the first named year."""
        if self.named and day < self.named[0].first:
            raise DutyError("financial_years", f"no year is named that {day} lies in")
        if found := [year.last for year in self.named if day <= year.last]:
            return found[0]
        return _end_of_month(day.year + (day.month > self.last_month), self.last_month)


CALENDAR_YEARS = FinancialYears()


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _end_of_calendar_year(year: int) -> date:
    return date(year, 12, 31)


def _checked_years(years: int) -> None:
    if years < 0:
        raise DutyError("years", f"{years} is less than none")


@dataclass(frozen=True, slots=True)
class FixedDay:
    """Kept through a day that somebody named: a court, an authority, a contract; None: until somebody names one."""

    day: date | None

    def last_day(self, event: date | None) -> date | None:
        """That day, whatever happened when."""
        return self.day


@dataclass(frozen=True, slots=True)
class YearsAfter:
    """Kept so many years to the day after the event; 29 February counts as 28 February where there is none."""

    years: int

    def __post_init__(self) -> None:
        """DutyError for a negative number."""
        _checked_years(self.years)

    def last_day(self, event: date | None) -> date | None:
        """The same day of the later year; None where the event's day is not known."""
        return None if event is None else plus_months(event, 12 * self.years)


@dataclass(frozen=True, slots=True)
class CalendarYearsAfter:
    """Kept through 31 December of so many years after the calendar year of the event."""

    years: int

    def __post_init__(self) -> None:
        """DutyError for a negative number."""
        _checked_years(self.years)

    def last_day(self, event: date | None) -> date | None:
        """That 31 December; None where the event's day is not known."""
        return None if event is None else _end_of_calendar_year(event.year + self.years)


@dataclass(frozen=True, slots=True)
class BookYearsAfter:
    """Kept through so many calendar years after the one in which the event's financial year ended.

    Source: bokföringslagen (1999:1078) 7 kap. 2 § – "till och med det sjunde året efter utgången av det kalenderår då
    räkenskapsåret avslutades". The event is the last day with a record, because one kept year keeps the table.
    """

    years: int = BOOKKEEPING_YEARS
    financial_years: FinancialYears = CALENDAR_YEARS

    def __post_init__(self) -> None:
        """DutyError for a negative number."""
        _checked_years(self.years)

    def last_day(self, event: date | None) -> date | None:
        """31 December of the last of those years; None where the event's day or its financial year is not known."""
        if event is None:
            return None
        try:
            ended = self.financial_years.end_of_year_with(event)
        except DutyError:
            return None
        return _end_of_calendar_year(ended.year + self.years)


UntilRule = FixedDay | YearsAfter | CalendarYearsAfter | BookYearsAfter


@dataclass(frozen=True, slots=True)
class Duty:
    """Law keeps a part of one customer's data: exactly what it ``reaches`` stays, the rest may go.

    ``number``: of its record. ``ground``: the law's or the contract's words for why, short. ``source``: where that can
    be read or who decided it. ``event``: the day that ``until`` counts from; None where that is not known. ``single``:
    decided for this case, not a standing rule.
    """

    number: int
    ground: str
    source: str
    reaches: Reach
    until: UntilRule
    event: date | None
    single: bool

    @property
    def last_day(self) -> date | None:
        """The last day on which it keeps; None where that is not known."""
        return self.until.last_day(self.event)

    def keeps_on(self, day: date) -> bool:
        """Whether it still keeps on that day; where its end is not known it does."""
        last = self.last_day
        return last is None or day <= last


def lapses_on(duty: Duty) -> date | None:
    """The first day on which the duty keeps nothing any more; None where that is not known."""
    last = duty.last_day
    return None if last is None else plus_days(last, 1)
