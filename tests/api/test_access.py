"""Who gets in: a token that is known, young and its owner's; staff in a session with its second factor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from offboarding.models import Contact

pytestmark = pytest.mark.django_db


def _is_problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_a_token_opens_the_door(program, alice):
    assert [one["name"] for one in program.get("customers/").json()["results"]] == ["Alice Academy"]


def test_without_one_the_answer_says_what_is_wanted(client):
    response = client.get("/api/v1/customers/")
    _is_problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Token")


def test_a_made_up_token_is_refused(program):
    program.headers["Authorization"] = "Token off_0123456789"
    _is_problem(program.get("customers/"), 401)


def test_a_token_ends_by_itself(program):
    assert program.get("customers/").status_code == 200
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    _is_problem(program.get("customers/"), 401)


def test_only_a_hash_of_the_token_is_kept(program):
    token = program.headers["Authorization"].removeprefix("Token ")
    kept = AuthToken.objects.get()
    assert token.startswith("off_")
    assert token not in (kept.digest, kept.token_key)
    assert kept.expiry - timezone.now() < timedelta(days=91)


def test_who_was_switched_off_is_out_at_once(program, staff):
    User.objects.filter(pk=staff.pk).update(is_active=False)
    _is_problem(program.get("customers/"), 401)


def test_a_token_may_do_what_its_owner_may_and_no_more(charlie, make_program, alice):
    program = make_program(charlie, "view_customer")
    assert program.get("customers/").status_code == 200
    assert program.get(f"customers/{alice.pk}/").status_code == 200
    for place in ("agreements", "notices", "journal", "exports", "receipts", "holds", "deletion-plans", "deletion-runs",
                  "certificates"):  # fmt: skip
        _is_problem(program.get(f"{place}/"), 403)


def test_staff_with_a_second_factor_may_look_from_the_browser(desk, alice):
    assert desk.get("/api/v1/customers/").status_code == 200


def test_a_session_without_one_sees_nothing(staff, alice):
    browser = Client()
    browser.force_login(staff)
    response = browser.get("/api/v1/customers/")
    assert response.status_code in (302, 401)
    assert b"Alice" not in response.content


def test_a_session_posts_only_with_its_csrf_token(staff, alice, desk):
    strict = type(desk)(enforce_csrf_checks=True)
    strict.force_login(staff)
    response = strict.post("/api/v1/exports/", {"customer": alice.pk}, content_type="application/json")
    _is_problem(response, 403)


def test_a_customers_session_is_none_here(alice, client):
    Contact.objects.create(customer=alice, name="Alva", email="alva@alice.example")
    alva = User.objects.create(username="x1", email="alva@alice.example")
    client.force_login(alva)
    _is_problem(client.get("/api/v1/customers/"), 401)


@pytest.mark.parametrize(
    "place", ["nothing/", "customers/999999/", "customers/abc/", "customers/99999999999999999999/"]
)
def test_what_is_not_there_is_not_found(program, place):
    _is_problem(program.get(place), 404)


def test_a_method_that_does_not_exist_is_refused(program, alice):
    response = program.client.delete(f"/api/v1/customers/{alice.pk}/", headers=program.headers)
    _is_problem(response, 405)


def test_too_many_requests_wait(program, settings):
    settings.API_PER_MINUTE = 3
    assert [program.get("customers/").status_code for _time in range(4)] == [200, 200, 200, 429]
    response = program.get("customers/")
    _is_problem(response, 429)
    assert int(response["Retry-After"]) <= 60


def test_too_many_changes_wait_while_reading_goes_on(program, settings, alice):
    settings.API_WRITES_PER_MINUTE = 2
    assert [program.post("exports/", {}).status_code for _time in range(3)] == [400, 400, 429]
    assert program.get("customers/").status_code == 200
