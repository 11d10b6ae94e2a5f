"""What the forms of a case share: native date fields, reasons, files, and a verb's refusal at its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding.models import Contact

if TYPE_CHECKING:
    _ContactField = forms.ModelChoiceField[Contact]
else:
    _ContactField = forms.ModelChoiceField

UNWRITTEN = "…"
"""Stands for a text that nobody has written yet, where consequences are shown beforehand."""
MOST_LETTERS = 5000


class DayField(forms.DateField):
    """A day, chosen with the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **options)


class MomentField(forms.DateTimeField):
    """A day and time in the vendor's zone."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **options)


class BecauseField(forms.CharField):
    """A reason in a person's own words."""

    def __init__(self, **options: Any) -> None:
        options = {"label": gettext_lazy("Reason"), "max_length": MOST_LETTERS, **options}
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **options)


class ContactField(_ContactField):
    """A contact of the customer who still acts for it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Contact.objects.none(), **options)


class UploadField(forms.FileField):
    """A mail, a PDF or a scan; kept unchanged."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = super().clean(data, initial)
        most = settings.INBOX_MAX_BYTES
        if isinstance(found, UploadedFile) and (found.size or 0) > most:
            raise ValidationError(_("The file is larger than %(most)s.") % {"most": filesizeformat(most)})
        return found


class CaseForm(forms.Form):
    """A form about one record of a case. ``NAMES``: what a verb calls a field → what it is called here."""

    NAMES: dict[str, str] = {}

    def __init__(self, record: Any, *args: Any, **kwargs: Any) -> None:
        self.record = record
        super().__init__(*args, **kwargs)
        for name, value in self.proposed().items():
            self.fields[name].initial = value
        for field in self.fields.values():
            if isinstance(field, ContactField):
                field.queryset = self.agreement.customer.contacts.active()

    @property
    def agreement(self) -> Any:
        """The agreement that the record is, or is about."""
        return getattr(self.record, "agreement", self.record)

    def proposed(self) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {}

    def refuse(self, error: ValidationError) -> None:
        """Shows a verb's refusal at its fields; what has no field stands above them."""
        found = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for name, texts in found.items():
            name = self.NAMES.get(name, name)
            for text in texts:
                self.add_error(name if name in self.fields else None, text)

    def proposal(self) -> dict[str, Any] | None:
        """The data whose consequences are shown: what was sent, or what stands there at first; None if it is wrong."""
        if self.is_bound:
            return self.cleaned_data if self.is_valid() else None
        return {name: self._first(name, field) for name, field in self.fields.items()}

    def _first(self, name: str, field: forms.Field) -> Any:
        first = self.get_initial_for_field(field, name)
        if first is None and isinstance(field, forms.CharField):
            return UNWRITTEN if field.required or isinstance(field, BecauseField) else ""
        return first


class BecauseForm(CaseForm):
    """Asks for a reason and nothing else."""

    because = BecauseField()


class SureForm(CaseForm):
    """Asks for nothing but the button."""
