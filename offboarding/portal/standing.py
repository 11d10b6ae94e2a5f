"""Where a case stands, in plain words for the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import clock, dates
from offboarding.models import Agreement
from offboarding.phases import Phase
from offboarding.rule_words import day_in_words


@dataclass(frozen=True, slots=True)
class Standing:
    """A phase as the customer reads it: a word or two for its badge, a headline, and what it means."""

    phase: Phase
    badge: str
    headline: str
    text: str


def standing_of(agreement: Agreement, phase: Phase, today: date) -> Standing:
    """The standing on a day; the agreement is as the customer may know it."""
    return Standing(phase, badge(phase), _headline(phase), _text(agreement, phase, today))


def badge(phase: Phase) -> str:
    """The phase in a word or two."""
    return {
        Phase.ACTIVE: _("running"),
        Phase.NOTICE_GIVEN: _("notice received"),
        Phase.ENDING: _("ending"),
        Phase.EXPORT_WINDOW: _("time to take your data"),
        Phase.CLOSING: _("before deletion"),
        Phase.ON_HOLD: _("data kept"),
        Phase.DELETED: _("data deleted"),
    }[phase]


def _headline(phase: Phase) -> str:
    return {
        Phase.ACTIVE: _("Your agreement is running"),
        Phase.NOTICE_GIVEN: _("We have received your notice"),
        Phase.ENDING: _("Your agreement is coming to its end"),
        Phase.EXPORT_WINDOW: _("Now is the time to take your data along"),
        Phase.CLOSING: _("The time for exports is over"),
        Phase.ON_HOLD: _("Your data is kept for now"),
        Phase.DELETED: _("Your data is deleted"),
    }[phase]


def _text(agreement: Agreement, phase: Phase, today: date) -> str:
    if phase is Phase.ACTIVE:
        return _running(agreement, today)
    facts = {
        "service": _day(agreement.service_ends),
        "export": _day(agreement.export_until),
        "delete": _day(agreement.delete_from),
        "erased": _day(clock.local_day(agreement.erased_at) if agreement.erased_at else None),
    }
    return {
        Phase.NOTICE_GIVEN: _(
            "A person here reads it and decides which dates follow. You will get a letter. Until then nothing changes: "
            "the service goes on as usual."
        ),
        Phase.ENDING: _(
            "The service goes on as usual to the end of %(service)s. After that you can still ask for your data, until "
            "%(export)s. Nothing is deleted before %(delete)s."
        ),
        Phase.EXPORT_WINDOW: _(
            "The service ended on %(service)s. Until %(export)s you can ask for an export of your data. Nothing is "
            "deleted before %(delete)s."
        ),
        Phase.CLOSING: _(
            "You could ask for exports until %(export)s. From %(delete)s on your data may be deleted, and not before "
            "everything that you asked for in time has reached you and we have reminded you."
        ),
        Phase.ON_HOLD: _held(agreement, today),
        Phase.DELETED: _(
            "We deleted it on %(erased)s. The certificate below says what is gone, what the law makes us keep, why, "
            "and until when."
        ),
    }[phase] % facts


def _held(agreement: Agreement, today: date) -> str:
    if agreement.delete_from is None or today < agreement.delete_from:
        return _(
            "There are legal reasons to keep it. As long as they last we delete nothing, whatever the dates below say. "
            "We write to you when that ends, and again before anything is deleted."
        )
    return _(
        "There are legal reasons to keep it, so we delete nothing, although we might have done so from %(delete)s on. "
        "We write to you when that ends, and again before anything is deleted."
    )


def _running(agreement: Agreement, today: date) -> str:
    try:
        terms = clock.terms_of(agreement)
        end, latest = dates.term_of(terms, today).end, dates.latest_notice_day(terms, today)
    except dates.ClockError:
        return _("The service runs to the end of %(end)s.") % {"end": day_in_words(agreement.term_end)}
    facts = {"end": day_in_words(end), "latest": day_in_words(latest), "months": agreement.renewal_months}
    if not agreement.auto_renews:
        return _("The service runs to the end of %(end)s. The agreement then ends by itself.") % facts
    if latest < today:
        sentence = ngettext(
            "The service runs to the end of %(end)s and then goes on for %(months)d month. To leave on that day, your "
            "notice had to reach us by %(latest)s; a later one counts for the term after.",
            "The service runs to the end of %(end)s and then goes on for %(months)d months. To leave on that day, your "
            "notice had to reach us by %(latest)s; a later one counts for the term after.",
            agreement.renewal_months,
        )
        return sentence % facts
    sentence = ngettext(
        "The service runs to the end of %(end)s and then goes on for %(months)d month, unless you give notice. To "
        "leave on that day, your notice must reach us by %(latest)s.",
        "The service runs to the end of %(end)s and then goes on for %(months)d months, unless you give notice. To "
        "leave on that day, your notice must reach us by %(latest)s.",
        agreement.renewal_months,
    )
    return sentence % facts


def _day(day: date | None) -> str:
    return day_in_words(day) if day else "–"
