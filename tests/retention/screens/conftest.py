"""Alice's deletion on the screens; charlie has only the permissions that a test gives."""

from __future__ import annotations

import pytest
import time_machine

from tests.retention.evidence.conftest import evidence  # noqa: F401 – fixture
from tests.retention.screens.cases import NAME, NOW, PASSWORD, Records


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def records(alice, staff, evidence):  # noqa: F811
    from django.contrib.auth.models import User

    alice.name = NAME
    alice.save()
    pia = User.objects.create(username="pia", is_staff=True, is_superuser=True, password="!")
    return Records(alice, pia, staff)


@pytest.fixture
def person(client, charlie, permit):
    """``person("view_legalhold")``: a browser of charlie, who has these permissions and a password."""

    def signed_in(*codenames):
        charlie.set_password(PASSWORD)
        charlie.save()
        charlie.user_permissions.clear()
        client.force_login(permit(charlie, *codenames))
        return client

    return signed_in


@pytest.fixture
def lacking(client, charlie):
    """``lacking("approve_deletionplan")``: charlie, who may do everything but this."""

    def signed_in(codename):
        from django.contrib.auth.models import Permission

        charlie.set_password(PASSWORD)
        charlie.save()
        charlie.user_permissions.set(Permission.objects.exclude(codename=codename))
        client.force_login(charlie)
        return client

    return signed_in
