"""Sessions end: after hours, when idle, when there are too many, and when their owner says so."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.offboarding.sign_in.doing import ask, code_in, give_app, password, signed_in, staff_in, type_code

PAGE = "/admin/"


@pytest.fixture
def inside(browser, sam):
    give_app(sam)
    staff_in(browser)
    return browser


def test_a_session_of_staff_that_is_used_ends_after_its_hours(inside, later, settings):
    settings.STAFF_IDLE_MINUTES = 60
    for minutes in range(55, settings.STAFF_SESSION_HOURS * 60, 55):
        with later(minutes=minutes):
            assert inside.get(PAGE).status_code == 200, minutes
    with later(minutes=settings.STAFF_SESSION_HOURS * 60):
        assert inside.get(PAGE).status_code == 302
    assert not signed_in(inside)


def test_one_that_nobody_uses_ends_sooner(inside, later, settings):
    with later(minutes=settings.STAFF_IDLE_MINUTES - 1):
        assert inside.get(PAGE).status_code == 200
    with later(minutes=2 * settings.STAFF_IDLE_MINUTES):
        assert inside.get(PAGE).status_code == 302
    assert not signed_in(inside)


def test_what_a_page_asks_by_itself_is_no_use(inside, later, settings):
    with later(minutes=settings.STAFF_IDLE_MINUTES - 1):
        assert inside.get(PAGE, headers={"Sec-Fetch-Dest": "empty"}).status_code == 200
    with later(minutes=settings.STAFF_IDLE_MINUTES + 1):
        assert inside.get(PAGE, headers={"Sec-Fetch-Dest": "empty"}).status_code == 302


def test_a_customers_session_ends_after_twelve_hours(browser, contact, mails, later):
    ask(browser)
    type_code(browser, code_in(mails(1)[0]))
    with later(minutes=12 * 60 - 1):
        assert browser.get("/leaving/").status_code == 200
    with later(minutes=12 * 60):
        assert browser.get("/leaving/").status_code == 302
    assert not signed_in(browser)


def test_signing_out_ends_the_session_in_the_database(inside):
    assert Session.objects.count() == 1
    key = inside.session.session_key
    assert inside.get(reverse("account_logout")).status_code == 200
    assert signed_in(inside)
    assert inside.post(reverse("account_logout")).headers["Location"] == reverse("account_login")
    assert not Session.objects.filter(pk=key).exists()


def test_a_customer_who_signs_out_comes_back_to_its_own_sign_in(browser, contact, mails):
    ask(browser)
    type_code(browser, code_in(mails(1)[0]))
    assert browser.post(reverse("account_logout")).headers["Location"] == reverse("portal-sign-in")


def test_the_oldest_session_ends_when_there_are_too_many(sam, settings):
    settings.STAFF_SESSIONS = 2
    browsers = [Client() for _number in range(3)]
    for browser in browsers:
        password(browser)
    assert [browser.get(reverse("mfa_index")).status_code for browser in browsers] == [302, 200, 200]


def test_one_sees_where_one_is_signed_in_and_ends_all_others(browser, sam):
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    password(other)
    give_app(sam)
    staff_in(browser)
    page = browser.get(reverse("usersessions_list")).content.decode()
    assert "Firefox on Windows" in page
    assert "this browser" in page
    browser.post(reverse("usersessions_list"))
    assert UserSession.objects.filter(user=sam).count() == 1
    assert browser.get(PAGE).status_code == 200
    assert other.get(reverse("mfa_index")).headers["Location"].startswith(reverse("account_login"))
