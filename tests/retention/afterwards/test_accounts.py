"""The accounts by which a customer's people signed in go with them, and nobody else's."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.utils import timezone

from exports.models import ExportJob
from offboarding.models import Contact, Letter
from retention import reducing_people, task_rows
from tests.retention.afterwards.filled import account_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def alva(alice):
    return Contact.objects.create(customer=alice, name="Alva", email="alva@alice.example")


def _forget(customer) -> None:
    reducing_people.forget(list(reducing_people.own_accounts_of(customer).values_list("pk", flat=True)))


def test_the_account_goes_with_its_address_and_its_session(alva):
    account_of(alva)
    _forget(alva.customer)
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    assert not UserSession.objects.exists()


def test_who_signs_in_for_another_customer_too_keeps_the_account(alva, bob):
    kept = account_of(alva)
    Contact.objects.create(customer=bob, name="Alva", email="ALVA@alice.example")
    _forget(alva.customer)
    assert User.objects.get() == kept


def test_the_neighbours_account_stays(alva, bob):
    account_of(alva)
    theirs = account_of(Contact.objects.create(customer=bob, name="Bo", email="bo@bob.example"), "e" * 32)
    _forget(alva.customer)
    assert User.objects.get() == theirs


def test_staff_with_a_contacts_address_stay(alva, staff):
    User.objects.filter(pk=staff.pk).update(email=alva.email)
    _forget(alva.customer)
    assert User.objects.get() == staff


def test_the_account_of_an_address_that_a_contact_had_once_goes(alva):
    account_of(alva)
    Letter.objects.create(
        customer=alva.customer, contact=alva, address=alva.email, language="sv", occasion="decision", key="k",
        message_id="m", subject="s", text="t", written_at=timezone.now(), due_at=timezone.now(),
    )  # fmt: skip
    Contact.objects.update(email="alva.ny@alice.example")
    _forget(alva.customer)
    assert not User.objects.exists()


def test_an_account_that_a_record_names_says_nothing_of_a_person_any_more(alva, bob):
    user = account_of(alva)
    ExportJob.objects.create(customer=bob, requested_by=user, requested_at=timezone.now())
    _forget(alva.customer)
    user.refresh_from_db()
    assert (user.username, user.email) == (f"account-{user.pk}", f"account-{user.pk}@erased.invalid")
    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert not EmailAddress.objects.exists()
    assert not UserSession.objects.exists()


def test_where_a_person_signed_in_from_goes_with_the_session(alva, client):
    user = account_of(alva)
    UserSession.objects.all().delete()
    client.force_login(user)
    UserSession.objects.create(user=user, ip="192.0.2.7", session_key=client.session.session_key, user_agent="phone")
    task_rows.erase(alva.customer)
    assert not UserSession.objects.exists()
    assert User.objects.get() == user
