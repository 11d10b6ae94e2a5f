"""Where an agreement's dates are stored, moved and cleared – nowhere else.

Lock order, for every verb of a case: the agreement's row first (``locked``), then its notices, waivers or assistance,
then letters, then the journal. So two people who decide at once wait for each other, and the second sees what the
first did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, dates, journal, letters, rule_words
from offboarding.actors import Actor
from offboarding.dates import Cause, ClockError, Decisions, Ending, Mark, Milestones
from offboarding.models import Agreement, Letter, Waiver

STORED = ("ending", "service_ends", "export_until", "delete_from", "milestones", "decisions")
WERE = {
    Mark.SERVICE_ENDS: "service_ended", Mark.EXPORT_UNTIL: "export_was_until", Mark.DELETE_FROM: "delete_was_from",
}  # fmt: skip
"""The dates that move → what the journal calls the day before."""


def locked(agreement: Agreement) -> Agreement:
    """The agreement's row, read anew and locked until the transaction ends: the first lock of every verb."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("customer")
    return rows.get(pk=agreement.pk)


def locked_undeleted(agreement: Agreement) -> Agreement:
    """``locked``, and a ValidationError where the customer's data is deleted already."""
    agreement = locked(agreement)
    if agreement.erased_at is not None:
        raise ValidationError({"agreement": _("The customer's data is deleted; nothing can be decided any more.")})
    return agreement


def set_ending(
    agreement: Agreement,
    ending: Ending,
    decisions: Decisions,
    *,
    previous: Milestones | None,
    actor: Actor,
    because: str = "",
    fields: Mapping[str, str] | None = None,
) -> Milestones:
    """Computes, stores and journals the dates; with ``previous`` none moves earlier but by a waiver.

    The agreement's row must be locked. A ValidationError, in the clock's words, where the clock refuses; nothing is
    changed then. ``fields``: what the clock calls a field → what the verb calls it.
    """
    switching = clock.switching_rules()
    try:
        before = clock.milestones_of(agreement)
        found = dates.milestones(
            clock.terms_of(agreement), ending, clock.zone(), decisions, previous, switching=switching
        )  # fmt: skip
    except ClockError as error:
        raise clock.refused(error, **(fields or {})) from error
    anew = agreement.ending != ending.cause.value
    agreement.ending = ending.cause.value
    agreement.service_ends, agreement.export_until = found.service_ends.day, found.export_until.day
    agreement.delete_from = found.delete_from.day
    agreement.milestones, agreement.decisions = found.to_json(), decisions.to_json()
    agreement.save(update_fields=STORED)
    moved = {mark: before[mark].day for mark in WERE if before[mark].day != found[mark].day} if before else {}
    if anew or moved:
        facts: dict[str, Any] = {mark.value: found[mark].day.isoformat() for mark in WERE}
        facts |= {"ending": ending.cause.value, "rules": {mark.value: found[mark].rule.code for mark in Mark}}
        if moved:
            facts |= {WERE[mark]: day.isoformat() for mark, day in moved.items()}
        event = "dates.moved" if before else "dates.set"
        journal.record(event, actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    return found


def count_again(
    agreement: Agreement,
    decisions: Decisions,
    *,
    actor: Actor,
    because: str,
    fields: Mapping[str, str] | None = None,
) -> Milestones:
    """The dates of an ending that stands, after other terms or another decision; later only, but by a waiver.

    All contacts are told where a date moved.
    """
    before = clock.milestones_of(agreement)
    found = set_ending(
        agreement, clock.ending_of(agreement), decisions,
        previous=before, actor=actor, because=because, fields=fields,
    )  # fmt: skip
    if before is not None and any(found[mark].day != before[mark].day for mark in WERE):
        context = {"before": before, "because": because}
        letters.write(Letter.Occasion.DATES_CHANGED, agreement, key=timezone.now().isoformat(), context=context)
    return found


def clear_ending(agreement: Agreement, *, actor: Actor, because: str) -> None:
    """Takes the dates away and cancels the letters about them; an agreement that does not renew expires again."""
    stored = clock.milestones_of(agreement)
    facts: dict[str, Any] = {WERE[mark]: stored[mark].day.isoformat() for mark in WERE} if stored else {}
    facts["ending"] = agreement.ending
    agreement.ending, agreement.milestones, agreement.decisions = "", {}, {}
    agreement.service_ends = agreement.export_until = agreement.delete_from = None
    agreement.save(update_fields=STORED)
    facts["letters"] = letters.cancel_scheduled(agreement, because=because)
    journal.record("dates.cleared", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    _overtake_waivers(agreement, actor, because)
    if not agreement.auto_renews:
        expire(agreement, actor=actor, because=because)


def _overtake_waivers(agreement: Agreement, actor: Actor, because: str) -> None:
    """A waiver of dates that are gone can never be approved any more."""
    for waiver in agreement.waivers.select_for_update().filter(state=Waiver.State.OPEN):
        waiver.state = Waiver.State.REJECTED
        waiver.save(update_fields=["state"])
        facts = {"waiver": waiver.pk, "delete_from": waiver.delete_from.isoformat()}
        journal.record("waiver.rejected", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))


def expire(agreement: Agreement, *, actor: Actor, because: str = "") -> Milestones:
    """The dates of an agreement that does not renew itself and that nothing else has ended."""
    return set_ending(agreement, Ending(Cause.EXPIRY), Decisions(), previous=None, actor=actor, because=because)


def check_still_serving(agreement: Agreement, *, field: str) -> None:
    """ValidationError once the day on which service ends is over: then nothing that was scheduled is called back."""
    if refusal := no_more_served(agreement, clock.today()):
        raise ValidationError({field: refusal})


def no_more_served(agreement: Agreement, today: date) -> str:
    """That the day on which service ends is over, in words; '' while it is not."""
    if agreement.service_ends is None or today <= agreement.service_ends:
        return ""
    day = rule_words.day_in_words(agreement.service_ends)
    return _("The service has ended on %(day)s; this came too late.") % {"day": day}
