"""Addresses of the sign-in: of allauth's only those we use. Sign-up, password reset, addresses, connections: none."""

from __future__ import annotations

from allauth.account import views as account
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import URLPattern, URLResolver, include, path

from offboarding import single_sign_on
from offboarding.sign_in import AskForCode, change_password

urlpatterns: list[URLPattern | URLResolver] = [
    path("leaving/sign-in/", AskForCode.as_view(), name="portal-sign-in"),
    path("leaving/sign-in/", AskForCode.as_view(), name="account_request_login_code"),  # what allauth calls it
    path("leaving/sign-in/code/", account.confirm_login_code, name="account_confirm_login_code"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", change_password, name="account_change_password"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    # Where no single sign-on is set up, the first two answer 404.
    path("accounts/oidc/<slug:provider_id>/login/", single_sign_on.login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/login/callback/", openid.callback, name="openid_connect_callback"),
    path("accounts/oidc/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
]
