"""What people do with an agreement, as a table: each line is a button and a form with its consequences."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offboarding import assistance, clock, endings, windows
from offboarding.admin.agreement_forms import (
    ExtendForm,
    InfeasibleForm,
    RenewForm,
    RequestAssistanceForm,
    TerminateForm,
    TransitionForm,
    WaiverForm,
)
from offboarding.admin.case_verbs import CaseVerb, Data
from offboarding.admin.following import form_of_made, see_letters
from offboarding.admin.notice_forms import uploaded
from offboarding.admin.notice_verbs import RECORD_NOTICE
from offboarding.models import Agreement


def _exists(agreement: Agreement) -> bool:
    return agreement.erased_at is None


def _ends(agreement: Agreement) -> bool:
    return _exists(agreement) and agreement.service_ends is not None


def _serves(agreement: Agreement) -> bool:
    return _exists(agreement) and (agreement.service_ends is None or clock.today() <= agreement.service_ends)


def _switches(agreement: Agreement) -> bool:
    return agreement.policy == Agreement.Policy.DATA_ACT and agreement.ending == "notice" and _serves(agreement)


def _can_be_waived(agreement: Agreement) -> bool:
    return _ends(agreement) and not agreement.waivers.filter(state="open").exists()


def _record_waiver(agreement: Agreement, by: User, data: Data) -> object:

    with transaction.atomic():
        document = uploaded(data, agreement, by=by, received_at=timezone.now())
        assert document is not None, "the form asks for the file"
        return windows.record_waiver(
            agreement, delete_from=data["delete_from"], asked_by=data["asked_by"], document=document, by=by,
            because=data["because"],
        )  # fmt: skip


AGREEMENT_VERBS = (
    RECORD_NOTICE,
    CaseVerb(
        name="extend",
        permission="extend_agreement",
        label=_("Extend the time for exports"),
        form=ExtendForm,
        call=lambda agreement, by, data: windows.extend(agreement, until=data["until"], by=by, because=data["because"]),
        possible=_ends,
        explains=_("Dates only move later. Deletion moves along: it begins on the day after at the earliest."),
        done=_("The time for exports is extended, and the customer is told."),
        then=see_letters,
    ),
    CaseVerb(
        name="record_waiver",
        permission="record_waiver",
        label=_("Record a waiver"),
        form=WaiverForm,
        call=_record_waiver,
        possible=_can_be_waived,
        explains=_(
            "The customer has signed that its data is to be deleted earlier than promised. Nothing moves until two "
            "people have approved it; then the time for exports ends on the day before."
        ),
        done=_("The waiver is recorded; two people have to approve it."),
        then=form_of_made("approve", _("Approve the waiver"), "approve_waiver"),
        rehearsed=False,
    ),
    CaseVerb(
        name="terminate",
        permission="end_agreement",
        label=_("End the agreement"),
        form=TerminateForm,
        call=lambda agreement, by, data: endings.terminate(
            agreement,
            cause=Agreement.Ending(data["cause"]),
            service_ends=data["service_ends"],
            by=by,
            because=data["because"],
            notice_day=data["notice_day"],
        ),
        possible=_serves,
        explains=_("For an end that does not come from a notice of the customer."),
        done=_("The end of the agreement is set, and the customer is told."),
        then=see_letters,
        danger=True,
    ),
    CaseVerb(
        name="renew",
        permission="end_agreement",
        label=_("Renew the agreement"),
        form=RenewForm,
        call=lambda agreement, by, data: endings.renew(agreement, until=data["until"], by=by, because=data["because"]),
        possible=lambda agreement: _ends(agreement) and _serves(agreement),
        explains=_("The customer stays: what was scheduled for the end is called off, and the customer is told."),
        done=_("The agreement is renewed, and the customer is told."),
        then=see_letters,
    ),
    CaseVerb(
        name="extend_transition",
        permission="extend_agreement",
        label=_("Extend the transition"),
        form=TransitionForm,
        call=lambda agreement, by, data: windows.extend_transition(
            agreement, until=data["until"], because=data["because"], by=by
        ),
        possible=_switches,
        explains=_("The customer may extend the transition once (Regulation (EU) 2023/2854, art. 25(5))."),
        done=_("The transition is extended, and the customer is told."),
        then=see_letters,
    ),
    CaseVerb(
        name="declare_infeasible",
        permission="extend_agreement",
        label=_("Declare a longer transition"),
        form=InfeasibleForm,
        call=lambda agreement, by, data: windows.declare_infeasible(
            agreement, until=data["until"], told_on=data["told_on"], by=by, because=data["because"]
        ),
        possible=_switches,
        explains=_(
            "Where 30 days are technically unfeasible, the vendor says so with reasons within 14 working days and may "
            "take up to 7 months (Regulation (EU) 2023/2854, art. 25(4))."
        ),
        done=_("The longer transition is declared, and the customer is told."),
        then=see_letters,
    ),
    CaseVerb(
        name="request_assistance",
        permission="manage_transferassistance",
        label=_("Record a request for help"),
        form=RequestAssistanceForm,
        call=lambda agreement, by, data: assistance.request(agreement, scope=data["scope"], by=by),
        possible=_exists,
        explains=_("Help with the transfer is offered on request, and given under a separate agreement."),
        done=_("The request for help is recorded."),
        then=form_of_made("offer", _("Offer help"), "manage_transferassistance"),
    ),
)
