"""allauth's forms in our words: labels above the fields, no placeholders; and whom a code is mailed to."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context, ratelimit
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding import customer_access


class _Plain:
    """Takes the placeholders out, which vanish when one begins to write, and says labels and hints in our words."""

    words: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignIn(_Plain, account.LoginForm):  # type: ignore[misc]
    """Staff: name or address, and the password."""

    words = {"login": gettext_lazy("User name or e-mail address"), "password": gettext_lazy("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}


class AskForCode(_Plain, account.RequestLoginCodeForm):  # type: ignore[misc]
    """Customers: the address to which a code goes where it is a contact's. Any other gets the same answer."""

    words = {"email": gettext_lazy("Your e-mail address")}

    def clean_email(self) -> str:
        """Sets ``_user``, whom allauth mails the code to: an account, or None."""
        address: str = self.cleaned_data["email"]
        request = context.request
        if not ratelimit.consume(request, action="request_login_code", key=address):
            raise ValidationError(_("Too many codes were asked for with this address. Wait a while, then try again."))
        request.sign_in_contact = contact = customer_access.contact_of(address)
        self._user = customer_access.account_of(contact)
        return address


class TypeCode(_Plain, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    words = {"code": gettext_lazy("The code from the mail")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autofocus": True, "autocapitalize": "characters", "spellcheck": "false"}


class PasswordAgain(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    words = {"password": gettext_lazy("Password")}


class ChangePassword(_Plain, account.ChangePasswordForm):  # type: ignore[misc]
    words = {
        "oldpassword": gettext_lazy("Your password now"),
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password again"),
    }
    hints = {"password1": gettext_lazy("Eight characters or more; no common word, not only digits.")}


class _Code(_Plain):
    words = {"code": gettext_lazy("Code")}
    hints = {"code": gettext_lazy("Six digits from your authenticator app, or one of your recovery codes.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True  # type: ignore[attr-defined]


class ShowFactor(_Code, mfa.AuthenticateForm):  # type: ignore[misc]
    """The second step of the sign-in."""


class ShowFactorAgain(_Code, mfa.ReauthenticateForm):  # type: ignore[misc]
    """Before a factor is changed."""


class SetUpApp(_Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    words = {"code": gettext_lazy("The six digits that the app shows now")}


class AddPasskey(_Plain, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    words = {"name": gettext_lazy("Name")}
    hints = {"name": gettext_lazy("So that you know it again in the list: “Work laptop”, “Blue key”.")}


class NamePasskey(_Plain, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    words = {"name": gettext_lazy("Name")}
