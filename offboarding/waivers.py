"""A waiver: the customer's signed wish to have its data deleted earlier – the one way in which a date moves earlier.

A contact signs it on the self-service page, or staff records it with the signed document; it counts when two different
people of the staff have approved it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, letters, online_originals, rule_words
from offboarding.actors import Actor
from offboarding.models import Agreement, Contact, Letter, StoredMessage, Waiver
from offboarding.rights import allow
from offboarding.stating import stated
from offboarding.waiver_words import gives_up, same_name
from offboarding.withdrawals import for_the_customer, of_this_customer


@transaction.atomic
def record_waiver(
    agreement: Agreement, *, delete_from: date, asked_by: Contact, document: StoredMessage, by: User, because: str
) -> Waiver:
    """Records what the customer signed; nothing moves yet. One waiver at a time waits for approval."""
    actor = allow(by, "offboarding.record_waiver")
    because = stated(because, _("Say why the customer wants its data deleted earlier."))
    agreement = end_dates.locked_undeleted(agreement)
    if agreement.waivers.filter(state=Waiver.State.OPEN).exists():
        raise ValidationError({"agreement": _("A waiver of this agreement waits for approval already.")})
    _check_signed(agreement, asked_by, document)
    check_earlier(agreement, delete_from)
    return _recorded(agreement, delete_from, asked_by, document, because, actor, by)


@transaction.atomic
def sign_waiver(
    agreement: Agreement, *, delete_from: date, contact: Contact, name: str, customer_name: str, form: str
) -> Waiver:
    """A contact who may confirm signs on the self-service page, by typing its own name and the customer's.

    The text with what is given up is kept as the original; all contacts are told, so that colleagues can object.
    Nothing moves before two people of the staff have approved it. The same form (``form``: its number) sent twice is
    one waiver.
    """
    actor = for_the_customer(None, contact, "", "may_confirm")
    agreement = end_dates.locked_undeleted(agreement)
    of_this_customer(agreement, contact)
    contact = Contact.objects.select_related("customer").get(pk=contact.pk)
    if same := agreement.waivers.filter(asked_by=contact, delete_from=delete_from, state=Waiver.State.OPEN).first():
        return same
    if agreement.waivers.filter(state=Waiver.State.OPEN).exists():
        raise ValidationError({"agreement": _("A wish for an earlier deletion waits for us already.")})
    check_earlier(agreement, delete_from)
    _check_names(contact, name, customer_name)
    heading = _("Earlier deletion of the data under agreement %(number)s") % {"number": agreement.number}
    signed = _("Signed: %(name)s, for %(customer)s") % {"name": name.strip(), "customer": customer_name.strip()}
    shown = [*gives_up(agreement, delete_from, clock.today()), signed]
    text = online_originals.written(heading, agreement, contact, shown, "", form)
    document = online_originals.keep(text, heading, agreement, contact)
    because = _("Signed by the customer on the self-service page.")
    waiver = _recorded(agreement, delete_from, contact, document, because, actor)
    letters.write(Letter.Occasion.WAIVER, agreement, key=str(waiver.pk), context={"waiver": waiver})
    return waiver


def _check_names(contact: Contact, name: str, customer_name: str) -> None:
    """The typed names are the ones on record, whatever their capitals and blanks."""
    wrong = {}
    if not same_name(name, contact.name):
        wrong["name"] = _("Please type your name as we know it: %(name)s.") % {"name": contact.name}
    if not same_name(customer_name, contact.customer.name):
        known = {"name": contact.customer.name}
        wrong["customer_name"] = _("Please type the customer's name as we know it: %(name)s.") % known
    if wrong:
        raise ValidationError(wrong)


def _recorded(
    agreement: Agreement, delete_from: date, asked_by: Contact, document: StoredMessage, because: str, actor: Actor,
    by: User | None = None,
) -> Waiver:  # fmt: skip
    waiver = Waiver.objects.create(
        agreement=agreement, delete_from=delete_from, asked_by=asked_by, document=document, because=because,
        recorded_by=by, recorded_at=timezone.now(),
    )  # fmt: skip
    facts = _facts(waiver) | {"asked_by": asked_by.pk, "message": document.pk, "sha256": document.sha256}
    _write_down("waiver.recorded", waiver, actor, facts, because)
    return waiver


@transaction.atomic
def approve_waiver(waiver: Waiver, *, by: User) -> Waiver:
    """Approves it; the second of two different people moves the dates earlier, and all contacts are told.

    Refused while the data is on hold or an objection is open.
    """
    actor = allow(by, "offboarding.approve_waiver")
    agreement, waiver = _locked(waiver)
    _check_approvable(agreement)
    check_earlier(agreement, waiver.delete_from)
    if waiver.first_approved_by_id is None:
        waiver.first_approved_by, waiver.first_approved_at = by, timezone.now()
        waiver.save(update_fields=["first_approved_by", "first_approved_at"])
        _write_down("waiver.approved_first", waiver, actor, _facts(waiver))
        return waiver
    if waiver.first_approved_by_id == by.pk:
        raise ValidationError({"waiver": _("You have approved it already; a second person has to.")})
    waiver.second_approved_by, waiver.second_approved_at = by, timezone.now()
    waiver.state = Waiver.State.APPROVED
    waiver.save(update_fields=["second_approved_by", "second_approved_at", "state"])
    facts = _facts(waiver)
    decisions = replace(clock.decisions_of(agreement), delete_from=waiver.delete_from)
    end_dates.count_again(agreement, decisions, actor=actor, because=waiver.because)
    _write_down("waiver.approved", waiver, actor, facts)
    return waiver


@transaction.atomic
def reject_waiver(waiver: Waiver, *, by: User, because: str) -> Waiver:
    """Rejects a waiver that waits; the dates stay."""
    actor = allow(by, "offboarding.approve_waiver")
    because = stated(because, _("Say why the waiver is rejected."))
    _agreement, waiver = _locked(waiver)
    waiver.state = Waiver.State.REJECTED
    waiver.save(update_fields=["state"])
    _write_down(
        "waiver.rejected", waiver, actor, {"waiver": waiver.pk, "delete_from": _facts(waiver)["delete_from"]}, because
    )
    return waiver


def _locked(waiver: Waiver) -> tuple[Agreement, Waiver]:
    """The agreement's row and then the waiver's, locked; ValidationError where it does not wait any more."""
    agreement = end_dates.locked_undeleted(waiver.agreement)
    fresh = Waiver.objects.select_for_update(of=("self",)).get(pk=waiver.pk)
    if fresh.state != Waiver.State.OPEN:
        raise ValidationError({"waiver": _("This waiver does not wait for approval any more.")})
    fresh.agreement = agreement
    return agreement, fresh


def _check_signed(agreement: Agreement, asked_by: Contact, document: StoredMessage) -> None:
    asked_by.refresh_from_db()
    if asked_by.customer_id != agreement.customer_id:
        raise ValidationError({"asked_by": _("This person is no contact of this customer.")})
    if asked_by.ended_at is not None or not asked_by.may_confirm:
        raise ValidationError({"asked_by": _("This person may not confirm anything for the customer.")})
    others = document.agreement_id not in (None, agreement.pk)
    if others or document.customer_id not in (None, agreement.customer_id):
        raise ValidationError({"document": _("This document belongs to another case.")})


def first_waivable(agreement: Agreement, today: date) -> date:
    """The earliest day that a waiver can name; the agreement has an end."""
    return max(today, agreement.service_ends or today) + timedelta(days=1)


def check_earlier(agreement: Agreement, delete_from: date) -> None:
    """ValidationError for a day that no waiver of this agreement can name."""
    if agreement.delete_from is None or agreement.service_ends is None:
        raise ValidationError({"delete_from": _("No end is set; there is no date to waive.")})
    if delete_from >= agreement.delete_from:
        text = _("Deletion may begin on %(day)s anyway; a waiver is for an earlier day.")
        raise ValidationError({"delete_from": text % {"day": rule_words.day_in_words(agreement.delete_from)}})
    if delete_from <= agreement.service_ends:
        text = _("Nothing is deleted while service runs, until %(day)s.")
        raise ValidationError({"delete_from": text % {"day": rule_words.day_in_words(agreement.service_ends)}})
    if delete_from <= clock.today():
        raise ValidationError({"delete_from": _("A day that is still to come is needed.")})


def _check_approvable(agreement: Agreement) -> None:
    if agreement.held_since is not None:
        raise ValidationError({"waiver": _("The data is on hold; nothing may be deleted earlier.")})
    if agreement.notices.disputed().exists():
        raise ValidationError({"waiver": _("An objection to the notice is open; settle it first.")})


def _facts(waiver: Waiver) -> dict[str, object]:
    was = waiver.agreement.delete_from
    facts = {"waiver": waiver.pk, "delete_from": waiver.delete_from.isoformat()}
    return facts | {"delete_was_from": was.isoformat() if was else None}


def _write_down(
    event: str, waiver: Waiver, actor: Actor, facts: dict[str, object], because: str = ""
) -> None:  # fmt: skip
    if event == "waiver.approved_first":
        facts.pop("delete_was_from")
    journal.record(event, actor=actor, reason=because, facts=facts, **journal.case_of(waiver.agreement))
