"""Letters beside the verbs of a case: what a notice, its withdrawal and a hold make of the outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from offboarding import clock, notices, withdrawals
from offboarding.actors import Actor
from offboarding.models import Letter, StoredMessage
from offboarding.posting import send_due
from offboarding.reminders import write_due
from tests.offboarding.letters.conftest import agreement_of

Occasion, State = Letter.Occasion, Letter.State
pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 5, 11, tzinfo=UTC)


@pytest.fixture
def open_agreement(alice, anna, time_machine):
    """Nobody has given notice yet; Anna may."""
    time_machine.move_to(NOON, tick=False)
    anna.may_give_notice = True
    anna.save()
    return agreement_of(alice, "A-2026")


def receive(agreement, contact, **facts):
    return notices.receive(
        agreement, channel="email", received_at=timezone.now(), actor=Actor.machine("fetch_notices"),
        contact=contact, sender=contact.email, **facts,
    )  # fmt: skip


def states():
    return [(str(o), str(s)) for o, s in Letter.objects.order_by("pk").values_list("occasion", "state")]


def test_a_withdrawn_notice_is_told_and_nothing_that_was_planned_goes_out(smtp, open_agreement, anna, staff):
    notice = receive(open_agreement, anna)
    notices.decide(notice, "timely", by=staff)
    withdrawals.withdraw(notice, because="We stay.", by=staff)
    send_due()
    assert states() == [("acknowledgement", "sent"), ("decision", "cancelled"), ("continues", "sent")]
    assert len(smtp.mails) == 2
    for day in range(400):
        assert write_due(clock.today() + timedelta(days=day)).written == 0


def test_the_whole_way_from_notice_to_the_last_warning(smtp, open_agreement, anna, staff, time_machine):
    notices.decide(receive(open_agreement, anna), "timely", by=staff)
    day = NOON
    while day < datetime(2027, 4, 2, tzinfo=UTC):
        time_machine.move_to(day, tick=False)
        write_due(clock.today())
        send_due()
        day += timedelta(days=1)
    assert states() == [
        (occasion, "sent")
        for occasion in ("acknowledgement", "decision", "window_open", "warning_30", "warning_7", "warning_1")
    ]
    subjects = [mail.parsed["Subject"] for mail in smtp.mails]
    assert len(subjects) == 6
    assert all(subject.startswith(f"[{open_agreement.reference}] ") for subject in subjects)


def test_an_acknowledgement_answers_the_mail_that_came(smtp, open_agreement, anna, john):
    message = StoredMessage.objects.create(
        sha256="0" * 64, storage_name="messages/00/0.eml", bytes=1, source="mailbox", message_id="<abc@alice.example>",
        sender="Anna Ek <anna@alice.example>", received_at=timezone.now(), stored_at=timezone.now(), state="matched",
    )  # fmt: skip
    receive(open_agreement, anna, message=message)
    send_due()
    (to_anna,), (to_john,) = smtp.mails_to("anna@alice.example"), smtp.mails_to("john@alice.example")
    assert (to_anna.parsed["In-Reply-To"], to_anna.parsed["Auto-Submitted"]) == ("<abc@alice.example>", "auto-replied")
    assert (to_john.parsed["In-Reply-To"], to_john.parsed["Auto-Submitted"]) == (None, "auto-generated")


@pytest.mark.parametrize("name", ["<a\r\nBcc: x@y.example>", "<ü@x>", "<a b@c>", "", "<" + "x" * 950 + ">"])
def test_a_strange_message_id_is_not_answered_to(smtp, open_agreement, anna, name):
    message = StoredMessage.objects.create(
        sha256="0" * 64, storage_name="messages/00/0.eml", bytes=1, source="mailbox", message_id=name,
        sender="anna@alice.example", received_at=timezone.now(), stored_at=timezone.now(), state="matched",
    )  # fmt: skip
    receive(open_agreement, anna, message=message)
    assert send_due().counts == {"sent": 1}
    assert smtp.mails[0].parsed["In-Reply-To"] is None
    assert smtp.mails[0].parsed["Bcc"] is None
