"""What is due goes out through a real mail server; its answers stand in the outbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from offboarding import letters
from offboarding.models import JournalEntry, Letter
from offboarding.posting import DEAD_AFTER, PAUSES, send_due

Occasion, State = Letter.Occasion, Letter.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(agreement):
    """One letter to Anna that waits."""
    return letters.write(Occasion.DECISION, agreement, key="1")[0]


def state_of(letter):
    letter.refresh_from_db()
    return letter.state


def events():
    return list(JournalEntry.objects.order_by("seq").values_list("event", flat=True))


def test_a_letter_goes_out_once_and_the_outbox_and_the_journal_say_when(smtp, letter):
    assert send_due().counts == {"sent": 1}
    assert send_due().counts == {}
    (mail,) = smtp.mails
    assert mail.recipients == ("anna@alice.example",)
    assert (state_of(letter), letter.attempts) == (State.SENT, 1)
    assert letter.sent_at is not None
    assert events() == ["letter.written", "letter.sent"]


def test_many_letters_share_one_connection(smtp, agreement, john):
    for number in range(20):
        letters.write(Occasion.DECISION, agreement, key=str(number))
    assert send_due().counts == {"sent": 40}
    assert len(smtp.mails) == 40


def test_a_letter_that_is_due_later_waits(smtp, letter):
    Letter.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert send_due().counts == {}
    assert send_due(timezone.now() + timedelta(hours=2)).counts == {"sent": 1}


def test_a_refused_recipient_is_recorded_and_the_others_get_theirs(smtp, agreement, john):
    smtp.refuse("anna@alice.example")
    to_anna, to_john = letters.write(Occasion.DECISION, agreement, key="1")
    assert send_due().counts == {"refused": 1, "sent": 1}
    assert (state_of(to_anna), state_of(to_john)) == (State.REFUSED, State.SENT)
    assert to_anna.error.startswith("550 ")
    assert JournalEntry.objects.get(event="letter.refused").facts["status"] == "550"
    assert list(Letter.objects.undelivered()) == [to_anna]


def test_a_server_that_asks_to_wait_gets_the_letter_later(smtp, letter):
    smtp.refuse("anna@alice.example", 450)
    assert send_due().counts == {"queued": 1}
    assert (state_of(letter), letter.error[:3]) == (State.QUEUED, "450")
    assert letter.due_at > timezone.now() + timedelta(minutes=4)
    smtp.heal()
    assert send_due().counts == {}
    assert send_due(timezone.now() + timedelta(minutes=6)).counts == {"sent": 1}
    assert (state_of(letter), letter.error, len(smtp.mails)) == (State.SENT, "", 1)


def test_an_error_after_the_mail_counts_as_the_server_says(smtp, letter):
    smtp.answer(451, times=1)
    assert send_due().counts == {"queued": 1}
    smtp.answer(554)
    assert send_due(timezone.now() + timedelta(minutes=6)).counts == {"refused": 1}
    assert (state_of(letter), letter.error[:3], smtp.mails) == (State.REFUSED, "554", [])


def test_patience_ends_after_some_days_and_a_person_sees_it(smtp, letter):
    smtp.answer(451)
    moment = timezone.now()
    for pause in PAUSES:
        assert send_due(moment).counts == {"queued": 1}
        moment += pause + timedelta(seconds=1)
    assert send_due(moment).counts == {"refused": 1}
    assert sum(PAUSES, timedelta()) > timedelta(days=3)
    assert state_of(letter) == State.REFUSED


@pytest.mark.parametrize("kept", [True, False])
def test_a_line_that_breaks_after_the_mail_is_unclear_and_never_tried_again(smtp, letter, kept):
    smtp.drop(kept=kept, times=1)
    assert send_due().counts == {"unclear": 1}
    assert send_due(timezone.now() + timedelta(days=30)).counts == {}
    assert (state_of(letter), len(smtp.mails)) == (State.UNCLEAR, int(kept))
    assert events()[-1] == "letter.unclear"


def test_after_a_broken_line_the_next_letter_goes_out_over_a_new_one(smtp, agreement, john):
    smtp.drop(kept=False, times=1)
    letters.write(Occasion.DECISION, agreement, key="1")
    assert send_due().counts == {"unclear": 1, "sent": 1}


def test_without_a_server_one_letter_waits_and_the_others_are_not_even_tried(smtp, agreement, john, settings):
    settings.EMAIL_PORT = 1
    letters.write(Occasion.DECISION, agreement, key="1")
    sent = send_due()
    assert (sent.counts, "refused" in sent.trouble) == ({"queued": 1}, True)
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 1]
    with pytest.raises(CommandError, match="the mail server"):
        call_command("send_reminders")


def test_what_a_dead_process_left_is_unclear_after_ten_minutes(smtp, letter):
    Letter.objects.update(state=State.SENDING, attempts=1, tried_at=timezone.now() - DEAD_AFTER / 2)
    assert send_due().counts == {}
    Letter.objects.update(tried_at=timezone.now() - DEAD_AFTER - timedelta(seconds=1))
    assert send_due().counts == {"unclear": 1}
    assert (state_of(letter), smtp.mails) == (State.UNCLEAR, [])
    assert "died" in letter.error


def test_a_cancelled_letter_is_not_sent(smtp, agreement, letter):
    assert letters.cancel_scheduled(agreement, because="The notice is withdrawn.") == 1
    assert send_due().counts == {}
    assert (state_of(letter), smtp.mails) == (State.CANCELLED, [])
    entry = JournalEntry.objects.get(event="letter.cancelled")
    assert (entry.reason, entry.facts["count"]) == ("The notice is withdrawn.", 1)


def test_what_was_cancelled_can_become_due_again(smtp, agreement, letter):
    letters.cancel_scheduled(agreement, because="Withdrawn.")
    (again,) = letters.write(Occasion.DECISION, agreement, key="1")
    assert again.pk != letter.pk
    assert send_due().counts == {"sent": 1}


def test_an_acknowledgement_is_not_cancelled_because_a_notice_did_come(agreement):
    letters.write(Occasion.ACKNOWLEDGEMENT, agreement, key="1")
    assert letters.cancel_scheduled(agreement, because="Withdrawn.") == 0


def test_a_certificate_travels_along_and_one_that_is_missing_stops_the_letter(smtp, agreement):
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    name = storages["evidence"].save("certificates/alice.pdf", ContentFile(b"%PDF-1.7 signed"))
    letters.write(Occasion.DELETED, agreement, key="1", context={"enclosure": name})
    letters.write(Occasion.DELETED, agreement, key="2", context={"enclosure": "certificates/none.pdf"})
    assert send_due().counts == {"sent": 1, "refused": 1}
    (mail,) = smtp.mails
    (enclosed,) = mail.parsed.iter_attachments()
    assert (enclosed.get_content_type(), enclosed.get_content()) == ("application/pdf", b"%PDF-1.7 signed")
    assert "FileNotFoundError" in Letter.objects.get(state=State.REFUSED).error
