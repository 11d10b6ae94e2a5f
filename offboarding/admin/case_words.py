"""A case in plain sentences: where it stands, what happens next, how far away a day is."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import clock, dates
from offboarding.models import Agreement
from offboarding.phases import Phase
from offboarding.rule_words import day_in_words


def distance(day: date, today: date) -> str:
    """How far away a day is: ``in 12 days``, ``today``, ``12 days ago``."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


def standing(agreement: Agreement, phase: Phase, today: date) -> str:
    """Where the case stands and what happens next, in one or two sentences."""
    words = _days_of(agreement)
    if phase is Phase.DELETED and agreement.erased_at is not None:
        day = day_in_words(clock.local_day(agreement.erased_at))
        return _("The customer's data was deleted on %(day)s.") % {"day": day}
    if phase is Phase.ON_HOLD and agreement.held_since is not None:
        day = day_in_words(clock.local_day(agreement.held_since))
        text = _("The data has been on hold since %(day)s: nothing is deleted until the hold is released.")
        return text % {"day": day}
    sentences = {
        Phase.CLOSING: _(
            "The time for exports ended on %(export)s. Deletion is possible from %(delete)s, after warnings and with "
            "approval."
        ),
        Phase.EXPORT_WINDOW: _(
            "The service ended on %(service)s. The customer can request exports until %(export)s; nothing is deleted "
            "before %(delete)s."
        ),
        Phase.ENDING: _(
            "The service runs until %(service)s. After that the customer can request exports until %(export)s; "
            "nothing is deleted before %(delete)s."
        ),
        Phase.NOTICE_GIVEN: _("A notice has been received and waits for a decision. Until then the service goes on."),
    }
    return sentences[phase] % words if phase in sentences else _going_on(agreement, today)


def _days_of(agreement: Agreement) -> dict[str, str]:
    days = {"service": agreement.service_ends, "export": agreement.export_until, "delete": agreement.delete_from}
    return {name: day_in_words(day) if day else "–" for name, day in days.items()}


def _going_on(agreement: Agreement, today: date) -> str:
    try:
        terms = clock.terms_of(agreement)
        term = dates.term_of(terms, today)
        facts = {
            "end": day_in_words(term.end),
            "latest": day_in_words(dates.latest_notice_day(terms, today)),
            "months": agreement.renewal_months,
        }
    except dates.ClockError:
        return _("The service runs until %(end)s.") % {"end": day_in_words(agreement.term_end)}
    if not agreement.auto_renews:
        return _("The service runs until %(end)s; the agreement does not renew itself.") % facts
    return (
        ngettext(
            "The service runs until %(end)s and renews itself for %(months)s month. A notice for this term is timely "
            "until %(latest)s.",
            "The service runs until %(end)s and renews itself for %(months)s months. A notice for this term is timely "
            "until %(latest)s.",
            agreement.renewal_months,
        )
        % facts
    )
