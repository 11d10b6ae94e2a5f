"""What needs a person: each reason by its own record, the neighbour never, a page of agreements in one query."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from offboarding.models import Agreement, Contact, Letter, StoredMessage, TerminationNotice, Waiver
from offboarding.reasons import Reason, reasons_by_agreement, reasons_of

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TERM = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}


@pytest.fixture
def hers(alice):
    return Agreement.objects.create(customer=alice, number="A-1", **TERM)


@pytest.fixture(autouse=True)
def his(bob):
    """Bob's agreement, about which nothing ever waits here."""
    return Agreement.objects.create(customer=bob, number="B-1", **TERM)


def notice(agreement, **changes):
    values = {"channel": "email", "received_at": NOW, "received_by": "contact:1", "recorded_at": NOW}
    return TerminationNotice.objects.create(agreement=agreement, **values | changes)


def message(number=1, **changes):
    values = {"storage_name": "m", "bytes": 1, "source": "mailbox", "received_at": NOW, "stored_at": NOW}
    return StoredMessage.objects.create(sha256=f"{number:064}", **values | {"state": "problem"} | changes)


def letter(customer, **changes):
    values = {"address": "a@alice.example", "language": "sv", "occasion": "decision", "written_at": NOW, "due_at": NOW}
    return Letter.objects.create(customer=customer, key=str(changes), message_id=str(changes), **values | changes)


def waiver(agreement, staff, **changes):
    asked_by = Contact.objects.create(customer=agreement.customer, name="Ada", email="ada@alice.example")
    return Waiver.objects.create(
        agreement=agreement, delete_from=date(2027, 1, 1), asked_by=asked_by, document=message(9, state="matched"),
        because="asked", recorded_by=staff, recorded_at=NOW, **changes,
    )  # fmt: skip


def waiting():
    return list(Agreement.objects.needing_a_person())


def test_an_undecided_notice_waits(hers):
    notice(hers)
    assert (waiting(), reasons_of(hers)) == ([hers], [Reason.NOTICE])


def test_an_agreement_that_ends_with_nobody_to_write_to_waits(hers):
    assert waiting() == []
    dates = {"service_ends": date(2026, 12, 31), "export_until": date(2027, 3, 31), "delete_from": date(2027, 4, 1)}
    Agreement.objects.filter(pk=hers.pk).update(ending="notice", **dates)
    assert (waiting(), reasons_of(hers)) == ([hers], [Reason.NOBODY])
    Contact.objects.create(customer=hers.customer, name="Ada", email="ada@alice.example", ended_at=NOW)
    assert waiting() == [hers]
    Contact.objects.update(ended_at=None)
    assert (waiting(), reasons_of(hers)) == ([], [])


def test_an_open_objection_waits_and_a_settled_one_does_not(hers, staff):
    decided = {"state": "accepted", "decision": "timely", "decided_by": staff, "decided_at": NOW, "objected_at": NOW}
    objected = notice(hers, **decided)
    assert (waiting(), reasons_of(hers)) == ([hers], [Reason.OBJECTION])
    objected.objection_settled_at = NOW
    objected.save()
    assert (waiting(), reasons_of(hers)) == ([], [])


def test_an_open_waiver_waits(hers, staff):
    waiver(hers, staff)
    assert (waiting(), reasons_of(hers)) == ([hers], [Reason.WAIVER])


@pytest.mark.parametrize("state", ["refused", "bounced", "unclear"])
def test_a_letter_that_did_not_arrive_waits(hers, state):
    letter(hers.customer, agreement=hers, state=state)
    assert (waiting(), reasons_of(hers)) == ([hers], [Reason.LETTER])


def test_a_letter_to_a_customer_is_about_each_agreement_of_that_customer(hers):
    second = Agreement.objects.create(customer=hers.customer, number="A-2", **TERM)
    letter(hers.customer, state="bounced")
    assert {found.pk for found in waiting()} == {hers.pk, second.pk}
    assert reasons_by_agreement([hers, second]) == {hers.pk: [Reason.LETTER], second.pk: [Reason.LETTER]}


@pytest.mark.parametrize("about", ["agreement", "customer"])
def test_a_message_that_could_not_be_taken_in_waits(hers, about):
    message(**({"agreement": hers, "customer": hers.customer} if about == "agreement" else {"customer": hers.customer}))
    assert (waiting(), reasons_of(hers)) == ([hers], [Reason.MESSAGE])


def test_what_is_done_or_on_its_way_waits_for_nobody(hers, staff):
    notice(hers, state="withdrawn")
    waiver(hers, staff, state="rejected")
    letter(hers.customer, agreement=hers, state="queued")
    message(2, agreement=hers, state="matched")
    message(3, state="problem")
    assert (waiting(), reasons_of(hers)) == ([], [])


def test_several_reasons_stand_with_the_most_urgent_first(hers):
    message(agreement=hers)
    letter(hers.customer, agreement=hers, state="refused")
    notice(hers)
    assert reasons_of(hers) == [Reason.NOTICE, Reason.LETTER, Reason.MESSAGE]


def test_a_page_of_agreements_is_asked_about_in_one_query(hers, his, django_assert_num_queries):
    notice(hers)
    with django_assert_num_queries(1):
        assert reasons_by_agreement([hers, his]) == {hers.pk: [Reason.NOTICE], his.pk: []}
    with django_assert_num_queries(0):
        assert reasons_by_agreement([]) == {}
