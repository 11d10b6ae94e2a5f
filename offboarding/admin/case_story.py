"""A case as a story for the drawn timeline: what happened and will happen, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import clock, dates, reminders
from offboarding.letter_writing import WARNINGS
from offboarding.models import Agreement, Letter, TerminationNotice
from offboarding.rule_words import short_day
from offboarding.story_marks import HOLDS, Marks
from offboarding.timeline import Band, Point, Story

State = TerminationNotice.State
NOTHING = Marks()


def legend(story: Story) -> list[tuple[str, str, str]]:
    """What the marks without a label of their own mean: kind, words, ``band`` or ``dot``; only what is drawn."""
    bands = {
        "hold": _("hold"),
        "hold-released": _("released hold"),
        "package": _("package kept"),
        "package-gone": _("package removed since"),
    }
    dots = {
        "letter": _("letter"),
        "warning-sent": _("warning sent"),
        "warning-due": _("warning to be sent"),
        "warning-failed": _("warning in trouble"),
        "export": _("export asked for"),
        "receipt": _("answer about a package"),
        "run": _("deletion run"),
        "certificate": _("certificate"),
    }
    lanes = {band.kind for band in story.bands if band.lane}
    drawn = {dot.kind for dot in story.dots} | {dot.kind.partition("-")[0] for dot in story.dots}
    return [
        *((kind, words, "band") for kind, words in bands.items() if kind in lanes),
        *((kind, words, "dot") for kind, words in dots.items() if kind in drawn),
    ]


def story_of(
    agreement: Agreement,
    today: date,
    *,
    notices: Iterable[TerminationNotice] = (),
    letters: Iterable[Letter] = (),
    marks: Marks = NOTHING,
    warned: bool = False,
) -> Story:
    """The agreement with its notices that count and the letters that went out.

    ``marks``: what other packages add. ``warned``: with the warnings before deletion, sent and to come.
    """
    points = [*_milestones(agreement, today), *_happened(agreement, notices), *marks.points]
    return Story(
        start=_point("term", agreement.term_start, _("Service began")),
        today=_point("today", today, _("Today")),
        points=tuple(points),
        bands=(*_bands(agreement, today, held=any(band.kind == "hold" for band in marks.bands)), *marks.bands),
        dots=(*_letters(letters, warned=warned), *(_warnings(agreement, today) if warned else ()), *marks.dots),
    )


def _letters(letters: Iterable[Letter], *, warned: bool) -> Iterable[Point]:
    """What went out; the warnings are dots of their own where they are drawn."""
    told = [one.value for one in WARNINGS.values()] if warned else []
    for letter in letters:
        if letter.sent_at is not None and letter.occasion not in told:
            yield _point("letter", clock.local_day(letter.sent_at), letter.get_occasion_display())


def _warnings(agreement: Agreement, today: date) -> Iterable[Point]:
    """The warnings about the present day of deletion: sent, to come, or in trouble."""
    if agreement.erased_at is not None:
        return
    for one in reminders.warnings_of(agreement):
        if one.sent_at is not None:
            yield _point("warning-sent", clock.local_day(one.sent_at), _warning(one.days, _("sent")))
        elif one.due_on > today:
            yield _point("warning-due", one.due_on, _warning(one.days, _("to be sent")))
        else:
            state = dict(Letter.State.choices).get(one.state, _("not written"))
            yield _point("warning-failed", one.due_on, _warning(one.days, str(state)))


def _warning(days: int, state: str) -> str:
    text = ngettext(
        "Warning %(days)s day before deletion: %(state)s", "Warning %(days)s days before deletion: %(state)s", days
    )
    return text % {"days": days, "state": state}


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


def _bands(agreement: Agreement, today: date, *, held: bool) -> Iterable[Band]:
    """``held``: the holds are drawn one by one already."""
    ends = agreement.service_ends
    usual = [point.day for point in _usual(agreement, today)] if ends is None else []
    yield Band("service", agreement.term_start, max([ends] if ends else usual), _("Service"))
    if ends is not None and agreement.export_until is not None:
        yield Band("window", ends, agreement.export_until, _("Exports"))
    if agreement.delete_from is not None and today > agreement.delete_from and agreement.erased_at is None:
        yield Band("closing", agreement.delete_from, today, _("Deletion"))
    if agreement.held_since is not None and not held:
        since = clock.local_day(agreement.held_since)
        yield Band("hold", since, max(since, today), _("Hold"), HOLDS)
