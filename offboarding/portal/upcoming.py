"""What happens next and when, step by step, and what we never do before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import clock, dates
from offboarding.letter_writing import WARNINGS
from offboarding.models import Agreement, TerminationNotice
from offboarding.next_dates import distance_in_words
from offboarding.phases import Phase
from offboarding.rule_words import day_in_words


@dataclass(frozen=True, slots=True)
class Step:
    """A day that comes, how far away it is (both '' where nobody knows), and what is on it, in sentences."""

    when: str
    distance: str
    texts: tuple[str, ...]


def steps_of(agreement: Agreement, phase: Phase, today: date, notice: TerminationNotice | None) -> list[Step]:
    """From today on, in the order of time; what has no day comes first. ``notice``: the one that counts."""
    return list(_steps(agreement, phase, today, notice))


def _steps(agreement: Agreement, phase: Phase, today: date, notice: TerminationNotice | None) -> Iterator[Step]:
    if phase is Phase.ACTIVE:
        yield from _of_term(agreement, today)
    elif phase is Phase.NOTICE_GIVEN:
        yield _step(
            None, today, _("A person here decides what your notice leads to, and all your contacts get a letter.")
        )
        if agreement.service_ends:
            yield from _of_end(agreement, today, None)
    elif phase is Phase.ON_HOLD:
        yield _step(None, today, _("When the legal reasons end, we write to you. Nothing is deleted before that."))
        yield _step(None, today, _("Then we remind you before the deletion, as always."))
    elif phase is Phase.DELETED:
        yield _step(
            None, today, _("Copies in backups disappear as the backups grow old; the certificate says by when.")
        )
        yield _step(None, today, _("When the last of them is gone, you get a supplement to the certificate."))
    else:
        yield from _of_end(agreement, today, notice)


def _of_term(agreement: Agreement, today: date) -> Iterator[Step]:
    """An agreement that nothing ends."""
    try:
        terms = clock.terms_of(agreement)
        end, latest = dates.term_of(terms, today).end, dates.latest_notice_day(terms, today)
    except dates.ClockError:
        return
    if agreement.service_ends:
        yield from _of_end(agreement, today, None)
        return
    if latest >= today:
        yield _step(latest, today, _("The latest day on which a notice for this term reaches us in time."))
    yield _step(end, today, _("This term ends. Without a notice the next one begins on the day after."))


def _of_end(agreement: Agreement, today: date, notice: TerminationNotice | None) -> Iterator[Step]:
    """An agreement with the dates of its end: what still lies ahead."""
    service, export, delete = agreement.service_ends, agreement.export_until, agreement.delete_from
    if service is None or export is None or delete is None:
        return
    objections = notice.object_until if notice is not None else None
    ahead = [
        (objections, _("The last day to object to the notice, in case it was not meant.")),
        (service, _("The last day of service. You may take your notice back until its end.") if notice is not None
         else _("The last day of service.")),
        (export, _("The last day to ask for an export. What you ask for by then we deliver, however long it takes.")),
        *((delete - timedelta(days=days), _reminder(days)) for days in WARNINGS),
        (delete, _("Your data may be deleted from this day on. Then you get a certificate.")),
    ]  # fmt: skip
    coming: dict[date, list[str]] = {}
    for day, text in ahead:
        if day is not None and day >= today:
            coming.setdefault(day, []).append(text)
    for day in sorted(coming):
        yield _step(day, today, *coming[day])
    if delete < today:
        yield _step(None, today, _("We check once more that nothing stands in the way. Then your data is deleted."))
        yield _step(None, today, _("You get a certificate of what is gone and what remains, and why."))


def _reminder(days: int) -> str:
    text = ngettext(
        "We remind you by mail that your data may be deleted in %(days)d day.",
        "We remind you by mail that your data may be deleted in %(days)d days.",
        days,
    )
    return text % {"days": days}


def never(agreement: Agreement, phase: Phase) -> list[str]:
    """What the customer can rely on."""
    if phase is Phase.DELETED:
        return []
    promises = [
        _("We delete nothing while an export that you asked for in time is not yet in your hands, nor in the first "
          "days after."),
        _("We delete nothing without having written to you 30 days, 7 days and 1 day before. If a letter does not "
          "arrive, we wait."),
        _("No date moves earlier unless you ask for it and sign."),
    ]  # fmt: skip
    if agreement.delete_from is not None and phase in (Phase.ENDING, Phase.EXPORT_WINDOW):
        promises.insert(0, _("We delete nothing before %(day)s.") % {"day": day_in_words(agreement.delete_from)})
    return promises


def _step(day: date | None, today: date, *texts: str) -> Step:
    if day is None:
        return Step("", "", texts)
    return Step(day_in_words(day), distance_in_words((day - today).days), texts)
