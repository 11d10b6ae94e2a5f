"""Help with a transfer, from the request to the last hour, under an agreement of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from offboarding import assistance
from tests.offboarding.case.telling import events, last, letters_of, refused

TODAY = date(2026, 11, 20)


@pytest.fixture
def asked(hers, ada):
    return assistance.request(hers, scope="Move 40 courses.", contact=ada)


@pytest.fixture
def agreed(asked, staff):
    assistance.offer(asked, by=staff, estimated_hours=Decimal("12.5"), charged=True)
    return assistance.agree(asked, by=staff, separate_agreement="TA-2026-7")


def test_help_goes_from_the_request_to_the_last_hour_and_all_contacts_hear_of_each_step(hers, agreed, staff):
    assistance.log_hours(agreed, by=staff, day=TODAY, hours=Decimal("3.5"), what="Mapped the courses.")
    assistance.log_hours(agreed, by=staff, day=TODAY, hours=Decimal("2"), what="Moved them.")
    done = assistance.finish(agreed, by=staff)
    assert (done.state, done.separate_agreement, done.charged) == ("done", "TA-2026-7", True)
    assert letters_of(hers) == {("assistance", "ada"): 4, ("assistance", "eva"): 4}
    assert events(hers) == [
        f"assistance.{what}" for what in ("requested", "offered", "agreed", "hours", "hours", "done")
    ]
    assert last(hers, "assistance.done").facts["hours"] == "5.50"
    assert "courses" not in str(last(hers, "assistance.hours").facts)


def test_no_hours_without_a_separate_agreement(asked, staff):
    with refused("state", "separate agreement"):
        assistance.log_hours(asked, by=staff, day=TODAY, hours=Decimal(1), what="x")
    assistance.offer(asked, by=staff, estimated_hours=Decimal(1), charged=False)
    with refused("separate_agreement"):
        assistance.agree(asked, by=staff, separate_agreement=" ")
    with refused("state"):
        assistance.finish(asked, by=staff)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": date(2026, 11, 21)}, "day"),
        ({"day": date(2026, 11, 19)}, "day"),
        ({"hours": Decimal(0)}, "hours"),
        ({"hours": Decimal(25)}, "hours"),
        ({"hours": Decimal("0.333")}, "hours"),
        ({"what": ""}, "what"),
        ({"what": "x" * 301}, "what"),
    ],
)
def test_hours_that_cannot_be_are_refused_by_field(agreed, staff, values, field):
    with refused(field):
        assistance.log_hours(agreed, by=staff, **{"day": TODAY, "hours": Decimal(1), "what": "x"} | values)
    assert not agreed.hours.exists()


def test_a_request_or_an_offer_is_declined_with_a_reason_and_what_is_agreed_is_not(asked, staff):
    with refused("because"):
        assistance.decline(asked, by=staff, because="")
    declined = assistance.decline(asked, by=staff, because="Nobody here knows that system.")
    assert (declined.state, declined.ended_because) == ("declined", "Nobody here knows that system.")
    with refused("state"):
        assistance.offer(asked, by=staff, estimated_hours=Decimal(1), charged=False)


def test_what_is_agreed_on_is_finished_not_declined(agreed, staff):
    with refused("state"):
        assistance.decline(agreed, by=staff, because="x")


def test_an_offer_has_an_estimate(asked, staff):
    for hours in (None, Decimal(0), Decimal("123456.789")):
        with refused("estimated_hours"):
            assistance.offer(asked, by=staff, estimated_hours=hours, charged=True)


def test_who_may_request_asks_and_only_staff_with_the_permission_answers(hers, asked, eva, bo, charlie):
    for who in ({"contact": eva}, {"contact": bo}, {"by": charlie}):
        with pytest.raises(PermissionDenied):
            assistance.request(hers, scope="x", **who)
    with pytest.raises(PermissionDenied):
        assistance.offer(asked, by=charlie, estimated_hours=Decimal(1), charged=False)
    with pytest.raises(PermissionDenied):
        assistance.decline(asked, by=charlie, because="x")
    assert hers.assistance.count() == 1


def test_a_request_says_what_is_asked_for(hers, staff):
    with pytest.raises(ValidationError):
        assistance.request(hers, scope=" ", by=staff)


def test_the_law_on_switching_charges_is_said_where_it_applies(hers, switching, staff, asked):
    moving = assistance.request(switching, scope="x", by=staff)
    assert assistance.charge_warning(asked, date(2027, 6, 1)) == ""
    assert "not allowed from Tuesday 12 January 2027" in assistance.charge_warning(moving, date(2027, 1, 12))
    assert "may not exceed our own costs" in assistance.charge_warning(moving, date(2027, 1, 11))
    assert assistance.charge_warning(moving, date(2024, 1, 10)) == ""
