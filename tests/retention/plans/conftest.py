"""The cast of a plan: see ``case``. Models are imported inside: this file may be read before Django is set up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

NOW = datetime(2027, 4, 3, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def sample(postgres, tmp_path_factory):
    """Made once; each test has a copy."""
    from tests.retention.plans.case import SAMPLE, Site, build_sample

    name, media = postgres.create(""), tmp_path_factory.mktemp("sample") / "media"
    summary = build_sample(postgres.url(name), media)
    yield Site(postgres.url(name), media, summary, SAMPLE)
    postgres.drop(name)


@pytest.fixture
def site(sample, make_database, settings, tmp_path):
    from tests.retention.plans.case import copied_site

    return copied_site(sample, make_database(), settings, tmp_path)


@pytest.fixture
def fjord(db):
    from offboarding.models import Customer
    from tests.retention.plans.case import NAME

    return Customer.objects.create(tenant_key="17", name=NAME, language="sv")


@pytest.fixture
def agreement(fjord):
    """Ended, and its contact was warned in time."""
    from tests.retention.plans.case import ended, warn

    found = ended(fjord, "AVT-17")
    warn(found)
    return found


@pytest.fixture
def plan(site, agreement):
    """Made by cron."""
    from tests.retention.plans.case import planned

    return planned(agreement)


@pytest.fixture
def lena(db, permit):
    """Of Legal: may approve."""
    from django.contrib.auth.models import User

    return permit(User.objects.create(username="lena", is_staff=True, password="!"), "approve_deletionplan")


@pytest.fixture
def sara(db, permit):
    """May plan and approve."""
    from django.contrib.auth.models import User

    user = User.objects.create(username="sara", is_staff=True, password="!")
    return permit(user, "make_deletionplan", "approve_deletionplan")
