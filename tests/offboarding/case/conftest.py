"""Alice's agreement and her people, on 20 November 2026; beside it Bob's, of whom nothing moves."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine):
    """It is 20 November 2026; ``time_machine`` moves on from there."""
    time_machine.move_to(NOW, tick=False)


def agreement_of(customer, number, **terms):
    """An agreement of the year 2026 that renews itself, unless ``terms`` say otherwise."""
    from offboarding.models import Agreement

    year = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}
    return Agreement.objects.create(customer=customer, number=number, **year | terms)


def contact_of(customer, name, **rights):
    """A person of the customer's."""
    from offboarding.models import Contact

    email = f"{name.lower()}@{customer.tenant_key}.example"
    return Contact.objects.create(customer=customer, name=name, email=email, **rights)


@pytest.fixture
def ada(alice):
    """May do everything for Alice."""
    return contact_of(alice, "Ada", may_request=True, may_confirm=True, may_give_notice=True)


@pytest.fixture
def eva(alice):
    """May look at Alice's case and nothing else."""
    return contact_of(alice, "Eva")


@pytest.fixture
def bo(bob):
    """Bob's own person, with every right – for Bob."""
    return contact_of(bob, "Bo", may_request=True, may_confirm=True, may_give_notice=True)


@pytest.fixture
def hers(alice, ada, eva):
    """Ends on 31 December 2026 if notice is given by 1 December; else it renews itself for a year."""
    return agreement_of(alice, "A-1")


@pytest.fixture
def fixed(alice, ada):
    """Does not renew itself: registered, it expires on 31 December 2026."""
    from offboarding import endings

    agreement = agreement_of(alice, "A-2", auto_renews=False)
    endings.register(agreement, by=None)
    agreement.refresh_from_db()
    return agreement


@pytest.fixture
def switching(alice, ada):
    """Under the EU Data Act."""
    return agreement_of(alice, "A-3", policy="data_act")


@pytest.fixture
def lea(permit):
    """A second person of the staff who may approve waivers and decide."""
    from django.contrib.auth.models import User

    user = User.objects.create(username="lea", is_staff=True)
    return permit(user, "approve_waiver", "record_waiver", "decide_terminationnotice")


@pytest.fixture(autouse=True)
def his(request, bob, bo):
    """Bob's agreement with dates of its own: after every test it is as it was, and nobody wrote to him."""
    from offboarding import endings
    from offboarding.models import Agreement, JournalEntry, Letter

    agreement = agreement_of(bob, "B-1", auto_renews=False)
    endings.register(agreement, by=None)
    agreement.refresh_from_db()
    before = Agreement.objects.values().get(pk=agreement.pk)
    entries = JournalEntry.objects.filter(agreement=agreement.pk).count()
    yield agreement
    assert Agreement.objects.values().get(pk=agreement.pk) == before
    assert JournalEntry.objects.filter(agreement=agreement.pk).count() == entries
    assert not Letter.objects.filter(customer=bob).exists()
