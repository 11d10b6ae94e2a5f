"""Alice's data is erased; bob is her neighbour.

``recorded`` is an erasure of which only our own records stand; ``erased`` was done by the real worker on a real
platform.
"""

from __future__ import annotations

import pytest
from django.core.files.storage import storages
from django.db import transaction
from django.utils import translation

from tests.retention.evidence.records import erased_run
from tests.retention.runs.conftest import case, ground, people, places, run, start  # noqa: F401 – fixtures


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def evidence(settings, tmp_path):
    """An evidence storage of this test alone."""
    where = tmp_path / "evidence"
    where.mkdir(exist_ok=True)
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(where)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": folder}
    return storages["evidence"]


@pytest.fixture
def recorded(transactional_db, evidence, people):  # noqa: F811
    """A live-erased run of alice's, in our records alone, without a certificate."""
    from offboarding.models import Customer

    alice = Customer.objects.create(tenant_key="7", name="Alice Academy", language="sv")
    return erased_run(alice, people)


@pytest.fixture
def issued():
    """``issued(run)``: a certificate, committed."""

    def issue(run, occasion="live_erased"):  # noqa: F811
        from retention import certificates

        with transaction.atomic():
            if occasion == "live_erased":
                return certificates.issue(run)
            return certificates.supplement(run, occasion=occasion)

    return issue


@pytest.fixture
def erased(case, run):  # noqa: F811
    """The run of alice's erasure, live-erased and certified."""
    from retention import deleting

    assert deleting.work(run.pk)
    run.refresh_from_db()
    assert run.state == "live_erased", (run.state, run.error, run.stopped_by)
    return run


def body_of(document) -> bytes:
    """The bytes of one of a certificate's documents."""
    with storages["evidence"].open(document["name"]) as file:
        return file.read()
