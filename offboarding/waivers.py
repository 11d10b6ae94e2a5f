"""A waiver: the customer's signed wish to have its data deleted earlier – the one way in which a date moves earlier.

Staff records it with the signed document; it counts when two different people have approved it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, end_dates, journal, rule_words
from offboarding.actors import Actor
from offboarding.models import Agreement, Contact, StoredMessage, Waiver
from offboarding.rights import allow
from offboarding.stating import stated


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
    _check_earlier(agreement, delete_from)
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
    _check_earlier(agreement, waiver.delete_from)
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


def _check_earlier(agreement: Agreement, delete_from: date) -> None:
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
