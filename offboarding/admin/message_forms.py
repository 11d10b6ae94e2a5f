"""Forms about messages: one is brought, one that waits is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offboarding.admin.case_forms import BecauseField, MomentField, UploadField
from offboarding.models import Agreement, Contact, StoredMessage, TerminationNotice

if TYPE_CHECKING:
    _ContactField = forms.ModelChoiceField[Contact]
else:
    _ContactField = forms.ModelChoiceField

Channel = TerminationNotice.Channel


class _Refusable(forms.Form):
    """Shows a verb's refusal at its fields; what has no field stands above them."""

    def refuse(self, error: ValidationError) -> None:
        found = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for name, texts in found.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


class BringForm(_Refusable):
    """A mail, a PDF or a scan that somebody of the staff got."""

    file = UploadField(
        label=_("File"),
        help_text=_("A mail (.eml), a PDF or a scan (PNG, JPEG, TIFF); kept unchanged, never opened."),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )
    received_at = MomentField(
        label=_("Received"), help_text=_("When it reached us, not when it was written or sent: receipt counts.")
    )
    because = BecauseField(
        label=_("How do you know when it was received?"),
        help_text=_("For example the postmark, the receipt, or who took it in."),
    )


class _ContactChoice(_ContactField):
    def label_from_instance(self, obj: Contact) -> str:
        return f"{obj} – {obj.customer}"


class SettleMessageForm(_Refusable):
    """What a message is that waits for a person."""

    outcome = forms.ChoiceField(
        label=_("What is it?"),
        choices=[
            ("notice", _("A notice: it is recorded for the agreement and waits for a decision.")),
            ("attached", _("Something else about the agreement: it is only put to the case.")),
            ("dismissed", _("Nothing to do: it stays here, and nothing follows from it.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    agreement = forms.ModelChoiceField(
        label=_("Agreement"),
        required=False,
        queryset=Agreement.objects.select_related("customer"),
        widget=AutocompleteSelect(StoredMessage._meta.get_field("agreement"), admin.site),
        error_messages={"invalid_choice": _("There is no such agreement.")},
    )
    contact = _ContactChoice(
        label=_("Given by"),
        required=False,
        queryset=Contact.objects.none(),
        empty_label=_("whoever has the sender's address"),
        help_text=_("A notice of somebody who may not give it is recorded and waits for a person."),
    )
    channel = forms.ChoiceField(
        label=_("Came by"), choices=[(one.value, one.label) for one in (Channel.EMAIL, Channel.LETTER, Channel.FORM)]
    )
    because = BecauseField(error_messages={"required": _("Say why.")})

    def __init__(self, message: StoredMessage, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Contact.objects.active().select_related("customer").order_by("customer__name", "name")
        theirs = Q(customer=message.customer_id) if message.customer_id else Q(email__iexact=message.sender)
        self.fields["contact"].queryset = known.filter(theirs)  # type: ignore[attr-defined]
        is_mail = message.content_type == "message/rfc822"
        self.initial = {
            "agreement": message.agreement_id,
            "channel": Channel.EMAIL if is_mail else Channel.LETTER,
            **self.initial,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") in ("notice", "attached") and not data.get("agreement") and "agreement" in data:
            self.add_error("agreement", ValidationError(_("Choose the agreement it is about.")))
        return data


def this_minute() -> Any:
    """What stands in a field for a moment at first."""
    return timezone.localtime().replace(second=0, microsecond=0)
