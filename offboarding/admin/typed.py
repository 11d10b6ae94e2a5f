"""What a form asks before something that cannot be taken back: the customer's name, and who is sitting there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TypedNameField(forms.CharField):
    """The customer's name, typed by hand; the verb compares it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"})
        text = _("Exactly as it stands above, so that it is this customer and no other.")
        super().__init__(label=_("The customer's name"), help_text=text, max_length=255, widget=widget, **options)


class PasswordField(forms.CharField):
    """The password of the person who is signed in, or a code of the app for codes; never shown again."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=False)
        text = _("So that nobody decides this at a screen that was left open. A code of your app does as well.")
        super().__init__(
            label=_("Your password"), help_text=text, strip=False, max_length=4096, widget=widget, **options
        )
