"""Tokens are issued and revoked at the desk: shown once, kept as a hash, in the journal without a word of them."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from knox.models import AuthToken

from offboarding import tokens
from offboarding.models import Contact, JournalEntry

pytestmark = pytest.mark.django_db
ADD, LIST = "/admin/knox/authtoken/add/", "/admin/knox/authtoken/"


def _shown(page) -> str:
    return re.search(r'id="token" class="token">(off_[0-9a-zA-Z]+)<', page.content.decode())[1]


def test_a_token_is_shown_once_and_works(desk, staff, client):
    page = desk.post(ADD, {"user": staff.pk, "days": 30})
    text = _shown(page)
    assert "no-store" in page["Cache-Control"]
    assert text not in desk.get(LIST).content.decode()
    assert client.get("/api/v1/customers/", headers={"Authorization": f"Token {text}"}).status_code == 200
    entry = JournalEntry.objects.get(event="token.issued")
    assert text[4:20] not in str(entry.facts)


def test_it_is_revoked_by_a_form_that_asks_first(desk, staff):
    token, text = tokens.issue(staff, by=staff, days=1)
    place = f"{LIST}{token.pk}/revoke/"
    assert desk.get(place).status_code == 200
    assert AuthToken.objects.exists()
    assert desk.post(place).status_code == 302
    assert not AuthToken.objects.exists()
    assert JournalEntry.objects.filter(event="token.revoked").count() == 1
    assert desk.post(place).status_code == 404
    assert desk.get("/api/v1/customers/", headers={"Authorization": f"Token {text}"}).status_code == 401


def test_everybody_handles_their_own_and_no_other(client, staff, charlie):
    theirs, _text = tokens.issue(staff, by=staff, days=1)
    client.force_login(charlie)
    assert client.post(f"{LIST}{theirs.pk}/revoke/").status_code == 404
    assert client.post(ADD, {"user": staff.pk, "days": 1}).status_code == 200
    assert AuthToken.objects.get() == theirs
    _shown(client.post(ADD, {"user": charlie.pk, "days": 1}))
    assert AuthToken.objects.filter(user=charlie).count() == 1
    assert "sam" not in re.sub(r"(?s)<header.*?</header>", "", client.get(LIST).content.decode())
    for verb in (lambda: tokens.issue(staff, by=charlie, days=1), lambda: tokens.revoke(theirs, by=charlie)):
        with pytest.raises(PermissionDenied):
            verb()


def test_a_superuser_issues_one_for_a_programs_user(desk, staff):
    robot = User.objects.create(username="crm")
    _shown(desk.post(ADD, {"user": robot.pk, "days": 1}))
    assert AuthToken.objects.get().user == robot


def test_the_customers_people_have_none(desk, alice, staff):
    Contact.objects.create(customer=alice, name="Alva", email="alva@alice.example")
    alva = User.objects.create(username="x1", email="Alva@alice.example")
    assert desk.post(ADD, {"user": alva.pk, "days": 1}).status_code == 200
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("days", [0, -1, 367, 10**30, "x"])
def test_a_token_that_never_ends_is_not_issued(desk, staff, days):
    assert desk.post(ADD, {"user": staff.pk, "days": days}).status_code == 200
    assert not AuthToken.objects.exists()


def test_there_is_an_end_to_how_many_one_has(staff):
    for _number in range(tokens.MOST):
        tokens.issue(staff, by=staff, days=1)
    with pytest.raises(ValidationError):
        tokens.issue(staff, by=staff, days=1)


def test_who_was_switched_off_gets_none(staff):
    gone = User.objects.create(username="gone", is_active=False)
    with pytest.raises(ValidationError):
        tokens.issue(gone, by=staff, days=1)
