"""A notice is taken back while service runs: what was scheduled stops, and everybody hears that it goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from offboarding import endings, notices
from offboarding.models import Letter
from tests.offboarding.case.telling import days_of, events, given, last, letters_of, refused

TABLE = ("2026-12-31", "2027-03-31", "2027-04-01")


def accepted(agreement, contact, staff):
    return notices.decide(given(agreement, contact), "timely", by=staff)


def test_withdrawing_clears_the_dates_cancels_the_letters_and_tells_all_contacts(hers, ada, staff):
    notice = accepted(hers, ada, staff)
    withdrawn = notices.withdraw(notice, because="We stay.", contact=ada)
    assert (withdrawn.state, days_of(hers)) == ("withdrawn", None)
    assert (hers.ending, hers.milestones, hers.decisions) == ("", {}, {})
    assert Letter.objects.filter(occasion="decision").values_list("state", flat=True).distinct().get() == "cancelled"
    assert (letters_of(hers)["continues", "ada"], letters_of(hers)["continues", "eva"]) == (1, 1)
    assert events(hers)[-2:] == ["notice.withdrawn", "dates.cleared"]
    entry = last(hers, "dates.cleared")
    assert (entry.facts["delete_was_from"], entry.actor) == ("2027-04-01", f"contact:{ada.pk}")


def test_a_notice_after_a_withdrawal_is_a_fresh_one(hers, ada, staff):
    notices.withdraw(accepted(hers, ada, staff), because="We stay.", by=staff)
    second = given(hers, ada)
    assert (second.state, second.duplicate_of) == ("received", None)
    notices.decide(second, "timely", by=staff)
    assert days_of(hers) == TABLE
    assert letters_of(hers)["decision", "ada"] == 1


def test_a_notice_nobody_has_decided_can_be_withdrawn_too(hers, ada):
    assert notices.withdraw(given(hers, ada), because="A mistake.", contact=ada).state == "withdrawn"
    assert letters_of(hers)["continues", "eva"] == 1


def test_it_is_possible_until_the_end_of_the_last_day_and_not_a_minute_longer(hers, ada, staff, time_machine):
    notice = accepted(hers, ada, staff)
    time_machine.move_to(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), tick=False)  # midnight in Stockholm
    with refused("notice", "Thursday 31 December 2026"):
        notices.withdraw(notice, because="We stay.", contact=ada)
    assert days_of(hers) == TABLE
    time_machine.move_to(datetime(2026, 12, 31, 22, 59, tzinfo=UTC), tick=False)
    notices.withdraw(notice, because="We stay.", contact=ada)
    assert days_of(hers) is None


def test_an_agreement_that_does_not_renew_expires_again_and_its_dates_are_told(fixed, ada, staff):
    notice = accepted(fixed, ada, staff)
    notices.withdraw(notice, because="We stay until the end.", contact=ada)
    assert days_of(fixed) == TABLE
    assert fixed.ending == "expiry"
    assert letters_of(fixed)["decision", "ada"] == 1
    assert events(fixed)[-3:] == ["notice.withdrawn", "dates.cleared", "dates.set"]


def test_only_who_may_give_notice_takes_it_back(hers, ada, eva, bo, staff, charlie):
    notice = accepted(hers, ada, staff)
    for who in ({"contact": eva}, {"contact": bo}, {"by": charlie}):
        with pytest.raises(PermissionDenied):
            notices.withdraw(notice, because="x", **who)
    with pytest.raises(ValueError):
        notices.withdraw(notice, because="x")
    assert days_of(hers) == TABLE


def test_a_reason_is_needed_and_what_is_refused_or_withdrawn_stays_so(hers, ada, staff):
    notice = accepted(hers, ada, staff)
    with refused("because"):
        notices.withdraw(notice, because="", by=staff)
    notices.withdraw(notice, because="We stay.", by=staff)
    with refused("notice"):
        notices.withdraw(notice, because="We stay.", by=staff)


def test_an_end_for_another_reason_stands_when_the_notice_is_withdrawn(hers, ada, staff):
    from datetime import date

    notice = accepted(hers, ada, staff)
    endings.terminate(hers, cause="for_cause", service_ends=date(2026, 11, 25), by=staff, because="Unpaid.")
    notices.withdraw(notice, because="We wanted to stay.", contact=ada)
    assert days_of(hers)[0] == "2026-11-25"
    assert not letters_of(hers)["continues", "ada"]
