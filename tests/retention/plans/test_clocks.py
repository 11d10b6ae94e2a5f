"""The application's clock against its database's; this file asks the real one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from retention import clocks


@pytest.fixture
def clocks_agree():
    """Not here."""


@pytest.fixture
def now():
    """Nor does time travel by itself."""


def test_on_one_machine_they_agree(db):
    assert abs(clocks.apart()) < timedelta(seconds=5)


def test_a_clock_that_is_ahead_is_noticed(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no clock of its own")
    real = clocks.database_now()
    with time_machine.travel(real + timedelta(minutes=3)):
        assert timedelta(minutes=2, seconds=55) < clocks.apart() < timedelta(minutes=3, seconds=5)
    with time_machine.travel(real - timedelta(minutes=3)):
        assert timedelta(minutes=-3, seconds=-5) < clocks.apart() < timedelta(minutes=-2, seconds=-55)
