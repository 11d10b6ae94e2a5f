"""People who act for a customer are added, changed, ended and taken back; the journal knows, without their names."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from offboarding import contacts, notices
from offboarding.models import JournalEntry
from tests.offboarding.case.telling import given, letters_of, refused


def entries_of(customer):
    return list(JournalEntry.objects.filter(customer=customer.pk, agreement=None).order_by("seq"))


def test_a_contact_is_added_with_an_address_in_small_letters_and_no_name_in_the_journal(alice, staff):
    new = contacts.add(alice, by=staff, name="Åsa", email=" Asa@Alice.Example ", may_give_notice=True, language="sv")
    assert (new.email, new.language, new.may_request) == ("asa@alice.example", "sv", False)
    (entry,) = entries_of(alice)
    assert (entry.event, entry.facts) == (
        "contact.added",
        {"contact": new.pk, "rights": ["may_see", "may_give_notice"]},
    )


def test_an_address_serves_one_contact_of_a_customer_and_may_serve_another_customers_too(alice, ada, bo, staff):
    with refused("email", "Another contact"):
        contacts.add(alice, by=staff, name="Ada again", email=ada.email.upper())
    assert contacts.add(alice, by=staff, name="Bo", email=bo.email).customer == alice


def test_what_changed_is_written_down_and_nothing_where_nothing_did(alice, eva, staff):
    contacts.change(eva, by=staff, name=eva.name)
    assert entries_of(alice) == []
    changed = contacts.change(eva, by=staff, name="Eva Ek", may_request=True)
    assert (changed.name, changed.may_request) == ("Eva Ek", True)
    (entry,) = entries_of(alice)
    assert entry.facts == {"contact": eva.pk, "changed": ["name", "may_request"], "rights": ["may_see", "may_request"]}


def test_who_has_left_gets_no_letters_and_gives_no_notice_until_taken_back(hers, ada, staff):
    with refused("because"):
        contacts.end(ada, by=staff, because="")
    contacts.end(ada, by=staff, because="Changed schools.")
    notice = given(hers, ada)
    ada.refresh_from_db()
    assert letters_of(hers) == {("acknowledgement", "eva"): 1}
    with pytest.raises(PermissionDenied):
        notices.withdraw(notice, because="x", contact=ada)
    with refused("email", "take that one back"):
        contacts.add(hers.customer, by=staff, name="Ada", email=ada.email)
    with refused("contact"):
        contacts.change(ada, by=staff, name="x")
    assert contacts.take_back(ada, by=staff, because="She is here again.").ended_at is None
    assert [entry.event for entry in entries_of(hers.customer)] == ["contact.ended", "contact.added"]


def test_an_address_that_is_none_and_a_field_that_is_none_are_refused(alice, eva, staff):
    with refused("email"):
        contacts.add(alice, by=staff, name="x", email="not an address")
    with refused("name"):
        contacts.change(eva, by=staff, name="")
    with pytest.raises(ValueError, match="may_fly"):
        contacts.change(eva, by=staff, may_fly=True)


def test_contacts_need_the_permissions(alice, eva, charlie):
    for verb in (
        lambda: contacts.add(alice, by=charlie, name="x", email="x@y.example"),
        lambda: contacts.change(eva, by=charlie, name="x"),
        lambda: contacts.end(eva, by=charlie, because="x"),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert entries_of(alice) == []
