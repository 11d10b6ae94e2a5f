"""Alice's case in her time for exports, her people, and packages as they lie in the storage."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.offboarding.portal.conftest import enter  # noqa: F401 – fixture


@pytest.fixture
def agreement(alice):
    """Service ended ten days ago; exports may be requested for another eighty days."""
    from offboarding.models import Agreement

    today = timezone.localdate()
    return Agreement.objects.create(
        customer=alice, number="A-1", term_start=date(2020, 1, 1), term_end=today - timedelta(10), ending="expiry",
        service_ends=today - timedelta(10), export_until=today + timedelta(80), delete_from=today + timedelta(81),
    )  # fmt: skip


@pytest.fixture
def eva(alice):
    """May see, request and confirm."""
    from offboarding.models import Contact

    return Contact.objects.create(
        customer=alice, name="Eva Öst", email="eva@alice.example", may_request=True, may_confirm=True, language="en"
    )


@pytest.fixture
def lea(alice):
    """May only look."""
    from offboarding.models import Contact

    return Contact.objects.create(customer=alice, name="Lea", email="lea@alice.example", language="en")


@pytest.fixture
def bo(bob):
    """Bob's person, who may everything there."""
    from offboarding.models import Agreement, Contact

    Agreement.objects.create(
        customer=bob, number="B-1", reference="R-BBBB-BBBB", term_start=date(2020, 1, 1), term_end=date(2030, 12, 31)
    )
    return Contact.objects.create(
        customer=bob, name="Bo", email="bo@bob.example", may_request=True, may_confirm=True, may_give_notice=True
    )


@pytest.fixture
def package(alice, staff):
    """``package(days=3)``: a whole package that came so many days ago, its files in the storage."""
    from exports import delivery
    from tests.exports.handover import packages

    made = []

    def make(days=0, customer=alice, **fields):
        made.append(packages.make(len(made), customer, staff, days, **fields))
        return made[-1]

    yield make
    for job in made:
        delivery.remove(list(delivery.stored_below(job.folder)))
