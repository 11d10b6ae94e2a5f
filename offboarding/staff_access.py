"""Nothing of the desk without a second factor, and no session without an end.

A session of staff is *proven* once a second factor was used in it. Until then it may sign out, and either give that
factor or – where the person has none – set one up; every other address leads there. What is not named here is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from offboarding import session_limits

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
ALWAYS = {"account_logout", "set_language", "help-leaving"}
TO_PROVE = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
TO_ENROL = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}
STAFF_ONLY = ("mfa_", "usersessions_", "account_change_password", "account_reauthenticate", "openid_connect_")


def has_factor(user: User) -> bool:
    """Whether the person has set up an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def is_proven(request: HttpRequest) -> bool:
    """Whether this session of staff has shown its second factor, or need not."""
    user = request.user
    if not isinstance(user, User) or not user.is_active or not user.is_staff:
        return False
    if settings.STAFF_SECOND_FACTOR == "optional":
        return True
    enough = {"mfa", "socialaccount"} if settings.OIDC_IS_SECOND_FACTOR else {"mfa"}
    return any(record.get("method") in enough for record in get_authentication_records(request, user))


def way(request: HttpRequest) -> HttpResponseRedirect:
    """Where a session of staff that is not proven goes: to its factor, or to setting one up."""
    assert isinstance(request.user, User)
    if not has_factor(request.user):
        return HttpResponseRedirect(reverse("mfa_index"))
    after = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': after})}")


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The admin's own address for signing in: leads to ours, or onward; a customer is told that it is not theirs."""
    after = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(after)
    if not request.user.is_staff:
        raise PermissionDenied
    return HttpResponseRedirect(reverse("admin:index")) if is_proven(request) else way(request)


class StaffAccess:
    """Middleware: ends sessions whose time is over, and stops one of staff that is not proven before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session_limits.keep(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        user, name = request.user, request.resolver_match.view_name if request.resolver_match else ""
        if isinstance(user, User) and not user.is_staff and name.startswith(STAFF_ONLY):
            raise Http404
        if not isinstance(user, User) or not user.is_staff or is_proven(request):
            return None
        if name in ALWAYS or name in (TO_PROVE if has_factor(user) else TO_ENROL):
            return None
        return way(request)


@receiver(authenticator_added, dispatch_uid="staff-access")
def _set_up(request: HttpRequest, user: User, authenticator: Authenticator, **_others: Any) -> None:
    """Who has just set up a factor has shown it: a code of the app, or the passkey itself."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


@receiver(authenticator_removed, dispatch_uid="staff-access")
def _removed(request: HttpRequest, user: User, **_others: Any) -> None:
    """Who has taken the last factor away has shown none any more, and sets up another before anything else."""
    if not has_factor(user):
        records = [record for record in get_authentication_records(request, user) if record["method"] != "mfa"]
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
