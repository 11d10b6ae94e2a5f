"""Other ways an agreement ends than by a notice – it expires, we end it, both agree – and how it goes on after all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, letters, rule_words
from offboarding.actors import Actor
from offboarding.dates import Cause, Decisions, Ending, Mark, Milestone, Milestones, Rule
from offboarding.models import Agreement, Letter, TerminationNotice
from offboarding.registration import check, register
from offboarding.rights import allow
from offboarding.stating import stated

__all__ = ["check", "register", "renew", "terminate"]

Way = Agreement.Ending
NAMED = (Way.VENDOR, Way.FOR_CAUSE, Way.MUTUAL)
"""Ways to end on a day that somebody names."""


@transaction.atomic
def terminate(
    agreement: Agreement, *, cause: str, service_ends: date, by: User, because: str, notice_day: date | None = None
) -> Agreement:
    """Ends an agreement on a named day, from today on, and tells all contacts the day and the cause.

    VENDOR: not sooner than the agreement's days of notice after ``notice_day``, the day on which the customer was told
    (today unless given), and only where no other end is set. FOR_CAUSE and MUTUAL may end service earlier than planned;
    what was promised about exports and deletion stays.
    """
    actor = allow(by, "offboarding.end_agreement")
    because = stated(because, _("Say why the agreement ends; the customer reads it."))
    agreement = end_dates.locked_undeleted(agreement)
    if cause not in NAMED:
        raise ValidationError({"cause": _("Choose who ends the agreement: the vendor, for cause, or both together.")})
    told_on = _told_on(notice_day) if cause == Way.VENDOR else None
    _check_day(agreement, service_ends)
    if told_on is not None:
        _check_by_vendor(agreement, service_ends, told_on)
    ending = Ending(Cause(cause), notice_day=told_on, service_ends=service_ends)
    decisions = Decisions(export_until=clock.decisions_of(agreement).export_until)
    previous = _promised(agreement, ending, service_ends)
    letters.cancel_scheduled(agreement, because=because)
    found = end_dates.set_ending(agreement, ending, decisions, previous=previous, actor=actor, because=because)
    facts = {mark.value: found[mark].day.isoformat() for mark in end_dates.WERE} | {"ending": ending.cause.value}
    facts |= {"notice_day": told_on.isoformat()} if told_on else {}
    journal.record("agreement.terminated", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    key = f"ended-{timezone.now().isoformat()}"
    letters.write(Letter.Occasion.DECISION, agreement, key=key, context={"because": because})
    return agreement


def _told_on(notice_day: date | None) -> date:
    if notice_day is not None and notice_day > clock.today():
        raise ValidationError({"notice_day": _("The customer cannot have been told on a day that is still to come.")})
    return notice_day or clock.today()


def _check_day(agreement: Agreement, service_ends: date) -> None:
    end_dates.check_still_serving(agreement, field="service_ends")
    if service_ends < clock.today():
        text = _("The service cannot end on a day that is past; today, %(day)s, is the earliest.")
        raise ValidationError({"service_ends": text % {"day": rule_words.day_in_words(clock.today())}})


def _check_by_vendor(agreement: Agreement, service_ends: date, told_on: date) -> None:
    if agreement.ending and agreement.ending != Way.EXPIRY and agreement.service_ends is not None:
        facts = {"cause": agreement.get_ending_display(), "day": rule_words.day_in_words(agreement.service_ends)}
        raise ValidationError({"cause": _("The agreement ends on %(day)s already (%(cause)s).") % facts})
    earliest = told_on + timedelta(days=agreement.notice_days)
    if service_ends < earliest:
        text = _("Our own notice may not be shorter than the customer's: %(day)s is the earliest.")
        raise ValidationError({"service_ends": text % {"day": rule_words.day_in_words(earliest)}})


def _promised(agreement: Agreement, ending: Ending, service_ends: date) -> Milestones | None:
    """What stays promised: everything, but the last day of service where the new end comes before it."""
    stored = clock.milestones_of(agreement)
    if stored is None or stored.service_ends.day <= service_ends:
        return stored
    rule = Rule(ending.cause.value, {"service_ends": service_ends.isoformat()})
    return replace(stored, service_ends=Milestone.on(Mark.SERVICE_ENDS, service_ends, rule, stored.zone))


@transaction.atomic
def renew(agreement: Agreement, *, until: date, by: User, because: str) -> Agreement:
    """The customer stays: a new term from the day after the last day of service until ``until``.

    Possible until the end of the last day of service. A notice in force counts as withdrawn; what was scheduled is
    cancelled, and all contacts are told.
    """
    actor = allow(by, "offboarding.end_agreement")
    because = stated(because, _("Say why the agreement is renewed."))
    agreement = end_dates.locked_undeleted(agreement)
    ends = _check_renewable(agreement, until)
    was_term_end = agreement.term_end
    _withdraw_in_force(agreement, actor, because)
    agreement.term_start, agreement.term_end = ends + timedelta(days=1), until
    check(agreement)
    agreement.save(update_fields=["term_start", "term_end"])
    end_dates.clear_ending(agreement, actor=actor, because=because)
    facts = {"term_start": agreement.term_start, "term_end": until, "was_term_end": was_term_end}
    journal.record(
        "agreement.renewed", actor=actor, reason=because, facts={name: day.isoformat() for name, day in facts.items()},
        **journal.case_of(agreement),
    )  # fmt: skip
    key = f"renewed-{until.isoformat()}-{timezone.now().isoformat()}"
    letters.write(Letter.Occasion.CONTINUES, agreement, key=key, context={"until": until, "because": because})
    return agreement


def _check_renewable(agreement: Agreement, until: date) -> date:
    """The last day of service that is planned; a ValidationError where nothing can be renewed."""
    if agreement.service_ends is None:
        raise ValidationError({"until": _("No end is set; the agreement goes on by itself.")})
    end_dates.check_still_serving(agreement, field="until")
    if agreement.notices.undecided().exists():
        raise ValidationError({"until": _("A notice waits for a decision; decide it or record its withdrawal first.")})
    if until <= agreement.service_ends:
        text = _("A renewal lasts beyond %(day)s, the last day of service.")
        raise ValidationError({"until": text % {"day": rule_words.day_in_words(agreement.service_ends)}})
    return agreement.service_ends


def _withdraw_in_force(agreement: Agreement, actor: Actor, because: str) -> None:
    for notice in agreement.notices.select_for_update(of=("self",)).filter(state=TerminationNotice.State.ACCEPTED):
        notice.state = TerminationNotice.State.WITHDRAWN
        notice.save(update_fields=["state"])
        facts = {"notice": notice.pk}
        journal.record("notice.withdrawn", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
