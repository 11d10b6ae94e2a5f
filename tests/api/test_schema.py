"""The API describes itself: without a warning, for programs and for people."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.urls import get_resolver

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", stdout=out)
    return json.loads(out.getvalue())


def test_it_is_valid_and_no_operation_is_missing(schema):
    patterns = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/").url_patterns
    routes = next(one for one in patterns if str(one.pattern) == "v1/").url_patterns
    described = sum(len(methods) for methods in schema["paths"].values())
    actions = sum(len(route.callback.actions) - ("head" in route.callback.actions) for route in routes)
    assert described == actions


def test_every_change_asks_for_a_key_and_tells_what_may_go_wrong(schema):
    for place, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert {"400", "401", "403", "429"} <= set(operation["responses"]), place
            headers = [one["name"] for one in operation.get("parameters", []) if one["in"] == "header"]
            assert headers == (["Idempotency-Key"] if method == "post" else []), place
            assert operation["description"], place


def test_nothing_makes_approves_or_starts_a_deletion(schema):
    deletion = [methods for place, methods in schema["paths"].items() if "deletion" in place]
    assert deletion
    assert all(set(methods) == {"get"} for methods in deletion)


def test_programs_fetch_it_with_their_token(program, client):
    assert program.get("schema/").json()["openapi"].startswith("3.")
    assert client.get("/api/v1/schema/").status_code == 401


def test_people_read_it_on_a_page_without_script_or_style_of_its_own(desk):
    page = desk.get("/api/v1/docs/").content.decode()
    assert "POST /api/v1/exports/{id}/cancel/" in page
    assert "Idempotency-Key" in page
    inside = page[page.index('id="content-main"') :]
    assert " style=" not in inside
    assert "<script" not in inside[: inside.index("</section>")]


def test_the_page_is_for_staff(client):
    assert client.get("/api/v1/docs/").status_code == 302
