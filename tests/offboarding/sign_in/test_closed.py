"""No address of the desk or of the API answers without a session that has shown its second factor."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.offboarding.sign_in.doing import ask, code_in, give_app, password, type_code

OPEN = re.compile(r"/(accounts|leaving|help|i18n|verify|static|demo)(/|$)|/$")
"""Pages that are for customers or for everybody; their own tests say what they show to whom."""


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for one in resolver.url_patterns:
        route = before + re.sub(r"^\^|\$$|\\Z$", "", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from addresses(one, route)
        elif isinstance(one, URLPattern):
            yield re.sub(r"<int:\w+>|<path:\w+>|<\w+>|<\w+:\w+>|\(\?P<\w+>[^)]*\)", "1", route).replace("\\", "")


def closed() -> list[str]:
    return sorted({address for address in addresses(get_resolver()) if not OPEN.match(address)})


def visitors(contact: object, sam: User, mails) -> dict[str, Client]:
    """Nobody, a contact, staff with only a password, and staff who have not shown the factor they have."""
    nobody, customer, bare, unproven = Client(), Client(), Client(), Client()
    ask(customer)
    type_code(customer, code_in(mails(1)[0]))
    lea = User.objects.create_superuser("lea", "lea@vendor.example", "correct horse battery staple")
    password(bare)
    password(unproven, "lea")
    give_app(lea)
    for browser in (customer, bare, unproven):
        assert "_auth_user_id" in browser.session
    return {"nobody": nobody, "customer": customer, "bare": bare, "unproven": unproven}


def test_the_walk_finds_the_desk():
    found = closed()
    assert len(found) > 150
    for address in ("/admin/", "/admin/login/", "/admin/auth/user/", "/admin/offboarding/agreement/1/change/"):
        assert address in found, address


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_answers_who_has_not_shown_a_second_factor(contact, sam, mails, method):
    for who, browser in visitors(contact, sam, mails).items():
        for address in closed():
            answer = getattr(browser, method)(address)
            assert answer.status_code in (302, 307, 400, 401, 403, 404, 405), (who, address, answer.status_code)
            if who in ("bare", "unproven") and answer.status_code != 404:
                assert answer.status_code == 302, (who, address, answer.status_code)
                assert answer.headers["Location"].startswith("/accounts/2fa/"), (who, address)


def test_the_same_walk_does_find_pages_for_who_has(client, sam):
    """Else the walk would prove nothing."""
    client.force_login(sam)
    assert sum(client.get(address).status_code == 200 for address in closed()) > 20


def test_the_admins_own_sign_in_takes_no_password(sam):
    browser = Client()
    answer = browser.post("/admin/login/", {"username": "sam", "password": "correct horse battery staple"})
    assert answer.status_code == 302
    assert "_auth_user_id" not in browser.session
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_sign_out_of_the_admin_signs_out(client, sam):
    client.force_login(sam)
    answer = client.post("/admin/logout/")
    assert (answer.status_code, answer.headers["Location"]) == (307, "/accounts/logout/")
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
