"""Two people speak at the same moment: one of them is heard, and the package never says both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from exports import receipts, reminders
from exports.models import Receipt
from offboarding import clock
from offboarding.models import JournalEntry, Letter

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """What each gives, or the refusal it met."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(10)
            return act()
        except ValidationError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_confirmed_once_by_two(agreement, eva, package):
    job = package()
    acts = [lambda: receipts.confirm(job, contact=eva, digest=job.manifest_sha256)] * 4
    refused = [one for one in at_once(*acts) if isinstance(one, ValidationError)]
    assert len(refused) == 3
    assert Receipt.objects.count() == JournalEntry.objects.filter(event="export.confirmed").count() == 1


def test_an_objection_beside_a_confirmation_is_never_lost(agreement, eva, package):
    job = package()
    at_once(
        lambda: receipts.confirm(job, contact=eva, digest=job.manifest_sha256),
        lambda: receipts.object_to(job, contact=eva, digest=job.manifest_sha256, missing={"users": "x"}),
    )
    assert Receipt.objects.filter(outcome="objected", settled_at=None).count() == 1


def test_two_crons_write_one_reminder(agreement, eva, package):
    package(days=8)
    assert sum(at_once(*[lambda: reminders.write_due(clock.today())] * 3)) == 1
    assert Letter.objects.filter(occasion="export_reminder").count() == 1
