"""A retention duty's rule in one sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from offboarding.rule_words import day_in_words
from retention.models import RetentionDuty

Rule, CountedFrom = RetentionDuty.Rule, RetentionDuty.CountedFrom
COUNTED = {
    CountedFrom.SERVICE_ENDS: gettext_lazy("the end of service"),
    CountedFrom.DAY: gettext_lazy("%(day)s"),
    CountedFrom.COLUMN: gettext_lazy("the last date in %(column)s"),
}


def rule_of(duty: RetentionDuty) -> str:
    """How long it keeps: ``Through the 7th calendar year after the financial year of the end of service.``"""
    if duty.rule == Rule.FIXED:
        if duty.until is None:
            return _("Until somebody names a day.")
        return _("Through %(day)s.") % {"day": day_in_words(duty.until)}
    told = {"years": duty.years, "event": _event(duty)}
    if duty.rule == Rule.YEARS:
        text = ngettext(
            "%(years)s year to the day after %(event)s.", "%(years)s years to the day after %(event)s.", duty.years or 0
        )
    elif duty.rule == Rule.CALENDAR_YEARS:
        text = ngettext(
            "Through %(years)s whole calendar year after %(event)s.",
            "Through %(years)s whole calendar years after %(event)s.",
            duty.years or 0,
        )
    else:
        text = ngettext(
            "Through %(years)s calendar year after the one in which the financial year of %(event)s ended: "
            "31 December.",
            "Through %(years)s calendar years after the one in which the financial year of %(event)s ended: "
            "31 December.",
            duty.years or 0,
        )
    return text % told


def _event(duty: RetentionDuty) -> str:
    if duty.counted_from == CountedFrom.DAY:
        return day_in_words(duty.counted_day) if duty.counted_day else "–"
    return str(COUNTED[CountedFrom(duty.counted_from)]) % {"column": duty.counted_column}
