"""Forms of the export screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from exports.contents import Category
from exports.labels import CATEGORIES
from exports.labels import FORMATS as FORMAT_WORDS
from exports.models import FORMATS, ExportJob
from offboarding.models import Customer, Language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _name_and_text(name: StrOrPromise, text: StrOrPromise) -> SafeString:
    return format_html("<strong>{}</strong> <small>{}</small>", name, text)


_explained = lazy(_name_and_text, SafeString)


class RequestExportForm(forms.Form):
    """Which customer, which data, in which formats."""

    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        widget=AutocompleteSelect(ExportJob._meta.get_field("customer"), admin.site),
        error_messages={"invalid_choice": _("There is no such customer.")},
    )
    categories = forms.MultipleChoiceField(
        label=_("Categories"),
        choices=[(category.value, _explained(*words)) for category, words in CATEGORIES.items()],
        initial=[category.value for category in Category],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    formats = forms.MultipleChoiceField(
        label=_("Formats"),
        choices=[(name, _explained(*FORMAT_WORDS[name])) for name in FORMATS],
        initial=FORMATS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    language = forms.ChoiceField(
        label=_("Language of the package"),
        choices=[("", _("the customer's")), *Language.choices],
        required=False,
        help_text=_("README and completeness statement are written in it."),
    )

    def update_errors(self, error: ValidationError) -> None:
        """Shows a verb's refusal at its fields."""
        for field, messages in error.message_dict.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class AcceptMissingForm(forms.Form):
    """Why the export is complete without these files."""

    because = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say why the export is complete without this file.")},
    )
