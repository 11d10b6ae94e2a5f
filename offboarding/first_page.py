"""The first page of the desk: what needs a person today, what runs now, what comes, and how many stand where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import clock, phase_counts
from offboarding.coming_strip import Strip, strip
from offboarding.desk_coming import DAYS, SPANS, Coming, coming_for
from offboarding.desk_matters import Group, Matter, Moment, address_of, groups_for
from offboarding.desk_running import running_for
from offboarding.phase_chart import Chart, chart
from offboarding.phases import Phase

URGENT = 40
"""Below it a matter is marked as urgent: a case goes wrong, or a promise is broken, while it waits."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as the page shows it: each matter with how long it waits, in words."""

    group: Group
    lines: list[tuple[Matter, str]]
    urgent: bool
    count: str


@dataclass(frozen=True, slots=True)
class Cell:
    """How many of a kind fall on some days, and the list that has them; ``title``: in words, for a number alone."""

    count: int
    address: str
    title: str = ""


def page(request: HttpRequest, frame: dict[str, Any]) -> TemplateResponse:
    """The answer to GET; ``frame``: what every page of the site says."""
    return TemplateResponse(request, "admin/first_page.html", {**frame, **context(request.user)})


def context(user: Any) -> dict[str, Any]:
    """Everything that the page says to one person, in a number of queries that does not grow."""
    now = timezone.now()
    moment = Moment(now, clock.local_day(now))
    groups = [_shown(group, moment) for group in groups_for(user, moment)]
    mine = [one for one in groups if one.group.mine]
    others = [one for one in groups if not one.group.mine]
    running = running_for(user, moment)
    return {
        "title": _("What needs a person today"),
        "day": moment.today,
        "name": user.get_short_name() or user.get_username(),
        "mine": mine,
        "others": others,
        "others_count": _number(sum(one.group.count for one in others), any(one.group.more for one in others)),
        "lead": _lead(mine),
        "running": running,
        "any_runs": bool(running),
        **_coming(user, moment.today),
        **_phases(user, moment.today),
    }


def _shown(group: Group, moment: Moment) -> Shown:
    lines = [(matter, waits(matter, moment)) for matter in group.matters]
    return Shown(group, lines, group.urgency < URGENT, _number(group.count, group.more))


def _number(count: int, more: bool) -> str:
    return f"{count}+" if more else str(count)


def _lead(mine: list[Shown]) -> str:
    count = sum(one.group.count for one in mine)
    if any(one.group.more for one in mine):
        return _("More than %(count)s matters wait for you.") % {"count": count}
    return ngettext("%(count)s matter waits for you.", "%(count)s matters wait for you.", count) % {"count": count}


def waits(matter: Matter, moment: Moment) -> str:
    """How long something has waited, or until when it has time: ``for 3 days``, ``due 5 days ago``."""
    if matter.due is not None:
        return _due((matter.due - moment.today).days)
    if matter.since is None:
        return ""
    if moment.now - matter.since < timedelta(minutes=1):
        return _("just now")
    return _("for %(time)s") % {"time": timesince(matter.since, moment.now, depth=1)}


def _due(days: int) -> str:
    if days == 0:
        return _("due today")
    if days > 0:
        return ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": days}
    return ngettext("due %(days)s day ago", "due %(days)s days ago", -days) % {"days": -days}


# What comes -----------------------------------------------------------------------------------------------------------


def _coming(user: Any, today: date) -> dict[str, Any]:
    kinds = coming_for(user, today)
    if not kinds:
        return {}
    drawn: Strip = strip(today, DAYS, [(one.kind, one.title, one.counts) for one in kinds], SPANS)
    days = sorted({day for one in kinds for day, count in one.counts.items() if count})
    return {
        "strip": drawn,
        "span_titles": [_span_title(number) for number in range(len(SPANS))],
        "coming": [(one, [_cell(one, today, number) for number in range(len(SPANS))]) for one in kinds],
        "coming_days": [(day, [(one, _on(one, day)) for one in kinds if one.counts.get(day)]) for day in days],
        "last_day": today + timedelta(days=DAYS - 1),
    }


def _bounds(today: date, number: int) -> tuple[date, date]:
    begin = SPANS[number - 1] if number else 0
    return today + timedelta(days=begin), today + timedelta(days=SPANS[number] - 1)


def _span_title(number: int) -> str:
    if number == 0:
        return _("next %(days)s days") % {"days": SPANS[0]}
    return _("days %(first)s to %(last)s") % {"first": SPANS[number - 1] + 1, "last": SPANS[number]}


def _cell(one: Coming, today: date, number: int) -> Cell:
    first, last = _bounds(today, number)
    return Cell(one.between(first, last), one.list_of(first, last), f"{one.title}, {_span_title(number)}")


def _on(one: Coming, day: date) -> Cell:
    return Cell(one.counts[day], one.list_of(day, day))


# How many stand where -------------------------------------------------------------------------------------------------


def _phases(user: Any, today: date) -> dict[str, Any]:
    if not user.has_perm("offboarding.view_agreement"):
        return {}
    months = phase_counts.months(today)
    address = address_of("offboarding_agreement_changelist")
    charts: list[tuple[Phase, Chart, str]] = [
        (phase, chart([(one.first, one.counts.get(phase) if one.counts else None) for one in months]),
         f"{address}?phase={phase.value}")
        for phase in Phase
    ]  # fmt: skip
    return {
        "months": months,
        "charts": charts,
        "counted": any(one.counts is not None for one in months),
        "counted_on": next((one.counted_on for one in reversed(months) if one.counted_on), None),
        "month_rows": [(one, [one.counts.get(phase, 0) for phase in Phase] if one.counts else None) for one in months],
        "phases": list(Phase),
        "zone": settings.TIME_ZONE,
    }
