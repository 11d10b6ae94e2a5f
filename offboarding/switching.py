"""A switching transition under the EU Data Act is made longer: once by the customer, or by the vendor with reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, rule_words
from offboarding.models import Agreement, Contact
from offboarding.rights import allow
from offboarding.stating import stated
from offboarding.withdrawals import for_the_customer, of_this_customer


@transaction.atomic
def extend_transition(
    agreement: Agreement, *, until: date, because: str, by: User | None = None, contact: Contact | None = None
) -> Agreement:
    """The customer extends its transition, once (Regulation (EU) 2023/2854 art. 25(5)), while service runs."""
    actor = for_the_customer(by, contact, "offboarding.extend_agreement", "may_give_notice")
    because = stated(because, _("Say why the transition is extended."))
    agreement = end_dates.locked_undeleted(agreement)
    of_this_customer(agreement, contact)
    _check_switching(agreement, until)
    decisions = clock.decisions_of(agreement)
    if decisions.transition_until is not None:
        day = rule_words.day_in_words(decisions.transition_until)
        raise ValidationError(
            {"until": _("The transition is extended already, until %(day)s; once is possible.") % {"day": day}}
        )
    decisions, fields = replace(decisions, transition_until=until), {"transition_until": "until"}
    end_dates.count_again(agreement, decisions, actor=actor, because=because, fields=fields)
    facts = {"until": until.isoformat(), "contact": contact.pk if contact else None}
    journal.record("transition.extended", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    return agreement


@transaction.atomic
def declare_infeasible(agreement: Agreement, *, until: date, told_on: date, by: User, because: str) -> Agreement:
    """The vendor needs longer than 30 days and told the customer so within 14 working days (art. 25(4))."""
    actor = allow(by, "offboarding.extend_agreement")
    because = stated(because, _("Say why the usual transition is technically unfeasible; the customer reads it."))
    agreement = end_dates.locked_undeleted(agreement)
    _check_switching(agreement, until)
    decisions = clock.decisions_of(agreement)
    if decisions.infeasible_until is not None:
        day = rule_words.day_in_words(decisions.infeasible_until)
        raise ValidationError({"until": _("A longer transition is declared already, until %(day)s.") % {"day": day}})
    if told_on > clock.today():
        raise ValidationError({"told_on": _("The customer cannot have been told on a day that is still to come.")})
    decisions = replace(decisions, infeasible_until=until, infeasible_told_on=told_on)
    fields = {"infeasible_until": "until", "infeasible_told_on": "told_on"}
    end_dates.count_again(agreement, decisions, actor=actor, because=because, fields=fields)
    facts = {"until": until.isoformat(), "told_on": told_on.isoformat()}
    journal.record("transition.infeasible", actor=actor, reason=because, facts=facts, **journal.case_of(agreement))
    return agreement


def _check_switching(agreement: Agreement, until: date) -> None:
    if agreement.policy != Agreement.Policy.DATA_ACT or agreement.ending != Agreement.Ending.NOTICE:
        text = _("Only a customer who has given notice under the Data Act has a transition.")
        raise ValidationError({"until": text})
    end_dates.check_still_serving(agreement, field="until")
    if agreement.service_ends is not None and until <= agreement.service_ends:
        day = rule_words.day_in_words(agreement.service_ends)
        raise ValidationError({"until": _("The service runs until %(day)s anyway.") % {"day": day}})
