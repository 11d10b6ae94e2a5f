"""Alice's case at its end: the agreement, its people, its letters, and a run whose last step is done.

Models are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import storages

from tests.retention.afterwards.platform import MAP, SCHEMA, Platform

ENDED = {
    "term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31), "ending": "expiry",
    "service_ends": date(2026, 12, 31), "export_until": date(2027, 3, 31), "delete_from": date(2027, 4, 1),
}  # fmt: skip
ERASED_ON = "2027-04-05T09:00:00Z"


@pytest.fixture(autouse=True)
def nothing_drawn(undrawn):
    """What certificates look like is told in evidence."""


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    """Storages of this test alone, and the platform's map."""

    def folder(name):
        where = tmp_path / name
        where.mkdir()
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(where)}}

    names = ("default", "exports", "evidence", "platform_media")
    settings.STORAGES = {**settings.STORAGES, **{name: folder(name) for name in names}}
    settings.DATA_MAP = MAP
    settings.DELETION_WORK_DIR = tmp_path / "deletion"
    settings.EXPORT_WORK_DIR = tmp_path / "work"


@pytest.fixture
def platform(make_database, settings):
    made = Platform(make_database(SCHEMA), Path(storages["platform_media"].location))
    made.put_files()
    settings.PLATFORM_URLS = {"platform": made.url}
    return made


@pytest.fixture
def agreement(alice):
    from offboarding.models import Agreement

    return Agreement.objects.create(customer=alice, number="AVT-2026-17", **ENDED)


@pytest.fixture
def alva(alice):
    from offboarding.models import Contact

    return Contact.objects.create(customer=alice, name="Alva Ekström", email="alva.ekstrom@alice.example")


@pytest.fixture
def erased_on():
    """The day of the erasure; ``erased_on.shift(timedelta(days=1))`` moves on."""
    with time_machine.travel(ERASED_ON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def run(platform, agreement, alva, charlie, erased_on):
    """A run of which every step is done and the worker stands before its last word."""
    from tests.retention.afterwards.story import carried_out

    return carried_out(agreement, charlie)
