"""The page that tells what each role may do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

pytestmark = pytest.mark.django_db


def test_it_tells_of_every_role_what_it_may_do_in_words(client, charlie):
    charlie.groups.add(Group.objects.get_or_create(name="Legal")[0])
    client.force_login(charlie)
    page = client.get("/admin/roles/").content.decode()
    for words in ("Support", "Lead", "Auditor", "Approves deletion plans that somebody else has made",
                  "Can approve a deletion plan", "Legal – your role"):  # fmt: skip
        assert words in page
    assert "approve_deletionplan" not in page


def test_it_is_for_staff(client):
    assert client.get("/admin/roles/").status_code == 302


def test_one_finds_it_from_every_page_of_the_desk(desk):
    page = desk.get("/admin/").content.decode()
    for address in ("/admin/roles/", "/admin/knox/authtoken/", "/api/v1/docs/"):
        assert f'href="{address}"' in page
