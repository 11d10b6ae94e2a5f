"""The clock on the records: an agreement's row as the values of ``dates``, and today in the vendor's zone.

``end_dates`` is where dates are stored.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from offboarding import dates, rule_words
from offboarding.dates import Cause, ClockError, Decisions, Ending, Late, Milestones, SwitchingRules, Terms
from offboarding.models import Agreement, TerminationNotice

_Decision = TerminationNotice.Decision
LATE = {_Decision.LATE_ACCEPTED.value: Late.ACCEPTED, _Decision.NEXT_TERM.value: Late.NEXT_TERM}
"""What a decision says about a notice that is late."""
FORM_FIELDS = {"late": "decision", "window_days": "export_window_days"}
"""What the clock calls a field → what people see."""


def zone() -> ZoneInfo:
    """The vendor's time zone: calendar days are days of it."""
    return ZoneInfo(settings.TIME_ZONE)


def local_day(moment: datetime) -> date:
    """The calendar day of an instant in the vendor's zone."""
    return moment.astimezone(zone()).date()


def today() -> date:
    """The calendar day it is in the vendor's zone."""
    return local_day(timezone.now())


def switching_rules() -> SwitchingRules:
    """The numbers of the Data Act as the settings have them."""
    numbers: dict[str, Any] = settings.DATA_ACT
    return SwitchingRules(**numbers, country=settings.WORKING_DAYS_COUNTRY)


def terms_of(agreement: Agreement) -> Terms:
    """The agreement's terms. PolicyError for what no agreement can say."""
    return Terms(
        term_start=agreement.term_start,
        term_end=agreement.term_end,
        notice_days=agreement.notice_days,
        window_days=agreement.export_window_days,
        auto_renews=agreement.auto_renews,
        renewal_months=agreement.renewal_months,
        policy=dates.Policy(agreement.policy),
    )


def milestones_of(agreement: Agreement) -> Milestones | None:
    """The milestones as they were stored, or None where the agreement has no end. ClockError if unreadable."""
    return Milestones.from_json(agreement.milestones) if agreement.milestones else None


def decisions_of(agreement: Agreement) -> Decisions:
    """What people decided about the dates. ClockError if unreadable."""
    return Decisions.from_json(agreement.decisions)


def ending_of(agreement: Agreement) -> Ending:
    """How the agreement ends, from its row and the notice in force; only where its ending is set."""
    cause = Cause(agreement.ending)
    if cause is Cause.NOTICE:
        notice = agreement.notices.in_force().get()
        return Ending(cause, local_day(notice.received_at), late=LATE.get(notice.decision))
    return Ending(cause, service_ends=None if cause is Cause.EXPIRY else agreement.service_ends)


def refused(error: ClockError, **fields: str) -> ValidationError:
    """The clock's refusal as a form's error, in words with the clause; ``fields`` name a form's own fields."""
    field = fields.get(error.field) or FORM_FIELDS.get(error.field, error.field)
    return ValidationError({field: rule_words.refusal(error)})
