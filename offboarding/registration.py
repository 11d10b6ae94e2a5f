"""An agreement is entered or changed: its terms are checked, journalled with what changed, and its dates follow."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from offboarding import clock, dates, end_dates, journal, letters
from offboarding.actors import Actor
from offboarding.dates import ClockError
from offboarding.models import Agreement, JournalEntry, Letter
from offboarding.rights import allow

TERMS = ("term_start", "term_end", "notice_days", "export_window_days", "auto_renews", "renewal_months", "policy")
"""The fields of an agreement that its dates follow from; none of them is personal."""
TELLING_TERMS = ("agreement.registered", "agreement.changed", "agreement.renewed")


def check(agreement: Agreement) -> None:
    """ValidationError on the field, with the clause, where terms give less than the contract or the law grants."""
    try:
        dates.check_policy(clock.terms_of(agreement), switching=clock.switching_rules())
    except ClockError as error:
        raise clock.refused(error) from error


@transaction.atomic
def register(agreement: Agreement, *, by: User | None) -> None:
    """To be called after an agreement's row is saved, in the same transaction; ``by`` None for a machine.

    An agreement that does not renew itself gets the dates of its expiry. Dates that stand move only later; all
    contacts are told when they do.
    """
    actor = _registrar(by)
    agreement = end_dates.locked_undeleted(agreement)
    check(agreement)
    known, stated = _known(agreement), _as_facts(agreement)
    case = journal.case_of(agreement)
    if known is None:
        journal.record("agreement.registered", actor=actor, facts=stated, **case)
    elif changed := [name for name in TERMS if known.get(name) != stated[name]]:
        facts = {name: stated[name] for name in changed}
        facts |= {"changed": changed, "was": {name: known.get(name) for name in changed}}
        journal.record("agreement.changed", actor=actor, facts=facts, **case)
    elif agreement.ending or agreement.auto_renews:
        return
    _follow(agreement, actor)


def _follow(agreement: Agreement, actor: Actor) -> None:
    """The dates after other terms."""
    before = clock.milestones_of(agreement)
    if before is None:
        if not agreement.auto_renews:
            end_dates.expire(agreement, actor=actor)
    elif agreement.ending == Agreement.Ending.EXPIRY and agreement.auto_renews:
        end_dates.check_still_serving(agreement, field="auto_renews")
        end_dates.clear_ending(agreement, actor=actor, because=_("The agreement renews itself from now on."))
        letters.write(Letter.Occasion.CONTINUES, agreement, key=f"renews-{before.service_ends.day.isoformat()}")
    else:
        end_dates.count_again(agreement, clock.decisions_of(agreement), actor=actor, because="")


def _registrar(by: User | None) -> Actor:
    if by is None:
        return Actor.machine("register")
    if by.has_perm("offboarding.add_agreement"):
        return Actor.staff(by.pk, by.get_username())
    return allow(by, "offboarding.change_agreement")


def _as_facts(agreement: Agreement) -> dict[str, Any]:
    values = {name: getattr(agreement, name) for name in TERMS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _known(agreement: Agreement) -> dict[str, Any] | None:
    """The terms as the journal knows them, so that it never misses what changed; None for a new agreement."""
    entries = JournalEntry.objects.filter(agreement=agreement.pk, event__in=TELLING_TERMS).order_by("seq")
    known: dict[str, Any] = {}
    for facts in entries.values_list("facts", flat=True):
        known |= {name: facts[name] for name in TERMS if name in facts}
    return known or None
