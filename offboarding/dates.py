"""The clock: from an agreement's terms, its ending and people's decisions to the dates everybody relies on. Pure.

``E`` is the last day of service, ``W = later(E, day of notice) + window`` the last day to request an export, and
deletion is allowed from ``W + 1``; days are calendar days in the vendor's zone, inclusive. Receipt counts, and the day
of an event is not counted (Regulation (EEC, Euratom) No 1182/71 art. 3(1)).

Under the Data Act two clocks run side by side, and for each milestone the later day wins. The contract's window counts
from the day on which service really ends, so it is never shorter than agreed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from offboarding.calendar_days import checked_day, plus_days
from offboarding.data_act import Charge, SwitchingRules, Transition, charges_allowed, transition
from offboarding.last_day import last_day
from offboarding.milestones import Mark, Milestone, Milestones, Rule
from offboarding.refusals import (
    EXTENSION_ARTICLE,
    INFEASIBLE_ARTICLE,
    NO_EARLIER,
    ClockError,
    LateNoticeError,
    PolicyError,
)
from offboarding.terms import (
    ContractRules,
    Policy,
    Term,
    Terms,
    is_timely,
    latest_notice_day,
    needs_decision,
    next_term,
    term_of,
)
from offboarding.ways_to_end import Cause, Decisions, Ending, Late

__all__ = [
    "Cause", "Charge", "ClockError", "ContractRules", "Decisions", "Ending", "Late", "LateNoticeError", "Mark",
    "Milestone", "Milestones", "Policy", "PolicyError", "Preview", "Rule", "SwitchingRules", "Term", "Terms",
    "charges_allowed", "check_policy", "is_timely", "latest_notice_day", "milestones", "needs_decision", "next_term",
    "preview", "term_of",
]  # fmt: skip

CONTRACT, SWITCHING, NOTHING_DECIDED = ContractRules(), SwitchingRules(), Decisions()
Found = tuple[date, Rule]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a notice on ``notice_day`` would lead to; ``latest`` is the latest day for a timely one in its term.

    ``outcomes``: one under None where nothing is left to decide, else one for each decision, the usual one first.
    """

    notice_day: date
    latest: date
    timely: bool
    outcomes: dict[Late | None, Milestones]


def check_policy(terms: Terms, contract: ContractRules = CONTRACT, switching: SwitchingRules = SWITCHING) -> None:
    """PolicyError, with the clause, where terms give a customer less than the contract's or the law's minimum."""
    (switching if terms.policy is Policy.DATA_ACT else contract).check(terms)


def milestones(
    terms: Terms,
    ending: Ending,
    zone: ZoneInfo,
    decisions: Decisions = NOTHING_DECIDED,
    previous: Milestones | None = None,
    *,
    contract: ContractRules = CONTRACT,
    switching: SwitchingRules = SWITCHING,
) -> Milestones:
    """The four milestones with their rules. ``decisions``: new ones and those that still stand.

    With ``previous`` none of ``service_ends``, ``export_until`` and ``delete_from`` moves earlier, but by a waiver: it
    moves ``delete_from``, and ``export_until`` to the day before, as what is deleted cannot be requested.
    LateNoticeError where a person must decide first, PolicyError or ClockError where something cannot be. A decision
    that ``previous`` was counted with already is not refused again: where other facts overtake it, it changes nothing.
    """
    check_policy(terms, contract, switching)
    if _undecided(terms, ending):
        raise _late_notice(terms, ending, zone, previous, contract)
    term, contract_end, why = last_day(terms, ending)
    standing = NOTHING_DECIDED if previous is None else previous.decisions
    moved = _transition(terms, ending, decisions, standing, switching)
    act = None if moved is None else (moved.ends, _transition_rule(moved, ending, decisions, switching))
    service = _kept(_later((contract_end, why), act), previous, Mark.SERVICE_ENDS)
    act = None if moved is None else _retrieval(moved, switching)
    window = _later(_window(terms, ending, service[0]), act)
    export, delete = _closing(window, service[0], decisions, previous)
    latest = plus_days(term.end, -terms.notice_days, field="notice_days")
    notice = latest, Rule("notice_before_end", {"term_end": _iso(term.end), "notice_days": terms.notice_days})
    return Milestones.of(dict(zip(Mark, (notice, service, export, delete), strict=True)), zone, decisions)


def preview(
    terms: Terms,
    notice_day: date,
    zone: ZoneInfo,
    *,
    contract: ContractRules = CONTRACT,
    switching: SwitchingRules = SWITCHING,
) -> Preview:
    """What a notice received on that day would lead to, before anybody sends one. Errors as ``milestones``."""
    checked_day("notice_day", notice_day)
    late: tuple[Late | None, ...] = (Late.NEXT_TERM, Late.ACCEPTED) if needs_decision(terms, notice_day) else (None,)
    outcomes = {
        way: milestones(terms, Ending(Cause.NOTICE, notice_day, late=way), zone, contract=contract, switching=switching)
        for way in late
    }
    return Preview(notice_day, latest_notice_day(terms, notice_day), is_timely(terms, notice_day), outcomes)


def _undecided(terms: Terms, ending: Ending) -> bool:
    by_notice = ending.cause is Cause.NOTICE and ending.notice_day is not None and ending.late is None
    return by_notice and needs_decision(terms, checked_day("notice_day", ending.notice_day))


def _late_notice(
    terms: Terms, ending: Ending, zone: ZoneInfo, previous: Milestones | None, contract: ContractRules
) -> LateNoticeError:
    notice_day = checked_day("notice_day", ending.notice_day)
    outcomes = {
        late: milestones(terms, replace(ending, late=late), zone, previous=previous, contract=contract)
        for late in (Late.NEXT_TERM, Late.ACCEPTED)
    }
    return LateNoticeError(_iso(notice_day), _iso(latest_notice_day(terms, notice_day)), outcomes)


def _iso(day: date) -> str:
    return day.isoformat()


def _transition(
    terms: Terms, ending: Ending, decisions: Decisions, standing: Decisions, switching: SwitchingRules
) -> Transition | None:
    """The Data Act's clock, where it runs: a notice under it, while the agreement was in force."""
    notice_day = ending.notice_day if ending.cause is Cause.NOTICE else None
    in_force = notice_day is not None and (terms.auto_renews or notice_day <= terms.term_end)
    if notice_day is not None and in_force and terms.policy is Policy.DATA_ACT:
        return transition(switching, terms.notice_days, notice_day, decisions, standing)
    for field, value in decisions.of_transition.items():
        if value is not None and value != standing.of_transition[field]:
            article = EXTENSION_ARTICLE if field == "transition_until" else INFEASIBLE_ARTICLE
            raise PolicyError(field, article, "not_data_act")
    return None


def _transition_rule(moved: Transition, ending: Ending, decisions: Decisions, switching: SwitchingRules) -> Rule:
    facts: dict[str, str | int] = {"notice_ends": _iso(moved.notice_ends)}
    if ending.notice_day is not None:
        facts["notice_day"] = _iso(ending.notice_day)
    if not moved.longer:
        return Rule("transition", facts | {"transition_days": switching.transition_days})
    facts["transition_until"] = _iso(moved.ends)
    if moved.longer == "infeasible" and decisions.infeasible_told_on is not None:
        facts["told_on"] = _iso(decisions.infeasible_told_on)
    return Rule(f"transition_{moved.longer}", facts)


def _window(terms: Terms, ending: Ending, service_ends: date) -> Found:
    """W by the contract: from the last day of service, or from a notice that came after it."""
    facts: dict[str, str | int] = {"service_ends": _iso(service_ends), "window_days": terms.window_days}
    if ending.notice_day is not None and ending.notice_day > service_ends:
        rule = Rule("window_from_notice", facts | {"notice_day": _iso(ending.notice_day)})
        return plus_days(ending.notice_day, terms.window_days, field="window_days"), rule
    return plus_days(service_ends, terms.window_days, field="window_days"), Rule("window", facts)


def _retrieval(moved: Transition, switching: SwitchingRules) -> Found:
    facts: dict[str, str | int] = {"transition_ends": _iso(moved.ends), "retrieval_days": switching.retrieval_days}
    return plus_days(moved.ends, switching.retrieval_days), Rule("retrieval", facts)


def _later(contract: Found, act: Found | None) -> Found:
    """The later of two clocks' days; its rule says what the other clock would have given."""
    if act is None:
        return contract
    if act[0] > contract[0]:
        return act[0], Rule(act[1].code, {**act[1].facts, "contract_clock": _iso(contract[0])})
    return contract[0], Rule(contract[1].code, {**contract[1].facts, "data_act_clock": _iso(act[0])})


def _kept(found: Found, previous: Milestones | None, mark: Mark) -> Found:
    """The day found, or the one promised before where that is later."""
    if previous is None or previous[mark].day <= found[0]:
        return found
    promised = previous[mark].day
    return promised, Rule("kept", {"day": _iso(promised), "computed": _iso(found[0])})


def _closing(
    window: Found, service_ends: date, decisions: Decisions, previous: Milestones | None
) -> tuple[Found, Found]:
    """The last day of the window and the first of deletion, after what was promised and what people decided."""
    export = _extended(window, previous, decisions.export_until)
    first = plus_days(export[0], 1, field="delete_from")
    delete = _kept((first, Rule("after_window", {"export_until": _iso(export[0])})), previous, Mark.DELETE_FROM)
    standing = previous is not None and previous.decisions.delete_from == decisions.delete_from
    return _waived(export, delete, service_ends, decisions.delete_from, standing)


def _extended(window: Found, previous: Milestones | None, until: date | None) -> Found:
    kept = _kept(window, previous, Mark.EXPORT_UNTIL)
    if until is None:
        return kept
    if until >= kept[0]:
        return (until, Rule("extended", {"computed": _iso(window[0])})) if until > window[0] else kept
    if previous is None or previous.decisions.export_until != until:
        raise PolicyError("export_until", NO_EARLIER, "extension_earlier", given=_iso(until), day=_iso(kept[0]))
    return kept


def _waived(
    export: Found, delete: Found, service_ends: date, waived: date | None, standing: bool
) -> tuple[Found, Found]:
    if waived is None or waived == delete[0] or (standing and not service_ends < waived < delete[0]):
        return export, delete
    if waived <= service_ends:
        raise PolicyError("delete_from", NO_EARLIER, "waiver_in_service", given=_iso(waived), day=_iso(service_ends))
    if waived > delete[0]:
        raise PolicyError("delete_from", NO_EARLIER, "waiver_later", given=_iso(waived), day=_iso(delete[0]))
    until = plus_days(waived, -1)
    return (
        (until, Rule("waived", {"computed": _iso(export[0])})),
        (waived, Rule("waived", {"computed": _iso(delete[0])})),
    )
