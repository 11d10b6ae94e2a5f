"""A letter is written once to each recipient, in their language, in the transaction of what it tells."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from offboarding import letters
from offboarding.models import Contact, JournalEntry, Letter

Occasion = Letter.Occasion
pytestmark = pytest.mark.django_db


def events():
    return list(JournalEntry.objects.order_by("seq").values_list("event", flat=True))


def test_every_active_contact_gets_a_letter_in_their_own_language(agreement, john):
    written = letters.write(Occasion.WINDOW_OPEN, agreement, key="1")
    assert {letter.address: letter.language for letter in written} == {
        "anna@alice.example": "sv", "john@alice.example": "en"
    }  # fmt: skip
    assert events() == ["letter.written", "letter.written"]


def test_writing_twice_writes_once(agreement):
    first = letters.write(Occasion.WINDOW_OPEN, agreement, key="1")
    assert letters.write(Occasion.WINDOW_OPEN, agreement, key="1") == first
    assert len(letters.write(Occasion.WINDOW_OPEN, agreement, key="2")) == 1
    assert Letter.objects.count() == 2
    assert events() == ["letter.written", "letter.written"]


def test_an_address_that_stands_twice_gets_one_letter(agreement, anna):
    (letter,) = letters.write(
        Occasion.ACKNOWLEDGEMENT, agreement, to=[anna, anna], addresses=["Anna@Alice.example"], key="1"
    )
    assert letter.contact == anna


def test_a_stranger_s_address_is_written_to_in_the_customer_s_language(agreement):
    (letter,) = letters.write(
        Occasion.ACKNOWLEDGEMENT, agreement, to=[], addresses=["stranger@elsewhere.example"], key="1"
    )
    assert (letter.language, letter.contact, letter.customer) == ("sv", None, agreement.customer)


def test_somebody_who_is_no_contact_any_more_gets_none(agreement, john, time_machine):
    from django.utils import timezone

    Contact.objects.filter(pk=john.pk).update(ended_at=timezone.now())
    assert [letter.address for letter in letters.write(Occasion.WINDOW_OPEN, agreement)] == ["anna@alice.example"]


def test_where_there_is_nobody_to_write_to_the_journal_says_so_once(agreement, anna):
    Contact.objects.filter(pk=anna.pk).update(email="no address at all")
    assert letters.write(Occasion.WINDOW_OPEN, agreement, key="1") == []
    assert letters.write(Occasion.WINDOW_OPEN, agreement, key="1") == []
    (entry,) = JournalEntry.objects.all()
    assert (entry.event, entry.agreement, entry.facts["occasion"]) == ("letter.nobody", agreement.pk, "window_open")


def test_a_verb_that_fails_has_written_nothing(agreement):
    with pytest.raises(RuntimeError), transaction.atomic():
        letters.write(Occasion.WINDOW_OPEN, agreement)
        raise RuntimeError
    assert (Letter.objects.count(), events()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_a_letter_outside_a_transaction_is_refused(agreement):
    with pytest.raises(TransactionManagementError):
        letters.write(Occasion.WINDOW_OPEN, agreement)
    assert not Letter.objects.exists()


def test_the_journal_names_ids_and_never_a_person_or_an_address(agreement, anna):
    (letter,) = letters.write(Occasion.WINDOW_OPEN, agreement)
    entry = JournalEntry.objects.get()
    assert entry.facts == {"letter": letter.pk, "occasion": "window_open", "contact": anna.pk, "language": "sv"}
    assert (entry.customer, entry.agreement) == (agreement.customer_id, agreement.pk)


def test_context_that_letters_do_not_know_is_refused_and_nothing_is_written(agreement):
    with pytest.raises(ValueError, match="no context colour"):
        letters.write(Occasion.WINDOW_OPEN, agreement, context={"colour": "red"})
    assert not Letter.objects.exists()


def test_a_neighbour_s_letters_stay_his(agreement, neighbour):
    letters.write(Occasion.WINDOW_OPEN, agreement, key="1")
    (his,) = letters.write(Occasion.WINDOW_OPEN, neighbour, key="1")
    letters.cancel_scheduled(agreement, because="The notice is withdrawn.")
    his.refresh_from_db()
    assert his.state == Letter.State.QUEUED
    assert "A-2026" not in his.text
