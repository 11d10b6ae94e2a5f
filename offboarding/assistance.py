"""Help with a transfer: requested, offered, agreed on in a separate agreement, worked on, done; or declined.

A contact may say yes or no to an offer; the separate agreement itself is recorded by staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, dates, end_dates, journal, letters, rule_words
from offboarding.actors import Actor
from offboarding.dates import Charge
from offboarding.models import Agreement, AssistanceHours, Contact, JournalEntry, Letter, TransferAssistance
from offboarding.rights import allow
from offboarding.stating import stated
from offboarding.withdrawals import for_the_customer, of_this_customer

State = TransferAssistance.State
MAY = "offboarding.manage_transferassistance"


@transaction.atomic
def request(
    agreement: Agreement, *, scope: str, by: User | None = None, contact: Contact | None = None
) -> TransferAssistance:
    """A contact who may request exports asks for help, or staff records that somebody did.

    The same words of the same contact, while they wait for an answer, are one request.
    """
    actor = for_the_customer(by, contact, MAY, "may_request")
    scope = stated(scope, _("Say what help is asked for."), field="scope")
    agreement = end_dates.locked_undeleted(agreement)
    of_this_customer(agreement, contact)
    same = agreement.assistance.filter(state=State.REQUESTED, requested_by=contact, scope=scope).first()
    if contact is not None and same is not None:
        return same
    asked = TransferAssistance.objects.create(
        agreement=agreement, scope=scope, requested_at=timezone.now(), requested_by=contact
    )
    _tell(asked, "assistance.requested", actor, {"contact": contact.pk if contact else None})
    return asked


@transaction.atomic
def offer(
    asked: TransferAssistance, *, by: User, estimated_hours: Decimal | int | None, charged: bool
) -> TransferAssistance:
    """Offers the help, with an estimate and whether it costs anything; see ``charge_warning``."""
    actor = allow(by, MAY)
    asked = _locked(asked, State.REQUESTED, _("Only help that was requested can be offered."))
    if estimated_hours is None or estimated_hours <= 0:
        raise ValidationError({"estimated_hours": _("Estimate how many hours it takes.")})
    hours = Decimal(estimated_hours)
    asked.estimated_hours, asked.charged, asked.state = hours, charged, State.OFFERED
    _check(asked, "estimated_hours")
    asked.save(update_fields=["estimated_hours", "charged", "state"])
    _tell(asked, "assistance.offered", actor, {"hours": f"{hours:f}", "charged": charged})
    return asked


@transaction.atomic
def accept(asked: TransferAssistance, *, contact: Contact) -> TransferAssistance:
    """A contact who may request says yes to the offer; the separate agreement that staff then records makes it count.

    Saying yes twice is once.
    """
    actor = for_the_customer(None, contact, "", "may_request")
    asked = _locked(asked, State.OFFERED, _("Only help that is offered can be accepted."))
    of_this_customer(asked.agreement, contact)
    if not accepted_ids(asked.agreement, [asked.pk]):
        _write_down(asked, "assistance.accepted", actor, {"contact": contact.pk})
        told = {"assistance": asked, "answer": "accepted"}
        letters.write(Letter.Occasion.ASSISTANCE, asked.agreement, key=f"{asked.pk}-accepted", context=told)
    return asked


def accepted_ids(agreement: Agreement, ids: Sequence[int]) -> set[int]:
    """Which of these offers the customer has accepted; one query, none without ids."""
    if not ids:
        return set()
    entries = JournalEntry.objects.filter(agreement=agreement.pk, event="assistance.accepted")
    return set(entries.filter(facts__assistance__in=list(ids)).values_list("facts__assistance", flat=True))


@transaction.atomic
def agree(asked: TransferAssistance, *, by: User, separate_agreement: str) -> TransferAssistance:
    """Records that the customer agreed to the offer, with the reference of the separate agreement."""
    actor = allow(by, MAY)
    text = _("Name the separate agreement; without it no hours are worked.")
    separate_agreement = stated(separate_agreement, text, field="separate_agreement")
    asked = _locked(asked, State.OFFERED, _("Only help that is offered can be agreed on."))
    asked.separate_agreement, asked.state = separate_agreement, State.AGREED
    _check(asked, "separate_agreement")
    asked.save(update_fields=["separate_agreement", "state"])
    _tell(asked, "assistance.agreed", actor)
    return asked


@transaction.atomic
def log_hours(asked: TransferAssistance, *, by: User, day: date, hours: Decimal | int, what: str) -> AssistanceHours:
    """Hours worked on one day, once a separate agreement is there."""
    actor = allow(by, MAY)
    what = stated(what, _("Say what was done."), field="what")
    asked = _locked(asked, State.AGREED, _("Hours are logged only under a separate agreement."))
    if day > clock.today():
        raise ValidationError({"day": _("Hours are logged when they are worked, not before.")})
    if day < clock.local_day(asked.requested_at):
        raise ValidationError({"day": _("This day lies before the request.")})
    hours = Decimal(hours)
    entry = AssistanceHours(assistance=asked, day=day, hours=hours, what=what, worked_by=by)
    if not 0 < hours <= 24:
        raise ValidationError({"hours": _("More than 0 hours, and 24 at most.")})
    entry.full_clean()
    entry.save()
    facts = {"hours": f"{hours:f}", "day": day.isoformat(), "entry": entry.pk}
    _write_down(asked, "assistance.hours", actor, facts)
    return entry


@transaction.atomic
def finish(asked: TransferAssistance, *, by: User) -> TransferAssistance:
    """The help is given; its hours stay."""
    actor = allow(by, MAY)
    asked = _locked(asked, State.AGREED, _("Only help that is agreed on can be finished."))
    asked.state = State.DONE
    asked.save(update_fields=["state"])
    worked = asked.hours.aggregate(total=Sum("hours"))["total"] or Decimal(0)
    _tell(asked, "assistance.done", actor, {"hours": f"{worked:f}"})
    return asked


@transaction.atomic
def decline(
    asked: TransferAssistance, *, by: User | None = None, contact: Contact | None = None, because: str = ""
) -> TransferAssistance:
    """The help is not given: we decline the request and say why, or a contact says no to the offer."""
    actor = for_the_customer(by, contact, MAY, "may_request")
    if contact is None:
        because = stated(because, _("Say why; the customer reads it."))
        text = _("Only help that is requested or offered can be declined.")
    else:
        because = _("The customer did not want the help that was offered.")
        text = _("Only help that is offered can be declined.")
    asked = _locked(asked, (State.REQUESTED, State.OFFERED) if contact is None else State.OFFERED, text)
    of_this_customer(asked.agreement, contact)
    asked.ended_because, asked.state = because, State.DECLINED
    asked.save(update_fields=["ended_because", "state"])
    told = {"answer": "declined"} if contact is not None else {}
    _tell(asked, "assistance.declined", actor, because=because, told=told)
    return asked


def charge_warning(asked: TransferAssistance, on: date) -> str:
    """What the Data Act says about charging a switching customer on that day; '' where it says nothing."""
    if asked.agreement.policy != Agreement.Policy.DATA_ACT:
        return ""
    rules = clock.switching_rules()
    allowed, free_from = dates.charges_allowed(on, rules), rule_words.day_in_words(rules.free_from)
    if allowed is Charge.NONE:
        text = _("A switching charge is not allowed from %(day)s (Regulation (EU) 2023/2854 art. 29(1)).")
        return text % {"day": free_from}
    if allowed is Charge.REDUCED:
        text = _(
            "A switching charge may not exceed our own costs for the switching, and none is allowed from %(day)s "
            "(Regulation (EU) 2023/2854 art. 29)."
        )
        return text % {"day": free_from}
    return ""


def _locked(asked: TransferAssistance, states: State | tuple[State, ...], refusal: str) -> TransferAssistance:
    """The agreement's row and then the request's, locked; ValidationError in any other state."""
    agreement = end_dates.locked(asked.agreement)
    fresh = TransferAssistance.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if fresh.state not in (states if isinstance(states, tuple) else (states,)):
        raise ValidationError({"state": refusal})
    fresh.agreement = agreement
    return fresh


def _check(asked: TransferAssistance, field: str) -> None:
    """What the column itself refuses: too long, too many digits."""
    asked.clean_fields(exclude=[each.name for each in asked._meta.fields if each.name != field])


def _write_down(
    asked: TransferAssistance, event: str, actor: Actor, facts: dict[str, object] | None = None, because: str = ""
) -> None:
    told = {"assistance": asked.pk, "state": asked.state} | (facts or {})
    journal.record(event, actor=actor, reason=because, facts=told, **journal.case_of(asked.agreement))


def _tell(
    asked: TransferAssistance, event: str, actor: Actor, facts: dict[str, object] | None = None, because: str = "",
    told: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """Into the journal, and to all contacts."""
    _write_down(asked, event, actor, facts, because)
    key = f"{asked.pk}-{asked.state}"
    context = {"assistance": asked, **(told or {})}
    letters.write(Letter.Occasion.ASSISTANCE, asked.agreement, key=key, context=context)
