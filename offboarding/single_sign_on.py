"""Single sign-on (OpenID Connect) for the staff we have: nobody comes in who has no account here."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Joins an identity to the one member of staff who has its verified address; known by its subject from then on."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        verified = [address.email for address in sociallogin.email_addresses if address.verified is True]
        for address in verified:
            found = list(User.objects.filter(email__iexact=address, is_staff=True, is_active=True)[:2])
            if len(found) == 1:
                sociallogin.connect(request, found[0])
                return


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Only for signing in: connecting one more identity to an account is not offered."""
    if request.GET.get("process", "login") != "login":
        raise Http404
    response: HttpResponseBase = views.login(request, provider_id)
    return response
