"""The terms of an agreement as Django's own form: what the clock refuses stands at its field, with the clause."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from offboarding import endings, registration
from offboarding.models import Agreement

if TYPE_CHECKING:
    _TermsForm = forms.ModelForm[Agreement]
else:
    _TermsForm = forms.ModelForm

TERMS = frozenset(registration.TERMS)
NAMES = {"window_days": "export_window_days"}
"""What the clock calls a field → the model's field."""


class TermsForm(_TermsForm):
    """Terms are tried before they are saved: saved, registered and taken back again."""

    by: ClassVar[User | None] = None

    def clean(self) -> None:
        """What the clock refuses is told before the database would, in its words."""
        super().clean()
        if not TERMS - self.cleaned_data.keys():
            try:
                endings.check(Agreement(**{name: self.cleaned_data[name] for name in TERMS}))
            except ValidationError as error:
                self._refuse(error)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            with transaction.atomic():
                tried = copy.copy(self.instance)
                tried.save()
                endings.register(tried, by=self.by)
                transaction.set_rollback(True)
        except ValidationError as error:
            self._refuse(error)

    def _refuse(self, error: ValidationError) -> None:
        found = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for name, texts in found.items():
            field: Any = NAMES.get(name, name)
            for text in texts:
                self.add_error(field if field in self.fields else None, text)
