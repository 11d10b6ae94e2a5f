"""The time for exports grows; a waiver makes it shorter only with the customer's signature and two people."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from offboarding import cases, endings, notices, windows
from offboarding.actors import Actor
from offboarding.models import StoredMessage, Waiver
from tests.offboarding.case.telling import days_of, events, given, last, letters_of, refused

TABLE = ("2026-12-31", "2027-03-31", "2027-04-01")
EARLIER = date(2027, 1, 15)


@pytest.fixture
def document(fixed):
    """What the customer signed."""
    now = timezone.now()
    return StoredMessage.objects.create(
        sha256="a" * 64, storage_name="messages/aa/a.pdf", bytes=1, source="upload", received_at=now, stored_at=now,
        state="matched", agreement=fixed, customer=fixed.customer,
    )  # fmt: skip


@pytest.fixture
def waiver(fixed, ada, staff, document):
    return windows.record_waiver(
        fixed, delete_from=EARLIER, asked_by=ada, document=document, by=staff, because="They have all they need."
    )


def test_an_extension_moves_deletion_along_and_tells_all_contacts(fixed, staff):
    windows.extend(fixed, until=date(2027, 4, 30), by=staff, because="Their IT is on leave.")
    assert days_of(fixed) == ("2026-12-31", "2027-04-30", "2027-05-01")
    assert letters_of(fixed) == {("dates_changed", "ada"): 1}
    assert events(fixed)[-2:] == ["dates.moved", "window.extended"]
    assert last(fixed, "window.extended").facts["export_was_until"] == "2027-03-31"


def test_an_extension_is_later_has_a_reason_and_needs_an_end_and_the_permission(hers, fixed, staff, charlie):
    for day in (date(2027, 3, 31), date(2027, 3, 1)):
        with refused("until", "Dates only move later"):
            windows.extend(fixed, until=day, by=staff, because="x")
    with refused("because"):
        windows.extend(fixed, until=date(2027, 4, 30), by=staff, because="")
    with refused("until", "No end is set"):
        windows.extend(hers, until=date(2027, 4, 30), by=staff, because="x")
    with pytest.raises(PermissionDenied):
        windows.extend(fixed, until=date(2027, 4, 30), by=charlie, because="x")
    assert days_of(fixed) == TABLE


def test_an_extension_outlives_a_notice_that_is_decided_later(fixed, ada, staff):
    windows.extend(fixed, until=date(2027, 4, 30), by=staff, because="x")
    notices.decide(given(fixed, ada), "timely", by=staff)
    assert days_of(fixed) == ("2026-12-31", "2027-04-30", "2027-05-01")


def test_a_waiver_moves_nothing_until_the_second_of_two_people_approves_it(fixed, waiver, staff, lea):
    assert days_of(fixed) == TABLE
    windows.approve_waiver(waiver, by=staff)
    assert days_of(fixed) == TABLE
    with refused("waiver", "a second person"):
        windows.approve_waiver(waiver, by=staff)
    approved = windows.approve_waiver(waiver, by=lea)
    assert (approved.state, approved.first_approved_by, approved.second_approved_by) == ("approved", staff, lea)
    assert days_of(fixed) == ("2026-12-31", "2027-01-14", "2027-01-15")
    assert letters_of(fixed) == {("dates_changed", "ada"): 1}
    assert events(fixed)[-4:] == ["waiver.recorded", "waiver.approved_first", "dates.moved", "waiver.approved"]


def test_a_waiver_that_counts_is_kept_when_the_dates_are_counted_again_until_an_extension(fixed, waiver, staff, lea):
    windows.approve_waiver(waiver, by=staff)
    windows.approve_waiver(waiver, by=lea)
    fixed.refresh_from_db()
    fixed.export_window_days = 100
    fixed.save()
    endings.register(fixed, by=staff)
    assert days_of(fixed)[2] == "2027-01-15"
    windows.extend(fixed, until=date(2027, 5, 1), by=staff, because="They need more after all.")
    assert days_of(fixed) == ("2026-12-31", "2027-05-01", "2027-05-02")


def test_nothing_is_approved_while_the_data_is_on_hold(fixed, waiver, staff):
    cases.place_hold(fixed, actor=Actor.machine("x"), because="A lawsuit.", tell=False)
    with refused("waiver", "on hold"):
        windows.approve_waiver(waiver, by=staff)


def test_nothing_is_approved_while_an_objection_is_open(fixed, waiver, ada, staff):
    notices.object_to(given(fixed, ada), text="Not we.", contact=ada)
    with refused("waiver", "objection"):
        windows.approve_waiver(waiver, by=staff)


def test_a_day_that_has_come_is_not_approved_any_more(fixed, waiver, staff, time_machine):
    time_machine.move_to(datetime(2027, 1, 15, 9, tzinfo=UTC), tick=False)
    with refused("delete_from", "still to come"):
        windows.approve_waiver(waiver, by=staff)


def test_a_rejected_waiver_changes_nothing_and_another_can_be_recorded(fixed, waiver, ada, document, staff, lea):
    signed = {"asked_by": ada, "document": document, "by": staff, "because": "x"}
    with refused("agreement", "waits for approval already"):
        windows.record_waiver(fixed, delete_from=EARLIER, **signed)
    with refused("because"):
        windows.reject_waiver(waiver, by=lea, because="")
    assert windows.reject_waiver(waiver, by=lea, because="Not her signature.").state == "rejected"
    with refused("waiver", "any more"):
        windows.approve_waiver(waiver, by=lea)
    assert windows.record_waiver(fixed, delete_from=EARLIER, **signed).state == "open"
    assert days_of(fixed) == TABLE


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2027, 4, 1), date(2026, 11, 1)])
def test_a_waiver_lies_after_the_service_and_before_the_promised_day(fixed, ada, staff, document, day):
    with refused("delete_from"):
        windows.record_waiver(fixed, delete_from=day, asked_by=ada, document=document, by=staff, because="x")


def test_only_a_contact_who_may_confirm_signs_for_the_customer(hers, fixed, eva, bo, staff, document):
    for who, says in ((eva, "may not confirm"), (bo, "no contact of this customer")):
        with refused("asked_by", says):
            windows.record_waiver(fixed, delete_from=EARLIER, asked_by=who, document=document, by=staff, because="x")


def test_a_document_of_another_case_proves_nothing(fixed, his, ada, staff, document):
    StoredMessage.objects.update(agreement=his, customer=his.customer)
    document.refresh_from_db()
    with refused("document", "another case"):
        windows.record_waiver(fixed, delete_from=EARLIER, asked_by=ada, document=document, by=staff, because="x")


def test_approving_and_recording_need_their_permissions(fixed, waiver, ada, document, charlie, permit):
    with pytest.raises(PermissionDenied):
        windows.approve_waiver(waiver, by=permit(charlie, "record_waiver"))
    with pytest.raises(PermissionDenied):
        windows.reject_waiver(waiver, by=charlie, because="x")


def test_a_withdrawal_leaves_no_waiver_behind_that_could_be_approved_later(fixed, waiver, ada, staff):
    notice = notices.decide(given(fixed, ada), "timely", by=staff)
    notices.withdraw(notice, because="We stay.", contact=ada)
    waiver.refresh_from_db()
    assert (waiver.state, Waiver.objects.filter(state="open").count()) == ("rejected", 0)
    assert last(fixed, "waiver.rejected").reason == "We stay."
