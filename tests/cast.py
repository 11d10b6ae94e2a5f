"""The cast: alice leaves, bob is her neighbour, charlie works for the vendor and may do nothing yet, sam may all.

Models are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

import pytest

UNUSABLE = "!nobody signs in with it; hashing a real one takes half a second"


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
