"""A notice comes in: receipt counts, a second one says the same, and a stranger's waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from offboarding import notices
from tests.offboarding.case.telling import MACHINE, days_of, events, given, last, letters_of, refused


def test_a_notice_waits_for_a_decision_and_all_contacts_hear_that_it_came(hers, ada):
    notice = given(hers, ada)
    assert (notice.state, notice.needs, notice.received_by) == ("received", [], "machine:fetch_notices")
    assert letters_of(hers) == {("acknowledgement", "ada"): 1, ("acknowledgement", "eva"): 1}
    assert (events(hers), days_of(hers)) == (["notice.received"], None)


def test_the_day_of_receipt_is_the_vendors_day(hers, ada, time_machine):
    time_machine.move_to(datetime(2026, 12, 2, tzinfo=UTC), tick=False)
    given(hers, ada, at=datetime(2026, 12, 1, 23, 30, tzinfo=UTC))
    assert last(hers, "notice.received").facts["received_on"] == "2026-12-02"


def test_a_second_notice_says_the_same_is_linked_and_only_its_sender_hears_of_it(hers, ada, eva):
    first = given(hers, ada)
    second = given(hers, eva)
    assert (second.state, second.duplicate_of) == ("duplicate", first)
    assert letters_of(hers) == {("acknowledgement", "ada"): 1, ("acknowledgement", "eva"): 2}
    assert last(hers, "notice.duplicate").facts["duplicate_of"] == first.pk


def test_a_notice_after_an_accepted_one_is_a_duplicate_too(hers, ada, staff):
    first = notices.decide(given(hers, ada), "timely", by=staff)
    assert given(hers, ada).duplicate_of == first


def test_a_stranger_is_told_nothing_and_the_notice_waits_until_somebody_vouches(hers, staff):
    notice = given(hers, None)
    assert notice.needs == ["sender_unknown"]
    assert letters_of(hers) == {("acknowledgement", "ada"): 1, ("acknowledgement", "eva"): 1}
    with refused("notice", "no contact of the customer"):
        notices.decide(notice, "timely", by=staff)
    with refused("because"):
        notices.vouch(notice, by=staff, because=" ")
    vouched = notices.vouch(notice, by=staff, because="Called the head of the school.")
    assert (vouched.needs, vouched.vouched_by, vouched.vouched_because) == ([], staff, "Called the head of the school.")
    assert last(hers, "notice.vouched").reason == "Called the head of the school."
    assert notices.decide(vouched, "timely", by=staff).state == "accepted"


def test_a_strangers_second_notice_is_kept_and_nobody_is_written_to_about_it(hers, ada):
    given(hers, ada)
    before = letters_of(hers)
    assert given(hers, None).state == "duplicate"
    assert letters_of(hers) == before


def test_a_contact_without_the_right_waits_for_a_person_and_so_does_one_who_left(hers, ada, eva):
    assert given(hers, eva).needs == ["sender_no_right"]
    ada.ended_at = timezone.now()
    assert given(hers, ada).needs == ["sender_no_right"]


def test_what_the_mailbox_found_odd_stands_beside_it_once(hers):
    assert given(hers, None, needs=["not_live", "sender_unknown"]).needs == ["not_live", "sender_unknown"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"at": datetime(2026, 11, 20, 9, 1, tzinfo=UTC)}, "received_at"),
        ({"at": datetime(2026, 11, 1, 9, 1)}, "received_at"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_what_cannot_be_is_refused_by_field(hers, ada, values, field):
    with refused(field):
        given(hers, ada, **values)
    assert not hers.notices.exists()


def test_the_neighbours_contact_cannot_give_notice_for_alice(hers, bo):
    with refused("contact", "no contact of this customer"):
        given(hers, bo)


def test_staff_records_a_letter_and_says_by_what_they_know_its_day(hers, ada, staff):
    arrived = timezone.now() - timedelta(days=3)
    with refused("because"):
        notices.record(hers, channel="letter", received_at=arrived, by=staff, because="")
    notice = notices.record(hers, channel="letter", received_at=arrived, by=staff, because="Date stamp.", contact=ada)
    assert (notice.received_by, notice.received_because) == (f"staff:{staff.pk}:sam", "Date stamp.")


def test_without_the_permission_nothing_is_recorded_vouched_for_or_corrected(hers, ada, charlie):
    with pytest.raises(PermissionDenied):
        notices.record(hers, channel="letter", received_at=timezone.now(), by=charlie, because="x")
    notice = given(hers, None)
    with pytest.raises(PermissionDenied):
        notices.vouch(notice, by=charlie, because="x")
    with pytest.raises(PermissionDenied):
        notices.correct_receipt(notice, timezone.now(), by=charlie, because="x")
    assert events(hers) == ["notice.received"]


def test_the_day_of_receipt_is_corrected_with_a_reason_until_the_decision(hers, ada, staff):
    notice, earlier = given(hers, ada), timezone.now() - timedelta(days=2)
    corrected = notices.correct_receipt(notice, earlier, by=staff, because="It lay in the spam folder.")
    assert (corrected.received_at, corrected.received_because) == (earlier, "It lay in the spam folder.")
    facts = last(hers, "notice.receipt_corrected").facts
    assert (facts["was_received_on"], facts["received_on"]) == ("2026-11-20", "2026-11-18")
    notices.decide(corrected, "timely", by=staff)
    with refused("notice", "waits for a decision"):
        notices.correct_receipt(notice, timezone.now(), by=staff, because="Too late.")


def test_nobody_vouches_for_a_notice_that_needs_it_not(hers, ada, staff):
    notice = given(hers, ada)
    with refused("notice"):
        notices.vouch(notice, by=staff, because="x")


def test_the_machine_that_received_it_stands_in_the_journal(hers, ada):
    given(hers, ada)
    assert last(hers, "notice.received").actor == str(MACHINE)
