"""How an agreement ends and what people decided about it, as values that contradict themselves nowhere. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from offboarding.calendar_days import checked_day, read_day
from offboarding.refusals import ClockError


class Cause(StrEnum):
    """Why an agreement ends."""

    NOTICE = "notice"
    EXPIRY = "expiry"
    VENDOR = "vendor"
    FOR_CAUSE = "for_cause"
    MUTUAL = "mutual"


class Late(StrEnum):
    """What a person decided about a late notice."""

    ACCEPTED = "accepted"
    NEXT_TERM = "next_term"


@dataclass(frozen=True, slots=True)
class Ending:
    """One way of ending. ClockError where it misses a day, or has one that it cannot have.

    ``notice_day``: the day of receipt; needed for NOTICE. ``service_ends``: the last day, inclusive; needed for VENDOR,
    FOR_CAUSE and MUTUAL, and following from the terms for the others. ``late``: for a notice only.
    """

    cause: Cause
    notice_day: date | None = None
    service_ends: date | None = None
    late: Late | None = None

    def __post_init__(self) -> None:
        for field in ("notice_day", "service_ends"):
            if (value := getattr(self, field)) is not None:
                checked_day(field, value)
        for field, kind in (("cause", Cause), ("late", Late)):
            value = getattr(self, field)
            if not isinstance(value, kind) and (field == "cause" or value is not None):
                raise ClockError(field, "unreadable", given=str(value))
        if self.cause is Cause.NOTICE and self.notice_day is None:
            raise ClockError("notice_day", "day_missing")
        follows = self.cause in (Cause.NOTICE, Cause.EXPIRY)
        if follows != (self.service_ends is None):
            raise ClockError("service_ends", "day_unused" if follows else "day_missing")
        if self.late is not None and self.cause is not Cause.NOTICE:
            raise ClockError("late", "no_notice")


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided about the dates; all days inclusive, None where nothing was decided.

    ``export_until``: an extension of the window. ``delete_from``: a waiver, approved by two. Under the Data Act:
    ``transition_until``, the customer's one extension (art. 25(5)), and the vendor's longer transition
    ``infeasible_until`` with the day on which the customer was told, ``infeasible_told_on`` (art. 25(4)).
    """

    export_until: date | None = None
    delete_from: date | None = None
    transition_until: date | None = None
    infeasible_until: date | None = None
    infeasible_told_on: date | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            if (value := getattr(self, field.name)) is not None:
                checked_day(field.name, value)

    @property
    def of_transition(self) -> dict[str, date | None]:
        """Those that only the Data Act knows."""
        names = ("transition_until", "infeasible_until", "infeasible_told_on")
        return {name: getattr(self, name) for name in names}

    def to_json(self) -> dict[str, str]:
        """A JSON object with what was decided, days as ISO text; empty where nothing was."""
        return {
            field.name: value.isoformat() for field in fields(self) if (value := getattr(self, field.name)) is not None
        }

    @classmethod
    def from_json(cls, data: Any) -> Decisions:
        """The decisions behind ``to_json``; ClockError for anything unknown."""
        try:
            return cls(**{name: read_day(value) for name, value in data.items()})
        except ClockError:
            raise
        except (AttributeError, TypeError, ValueError) as error:
            raise ClockError("decisions", "unreadable", given=str(error)) from error
