"""Notices: received, vouched for, decided, withdrawn, objected to. A decision is what sets an agreement's dates."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, dates, end_dates, journal, letters, notice_words, rule_words
from offboarding.actors import Actor
from offboarding.dates import Cause, ClockError, Ending, Preview
from offboarding.models import Agreement, Letter, TerminationNotice
from offboarding.objections import object_to, settle_objection
from offboarding.receipts import correct_receipt, let_next_count, locked, receive, record, vouch
from offboarding.rights import allow
from offboarding.stating import stated
from offboarding.withdrawals import withdraw

__all__ = [
    "correct_receipt", "decide", "object_to", "preview", "receive", "record", "settle_objection", "vouch", "withdraw",
]  # fmt: skip

State, Decision = TerminationNotice.State, TerminationNotice.Decision
ENDED_BY_US = (Agreement.Ending.VENDOR, Agreement.Ending.FOR_CAUSE, Agreement.Ending.MUTUAL)


def preview(agreement: Agreement, on: date) -> Preview:
    """What a notice received on that day would lead to: timely or late, and the dates of each possible decision."""
    try:
        return dates.preview(clock.terms_of(agreement), on, clock.zone(), switching=clock.switching_rules())
    except ClockError as error:
        raise clock.refused(error, notice_day="received_at") from error


@transaction.atomic
def decide(notice: TerminationNotice, decision: str, *, by: User, because: str = "") -> TerminationNotice:
    """A person decides what a notice means; accepted, it sets the dates and all contacts are told, with how to object.

    TIMELY only in time; LATE_ACCEPTED and REFUSED need a reason; NEXT_TERM only where the agreement renews itself.
    """
    actor = allow(by, "offboarding.decide_terminationnotice")
    agreement, notice = locked(notice)
    because = _checked(agreement, notice, decision, because)
    notice.decision, notice.because = Decision(decision), because
    notice.decided_by, notice.decided_at = by, timezone.now()
    if notice.decision == Decision.REFUSED:
        notice.state = State.REFUSED
    else:
        notice.state = State.ACCEPTED
        notice.object_until = clock.today() + timedelta(days=settings.OBJECTION_DAYS)
    notice.save()
    facts = {"notice": notice.pk, "decision": notice.decision}
    if notice.object_until is not None:
        facts["object_until"] = notice.object_until.isoformat()
    event = "notice.accepted" if notice.state == State.ACCEPTED else "notice.refused"
    journal.record(event, actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    if notice.state == State.ACCEPTED:
        _set_dates(agreement, notice, actor)
    context = {"notice": notice, "because": because}
    letters.write(Letter.Occasion.DECISION, agreement, key=str(notice.pk), context=context)
    if notice.state == State.REFUSED:
        let_next_count(agreement, notice, actor=actor)
    return notice


def _checked(agreement: Agreement, notice: TerminationNotice, decision: str, because: str) -> str:
    """The reason; a ValidationError where this decision cannot be made."""
    if decision not in Decision.values:
        raise ValidationError({"decision": _("Unknown: %(names)s.") % {"names": decision}})
    if notice.state != State.RECEIVED:
        raise ValidationError({"notice": _("This notice does not wait for a decision.")})
    if decision == Decision.REFUSED:
        return stated(because, _("Say why the notice is refused."))
    _check_acceptable(agreement, notice)
    _check_time(agreement, notice, decision)
    if decision == Decision.LATE_ACCEPTED:
        return stated(because, _("Say why the late notice is accepted as timely."))
    return because.strip()


def _check_acceptable(agreement: Agreement, notice: TerminationNotice) -> None:
    if agreement.erased_at is not None:
        raise ValidationError({"notice": _("The customer's data is deleted; the notice can only be refused.")})
    if notice.needs:
        reasons = " ".join(notice_words.need(code) for code in notice.needs)
        raise ValidationError({"notice": _("Somebody has to vouch for this notice first: %(why)s") % {"why": reasons}})
    if notice.objected_at is not None and notice.objection_settled_at is None:
        raise ValidationError({"notice": _("An objection to this notice is open; settle it first.")})
    if agreement.ending in ENDED_BY_US and agreement.service_ends is not None:
        facts = {"cause": agreement.get_ending_display(), "day": rule_words.day_in_words(agreement.service_ends)}
        text = _("The agreement ends on %(day)s already (%(cause)s); a notice changes nothing.")
        raise ValidationError({"notice": text % facts})


def _check_time(agreement: Agreement, notice: TerminationNotice, decision: str) -> None:
    terms, day = clock.terms_of(agreement), clock.local_day(notice.received_at)
    late = dates.needs_decision(terms, day)
    if late and decision == Decision.TIMELY:
        latest = rule_words.day_in_words(dates.latest_notice_day(terms, day))
        text = _("The notice was received on %(day)s, after %(latest)s, the latest day: it is late.")
        raise ValidationError({"decision": text % {"day": rule_words.day_in_words(day), "latest": latest}})
    if not late and decision == Decision.LATE_ACCEPTED:
        text = _("There is nothing late to accept: the notice of %(day)s is timely.")
        raise ValidationError({"decision": text % {"day": rule_words.day_in_words(day)}})


def _set_dates(agreement: Agreement, notice: TerminationNotice, actor: Actor) -> None:
    ending = Ending(Cause.NOTICE, clock.local_day(notice.received_at), late=clock.LATE.get(notice.decision))
    previous, decisions = clock.milestones_of(agreement), clock.decisions_of(agreement)
    end_dates.set_ending(agreement, ending, decisions, previous=previous, actor=actor, because=notice.because)
