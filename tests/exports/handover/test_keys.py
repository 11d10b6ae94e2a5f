"""A key for a command line: what it opens, for how long, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from exports import download_keys
from offboarding.journal_words import sentence, who
from offboarding.models import JournalEntry
from tests.cast import Browser
from tests.offboarding.portal.visiting import account_of, text_of


@pytest.fixture
def key(client, agreement, package, eva):
    """A key of Eva's to a package; ``key.use()`` fetches with it from a machine that is not signed in."""
    job = package()
    client.force_login(account_of(eva))
    made = download_keys.make(job, contact=eva, session_key=client.session.session_key)

    class Key:
        text = made

        @staticmethod
        def use(text=made, job=job, name="", scheme="Bearer "):
            name = name or f"export-{job.pk}.sha256"
            address = f"/leaving/{agreement.reference}/exports/{job.pk}/files/{name}"
            return Browser().get(address, headers={"Authorization": f"{scheme}{text}"})

    Key.job = job
    return Key


def test_it_opens_the_files_of_its_package_and_nothing_else(key, package, agreement):
    assert key.use().status_code == 200
    assert key.use(name=f"alice-export-{key.job.pk}-001.zip").status_code == 200
    assert key.use(job=package()).status_code == 401
    for rest in ("", f"exports/{key.job.pk}/", f"exports/{key.job.pk}/confirm/", "exports/request/"):
        answer = Browser().get(
            f"/leaving/{agreement.reference}/{rest}", headers={"Authorization": f"Bearer {key.text}"}
        )
        assert answer.status_code == 302 and "/sign-in/" in answer.url


def test_it_ends_by_itself(key):
    with time_machine.travel(timezone.now() + download_keys.LIFE - timedelta(seconds=20)):
        assert key.use().status_code == 200
    with time_machine.travel(timezone.now() + download_keys.LIFE + timedelta(seconds=5)):
        refused = key.use()
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert "Sign in and make a new one" in refused.content.decode()


def test_signing_out_ends_it(key, client):
    client.logout()
    assert key.use().status_code == 401


def test_an_account_that_is_closed_ends_it(key):
    User.objects.filter(is_staff=False).update(is_active=False)
    assert key.use().status_code == 401


def test_a_right_that_is_taken_away_ends_it(key, eva):
    eva.may_request = eva.may_confirm = False
    eva.save()
    assert key.use().status_code == 403


def test_a_contact_who_has_left_ends_it(key, eva):
    eva.ended_at = timezone.now()
    eva.save()
    assert key.use().status_code in (401, 404)


@pytest.mark.parametrize("text", ["", "x", "gAAAAA", "é", "0" * 5000])
def test_nonsense_is_no_key(key, text):
    assert key.use(text).status_code == 401


def test_a_changed_key_or_another_scheme_is_none(key):
    middle = len(key.text) // 2
    other = "A" if key.text[middle] != "A" else "B"
    assert key.use(key.text[:middle] + other + key.text[middle + 1 :]).status_code == 401
    assert key.use(scheme="Basic ").status_code == 401


def test_the_sessions_own_key_cannot_be_read_out_of_it(key, client):
    import base64

    assert client.session.session_key.encode() not in base64.urlsafe_b64decode(key.text)


def test_it_is_written_down(key):
    entry = JournalEntry.objects.get(event="export.key_made")
    assert (who(entry), "for 15 minutes" in sentence(entry)) == ("Eva Öst", True)
    assert key.text not in str(entry.facts)


def test_who_may_not_fetch_gets_none(agreement, package, lea, client):
    job = package()
    with pytest.raises(PermissionDenied):
        download_keys.make(job, contact=lea, session_key="x")
    client.force_login(account_of(lea))
    assert client.post(f"/leaving/{agreement.reference}/exports/{job.pk}/key/").status_code == 403
    assert not JournalEntry.objects.filter(event="export.key_made").exists()


def test_it_is_made_by_post_alone_and_shown_once_uncached(key, client, agreement):
    address = f"/leaving/{agreement.reference}/exports/{key.job.pk}/key/"
    assert client.get(address).status_code == 405
    shown = client.post(address)
    assert shown["Cache-Control"] == "private, no-store"
    assert "signing out ends it" in text_of(shown)
