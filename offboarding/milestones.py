"""The dates that follow from an agreement and its ending, as values: milestones, their rules, their JSON. Pure.

Days are the truth. Instants are the vendor's clock on those days, read from the time-zone database whenever milestones
are made or loaded; so a state that gives up summer time moves an hour, never a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offboarding.calendar_days import end_of_day, hours_between, read_day, start_of_day
from offboarding.refusals import ClockError, Fact
from offboarding.ways_to_end import Decisions


class Mark(StrEnum):
    """The four milestones, in the order of time."""

    LATEST_NOTICE = "latest_notice"
    SERVICE_ENDS = "service_ends"
    EXPORT_UNTIL = "export_until"
    DELETE_FROM = "delete_from"


RULES: Mapping[str, frozenset[str]] = {
    "notice_before_end": frozenset({"term_end", "notice_days"}),
    "term_end_timely": frozenset({"notice_day", "latest", "term_end"}),
    "term_end_accepted": frozenset({"notice_day", "latest", "term_end"}),
    "term_end_next": frozenset({"notice_day", "latest", "term_start", "term_end"}),
    "term_end_no_renewal": frozenset({"notice_day", "term_end"}),
    "term_end_switching": frozenset({"notice_day", "term_end"}),
    "expiry": frozenset({"term_end"}),
    "vendor": frozenset({"service_ends"}),
    "for_cause": frozenset({"service_ends"}),
    "mutual": frozenset({"service_ends"}),
    "transition": frozenset({"notice_day", "notice_ends", "transition_days"}),
    "transition_extended": frozenset({"notice_day", "notice_ends", "transition_until"}),
    "transition_infeasible": frozenset({"notice_day", "notice_ends", "transition_until", "told_on"}),
    "window": frozenset({"service_ends", "window_days"}),
    "window_from_notice": frozenset({"service_ends", "notice_day", "window_days"}),
    "retrieval": frozenset({"transition_ends", "retrieval_days"}),
    "extended": frozenset({"computed"}),
    "waived": frozenset({"computed"}),
    "after_window": frozenset({"export_until"}),
    "kept": frozenset({"day", "computed"}),
}
"""Rule code → the facts it always has; ``rule_words`` has a sentence for each."""

OTHER_CLOCK = frozenset({"contract_clock", "data_act_clock"})
"""Facts beside these under the Data Act: the day that the clock which did not win would have given."""


COUNTS = frozenset({"notice_days", "transition_days", "window_days", "retrieval_days"})
"""Facts that are numbers of days; all others are days."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a milestone is where it is. ``facts``: days as ISO text, counts as numbers; see ``RULES``."""

    code: str
    facts: Mapping[str, Fact]

    def __post_init__(self) -> None:
        """ClockError for an unknown code, other facts than the code has, or a fact that is no day and no count."""
        if self.code not in RULES or set(self.facts) - OTHER_CLOCK != RULES[self.code]:
            raise ClockError("rule", "unreadable", given=f"{self.code} {sorted(self.facts)}")
        for name, value in self.facts.items():
            if not _fits(name, value):
                raise ClockError("rule", "unreadable", given=f"{self.code}: {name} = {value!r}")


def _fits(name: str, value: object) -> bool:
    if name in COUNTS:
        return type(value) is int and value >= 0
    with suppress(ValueError):
        return bool(read_day(value))
    return False


@dataclass(frozen=True, slots=True)
class Milestone:
    """One day with its first instant and its end, exclusive, both aware and in the vendor's zone (23 to 25 hours)."""

    mark: Mark
    day: date
    begins: datetime
    ends: datetime
    rule: Rule

    @classmethod
    def on(cls, mark: Mark, day: date, rule: Rule, zone: ZoneInfo) -> Milestone:
        """The milestone of that day in that zone. ClockError at the edges of the calendar."""
        return cls(mark, day, start_of_day(day, zone), end_of_day(day, zone), rule)


@dataclass(frozen=True, slots=True)
class Milestones(Mapping[Mark, Milestone]):
    """All four by ``Mark``, in the order of time; each also by its name.

    ``zone`` is the vendor's. ``decisions`` are those they were counted with: what stands among them when the dates are
    counted again is nothing new to refuse.
    """

    latest_notice: Milestone
    service_ends: Milestone
    export_until: Milestone
    delete_from: Milestone
    zone: ZoneInfo
    decisions: Decisions

    @classmethod
    def of(cls, found: Mapping[Mark, tuple[date, Rule]], zone: ZoneInfo, decisions: Decisions) -> Milestones:
        """The milestones of those days in that zone. ClockError at the edges of the calendar."""
        made = [Milestone.on(mark, *found[mark], zone) for mark in Mark]
        latest_notice, service_ends, export_until, delete_from = made
        return cls(latest_notice, service_ends, export_until, delete_from, zone, decisions)

    def __getitem__(self, mark: Mark) -> Milestone:
        found: Milestone = getattr(self, Mark(mark).value)
        return found

    def __iter__(self) -> Iterator[Mark]:
        return iter(Mark)

    def __len__(self) -> int:
        return len(Mark)

    @property
    def window_hours(self) -> float:
        """The hours that really pass between the end of service and the first instant of deletion."""
        return hours_between(self.service_ends.ends, self.delete_from.begins)

    def to_json(self) -> dict[str, Any]:
        """A JSON object: ``zone``, ``decisions`` and, by mark, ``day`` (ISO) and ``rule`` (``code``, ``facts``)."""
        return {"zone": self.zone.key, "decisions": self.decisions.to_json()} | {
            mark.value: {
                "day": milestone.day.isoformat(),
                "rule": {"code": milestone.rule.code, "facts": dict(milestone.rule.facts)},
            }
            for mark, milestone in self.items()
        }

    @classmethod
    def from_json(cls, data: Any) -> Milestones:
        """The milestones behind ``to_json``; ClockError for anything missing, additional or unknown."""
        try:
            if set(data) != {"zone", "decisions", *Mark}:
                raise ValueError(f"{sorted(data)}")
            found = {mark: _found(mark, data[mark]) for mark in Mark}
            return cls.of(found, ZoneInfo(data["zone"]), Decisions.from_json(data["decisions"]))
        except ClockError:
            raise
        except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
            raise ClockError("milestones", "unreadable", given=str(error)) from error


def _found(mark: Mark, data: Any) -> tuple[date, Rule]:
    if set(data) != {"day", "rule"} or set(data["rule"]) != {"code", "facts"}:
        raise ValueError(f"{mark}: {sorted(data)}")
    return read_day(data["day"]), Rule(data["rule"]["code"], dict(data["rule"]["facts"]))
