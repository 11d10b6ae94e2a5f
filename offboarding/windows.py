"""The time for exports is extended; what a waiver makes shorter and the Data Act longer stands in files of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, rule_words
from offboarding.models import Agreement
from offboarding.rights import allow
from offboarding.stating import stated
from offboarding.switching import declare_infeasible, extend_transition
from offboarding.waivers import approve_waiver, record_waiver, reject_waiver

__all__ = ["approve_waiver", "declare_infeasible", "extend", "extend_transition", "record_waiver", "reject_waiver"]


@transaction.atomic
def extend(agreement: Agreement, *, until: date, by: User, because: str) -> Agreement:
    """Moves the last day to request an export later, and deletion with it; a waiver ends by that. Contacts are told."""
    actor = allow(by, "offboarding.extend_agreement")
    because = stated(because, _("Say why the time for exports is extended; the customer reads it."))
    agreement = end_dates.locked_undeleted(agreement)
    was = _check_later(agreement, until)
    decisions = replace(clock.decisions_of(agreement), export_until=until, delete_from=None)
    end_dates.count_again(agreement, decisions, actor=actor, because=because, fields={"export_until": "until"})
    facts = {"export_until": until.isoformat(), "export_was_until": was.isoformat()}
    if agreement.delete_from is not None:
        facts["delete_from"] = agreement.delete_from.isoformat()
    journal.record("window.extended", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    return agreement


def _check_later(agreement: Agreement, until: date) -> date:
    """The last day as it was; ValidationError for one that is not later, or past."""
    if agreement.export_until is None:
        raise ValidationError({"until": _("No end is set; there is nothing to extend.")})
    if until <= agreement.export_until:
        text = _("Dates only move later: after %(day)s, the last day as it stands.")
        raise ValidationError({"until": text % {"day": rule_words.day_in_words(agreement.export_until)}})
    if until < clock.today():
        raise ValidationError({"until": _("This day is past.")})
    return agreement.export_until
