"""Forms about notices: recorded, vouched for, corrected, decided, withdrawn, objected to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding import clock, dates, messages, uploads
from offboarding.actors import Actor
from offboarding.admin.case_forms import BecauseField, CaseForm, ContactField, MomentField, UploadField
from offboarding.models import Agreement, StoredMessage, TerminationNotice

Channel, Decision = TerminationNotice.Channel, TerminationNotice.Decision


def _this_minute() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


class RecordNoticeForm(CaseForm):
    """A notice that came on paper, as a form or as a file."""

    NAMES = {"message": "file"}

    channel = forms.ChoiceField(
        label=gettext_lazy("Came by"),
        choices=[(one.value, one.label) for one in (Channel.LETTER, Channel.FORM, Channel.EMAIL)],
    )
    received_at = MomentField(
        label=gettext_lazy("Received"),
        help_text=gettext_lazy("When it reached us, not when it was written or sent: receipt counts."),
    )
    contact = ContactField(
        label=gettext_lazy("Given by"),
        required=False,
        empty_label=gettext_lazy("somebody else, or unknown"),
        help_text=gettext_lazy("A notice of somebody who may not give it is recorded and waits for a person."),
    )
    sender = forms.CharField(
        label=gettext_lazy("Sender as written"), required=False, max_length=320, strip=True,
    )  # fmt: skip
    file = UploadField(
        label=gettext_lazy("The notice itself"),
        required=False,
        help_text=gettext_lazy("The mail (.eml), a PDF or a scan; kept unchanged, never opened."),
    )
    because = BecauseField(
        label=gettext_lazy("How do you know when it was received?"),
        help_text=gettext_lazy("For example the postmark, the receipt, or who took it in."),
    )

    def proposed(self) -> dict[str, Any]:
        return {"channel": Channel.LETTER, "received_at": _this_minute()}


class CorrectReceiptForm(CaseForm):
    """When a notice counts as received."""

    received_at = MomentField(label=gettext_lazy("Received"))
    because = BecauseField()

    def proposed(self) -> dict[str, Any]:
        return {"received_at": timezone.localtime(self.record.received_at).replace(second=0, microsecond=0)}


def decisions_about(notice: TerminationNotice) -> list[TerminationNotice.Decision]:
    """The decisions that the clock leaves open, the usual one first."""
    late = dates.needs_decision(clock.terms_of(notice.agreement), clock.local_day(notice.received_at))
    return (
        [Decision.NEXT_TERM, Decision.LATE_ACCEPTED, Decision.REFUSED] if late else [Decision.TIMELY, Decision.REFUSED]
    )


class DecideForm(CaseForm):
    """What a notice means."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    because = BecauseField(
        required=False,
        help_text=gettext_lazy("Needed to accept a late notice as timely and to refuse one; the customer reads it."),
    )

    def __init__(self, record: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(record, *args, **kwargs)
        self.fields["decision"].choices = [(one.value, one.label) for one in decisions_about(record)]  # type: ignore[attr-defined]


class WithdrawForm(CaseForm):
    """Why a notice is taken back."""

    because = BecauseField(help_text=gettext_lazy("For example who of the customer asked for it, and how."))


class ObjectForm(CaseForm):
    """What the customer objects to."""

    text = BecauseField(label=gettext_lazy("What the customer objects to"))


class SettleForm(CaseForm):
    """What becomes of an objection."""

    upheld = forms.TypedChoiceField(
        label=gettext_lazy("The objection is"),
        choices=[
            ("no", gettext_lazy("dismissed: the notice stays")),
            ("yes", gettext_lazy("upheld: the notice is withdrawn")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    because = BecauseField(help_text=gettext_lazy("All contacts read it."))


def uploaded(data: dict[str, Any], agreement: Agreement, *, by: User, received_at: datetime) -> StoredMessage | None:
    """The file of a form, kept unchanged as a message of this case; None where there is none.

    ValidationError at ``file`` for a file that is here already and about something else.
    """
    found = data.get("file")
    if found is None:
        return None
    content = found.read()
    message, created = messages.store(
        content, source=StoredMessage.Source.UPLOAD, received_at=received_at, file_name=found.name,
        content_type=uploads.kind_of(content, found.name), actor=Actor.staff(by.pk, by.get_username()),
        agreement=agreement,
    )  # fmt: skip
    if message.state == StoredMessage.State.PROBLEM:
        raise ValidationError({"file": _("This file is here already and waits to be settled, among the messages.")})
    if not created and message.agreement_id != agreement.pk:
        raise ValidationError({"file": _("This file is here already and does not belong to this agreement.")})
    return message
