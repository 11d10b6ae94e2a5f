"""Numbers, days and bars as the desk writes them.

A first page has hundreds of bars: drawn one by one in a template they cost more than all its queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django import template
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from offboarding.coming_strip import Lane
from offboarding.desk_coming import Coming
from offboarding.first_page import Cell
from offboarding.phase_chart import Chart, MonthBar

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """A number with its thousands apart, in the reader's language."""
    return number_format(number, force_grouping=True)


@register.filter
def in_words(day: date, pattern: str) -> str:
    """As ``date`` says it, in the reader's language; the same day in the same words is put together once."""
    return _in_words(day, pattern, get_language() or "")


@lru_cache(maxsize=2000)
def _in_words(day: date, pattern: str, language: str) -> str:
    return date_format(day, pattern)


@register.simple_tag
def day_bars(lane: Lane, wide: str) -> SafeString:
    """The bars of one kind of date, each with its day and number for whoever points at it."""
    shape = '<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="1"><title>{}: {}</title></rect>'
    bars = (
        (bar.left, bar.y, wide, bar.height, in_words(bar.day, "l j F Y"), grouped(bar.count))  # one a line
        for bar in lane.bars
    )
    return format_html_join("", shape, bars)


@register.simple_tag
def dates_of_day(cells: Iterable[tuple[Coming, Cell]]) -> SafeString:
    """What falls on one day, each kind with the way to its list."""
    shape = '<a href="{}"><span class="key key-{}" aria-hidden="true"></span>{}: {}</a>'
    return format_html_join(
        "", shape, ((cell.address, one.kind, one.title, grouped(cell.count)) for one, cell in cells)
    )


@register.simple_tag
def month_bars(chart: Chart) -> SafeString:
    """The months of one phase; a month that was not counted is a dot, and no bar of nothing."""
    last = len(chart.bars) - 1
    return format_html_join(
        "", "{}", ((_month(bar, chart, now=number == last),) for number, bar in enumerate(chart.bars))
    )


def _month(bar: MonthBar, chart: Chart, *, now: bool) -> SafeString:
    month = in_words(bar.month, "F Y")
    if bar.count is None:
        shape = '<circle class="unknown" cx="{}" cy="{}" r="1.5"><title>{}: {}</title></circle>'
        return format_html(shape, bar.middle, chart.height - 4, month, _("not counted yet"))
    shape = '<rect class="bar{}" x="{}" y="{}" width="{}" height="{}" rx="1"><title>{}: {}</title></rect>'
    mark = " now" if now else ""
    return format_html(shape, mark, bar.left, bar.y, chart.wide, bar.height, month, grouped(bar.count))
