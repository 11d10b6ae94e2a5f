"""The phase is derived: one definition, the same answer in SQL and in Python, on both databases."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from offboarding.models import Agreement, TerminationNotice
from offboarding.phases import Phase, only, phase_of
from tests.offboarding.lists.agreeing import NOW, disagreements, populate

ENDS = date(2026, 12, 31)


@pytest.fixture
def leaving(alice):
    return Agreement.objects.create(
        customer=alice, number="A-1", term_start=date(2026, 1, 1), term_end=ENDS, ending="expiry", service_ends=ENDS,
        export_until=date(2027, 3, 31), delete_from=date(2027, 4, 1),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_sql_and_python_say_the_same_of_random_agreements_on_every_day(db, seed):
    populate(random.Random(seed), 120)
    wrong, met = disagreements()
    assert wrong == []
    assert met == set(Phase.values)


def test_they_say_the_same_on_sqlite():
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "DATABASE_URL": "sqlite://:memory:"}
    command = [sys.executable, "-m", "tests.offboarding.lists.agreeing"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == f"agree on {len(Phase)} phases", done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize(
    ("on", "phase"),
    [
        (ENDS - timedelta(days=30), Phase.ACTIVE),
        (ENDS - timedelta(days=29), Phase.ENDING),
        (ENDS, Phase.ENDING),
        (ENDS + timedelta(days=1), Phase.EXPORT_WINDOW),
        (date(2027, 3, 31), Phase.EXPORT_WINDOW),
        (date(2027, 4, 1), Phase.CLOSING),
    ],
)
def test_an_expiry_shows_when_the_time_for_a_notice_has_passed_and_every_last_day_is_inclusive(leaving, on, phase):
    assert phase_of(leaving, on) == phase


def test_a_notice_by_the_customer_shows_at_once(leaving):
    leaving.ending = "notice"
    assert phase_of(leaving, date(2026, 2, 1)) == Phase.ENDING


def test_a_hold_shows_only_when_the_window_is_over_and_deletion_above_all(leaving):
    leaving.held_since = NOW
    assert phase_of(leaving, date(2027, 3, 31)) == Phase.EXPORT_WINDOW
    assert phase_of(leaving, date(2027, 4, 1)) == Phase.ON_HOLD
    leaving.erased_at = NOW
    assert phase_of(leaving, date(2027, 4, 1)) == Phase.DELETED


def test_an_undecided_notice_is_asked_of_the_database_unless_it_is_said(leaving, django_assert_num_queries):
    TerminationNotice.objects.create(
        agreement=leaving, channel="letter", received_at=NOW, received_by="staff:1:sam", recorded_at=NOW
    )
    with django_assert_num_queries(1):
        assert phase_of(leaving, date(2026, 2, 1)) == Phase.NOTICE_GIVEN
    with django_assert_num_queries(0):
        assert phase_of(leaving, date(2026, 2, 1), undecided=False) == Phase.ACTIVE


def test_what_is_no_phase_is_refused():
    with pytest.raises(ValueError, match="no phase"):
        only("gone", ENDS)
