"""Other ways to end: by the vendor, for cause, by mutual agreement; and how an agreement goes on after all."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from offboarding import endings, notices
from offboarding.models import JournalEntry, Letter
from tests.offboarding.case.telling import days_of, events, given, last, letters_of, refused

TABLE = ("2026-12-31", "2027-03-31", "2027-04-01")


def test_our_own_notice_is_not_shorter_than_the_customers(hers, staff):
    with refused("service_ends", "Sunday 20 December 2026"):
        endings.terminate(hers, cause="vendor", service_ends=date(2026, 12, 19), by=staff, because="We close down.")
    endings.terminate(hers, cause="vendor", service_ends=date(2026, 12, 20), by=staff, because="We close down.")
    assert days_of(hers) == ("2026-12-20", "2027-03-20", "2027-03-21")
    assert (letters_of(hers)["decision", "ada"], letters_of(hers)["decision", "eva"]) == (1, 1)
    assert "We close down." in Letter.objects.filter(contact__name="Ada").latest("pk").text
    assert events(hers) == ["dates.set", "agreement.terminated"]


def test_our_notice_counts_from_the_day_on_which_the_customer_was_told(hers, staff):
    told = {"cause": "vendor", "by": staff, "because": "We close down."}
    with refused("notice_day", "still to come"):
        endings.terminate(hers, service_ends=date(2027, 1, 31), notice_day=date(2026, 11, 21), **told)
    endings.terminate(hers, service_ends=date(2026, 12, 1), notice_day=date(2026, 11, 1), **told)
    assert last(hers, "agreement.terminated").facts["notice_day"] == "2026-11-01"


def test_for_cause_service_may_end_today_but_not_in_the_past(hers, staff):
    with refused("service_ends", "earliest"):
        endings.terminate(hers, cause="for_cause", service_ends=date(2026, 11, 19), by=staff, because="Unpaid.")
    endings.terminate(hers, cause="for_cause", service_ends=date(2026, 11, 20), by=staff, because="Unpaid.")
    assert days_of(hers) == ("2026-11-20", "2027-02-18", "2027-02-19")


def test_an_earlier_end_takes_nothing_from_what_was_promised_about_exports_and_deletion(hers, ada, staff):
    notices.decide(given(hers, ada), "timely", by=staff)
    endings.terminate(hers, cause="mutual", service_ends=date(2026, 11, 30), by=staff, because="Both want it.")
    assert days_of(hers) == ("2026-11-30", *TABLE[1:])
    moved = last(hers, "dates.moved").facts
    assert (moved["service_ended"], moved["service_ends"]) == ("2026-12-31", "2026-11-30")


def test_where_an_end_is_set_already_our_own_notice_ends_nothing(hers, ada, staff):
    notices.decide(given(hers, ada), "timely", by=staff)
    with refused("cause", "Thursday 31 December 2026"):
        endings.terminate(hers, cause="vendor", service_ends=date(2027, 1, 31), by=staff, because="x")


def test_a_notice_changes_nothing_where_we_have_ended_the_agreement(hers, ada, staff):
    endings.terminate(hers, cause="mutual", service_ends=date(2026, 11, 30), by=staff, because="Both want it.")
    notice = given(hers, ada)
    with refused("notice", "ends on Monday 30 November 2026 already"):
        notices.decide(notice, "timely", by=staff)
    assert notices.decide(notice, "refused", by=staff, because="Agreed otherwise.").state == "refused"


def test_what_is_over_cannot_be_ended_again(fixed, staff, time_machine):
    time_machine.move_to(datetime(2027, 1, 1, 9, tzinfo=UTC), tick=False)
    with refused("service_ends", "has ended"):
        endings.terminate(fixed, cause="for_cause", service_ends=date(2027, 1, 2), by=staff, because="x")


def test_ending_needs_a_reason_a_known_cause_and_the_permission(hers, staff, charlie):
    day = date(2027, 1, 31)
    with refused("because"):
        endings.terminate(hers, cause="vendor", service_ends=day, by=staff, because="")
    with refused("cause"):
        endings.terminate(hers, cause="notice", service_ends=day, by=staff, because="x")
    with pytest.raises(PermissionDenied):
        endings.terminate(hers, cause="vendor", service_ends=day, by=charlie, because="x")
    with pytest.raises(PermissionDenied):
        endings.renew(hers, until=day, by=charlie, because="x")
    assert (days_of(hers), JournalEntry.objects.filter(agreement=hers.pk).exists()) == (None, False)


def test_renewed_before_it_expires_an_agreement_expires_a_term_later(fixed, staff):
    endings.renew(fixed, until=date(2027, 12, 31), by=staff, because="Signed for another year.")
    assert days_of(fixed) == ("2027-12-31", "2028-03-30", "2028-03-31")
    assert (fixed.term_start, fixed.term_end) == (date(2027, 1, 1), date(2027, 12, 31))
    assert letters_of(fixed)["continues", "ada"] == 1
    assert events(fixed)[-3:] == ["dates.cleared", "dates.set", "agreement.renewed"]


def test_a_renewal_withdraws_the_notice_in_force_and_cancels_what_was_scheduled(hers, ada, staff):
    notice = notices.decide(given(hers, ada), "timely", by=staff)
    endings.renew(hers, until=date(2027, 6, 30), by=staff, because="They stay.")
    notice.refresh_from_db()
    assert (notice.state, days_of(hers), hers.term_end) == ("withdrawn", None, date(2027, 6, 30))
    assert not letters_of(hers)["decision", "ada"]
    assert given(hers, ada).state == "received"


def test_nothing_is_renewed_without_an_end_after_it_or_while_a_notice_waits(hers, fixed, ada, staff, time_machine):
    with refused("until", "No end is set"):
        endings.renew(hers, until=date(2027, 12, 31), by=staff, because="x")
    with refused("until", "beyond Thursday 31 December 2026"):
        endings.renew(fixed, until=date(2026, 12, 31), by=staff, because="x")
    notice = given(fixed, ada)
    with refused("until", "waits for a decision"):
        endings.renew(fixed, until=date(2027, 12, 31), by=staff, because="x")
    notices.withdraw(notice, because="x", by=staff)
    time_machine.move_to(datetime(2027, 1, 1, 9, tzinfo=UTC), tick=False)
    with refused("until", "has ended"):
        endings.renew(fixed, until=date(2027, 12, 31), by=staff, because="x")
    assert days_of(fixed) == TABLE
