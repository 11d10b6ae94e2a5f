"""A case as a story for the drawn timeline: what happened and will happen, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from offboarding import clock, dates
from offboarding.admin.case_words import short_day
from offboarding.models import Agreement, Letter, TerminationNotice
from offboarding.timeline import Band, Point, Story

State = TerminationNotice.State


def story_of(
    agreement: Agreement, today: date, *, notices: Iterable[TerminationNotice] = (), letters: Iterable[Letter] = ()
) -> Story:
    """The agreement with its notices that count and the letters that went out."""
    points = [*_milestones(agreement, today), *_happened(agreement, notices)]
    return Story(
        start=_point("term", agreement.term_start, _("Service began")),
        today=_point("today", today, _("Today")),
        points=tuple(points),
        bands=tuple(_bands(agreement, today)),
        dots=tuple(
            _point("letter", clock.local_day(letter.sent_at), letter.get_occasion_display())
            for letter in letters
            if letter.sent_at is not None
        ),
    )


def _point(kind: str, day: date, title: str) -> Point:
    return Point(kind, day, title, short_day(day))


def _milestones(agreement: Agreement, today: date) -> Iterable[Point]:
    found = clock.milestones_of(agreement)
    if found is None:
        return _usual(agreement, today)
    return [
        _point("latest", found.latest_notice.day, _("Latest day of notice")),
        _point("ends", found.service_ends.day, _("Service ends")),
        _point("export", found.export_until.day, _("Last day for exports")),
        _point("deletion", found.delete_from.day, _("Deletion from")),
    ]


def _usual(agreement: Agreement, today: date) -> Iterable[Point]:
    """The end of the term that runs, where nothing ends."""
    try:
        terms = clock.terms_of(agreement)
        end, latest = dates.term_of(terms, today).end, dates.latest_notice_day(terms, today)
    except dates.ClockError:
        return [_point("ends", agreement.term_end, _("Term ends"))]
    renews = _("Term ends, renews itself") if agreement.auto_renews else _("Term ends")
    return [_point("latest", latest, _("Latest day of notice")), _point("renewal", end, renews)]


def _happened(agreement: Agreement, notices: Iterable[TerminationNotice]) -> Iterable[Point]:
    for notice in notices:
        if notice.state in (State.RECEIVED, State.ACCEPTED):
            yield _point("notice", clock.local_day(notice.received_at), _("Notice received"))
    if agreement.held_since is not None:
        yield _point("hold", clock.local_day(agreement.held_since), _("On hold"))
    if agreement.erased_at is not None:
        yield _point("erased", clock.local_day(agreement.erased_at), _("Data deleted"))


def _bands(agreement: Agreement, today: date) -> Iterable[Band]:
    ends = agreement.service_ends
    usual = [point.day for point in _usual(agreement, today)] if ends is None else []
    yield Band("service", agreement.term_start, max([ends] if ends else usual), _("Service"))
    if ends is not None and agreement.export_until is not None:
        yield Band("window", ends, agreement.export_until, _("Exports"))
    if agreement.delete_from is not None and today > agreement.delete_from and agreement.erased_at is None:
        yield Band("closing", agreement.delete_from, today, _("Deletion"))
    if agreement.held_since is not None:
        since = clock.local_day(agreement.held_since)
        yield Band("hold", since, max(since, today), _("Hold"))
