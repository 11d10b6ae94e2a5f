"""Alice's agreement with its dates, as the clock gives them, and the people who are written to."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

STOCKHOLM = ZoneInfo("Europe/Stockholm")
END = date(2026, 12, 31)
"""Dates follow the design's table: exports until 2027-03-31, deletion from 2027-04-01."""


def ended(agreement, end=END, **decided):
    """The agreement with the dates of an ending by mutual agreement on that day, stored."""
    from offboarding import clock
    from offboarding.dates import Cause, Decisions, Ending, milestones

    found = milestones(
        clock.terms_of(agreement), Ending(Cause.MUTUAL, service_ends=end), STOCKHOLM, Decisions(**decided)
    )
    agreement.ending, agreement.milestones = "mutual", found.to_json()
    agreement.service_ends = found.service_ends.day
    agreement.export_until, agreement.delete_from = found.export_until.day, found.delete_from.day
    agreement.save()
    return agreement


def agreement_of(customer, number):
    from offboarding.models import Agreement

    return Agreement.objects.create(
        customer=customer,
        number=number,
        term_start=date(2026, 1, 1),
        term_end=END,
        reference=f"R-{number[0] * 4}-{number[-4:]}",
    )


@pytest.fixture
def anna(alice):
    from offboarding.models import Contact

    return Contact.objects.create(customer=alice, name="Anna Ek", email="anna@alice.example")


@pytest.fixture
def john(alice):
    """Reads English, though his organisation reads Swedish."""
    from offboarding.models import Contact

    return Contact.objects.create(customer=alice, name="John Ash", email="john@alice.example", language="en")


@pytest.fixture
def agreement(alice, anna):
    """Ends on 31 December 2026."""
    return ended(agreement_of(alice, "A-2026"))


@pytest.fixture
def neighbour(bob):
    """Bob's agreement, whose letters are his own."""
    from offboarding.models import Contact

    Contact.objects.create(customer=bob, name="Bob", email="bob@bob.example")
    return ended(agreement_of(bob, "B-2026"))
