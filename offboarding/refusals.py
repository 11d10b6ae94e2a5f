"""What the clock refuses: one error per mistake, naming the field, the clause and the reason. Pure.

The English stands here once; ``offboarding.rule_words.refusal`` gives it in the active language, with dates in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fact = str | int
"""Days as ISO text, numbers as they are."""


def gettext_noop(text: str) -> str:
    """Marks a text for translation where no Django may be: ``makemessages`` knows the name."""
    return text


NOTICE_CLAUSE = gettext_noop("terms of service, item 2.6, “Notice of Termination”")
WINDOW_CLAUSE = gettext_noop("terms of service, item 2.6, “Data Portability and Access”")
NOTICE_ARTICLE = gettext_noop("Regulation (EU) 2023/2854, art. 25(2)(d)")
TRANSITION_ARTICLE = gettext_noop("Regulation (EU) 2023/2854, art. 25(2)(a)")
RETRIEVAL_ARTICLE = gettext_noop("Regulation (EU) 2023/2854, art. 25(2)(g)")
INFEASIBLE_ARTICLE = gettext_noop("Regulation (EU) 2023/2854, art. 25(4)")
EXTENSION_ARTICLE = gettext_noop("Regulation (EU) 2023/2854, art. 25(5)")
NO_EARLIER = gettext_noop("a promised date does not move earlier")
PLAIN_SENSE = gettext_noop("the order of time")
CLAUSES = (
    NOTICE_CLAUSE, WINDOW_CLAUSE, NOTICE_ARTICLE, TRANSITION_ARTICLE, RETRIEVAL_ARTICLE, INFEASIBLE_ARTICLE,
    EXTENSION_ARTICLE, NO_EARLIER, PLAIN_SENSE,
)  # fmt: skip

REASONS = {
    "no_day": gettext_noop("A calendar day is needed."),
    "no_count": gettext_noop("A whole number from %(least)s is needed, not %(given)s."),
    "out_of_calendar": gettext_noop("The days that follow from it lie outside the calendar (the years 1 to 9999)."),
    "end_before_start": gettext_noop("The term cannot end on %(term_end)s, before it begins on %(term_start)s."),
    "notice_too_long": gettext_noop("%(given)s days of notice are more than the %(most)s days that may be asked for."),
    "above_law": gettext_noop("%(given)s is more than the %(most)s that the regulation allows."),
    "below_law": gettext_noop("%(given)s is less than the %(least)s that the regulation grants."),
    "window_too_short": gettext_noop("%(given)s days for exports are fewer than the %(least)s days that are promised."),
    "day_missing": gettext_noop("This way of ending needs the day."),
    "day_unused": gettext_noop("This way of ending follows from the term; no day is given for it."),
    "no_notice": gettext_noop("Only a notice can be late; the agreement ends for another reason."),
    "renews_itself": gettext_noop("The agreement renews itself; it does not expire without a notice."),
    "renews_not": gettext_noop("The agreement does not renew itself; there is no next term."),
    "not_late": gettext_noop("The notice of %(notice_day)s is in time; there is nothing late to decide."),
    "no_lock_in": gettext_noop("A customer who switches cannot be kept for another term: notice is 2 months at most."),
    "ends_before_start": gettext_noop("The service cannot end on %(given)s, before the term begins on %(term_start)s."),
    "ends_before_notice": gettext_noop("The service cannot end on %(given)s, before the notice of %(notice_day)s."),
    "extension_earlier": gettext_noop("An extension to %(given)s would be earlier than %(day)s, which is promised."),
    "waiver_in_service": gettext_noop("Deletion on %(given)s would come before the service has ended on %(day)s."),
    "waiver_later": gettext_noop("A waiver to %(given)s would not be earlier: deletion may begin on %(day)s anyway."),
    "not_data_act": gettext_noop("The agreement is not under the Data Act, or no switching was requested."),
    "transition_earlier": gettext_noop("The transition cannot end on %(given)s; it lasts until %(day)s at least."),
    "extended_once": gettext_noop("The transition was extended to %(day)s already; the customer may do that once."),
    "infeasible_incomplete": gettext_noop("The longer transition needs both its last day and the day of telling."),
    "infeasible_too_long": gettext_noop("The longer transition may last until %(day)s at most, not %(given)s."),
    "told_late": gettext_noop("The customer was told on %(given)s; the last day for it was %(day)s."),
    "told_early": gettext_noop("The customer cannot be told on %(given)s, before the request of %(day)s."),
    "no_country": gettext_noop("No working days are known for the country %(given)s."),
    "late_notice": gettext_noop(
        "The notice of %(notice_day)s came after %(latest)s, the latest day; a person decides what it means."
    ),
    "unreadable": gettext_noop("The stored values are not readable: %(given)s."),
}  # fmt: skip


class ClockError(ValueError):
    """The clock stops: ``text`` says why in English, ``reason`` and ``facts`` for ``rule_words.refusal``."""

    def __init__(self, field: str, reason: str, **facts: Fact) -> None:
        self.field, self.reason, self.facts = field, reason, facts
        self.text = REASONS[reason] % facts
        super().__init__(f"{field}: {self.text}")


class PolicyError(ClockError):
    """What an agreement or a decision may not say; ``clause`` names the contract's or the law's words."""

    def __init__(self, field: str, clause: str, reason: str, **facts: Fact) -> None:
        super().__init__(field, reason, **facts)
        self.clause = clause
        self.args = (f"{field}: {self.text} ({clause})",)


class LateNoticeError(ClockError):
    """A notice came after the latest day: a person decides. ``outcomes``: decision → the ``Milestones`` it gives."""

    def __init__(self, notice_day: str, latest: str, outcomes: Mapping[Any, Any]) -> None:
        super().__init__("late", "late_notice", notice_day=notice_day, latest=latest)
        self.outcomes = outcomes
