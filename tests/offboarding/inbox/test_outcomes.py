"""What a mail gets: a notice, a link to an earlier one, or the queue for a person with the reason."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from offboarding.models import JournalEntry, Letter, StoredMessage, TerminationNotice
from tests.offboarding.inbox.conftest import NOTICES, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cases(agreement, neighbour):
    yield
    assert not neighbour.notices.exists()
    assert not neighbour.messages.exists()


def test_a_notice_of_a_contact_with_the_right_needs_nobody_and_is_acknowledged(take_in, agreement):
    message = take_in(written())
    notice = agreement.notices.get()
    assert (message.state, message.customer, message.agreement) == ("matched", agreement.customer, agreement)
    assert (notice.state, notice.needs, notice.received_at) == ("received", [], message.received_at)
    assert set(Letter.objects.values_list("occasion", flat=True)) == {"acknowledgement"}
    events = list(JournalEntry.objects.order_by("seq").values_list("event", flat=True))
    assert {"notice.received", "message.stored"} <= set(events)


def test_a_notice_of_a_contact_without_the_right_waits_for_somebody_to_vouch(take_in, agreement):
    take_in(written(sender="axel@alice.example"))
    assert agreement.notices.get().needs == ["sender_no_right"]


def test_a_notice_of_a_stranger_with_the_reference_waits_and_the_stranger_hears_nothing(take_in, agreement):
    take_in(written(sender="eve@elsewhere.example", to=f"notices+{agreement.reference}@vendor.example"))
    assert agreement.notices.get().needs == ["sender_unknown"]
    assert not Letter.objects.filter(address__contains="elsewhere").exists()


def test_a_stranger_without_a_reference_waits_in_the_queue_and_gets_no_answer(take_in):
    message = take_in(written(sender="eve@elsewhere.example"))
    assert (message.state, message.problems) == ("problem", ["unmatched", "nobody"])
    assert not TerminationNotice.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("Auto-Submitted: auto-replied\n", "auto_reply"),
        ("X-Spam-Flag: YES\n", "spam"),
        ("Authentication-Results: mx.example; dmarc=fail\n", "forged"),
        ("Return-Path: <>\n", "bounced"),
    ],
)
def test_what_no_person_wrote_waits_attached_to_its_case_and_is_not_answered(take_in, agreement, more, reason):
    message = take_in(written(more=more))
    assert message.state == "problem"
    assert reason in message.problems
    assert message.agreement == agreement
    assert not agreement.notices.exists()
    assert not Letter.objects.exists()


def test_the_same_bytes_twice_are_one_message_one_notice_and_one_acknowledgement(take_in, agreement):
    first, again = take_in(written()), take_in(written())
    assert first == again
    assert (StoredMessage.objects.count(), agreement.notices.count()) == (1, 1)
    assert Letter.objects.values("address").distinct().count() == Letter.objects.count()


def test_the_same_mail_by_another_way_is_linked_to_the_first_and_makes_no_second_notice(take_in, agreement):
    first = take_in(written())
    letters = Letter.objects.count()
    other = take_in(written(more="Received: from elsewhere by here\n"))
    assert (other.state, other.duplicate_of, other.agreement) == ("matched", first, agreement)
    assert (agreement.notices.count(), Letter.objects.count()) == (1, letters)
    third = take_in(written(more="Received: from yet another\n"))
    assert third.duplicate_of == first


@pytest.mark.parametrize(
    "other",
    [{"text": "We do not terminate."}, {"sender": "bo@bob.example"}, {"subject": "Something else"}],
    ids=["text", "sender", "subject"],
)
def test_a_message_id_that_comes_again_with_something_else_waits_for_a_person(take_in, agreement, other):
    take_in(written())
    message = take_in(written(**other))
    assert message.state == "problem"
    assert message.problems[0] == "reused_message_id"
    assert agreement.notices.count() == 1
    StoredMessage.objects.filter(pk=message.pk).update(agreement=None, customer=None)


def test_the_same_words_sent_again_are_a_duplicate_notice(take_in, agreement):
    first = take_in(written())
    again = take_in(written(number="2"))
    assert (again.state, again.duplicate_of) == ("matched", first)
    assert again.notice.state == "duplicate"
    assert again.notice.duplicate_of == first.notice


def test_the_same_words_through_a_list_are_only_linked_and_nobody_is_answered(take_in, agreement):
    first = take_in(written())
    letters = Letter.objects.count()
    again = take_in(written(number="2", more="List-Id: <staff.alice.example>\nPrecedence: list\n"))
    assert (again.duplicate_of, agreement.notices.count(), Letter.objects.count()) == (first, 1, letters)


@pytest.mark.parametrize("text", ["Thanks!", "We take our notice back.", "When can we fetch our data?"])
def test_anything_else_in_a_case_with_a_notice_is_for_a_person_to_read(take_in, agreement, text):
    take_in(written())
    message = take_in(written(text, number="2", subject="Re: Termination"))
    assert (message.state, message.problems, message.agreement) == ("problem", ["reply_in_case"], agreement)
    assert agreement.notices.count() == 1


def test_an_answer_to_a_letter_of_ours_is_never_taken_for_a_notice(take_in, agreement):
    message = take_in(written("Thanks!", more=f"In-Reply-To: <1.{agreement.reference}@vendor.example>\n"))
    assert (message.state, message.problems) == ("problem", ["reply_in_case"])
    assert not agreement.notices.exists()


def test_an_agreement_whose_data_is_gone_makes_a_message_wait(take_in, agreement):
    today = timezone.now().date()
    agreement.ending, agreement.erased_at = "mutual", timezone.now()
    agreement.service_ends, agreement.export_until = today - timedelta(200), today - timedelta(100)
    agreement.delete_from = today - timedelta(99)
    agreement.save()
    message = take_in(written())
    assert (message.state, message.problems) == ("problem", ["unmatched", "none_live"])


def test_a_clock_of_the_mail_server_that_is_ahead_makes_no_receipt_in_the_future(take_in, agreement):
    before = timezone.now()
    message = take_in(written(), received_at=before + timedelta(hours=1))
    assert before <= message.received_at <= timezone.now()
    assert agreement.notices.get().received_at == message.received_at


def test_receipt_counts_and_a_date_that_differs_is_only_noted(take_in, agreement):
    arrived = timezone.now() - timedelta(days=30)
    message = take_in(written(), received_at=arrived)
    assert (message.state, message.problems) == ("matched", ["future_date"])
    assert agreement.notices.get().received_at == arrived


def test_a_mail_that_is_too_large_is_kept_whole_and_only_its_headers_are_read(take_in, agreement, settings, ground):
    settings.INBOX_MAX_BYTES = 64 * 1024
    raw = written("x" * 100_000)
    message = take_in(raw)
    assert (message.state, message.problems) == ("problem", ["too_large"])
    assert (message.subject, message.agreement, message.bytes) == ("Termination", agreement, len(raw))
    assert (ground / message.storage_name).read_bytes() == raw


def test_our_own_address_with_another_vendors_tag_is_nobodys(take_in):
    message = take_in(written(sender="eve@elsewhere.example", to=f"{NOTICES}, notices+R-0000-0000@vendor.example"))
    assert message.problems == ["unmatched", "nobody"]


def test_a_message_id_of_very_many_bytes_is_stored_as_far_as_an_index_takes_it(take_in, agreement):
    number = "".join(chr(random.Random(7).choice(range(0x1F300, 0x1FAFF)) + step % 7) for step in range(900))
    first = take_in(written(number=number))
    assert len(first.message_id.encode()) <= 998
    assert take_in(written(number=number, more="Received: elsewhere\n")).duplicate_of == first
