"""Single sign-on against a real OpenID Connect provider on loopback: only for the staff we have."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.offboarding.sign_in.doing import app_code, give_app, signed_in
from tests.offboarding.sign_in.identity_provider import CLIENT, SECRET, Provider

LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    provider = Provider()
    app = {"provider_id": "sso", "name": "Acme ID", "client_id": CLIENT, "secret": SECRET,
           "settings": {"server_url": provider.url}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield provider
    provider.close()


def person(**claims: object) -> dict[str, object]:
    return {"sub": "subject-1", "email": "sam@vendor.example", "email_verified": True, **claims}


def through(browser: Client, after: str = ""):
    """The browser goes to the provider, which sends it back; what we answer then."""
    there = browser.get(LOGIN, {"next": after} if after else {}).headers["Location"]
    parts = urlsplit(there)
    connection = HTTPConnection(parts.hostname, parts.port)
    connection.request("GET", f"{parts.path}?{parts.query}")
    back = urlsplit(connection.getresponse().headers["Location"])
    return browser.get(f"{back.path}?{back.query}")


def test_the_page_offers_it_by_its_name(browser, provider):
    page = browser.get(reverse("account_login")).content.decode()
    assert "Sign in with Acme ID" in page
    assert f'href="{LOGIN}?process=login"' in page


def test_staff_are_found_by_their_verified_address_and_show_our_second_factor(browser, provider, sam):
    give_app(sam)
    provider.person = person(email="Sam@vendor.example")
    assert through(browser).headers["Location"] == reverse("mfa_authenticate")
    assert not signed_in(browser)
    browser.post(reverse("mfa_authenticate"), {"code": app_code()})
    assert browser.get("/admin/").status_code == 200
    sam.refresh_from_db()
    assert sam.has_usable_password()


def test_without_a_factor_they_set_one_up(browser, provider, sam):
    provider.person = person()
    through(browser)
    assert browser.get("/admin/").headers["Location"] == reverse("mfa_index")


def test_the_providers_factor_is_enough_only_where_a_setting_says_so(browser, provider, sam, settings):
    settings.OIDC_IS_SECOND_FACTOR = True
    give_app(sam)
    provider.person = person()
    through(browser)
    assert browser.get("/admin/").status_code == 200


def test_who_has_no_password_here_is_told_so_where_others_change_theirs(client, sam):
    sam.set_unusable_password()
    sam.save()
    client.force_login(sam)
    page = client.get("/admin/password_change/", follow=True)
    assert page.redirect_chain[-1] == (reverse("mfa_index"), 302)
    assert "here is no password to change" in page.content.decode()
    assert f'href="{reverse("account_change_password")}"' not in page.content.decode()
    answer = client.post(reverse("account_change_password"), {"oldpassword": "", "password1": "x", "password2": "x"})
    assert answer.headers["Location"] == reverse("mfa_index")


def test_from_then_on_the_subject_counts_not_the_address(browser, provider, sam):
    provider.person = person()
    through(browser)
    for claims, inside in (
        ({"email": "new@vendor.example"}, True),
        ({"sub": "subject-2", "email": "x@y.example"}, False),
    ):
        other = Client()
        provider.person = person(**claims)
        through(other)
        assert signed_in(other) is inside


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": "false"}, {"email": "else@vendor.example"}, {"email": ""}]
)
def test_nobody_else_comes_in_and_nobody_is_made(browser, provider, sam, claims):
    provider.person = person(**claims)
    answer = through(browser)
    assert "no member of staff here" in answer.content.decode()
    assert not signed_in(browser)
    assert User.objects.count() == 1


def test_a_contacts_account_is_not_found_by_it(browser, provider, contact):
    from offboarding import customer_access

    customer_access.account_of(contact)
    provider.person = person(email=contact.email)
    through(browser)
    assert not signed_in(browser)


@pytest.mark.parametrize("state", ["inactive", "no staff"])
def test_who_has_left_does_not_come_in_by_an_identity_joined_before(browser, provider, sam, state):
    provider.person = person()
    through(browser)
    User.objects.filter(pk=sam.pk).update(is_active=state != "inactive", is_staff=state != "no staff")
    other = Client()
    through(other)
    assert not signed_in(other)


def test_an_answer_nobody_asked_for_does_nothing(browser, provider, sam):
    provider.person = person()
    answer = browser.get(f"{LOGIN}callback/", {"code": "code-0", "state": "made-up"})
    assert "did not answer as it should" in answer.content.decode()
    assert not signed_in(browser)


def test_another_identity_cannot_be_joined_to_an_account(client, provider, sam):
    client.force_login(sam)
    assert client.get(LOGIN, {"process": "connect"}).status_code == 404
