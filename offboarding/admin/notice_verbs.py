"""What people do with notices, as a table: each line is a button and a form with its consequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from offboarding import clock, notices
from offboarding.admin.case_forms import UNWRITTEN, BecauseForm
from offboarding.admin.case_verbs import CaseVerb, Data
from offboarding.admin.following import decide_notice, see_letters
from offboarding.admin.notice_forms import (
    CorrectReceiptForm,
    DecideForm,
    ObjectForm,
    RecordNoticeForm,
    SettleForm,
    WithdrawForm,
    decisions_about,
    uploaded,
)
from offboarding.admin.rehearsal import FOLLOWING, Outcome, shown_days
from offboarding.dates import Late
from offboarding.models import Agreement, TerminationNotice

State, Decision = TerminationNotice.State, TerminationNotice.Decision
MEANS = {
    None: _("Received then, it is timely"),
    Late.NEXT_TERM: _("Received then, it is late – for the end of the next term"),
    Late.ACCEPTED: _("Received then, it is late – accepted as timely"),
}


def _undecided(notice: TerminationNotice) -> bool:
    return notice.state == State.RECEIVED


def _counts(notice: TerminationNotice) -> bool:
    return notice.state in (State.RECEIVED, State.ACCEPTED)


def _disputed(notice: TerminationNotice) -> bool:
    return notice.objected_at is not None and notice.objection_settled_at is None


def _can_be_withdrawn(notice: TerminationNotice) -> bool:
    ends = notice.agreement.service_ends if notice.agreement.ending == Agreement.Ending.NOTICE else None
    return _counts(notice) and (ends is None or clock.today() <= ends)


def _can_be_objected_to(notice: TerminationNotice) -> bool:
    return _counts(notice) and not _disputed(notice) and notice.agreement.erased_at is None


def _record(agreement: Agreement, by: User, data: Data) -> object:
    with transaction.atomic():
        message = uploaded(data, agreement, by=by, received_at=data["received_at"])
        return notices.record(
            agreement, channel=data["channel"], received_at=data["received_at"], by=by, because=data["because"],
            contact=data["contact"], sender=data["sender"], message=message,
        )  # fmt: skip


def _recorded_means(agreement: Agreement, _by: User, data: Data) -> Sequence[Outcome]:
    """The dates of each decision that could follow, had it been received when the form says."""
    if agreement.notices.undecided().exists() or agreement.notices.in_force().exists():
        return [Outcome(text=_("A notice is here already: this one is kept and linked to it as saying the same."))]
    try:
        found = notices.preview(agreement, clock.local_day(data["received_at"]))
    except ValidationError as error:
        return [Outcome(refused=tuple(error.messages))]
    return [Outcome(MEANS[late], days=shown_days(dates, marks=FOLLOWING)) for late, dates in found.outcomes.items()]


def _ways_to_decide(notice: TerminationNotice) -> list[tuple[Any, Data]]:
    return [(one.label, {"decision": one.value, "because": UNWRITTEN}) for one in decisions_about(notice)]


def _vouch_first(notice: TerminationNotice, by: User, _data: Data) -> Sequence[Outcome]:
    """What comes before the decision, with the way to it."""
    if not notice.needs:
        return ()
    text = _("Somebody has to vouch for the sender before the notice can be accepted.")
    address = reverse("admin:offboarding_terminationnotice_vouch", args=[notice.pk])
    return [Outcome(text=format_html('{} <a href="{}">{}</a>', text, address, _("Vouch for the sender")))]


RECORD_NOTICE = CaseVerb(
    name="record_notice",
    permission="record_terminationnotice",
    label=_("Record a notice"),
    form=RecordNoticeForm,
    call=_record,
    possible=lambda agreement: agreement.erased_at is None,
    explains=_(
        "For a notice that came on paper, as a form or as a file. It is acknowledged to the customer and waits for a "
        "decision; no date is set yet."
    ),
    done=_("The notice is recorded and waits for a decision."),
    then=decide_notice,
    outcomes=_recorded_means,
)

NOTICE_VERBS = (
    CaseVerb(
        name="vouch",
        permission="decide_terminationnotice",
        label=_("Vouch for the sender"),
        form=BecauseForm,
        call=lambda notice, by, data: notices.vouch(notice, by=by, because=data["because"]),
        possible=lambda notice: _undecided(notice) and bool(notice.needs),
        explains=_(
            "You answer for it that whoever sent this notice may give one for the customer. From then on it can be "
            "decided; your name and reason stay with it."
        ),
        done=_("The sender is vouched for; the notice can be decided."),
        then=decide_notice,
        rehearsed=False,
    ),
    CaseVerb(
        name="decide",
        permission="decide_terminationnotice",
        label=_("Decide the notice"),
        form=DecideForm,
        call=lambda notice, by, data: notices.decide(notice, data["decision"], by=by, because=data["because"]),
        possible=_undecided,
        explains=_("Each decision leads to the dates below it. They are promised to the customer and only move later."),
        done=_("The notice is decided, and the customer is told."),
        then=see_letters,
        outcomes=_vouch_first,
        ways=_ways_to_decide,
    ),
    CaseVerb(
        name="correct_receipt",
        permission="decide_terminationnotice",
        label=_("Correct the receipt"),
        form=CorrectReceiptForm,
        call=lambda notice, by, data: notices.correct_receipt(
            notice, data["received_at"], by=by, because=data["because"]
        ),
        possible=_undecided,
        explains=_("Receipt counts, not sending. The time before, your name and your reason stay in the journal."),
        done=_("The receipt is corrected."),
        then=decide_notice,
        outcomes=lambda notice, by, data: _corrected_means(notice, data),
        rehearsed=False,
    ),
    CaseVerb(
        name="withdraw",
        permission="withdraw_terminationnotice",
        label=_("Record that the notice is withdrawn"),
        form=WithdrawForm,
        call=lambda notice, by, data: notices.withdraw(notice, because=data["because"], by=by),
        possible=_can_be_withdrawn,
        explains=_(
            "The customer takes the notice back and stays. What was scheduled is called off; another notice later is a "
            "new one, with dates of its own."
        ),
        done=_("The notice is withdrawn, and the customer is told."),
        then=see_letters,
        danger=True,
    ),
    CaseVerb(
        name="object",
        permission="record_terminationnotice",
        label=_("Record an objection"),
        form=ObjectForm,
        call=lambda notice, by, data: notices.object_to(notice, text=data["text"], by=by),
        possible=_can_be_objected_to,
        explains=_("Somebody at the customer says that this notice is not theirs. A person has to settle it."),
        done=_("The objection is recorded; somebody has to settle it."),
        rehearsed=False,
    ),
    CaseVerb(
        name="settle",
        permission="decide_terminationnotice",
        label=_("Settle the objection"),
        form=SettleForm,
        call=lambda notice, by, data: notices.settle_objection(
            notice, by=by, upheld=data["upheld"], because=data["because"]
        ),
        possible=_disputed,
        explains=_("Upheld, the notice is withdrawn and the agreement continues. Dismissed, everything stays."),
        done=_("The objection is settled, and the customer is told."),
        then=see_letters,
        ways=lambda _notice: [
            (_("dismissed: the notice stays"), {"upheld": False, "because": UNWRITTEN}),
            (_("upheld: the notice is withdrawn"), {"upheld": True, "because": UNWRITTEN}),
        ],
    ),
)


def _corrected_means(notice: TerminationNotice, data: Data) -> Sequence[Outcome]:
    """The dates of each decision, had it been received when the form says."""
    try:
        found = notices.preview(notice.agreement, clock.local_day(data["received_at"]))
    except ValidationError as error:
        return [Outcome(refused=tuple(error.messages))]
    return [Outcome(MEANS[late], days=shown_days(dates, marks=FOLLOWING)) for late, dates in found.outcomes.items()]
