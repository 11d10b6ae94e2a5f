"""The clock in words, in the active language: why a day is where it is, and why something was refused.

Days are absolute, with their weekday: "Thursday 31 December 2026", "torsdag 31 december 2026".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, ngettext

from offboarding.milestones import Mark, Rule
from offboarding.refusals import REASONS, ClockError, Fact, PolicyError

DAY_FORMAT = "l j F Y"
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

TITLES = {
    Mark.LATEST_NOTICE: gettext_noop("latest day for a timely notice"),
    Mark.SERVICE_ENDS: gettext_noop("service ends"),
    Mark.EXPORT_UNTIL: gettext_noop("last day to request an export"),
    Mark.DELETE_FROM: gettext_noop("deletion not before"),
}

SENTENCES = {
    "term_end_timely": gettext_noop(
        "Counted from %(notice_day)s, when the notice was received, to the end of that term, %(term_end)s, "
        "because it came in time: the latest day was %(latest)s."
    ),
    "term_end_accepted": gettext_noop(
        "Counted from %(notice_day)s, when the notice was received, to the end of that term, %(term_end)s, "
        "because it was accepted as timely although the latest day was %(latest)s."
    ),
    "term_end_next": gettext_noop(
        "Counted from %(notice_day)s, when the notice was received, to the end of the next term, %(term_start)s to "
        "%(term_end)s, because it came after the latest day, %(latest)s, and the agreement renews itself."
    ),
    "term_end_no_renewal": gettext_noop(
        "Counted to the end of the term, %(term_end)s, because the agreement does not renew itself; "
        "the notice of %(notice_day)s does not change that."
    ),
    "term_end_switching": gettext_noop(
        "Counted from %(notice_day)s, when the switching request was received, to the end of that term, %(term_end)s, "
        "because a customer who switches cannot be kept longer (Regulation (EU) 2023/2854, art. 25(2)(d))."
    ),
    "expiry": gettext_noop(
        "Counted to the end of the term, %(term_end)s, because the agreement does not renew itself."
    ),
    "vendor": gettext_noop("Set to %(service_ends)s, because we have terminated the agreement as of that day."),
    "for_cause": gettext_noop("Set to %(service_ends)s, because the agreement was terminated for cause on that day."),
    "mutual": gettext_noop("Set to %(service_ends)s, because both parties agreed on that day."),
    "transition_extended": gettext_noop(
        "Counted from %(notice_day)s, when the switching request was received, with notice until %(notice_ends)s and "
        "a transition until %(transition_until)s, because the customer extended the transition (Regulation (EU) "
        "2023/2854, art. 25(5))."
    ),
    "transition_infeasible": gettext_noop(
        "Counted from %(notice_day)s, when the switching request was received, with notice until %(notice_ends)s and "
        "a transition until %(transition_until)s, because a shorter one is technically unfeasible, as the customer was "
        "told on %(told_on)s (Regulation (EU) 2023/2854, art. 25(4))."
    ),
    "extended": gettext_noop("Later than %(computed)s, the day counted, because the time for exports was extended."),
    "waived": gettext_noop(
        "Earlier than %(computed)s, the day counted, because the customer waived the remaining time in writing and "
        "two of our staff approved it."
    ),
    "after_window": gettext_noop(
        "Counted from %(export_until)s, the last day to request an export, because deletion may begin on the day after "
        "it at the earliest."
    ),
    "kept": gettext_noop(
        "Kept on %(day)s, because a date already promised does not move earlier; counted anew it would be %(computed)s."
    ),
}

OTHER_CLOCKS = {
    "contract_clock": gettext_noop("The contract's own clock gives %(contract_clock)s; the later day counts."),
    "data_act_clock": gettext_noop("The Data Act's clock gives %(data_act_clock)s; the later day counts."),
}


def _counted(rule: Rule) -> str:
    """The sentences with a number of days; each in one and in many."""
    facts = rule.facts
    if rule.code == "notice_before_end":
        return ngettext(
            "Counted back %(notice_days)s day from %(term_end)s, the last day of the term, because the agreement asks "
            "for that much notice.",
            "Counted back %(notice_days)s days from %(term_end)s, the last day of the term, because the agreement asks "
            "for that much notice.",
            int(facts["notice_days"]),
        )
    if rule.code == "transition":
        return ngettext(
            "Counted from %(notice_day)s, when the switching request was received, with notice until %(notice_ends)s "
            "and %(transition_days)s day after it, because that is the transition of the Data Act (Regulation (EU) "
            "2023/2854, art. 25(2)(a)).",
            "Counted from %(notice_day)s, when the switching request was received, with notice until %(notice_ends)s "
            "and %(transition_days)s days after it, because that is the transition of the Data Act (Regulation (EU) "
            "2023/2854, art. 25(2)(a)).",
            int(facts["transition_days"]),
        )
    return _counted_window(rule)


def _counted_window(rule: Rule) -> str:
    facts = rule.facts
    if rule.code == "window":
        return ngettext(
            "Counted from %(service_ends)s, the last day of service, because data can be requested for %(window_days)s "
            "day after it.",
            "Counted from %(service_ends)s, the last day of service, because data can be requested for %(window_days)s "
            "days after it.",
            int(facts["window_days"]),
        )
    if rule.code == "window_from_notice":
        return ngettext(
            "Counted from %(notice_day)s, when the notice was received, because that is later than the last day of "
            "service, %(service_ends)s, and data can be requested for %(window_days)s day.",
            "Counted from %(notice_day)s, when the notice was received, because that is later than the last day of "
            "service, %(service_ends)s, and data can be requested for %(window_days)s days.",
            int(facts["window_days"]),
        )
    if rule.code == "retrieval":
        return ngettext(
            "Counted from %(transition_ends)s, the end of the transition, because the Data Act gives "
            "%(retrieval_days)s day to retrieve the data (Regulation (EU) 2023/2854, art. 25(2)(g)).",
            "Counted from %(transition_ends)s, the end of the transition, because the Data Act gives "
            "%(retrieval_days)s days to retrieve the data (Regulation (EU) 2023/2854, art. 25(2)(g)).",
            int(facts["retrieval_days"]),
        )
    raise KeyError(rule.code)


def day_in_words(day: date) -> str:
    """``Thursday 31 December 2026`` in the active language."""
    return date_format(day, DAY_FORMAT)


def short_day(day: date) -> str:
    """``Thu 31 Dec 2026`` in the active language."""
    # Translators: a format of Django's dates; Swedish writes months with a small letter: D j b Y
    return date_format(day, gettext("D j M Y"))


def title(mark: Mark) -> str:
    """What a milestone is called."""
    return gettext(TITLES[mark])


def sentence(rule: Rule) -> str:
    """Why a milestone lies where it does; under the Data Act also what the other clock would have given."""
    first = gettext(SENTENCES[rule.code]) if rule.code in SENTENCES else _counted(rule)
    others = [gettext(text) for name, text in OTHER_CLOCKS.items() if name in rule.facts]
    return " ".join([first, *others]) % _in_words(rule.facts)


def refusal(error: ClockError) -> str:
    """Why the clock refused something, with the clause where there is one."""
    text = gettext(REASONS[error.reason]) % _in_words(error.facts)
    return f"{text} ({gettext(error.clause)})" if isinstance(error, PolicyError) else text


def _in_words(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: _word(value) for name, value in facts.items()}


def _word(value: Fact) -> Fact:
    return day_in_words(date.fromisoformat(value)) if isinstance(value, str) and _ISO_DAY.fullmatch(value) else value
