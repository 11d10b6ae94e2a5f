"""Forms of the export screens."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from exports.contents import Category
from exports.models import FORMATS
from offboarding.models import Customer, Language

CATEGORY_LABELS = {
    Category.USERS: _("Users: personal information, accounts, certifications"),
    Category.COURSES: _("Courses: materials, completions, survey and quiz results, feedback"),
    Category.REPORTS: _("Reports: generated reports, usage statistics, activity"),
}
FORMAT_LABELS = {
    "csv": _("CSV – the exact layer"),
    "xlsx": _("Excel – one workbook per category"),
    "json": _("JSON – with keys and references"),
    "xml": _("XML – with its schema"),
    "sql": _("SQL – a dump that loads into an empty database"),
    "media": _("Media – every file in its original format"),
}


class RequestExportForm(forms.Form):
    """Which customer, which data, in which formats."""

    customer = forms.ModelChoiceField(label=_("Customer"), queryset=Customer.objects.all())
    categories = forms.MultipleChoiceField(
        label=_("Categories"),
        choices=[(category.value, label) for category, label in CATEGORY_LABELS.items()],
        initial=[category.value for category in Category],
        widget=forms.CheckboxSelectMultiple,
    )
    formats = forms.MultipleChoiceField(
        label=_("Formats"),
        choices=[(name, FORMAT_LABELS[name]) for name in FORMATS],
        initial=FORMATS,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label=_("Language of the package"),
        choices=[("", _("the customer's")), *Language.choices],
        required=False,
    )

    def update_errors(self, error: ValidationError) -> None:
        """Shows a verb's refusal at its fields."""
        for field, messages in error.message_dict.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class AcceptMissingForm(forms.Form):
    """Why the export is complete without these files."""

    because = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
