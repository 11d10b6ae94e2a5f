"""What every answer tells the browser, and the pages of what went wrong: both languages, nothing inline."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", re.IGNORECASE)


@pytest.fixture
def breaks(monkeypatch, client):
    """A browser whose server makes a mistake on ``/help/leaving/``."""
    from offboarding import help_page

    def broken(_language):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(help_page, "_context", broken)
    client.raise_request_exception = False
    return client


def answers(desk, status):
    asked = {
        403: lambda: desk.get("/admin/offboarding/agreement/add/"),
        404: lambda: desk.get("/nothing/"),
        400: lambda: desk.get("/admin/offboarding/agreement/list.csv?phase=nowhere"),
        500: lambda: desk.get("/help/leaving/"),
    }
    return asked[status]()


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (400, "That cannot be understood"),
        (403, "That is not for you to see"),
        (404, "There is nothing here"),
        (500, "That went wrong, and it is our mistake"),
    ],
)
def test_what_went_wrong_is_said_plainly_in_the_readers_language(breaks, charlie, permit, status, heading):
    breaks.force_login(permit(charlie, "view_agreement"))
    for language in ("en", "sv"):
        breaks.cookies["django_language"] = language
        answer = answers(breaks, status)
        text = answer.content.decode()
        with translation.override(language):
            words = gettext(heading)
        assert answer.status_code == status
        assert f'<html lang="{language}">' in text and words in text
        assert not INLINE.search(text) and "secret detail" not in text
        assert text.count("<h1") == 1


def test_a_form_without_its_mark_is_told_from_a_missing_permission():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/i18n/setlang/", {"language": "sv"})
    assert answer.status_code == 403
    assert "The form was too old" in answer.content.decode()


@pytest.mark.parametrize("address", ["/help/leaving/", "/nothing/", "/admin/", "/static/admin.css"])
def test_every_answer_says_who_may_embed_it_and_what_it_never_asks_for(client, address):
    headers = client.get(address).headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_every_page_has_the_strict_policy(desk):
    for address in ("/admin/", "/help/leaving/", "/admin/offboarding/agreement/", "/nothing/"):
        policy = desk.get(address).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy
        assert "unsafe" not in policy and "*" not in policy
