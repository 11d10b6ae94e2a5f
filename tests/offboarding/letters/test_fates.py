"""What becomes of a letter: it comes back, a person says whether it arrived, or sends it again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from offboarding import letters
from offboarding.models import Agreement, JournalEntry, Letter
from offboarding.posting import send_due
from tests.offboarding.letters.conftest import ended

Occasion, State = Letter.Occasion, Letter.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(agreement, smtp):
    """A letter that was sent."""
    (letter,) = letters.write(Occasion.DECISION, agreement, key="1")
    send_due()
    letter.refresh_from_db()
    return letter


def put(letter, state, **facts):
    Letter.objects.filter(pk=letter.pk).update(state=state, **facts)
    letter.refresh_from_db()


# It comes back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quoted", ["{id}", " {id}\n", "{bare}"])
def test_a_letter_that_came_back_is_marked_and_needs_a_person(letter, quoted):
    name = quoted.format(id=letter.message_id, bare=letter.message_id.strip("<>"))
    found = letters.bounced(name, recipient="anna@alice.example", detail="5.1.1\r\nno such user")
    assert (found.pk, found.state) == (letter.pk, State.BOUNCED)
    assert found.error == "anna@alice.example: 5.1.1 no such user"
    assert list(Letter.objects.undelivered()) == [letter]
    assert JournalEntry.objects.latest("seq").event == "letter.bounced"


def test_a_report_that_comes_twice_changes_nothing(letter):
    letters.bounced(letter.message_id, recipient="a@b.example", detail="first")
    assert letters.bounced(letter.message_id, recipient="a@b.example", detail="second").error == "a@b.example: first"
    assert JournalEntry.objects.filter(event="letter.bounced").count() == 1


@pytest.mark.parametrize("name", ["<other@elsewhere.example>", "", "<>", "'; drop table", "\x00\x00", "\ud800"])
def test_a_report_about_a_letter_that_is_not_ours_is_nobody_s(letter, name):
    assert letters.bounced(name, recipient="x", detail="y") is None
    letter.refresh_from_db()
    assert letter.state == State.SENT


# A person says what became of it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["unclear", "refused", "bounced"])
def test_a_person_who_knows_that_it_arrived_says_how(letter, staff, state):
    put(letter, state)
    settled = letters.settle(letter, by=staff, arrived=True, because="Anna told me on the phone.")
    assert (settled.state, settled.sent_at is not None) == (State.SENT, True)
    entry = JournalEntry.objects.latest("seq")
    assert (entry.event, entry.reason, entry.facts["outcome"]) == (
        "letter.settled", "Anna told me on the phone.", "arrived"
    )  # fmt: skip
    assert entry.actor == f"staff:{staff.pk}:sam"


def test_a_letter_that_did_not_arrive_can_then_be_sent_again(letter, staff, smtp):
    put(letter, "unclear")
    with pytest.raises(ValidationError, match="sent, refused or came back"):
        letters.resend(letter, by=staff)
    letters.settle(letter, by=staff, arrived=False, because="It is not in their mailbox.")
    fresh = letters.resend(letter, by=staff)
    assert send_due().counts == {"sent": 1}
    letter.refresh_from_db()
    assert (letter.state, len(smtp.mails)) == (State.OVERTAKEN, 2)
    assert not Letter.objects.undelivered().exists()
    assert fresh.message_id != letter.message_id


@pytest.mark.parametrize(("state", "because"), [("unclear", "  "), ("sent", "I know."), ("queued", "I know.")])
def test_without_a_reason_or_a_doubt_nothing_is_settled(letter, staff, state, because):
    put(letter, state)
    with pytest.raises(ValidationError):
        letters.settle(letter, by=staff, arrived=True, because=because)
    letter.refresh_from_db()
    assert letter.state == state


def test_without_the_permission_nobody_settles_or_sends_again(letter, charlie):
    put(letter, "unclear")
    for verb in (lambda: letters.settle(letter, by=charlie, arrived=True, because="x"),
                 lambda: letters.resend(letter, by=charlie)):  # fmt: skip
        with pytest.raises(PermissionDenied):
            verb()


# Sent again -----------------------------------------------------------------------------------------------------------


def test_a_letter_sent_again_says_the_same_word_for_word_to_the_contact_s_present_address(letter, staff, anna, smtp):
    put(letter, "bounced")
    anna.email = "anna.ek@alice.example"
    anna.save()
    fresh = letters.resend(letter, by=staff)
    assert (fresh.address, fresh.text, fresh.subject) == ("anna.ek@alice.example", letter.text, letter.subject)
    send_due()
    assert len(smtp.mails_to("anna.ek@alice.example")) == 1
    assert JournalEntry.objects.get(event="letter.resent").facts["new_letter"] == fresh.pk


def test_a_letter_that_was_sent_can_be_sent_again_as_often_as_asked(letter, staff):
    keys = {letters.resend(letter, by=staff).key for _time in range(3)}
    assert len(keys) == 3
    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_a_warning_sent_again_counts_the_days_anew(agreement, anna, staff, smtp, time_machine):
    anna.language = "en"
    anna.save()
    time_machine.move_to(datetime(2027, 3, 25, 12, tzinfo=UTC), tick=False)
    (warning,) = letters.write(Occasion.WARNING_7, agreement, key="2027-04-01")
    put(warning, "refused")
    time_machine.move_to(datetime(2027, 3, 28, 12, tzinfo=UTC), tick=False)
    assert "There are 4 days left" in " ".join(letters.resend(warning, by=staff).text.split())


def test_a_warning_about_a_day_that_has_moved_is_not_sent_again(agreement, staff):
    (warning,) = letters.write(Occasion.WARNING_7, agreement, key="2027-04-01")
    put(warning, "refused")
    Agreement.objects.filter(pk=agreement.pk).update(delete_from="2027-05-01")
    with pytest.raises(ValidationError, match="no longer so"):
        letters.resend(warning, by=staff)


def test_a_decision_whose_dates_have_moved_is_not_sent_again(letter, agreement, staff):
    assert letters.resend(letter, by=staff)
    ended(agreement, export_until=date(2027, 5, 31))
    with pytest.raises(ValidationError, match="no longer so"):
        letters.resend(letter, by=staff)


def test_nobody_is_written_to_again_who_is_no_contact_any_more(letter, staff, anna):
    anna.ended_at = timezone.now()
    anna.save()
    with pytest.raises(ValidationError, match="no contact any more"):
        letters.resend(letter, by=staff)
