"""Switching under the EU Data Act, Regulation (EU) 2023/2854 chapter VI: its clock and its charges. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache

from offboarding.calendar_days import ONE_DAY, checked_day, plus_days, plus_months, plus_working_days
from offboarding.refusals import (
    EXTENSION_ARTICLE,
    INFEASIBLE_ARTICLE,
    NOTICE_ARTICLE,
    RETRIEVAL_ARTICLE,
    TRANSITION_ARTICLE,
    PolicyError,
)
from offboarding.terms import Terms
from offboarding.ways_to_end import Decisions

MOST_NOTICE_MONTHS, LEAST_TRANSITION_DAYS, MOST_INFEASIBLE_MONTHS = 2, 30, 7
MOST_INFEASIBLE_WORKING_DAYS, LEAST_RETRIEVAL_DAYS = 14, 30


class Charge(StrEnum):
    """What the vendor may charge for switching on a day."""

    FULL = "full"
    REDUCED = "reduced"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SwitchingRules:
    """The numbers of the regulation, each with its article; PolicyError for one below what it grants the customer.

    ``notice_months``: the notice to start switching is 2 months at most, art. 25(2)(d).
    ``transition_days``: the transition that follows the notice period, 30 calendar days, art. 25(2)(a).
    ``infeasible_months``: where that is technically unfeasible, another transition of at most 7 months, art. 25(4).
    ``infeasible_working_days``: told, with reasons, within 14 working days of the request, art. 25(4).
    ``retrieval_days``: data can be fetched for at least 30 calendar days after the transition, art. 25(2)(g).
    ``free_from``: no switching charges from 12 January 2027, art. 29(1).
    ``reduced_from``: until then, from 11 January 2024, no more than the vendor's own costs, art. 29(2) and (3).
    ``country``: whose public holidays are no working days (Regulation 1182/71 art. 2), ISO 3166-1.
    """

    notice_months: int = MOST_NOTICE_MONTHS
    transition_days: int = LEAST_TRANSITION_DAYS
    infeasible_months: int = MOST_INFEASIBLE_MONTHS
    infeasible_working_days: int = MOST_INFEASIBLE_WORKING_DAYS
    retrieval_days: int = LEAST_RETRIEVAL_DAYS
    free_from: date = date(2027, 1, 12)
    reduced_from: date = date(2024, 1, 11)
    country: str = "SE"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type == "int" and (type(value) is not int or value < 0):
                raise PolicyError(field.name, NOTICE_ARTICLE, "no_count", least=0, given=str(value))
        self._at_most("notice_months", MOST_NOTICE_MONTHS, NOTICE_ARTICLE)
        self._at_most("infeasible_months", MOST_INFEASIBLE_MONTHS, INFEASIBLE_ARTICLE)
        self._at_most("infeasible_working_days", MOST_INFEASIBLE_WORKING_DAYS, INFEASIBLE_ARTICLE)
        self._at_least("transition_days", LEAST_TRANSITION_DAYS, TRANSITION_ARTICLE)
        self._at_least("retrieval_days", LEAST_RETRIEVAL_DAYS, RETRIEVAL_ARTICLE)

    def _at_most(self, field: str, most: int, article: str) -> None:
        if (given := getattr(self, field)) > most:
            raise PolicyError(field, article, "above_law", given=given, most=most)

    def _at_least(self, field: str, least: int, article: str) -> None:
        if (given := getattr(self, field)) < least:
            raise PolicyError(field, article, "below_law", given=given, least=least)

    def check(self, terms: Terms) -> None:
        """PolicyError where an agreement asks for more notice, or leaves a shorter window, than the law allows.

        Notice is counted in days, so it may not exceed the shortest span of so many months: 59 days for two.
        """
        if terms.notice_days > (most := shortest_span(self.notice_months)):
            raise PolicyError("notice_days", NOTICE_ARTICLE, "notice_too_long", given=terms.notice_days, most=most)
        if terms.window_days < LEAST_RETRIEVAL_DAYS:
            raise PolicyError(
                "window_days", RETRIEVAL_ARTICLE, "window_too_short",
                given=terms.window_days, least=LEAST_RETRIEVAL_DAYS,
            )  # fmt: skip

    def charges_allowed(self, on: date) -> Charge:
        """What may be charged for switching on that day, art. 29(1) and (2)."""
        if checked_day("on", on) >= self.free_from:
            return Charge.NONE
        return Charge.REDUCED if on >= self.reduced_from else Charge.FULL


@cache
def shortest_span(months: int) -> int:
    """The fewest days that so many months can have."""
    first = date(2027, 1, 1)
    return min((plus_months(day, months) - day).days for day in (first + ONE_DAY * n for n in range(365)))


def charges_allowed(on: date, rules: SwitchingRules = SwitchingRules()) -> Charge:
    """What may be charged for switching on that day, by the regulation's own dates unless others are given."""
    return rules.charges_allowed(on)


@dataclass(frozen=True, slots=True)
class Transition:
    """The time in which the customer moves: the day after ``notice_ends`` until ``ends``, inclusive.

    ``longer``: "" as the law has it, "extended" by the customer, "infeasible" by the vendor.
    """

    notice_ends: date
    ends: date
    longer: str


def transition(
    rules: SwitchingRules, notice_days: int, request: date, decisions: Decisions, standing: Decisions
) -> Transition:
    """The transition after a switching request received on ``request``, which itself is not counted.

    It follows the agreement's ``notice_days``, or ``notice_months`` where those are fewer. The customer's extension
    (art. 25(5)) or the vendor's other transition (art. 25(4)) counts where it is later; PolicyError where the law does
    not allow it, unless it is one of the ``standing`` decisions, which other facts may overtake.
    """
    notice_ends = min(plus_days(request, notice_days), plus_months(request, rules.notice_months))
    usual = Transition(notice_ends, plus_days(notice_ends, rules.transition_days), "")
    found = [usual]
    if (decisions.infeasible_until is None) != (decisions.infeasible_told_on is None):
        raise PolicyError("infeasible_until", INFEASIBLE_ARTICLE, "infeasible_incomplete")
    if decisions.infeasible_until is not None and decisions.infeasible_told_on is not None:
        _check_told(rules, request, decisions.infeasible_told_on)
        _check_most(plus_months(notice_ends, rules.infeasible_months), decisions.infeasible_until)
        found.append(Transition(notice_ends, decisions.infeasible_until, "infeasible"))
    if decisions.transition_until is not None:
        _check_once(decisions.transition_until, standing.transition_until)
        found.append(Transition(notice_ends, decisions.transition_until, "extended"))
    for longer in found:
        _check_longer(usual, longer, standing)
    return max(found, key=lambda each: each.ends)


def told_by(rules: SwitchingRules, request: date) -> date:
    """The last day on which the vendor may say that 30 days are technically unfeasible, art. 25(4)."""
    return plus_working_days(request, rules.infeasible_working_days, rules.country)


def _check_told(rules: SwitchingRules, request: date, told_on: date) -> None:
    if checked_day("infeasible_told_on", told_on) < request:
        raise PolicyError(
            "infeasible_told_on", INFEASIBLE_ARTICLE, "told_early",
            given=told_on.isoformat(), day=request.isoformat(),
        )  # fmt: skip
    if told_on > (last := told_by(rules, request)):
        raise PolicyError(
            "infeasible_told_on", INFEASIBLE_ARTICLE, "told_late", given=told_on.isoformat(), day=last.isoformat()
        )


def _check_most(most: date, until: date) -> None:
    if until > most:
        raise PolicyError(
            "infeasible_until", INFEASIBLE_ARTICLE, "infeasible_too_long",
            given=until.isoformat(), day=most.isoformat(),
        )  # fmt: skip


def _check_once(until: date, before: date | None) -> None:
    if before is not None and before != until:
        raise PolicyError("transition_until", EXTENSION_ARTICLE, "extended_once", day=before.isoformat())


def _check_longer(usual: Transition, longer: Transition, standing: Decisions) -> None:
    field = {"": "", "extended": "transition_until", "infeasible": "infeasible_until"}[longer.longer]
    if longer.ends < usual.ends and getattr(standing, field) != longer.ends:
        article = EXTENSION_ARTICLE if longer.longer == "extended" else INFEASIBLE_ARTICLE
        raise PolicyError(
            field, article, "transition_earlier", given=longer.ends.isoformat(), day=usual.ends.isoformat()
        )
