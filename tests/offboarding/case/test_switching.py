"""Switching under the Data Act: the customer's one extension, and the vendor's longer transition."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from offboarding import notices, windows
from tests.offboarding.case.telling import days_of, events, given, last, letters_of, refused

TRANSITION = ("2027-01-19", "2027-04-19", "2027-04-20")
"""30 days of notice from 20 November and 30 days of transition; then the contract's 90 days."""


@pytest.fixture
def moving(switching, ada, staff):
    """Notice of 20 November 2026, accepted."""
    notices.decide(given(switching, ada), "timely", by=staff)
    return switching


def test_the_customer_extends_the_transition_once(moving, ada):
    assert days_of(moving) == TRANSITION
    windows.extend_transition(moving, until=date(2027, 3, 1), because="The new system is late.", contact=ada)
    assert days_of(moving) == ("2027-03-01", "2027-05-30", "2027-05-31")
    assert letters_of(moving)["dates_changed", "ada"] == 1
    assert last(moving, "transition.extended").facts == {"until": "2027-03-01", "contact": ada.pk}
    with refused("until", "extended already, until Monday 1 March 2027"):
        windows.extend_transition(moving, until=date(2027, 4, 1), because="Later still.", contact=ada)


def test_an_extension_lies_after_the_day_that_stands_and_before_the_service_has_ended(moving, ada, time_machine):
    with refused("until", "runs until Tuesday 19 January 2027 anyway"):
        windows.extend_transition(moving, until=date(2027, 1, 19), because="x", contact=ada)
    time_machine.move_to(datetime(2027, 1, 20, 9, tzinfo=UTC), tick=False)
    with refused("until", "has ended"):
        windows.extend_transition(moving, until=date(2027, 3, 1), because="x", contact=ada)


def test_the_vendor_takes_longer_where_it_told_the_customer_in_time(moving, staff):
    windows.declare_infeasible(
        moving, until=date(2027, 6, 30), told_on=date(2026, 11, 20), by=staff, because="4 TB over a slow line."
    )
    assert days_of(moving)[0] == "2027-06-30"
    assert events(moving)[-2:] == ["dates.moved", "transition.infeasible"]
    with refused("until", "declared already"):
        windows.declare_infeasible(
            moving, until=date(2027, 7, 1), told_on=date(2026, 11, 20), by=staff, because="x"
        )  # fmt: skip


def test_what_was_told_after_14_working_days_or_lasts_beyond_7_months_is_refused(moving, staff, time_machine):
    time_machine.move_to(datetime(2026, 12, 20, 9, tzinfo=UTC), tick=False)
    with refused("told_on", "last day for it was Thursday 10 December 2026"):
        windows.declare_infeasible(moving, until=date(2027, 6, 30), told_on=date(2026, 12, 11), by=staff, because="x")
    with refused("until", "Tuesday 20 July 2027 at most"):
        windows.declare_infeasible(moving, until=date(2027, 7, 21), told_on=date(2026, 12, 10), by=staff, because="x")
    with refused("told_on", "still to come"):
        windows.declare_infeasible(moving, until=date(2027, 6, 30), told_on=date(2026, 12, 21), by=staff, because="x")
    assert days_of(moving) == TRANSITION


def test_where_nobody_switches_there_is_no_transition(hers, switching, ada, staff):
    for agreement in (hers, switching):
        with refused("until", "Data Act"):
            windows.extend_transition(agreement, until=date(2027, 3, 1), because="x", contact=ada)
    with refused("until", "Data Act"):
        windows.declare_infeasible(hers, until=date(2027, 3, 1), told_on=date(2026, 11, 20), by=staff, because="x")


def test_only_the_customer_itself_or_staff_with_the_permission_extends(moving, bo, eva, charlie):
    for who in ({"contact": bo}, {"contact": eva}, {"by": charlie}):
        with pytest.raises(PermissionDenied):
            windows.extend_transition(moving, until=date(2027, 3, 1), because="x", **who)
    with pytest.raises(PermissionDenied):
        windows.declare_infeasible(
            moving, until=date(2027, 3, 1), told_on=date(2026, 11, 20), by=charlie, because="x"
        )  # fmt: skip
    assert days_of(moving) == TRANSITION
