"""The cast: alice leaves, bob is her neighbour, charlie works for the vendor and may do nothing yet.

Models are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

import pytest

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

    return User.objects.create_superuser("sam", "sam@example.org", "a long enough passphrase")


@pytest.fixture
def charlie(db):
    from django.contrib.auth.models import User

    return User.objects.create_user("charlie", is_staff=True, password="another long passphrase")


@pytest.fixture
def permit():
    from django.contrib.auth.models import Permission, User

    def give(user: User, *codenames: str) -> User:
        user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
        return User.objects.get(pk=user.pk)

    return give
