"""The date that an agreement waits for next, which follows from its phase. Words in the active language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from offboarding.clock import terms_of
from offboarding.dates import latest_notice_day, term_of
from offboarding.models import Agreement
from offboarding.phases import Phase


class Event(TextChoices):
    """What is on a date."""

    NOTICE_BY = "notice_by", _("timely notice until")
    SERVICE_ENDS = "service_ends", _("service ends")
    EXPORT_UNTIL = "export_until", _("export window until")
    DELETE_FROM = "delete_from", _("deletion not before")
    HELD_SINCE = "held_since", _("on hold since")
    DELETED = "deleted", _("data deleted")


@dataclass(frozen=True)
class NextDate:
    """A date, what is on it, and the days until then (negative when it is over)."""

    event: Event
    day: date
    days: int

    @property
    def distance(self) -> str:
        """``today``, ``in 3 days`` or ``3 days ago``."""
        return distance_in_words(self.days)


def distance_in_words(days: int) -> str:
    """``today``, ``in 3 days`` or, for fewer than none, ``3 days ago``."""
    if days == 0:
        return gettext("today")
    if days > 0:
        return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
    return ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}


def last_day_of_service(agreement: Agreement, on: date) -> date:
    """As it was set, else the end of the term that the day lies in. ClockError beyond the calendar."""
    return agreement.service_ends or term_of(terms_of(agreement), on).end


def next_date(agreement: Agreement, phase: Phase, on: date) -> NextDate:
    """What comes next for an agreement in this phase. ClockError beyond the calendar."""
    event, day = _next(agreement, phase, on)
    return NextDate(event, day, (day - on).days)


def _next(agreement: Agreement, phase: Phase, on: date) -> tuple[Event, date]:
    if phase is Phase.DELETED and agreement.erased_at:
        return Event.DELETED, timezone.localdate(agreement.erased_at)
    if phase is Phase.ON_HOLD and agreement.held_since:
        return Event.HELD_SINCE, timezone.localdate(agreement.held_since)
    if phase is Phase.CLOSING and agreement.delete_from:
        return Event.DELETE_FROM, agreement.delete_from
    if phase is Phase.EXPORT_WINDOW and agreement.export_until:
        return Event.EXPORT_UNTIL, agreement.export_until
    if agreement.service_ends:
        return Event.SERVICE_ENDS, agreement.service_ends
    return _in_force(agreement, on)


def _in_force(agreement: Agreement, on: date) -> tuple[Event, date]:
    """An agreement without an end: the next day by which a notice would be in time, in this term or the following."""
    terms = terms_of(agreement)
    latest = latest_notice_day(terms, on)
    if latest < on and terms.auto_renews:
        latest = latest_notice_day(terms, term_of(terms, on).end + timedelta(days=1))
    return (Event.NOTICE_BY, latest) if terms.auto_renews else (Event.SERVICE_ENDS, terms.term_end)
