"""How allauth does things here: no sign-up, a password for staff only, a code for contacts only."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import RequestLoginCodeView, password_change
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding import customer_access, sign_in_mail


def may_sign_in(request: HttpRequest, user: User) -> bool:
    """Staff with anything but a mailed code; everybody else with nothing but that, and while they are contacts."""
    ways = {record["method"] for record in get_authentication_records(request, user)}
    if user.is_staff:
        return bool(ways) and "code" not in ways
    return ways == {"code"} and customer_access.may_still_see(user)


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks about accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("This name and this password do not belong together."),
        "email_password_mismatch": _("This name and this password do not belong together."),
        "too_many_login_attempts": _("Too many tries. Wait some minutes, then try again."),
        "rate_limited": _("Too many tries. Wait some minutes, then try again."),
        "incorrect_code": _("That is not the code."),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Staff by their password; nobody else has one that counts."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user is not None and user.is_staff else None

    def pre_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse | None:
        if not may_sign_in(request, user):
            clear_login(request)
            refused: HttpResponse = self.respond_user_inactive(request, user)
            return refused
        response: HttpResponse | None = super().pre_login(request, user, **told)
        return response

    def get_login_stages(self) -> list[str]:
        ours = f"{SecondFactor.__module__}.{SecondFactor.__qualname__}"
        theirs = f"{AuthenticateStage.__module__}.{AuthenticateStage.__qualname__}"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        return reverse("account_login" if isinstance(user, User) and user.is_staff else "portal-sign-in")

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Who has a second factor shows that again; the password alone is not enough to change it."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"].startswith("mfa_")]
        return factors or methods

    def is_reauthentication_required(self, *, app: str, **told: Any) -> bool:
        """Who has signed in minutes ago need not do so again."""
        since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, self.request.user)
        return all(record["at"] < since for record in records)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Only the code is sent this way; it goes to the address that the register holds, not to the one typed in."""
        if template_prefix != "account/email/login_code":
            raise ValueError(f"No mail is sent for {template_prefix}.")
        until = timezone.now() + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        sign_in_mail.send_code(context["request"].sign_in_contact, context["code"], until)

    def send_notification_mail(self, template_prefix: str, user: User, context: Any = None, email: Any = None) -> None:
        sign_in_mail.tell_staff(user, template_prefix, timezone.now())


class SecondFactor(AuthenticateStage):  # type: ignore[misc]
    """Asks for the second factor, unless the setting says that the identity provider has done so."""

    def _should_handle(self, request: HttpRequest) -> bool:
        ways = {record["method"] for record in get_authentication_records(request, self.login.user)}
        if settings.OIDC_IS_SECOND_FACTOR and ways == {"socialaccount"}:
            return False
        return bool(super()._should_handle(request))


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks about second factors. Their secrets lie encrypted in the database, under ``SECRET_KEY``."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That did not work. A code of the app is valid for 30 seconds and only once.")
    }

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}

    def get_totp_issuer(self) -> str:
        return f"{settings.VENDOR_NAME} – Offboarding"

    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def build_totp_svg(self, url: str) -> str:
        """Only the drawing, to stand in the page: our content policy lets no ``data:`` address in."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]

    def encrypt(self, text: str) -> str:
        return _safe().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _safe().decrypt(encrypted_text.encode()).decode()


def _safe() -> MultiFernet:
    """Encrypts with ``SECRET_KEY``, reads what its predecessors (``SECRET_KEY_FALLBACKS``) encrypted."""
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=b"offboarding second factor").derive(key.encode())


class AskForCode(RequestLoginCodeView):  # type: ignore[misc]
    """Where customers ask for a code. It can be asked for anew while one is on its way."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        return None


def change_password(request: HttpRequest) -> HttpResponseBase:
    """allauth's form; who signs in by single sign-on alone has no password here, and none can be set."""
    if request.user.is_authenticated and not request.user.has_usable_password():
        messages.info(request, gettext("You sign in through your organisation; here is no password to change."))
        return HttpResponseRedirect(reverse("mfa_index"))
    response: HttpResponseBase = password_change(request)
    return response
