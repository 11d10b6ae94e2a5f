"""What people do when they sign in, with Django's client."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from tests.offboarding.sign_in.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def app_code(secret: str = SECRET, periods: int = 0) -> str:
    """What the app shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def give_app(user: Any) -> None:
    TOTP.activate(user, SECRET)


def password(browser: Client, login: str = "sam", said: str = PASSWORD, after: str = "") -> Any:
    return browser.post(reverse("account_login"), {"login": login, "password": said, "next": after})


def staff_in(browser: Client) -> Any:
    """Sam's whole way in; the app must be set up."""
    assert password(browser).headers["Location"] == reverse("mfa_authenticate")
    return browser.post(reverse("mfa_authenticate"), {"code": app_code()})


def ask(browser: Client, address: str = "anna@alice.example") -> Any:
    return browser.post(reverse("portal-sign-in"), {"email": address})


def type_code(browser: Client, code: str) -> Any:
    return browser.post(reverse("account_confirm_login_code"), {"code": code})


def code_in(mail: Any) -> str:
    found = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", mail.body, re.MULTILINE)
    assert found, mail.body
    return found[1]


def signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session
