"""Why something may not be deleted: a code with its facts. Pure; ``retention.policy_words`` says each in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from offboarding.refusals import Fact


class Code(StrEnum):
    """Every reason, in the order in which they are told; ``…_unknown``: not learnt, or it contradicts itself."""

    DATE_MISSING = "date_missing"
    DATES_UNKNOWN = "dates_unknown"
    WINDOW_OPEN = "window_open"
    RENEWED = "renewed"
    RENEWAL_UNKNOWN = "renewal_unknown"
    ALREADY_ERASED = "already_erased"
    NEVER_ERASED = "never_erased"
    ERASED_UNKNOWN = "erased_unknown"
    OTHER_AGREEMENT = "other_agreement"
    OTHERS_UNKNOWN = "others_unknown"
    HOLD = "hold"
    HOLD_UNKNOWN = "hold_unknown"
    HOLD_UNMATCHED = "hold_unmatched"
    HOLD_NOT_PLANNED = "hold_not_planned"
    DUTY = "duty"
    DUTY_UNKNOWN = "duty_unknown"
    DUTY_UNMATCHED = "duty_unmatched"
    DUTY_NOT_PLANNED = "duty_not_planned"
    EXPORT_OWED = "export_owed"
    EXPORT_FRESH = "export_fresh"
    EXPORT_REMOVED_EARLY = "export_removed_early"
    EXPORT_OBJECTED = "export_objected"
    EXPORT_ANSWERED = "export_answered"
    EXPORT_UNKNOWN = "export_unknown"
    NOBODY_TO_WARN = "nobody_to_warn"
    READERS_UNKNOWN = "readers_unknown"
    WARNING_MISSING = "warning_missing"
    WARNING_WAITING = "warning_waiting"
    WARNING_REFUSED = "warning_refused"
    WARNING_BOUNCED = "warning_bounced"
    WARNING_UNCLEAR = "warning_unclear"
    WARNING_LATE = "warning_late"
    WARNING_UNKNOWN = "warning_unknown"
    OBJECTION = "objection"
    OBJECTIONS_UNKNOWN = "objections_unknown"
    DRIFT = "drift"
    DRIFT_UNKNOWN = "drift_unknown"
    REFERENCES = "references"
    REFERENCES_UNKNOWN = "references_unknown"
    PLAN_MISSING = "plan_missing"
    PLAN_UNKNOWN = "plan_unknown"
    PLAN_REFUSED = "plan_refused"
    PLAN_REPLACED = "plan_replaced"
    PLAN_BEFORE_RELEASE = "plan_before_release"
    NOT_PLANNED = "not_planned"
    APPROVAL_MISSING = "approval_missing"
    APPROVAL_UNKNOWN = "approval_unknown"
    PLAN_CHANGED = "plan_changed"
    APPROVER_IS_PLANNER = "approver_is_planner"
    APPROVER_NOT_ENTITLED = "approver_not_entitled"
    APPROVAL_OLD = "approval_old"
    PAUSED = "paused"
    PAUSE_UNKNOWN = "pause_unknown"
    DAILY_LIMIT = "daily_limit"
    DAILY_COUNT_UNKNOWN = "daily_count_unknown"
    CLOCKS_APART = "clocks_apart"
    CLOCKS_UNKNOWN = "clocks_unknown"
    JOURNAL_BROKEN = "journal_broken"
    JOURNAL_UNKNOWN = "journal_unknown"


NONE: frozenset[str] = frozenset()
FACTS: Mapping[Code, frozenset[str]] = dict.fromkeys(Code, NONE) | {
    Code.DATE_MISSING: frozenset({"date"}),
    Code.WINDOW_OPEN: frozenset({"delete_from"}),
    Code.OTHER_AGREEMENT: frozenset({"agreement"}),
    Code.HOLD: frozenset({"hold"}),
    Code.HOLD_UNMATCHED: frozenset({"hold", "what"}),
    Code.HOLD_NOT_PLANNED: frozenset({"hold"}),
    Code.DUTY_NOT_PLANNED: frozenset({"duty"}),
    Code.PLAN_REFUSED: frozenset({"count"}),
    Code.DUTY: frozenset({"duty", "ground", "until"}),
    Code.DUTY_UNMATCHED: frozenset({"duty", "what"}),
    Code.EXPORT_OWED: frozenset({"export"}),
    Code.EXPORT_FRESH: frozenset({"export", "until", "fair_days"}),
    Code.EXPORT_REMOVED_EARLY: frozenset({"export", "removed", "fair_days"}),
    Code.EXPORT_OBJECTED: frozenset({"export"}),
    Code.EXPORT_ANSWERED: frozenset({"export", "until", "fair_days"}),
    Code.EXPORT_UNKNOWN: frozenset({"export"}),
    Code.WARNING_MISSING: frozenset({"days"}),
    Code.WARNING_WAITING: frozenset({"days"}),
    Code.WARNING_REFUSED: frozenset({"days"}),
    Code.WARNING_BOUNCED: frozenset({"days"}),
    Code.WARNING_UNCLEAR: frozenset({"days"}),
    Code.WARNING_LATE: frozenset({"days", "sent", "from"}),
    Code.WARNING_UNKNOWN: frozenset({"days"}),
    Code.OBJECTION: frozenset({"notice"}),
    Code.DRIFT: frozenset({"count"}),
    Code.REFERENCES: frozenset({"count"}),
    Code.NOT_PLANNED: frozenset({"what"}),
    Code.APPROVAL_OLD: frozenset({"given", "days"}),
    Code.DAILY_LIMIT: frozenset({"limit"}),
    Code.CLOCKS_APART: frozenset({"seconds"}),
}
"""Code → the facts it always has; days as ISO text, numbers as they are. ``export``: 0 where no single one is meant."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why nothing, or not this, may be deleted."""

    code: Code
    facts: Mapping[str, Fact]

    def __post_init__(self) -> None:
        """ValueError for other facts than the code has."""
        if self.facts.keys() != FACTS[self.code]:
            raise ValueError(f"{self.code} has the facts {sorted(FACTS[self.code])}, not {sorted(self.facts)}.")


def blocker(code: Code, **facts: Fact) -> Blocker:
    """A blocker, with its facts by name."""
    return Blocker(code, facts)
