"""Forms about the people who act for a customer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from offboarding.admin.case_forms import CaseForm
from offboarding.models import Contact, Language

RIGHTS = ("may_see", "may_request", "may_confirm", "may_give_notice")


def _right(name: str) -> forms.BooleanField:
    field = Contact._meta.get_field(name)
    assert isinstance(field, models.BooleanField)
    return forms.BooleanField(label=field.verbose_name, required=False)


class ContactForm(CaseForm):
    """A person at the customer and what that person may do for it."""

    name = forms.CharField(label=_("Name"), max_length=255)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("the customer's")), *Language.choices], required=False
    )
    may_see = _right("may_see")
    may_request = _right("may_request")
    may_confirm = _right("may_confirm")
    may_give_notice = _right("may_give_notice")

    def proposed(self) -> dict[str, Any]:
        if isinstance(self.record, Contact):
            return {name: getattr(self.record, name) for name in self.fields}
        return {"may_see": True}
