"""People who sign in: a browser that has shown nothing yet, staff with a password, a contact of alice.

Our modules are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def quick(db, monkeypatch):
    """No tries yet that a limit counts, and mails at once."""
    from offboarding import sign_in_mail

    monkeypatch.setattr(sign_in_mail, "PAUSE", 0)
    cache.clear()


@pytest.fixture
def later():
    """``with later(minutes):`` – the clock goes on from there."""
    return lambda minutes: time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes))


@pytest.fixture
def browser() -> Client:
    """Django's own client: nobody has shown a second factor in it."""
    return Client()


@pytest.fixture
def sam(staff):
    """A superuser with a password and an address, and no second factor."""
    staff.email = "sam@vendor.example"
    staff.set_password(PASSWORD)
    staff.save()
    return staff


@pytest.fixture
def contact(alice):
    from offboarding.models import Contact

    return Contact.objects.create(customer=alice, name="Anna Ö", email="anna@alice.example", language="sv")


@pytest.fixture
def mails(mailoutbox):
    """``mails(n)``: the first n mails, which are sent beside the request; waits for them."""

    def wait(count: int) -> list:
        until = time.monotonic() + 10
        while len(mailoutbox) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(mailoutbox) == count, f"{len(mailoutbox)} mails instead of {count}"
        return mailoutbox

    return wait
