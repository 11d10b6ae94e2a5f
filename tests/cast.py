"""The cast: alice leaves, bob is her neighbour, charlie works for the vendor and may do nothing yet, sam may all.

Models are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

UNUSABLE = "!nobody signs in with it; hashing a real one takes half a second"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of everybody's authenticator app


class Browser(Client):
    """Django's client; ``force_login`` leaves staff where their own sign-in does: the second factor has been shown."""

    def force_login(self, user: Any, backend: Any = None) -> None:
        super().force_login(user, backend)
        if user.is_staff:
            show_factor(self, user)


def show_factor(client: Client, user: Any) -> None:
    """Give ``user`` an authenticator app, and this browser's session the record that allauth makes of its use."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    app = Authenticator.objects.filter(user=user, type="totp").first() or TOTP.activate(user, SECRET).instance
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "username": user.username},
        {"method": "mfa", "at": time.time(), "id": app.pk, "type": "totp"},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def client() -> Browser:
    """A browser. ``django.test.Client`` is one in which staff have not shown their second factor."""
    return Browser()


@pytest.fixture
def alice(db):
    from offboarding.models import Customer

    return Customer.objects.create(tenant_key="7", name="Alice Academy", language="sv")


@pytest.fixture
def bob(db):
    from offboarding.models import Customer

    return Customer.objects.create(tenant_key="8", name="Bob School")


@pytest.fixture
def staff(db):
    from django.contrib.auth.models import User

    return User.objects.create(username="sam", is_staff=True, is_superuser=True, password=UNUSABLE)


@pytest.fixture
def charlie(db):
    from django.contrib.auth.models import User

    return User.objects.create(username="charlie", is_staff=True, password=UNUSABLE)


@pytest.fixture
def permit():
    from django.contrib.auth.models import Permission, User

    def give(user: User, *codenames: str) -> User:
        user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
        return User.objects.get(pk=user.pk)

    return give


@pytest.fixture
def desk(client, staff):
    """A browser in which sam is signed in."""
    client.force_login(staff)
    return client


@pytest.fixture
def viewer(client, charlie, permit):
    """A browser in which charlie is signed in, who may look at exports and nothing else."""
    client.force_login(permit(charlie, "view_exportjob", "view_missingfile"))
    return client
