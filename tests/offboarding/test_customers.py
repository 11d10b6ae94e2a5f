"""A customer is entered and changed with an entry in the journal; its tenant key never changes."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from offboarding import customers
from offboarding.models import Customer, JournalEntry


def test_an_entered_customer_stands_in_the_journal_without_its_name(staff, db):
    customer = customers.save(Customer(tenant_key="7", name="Alice Academy"), by=staff)
    entry = JournalEntry.objects.get()
    assert (entry.event, entry.customer, entry.facts) == ("customer.added", customer.pk, {})


def test_only_what_changes_is_written_and_told(alice, staff):
    alice.name = "Alice Academy AB"
    customers.save(alice, by=staff)
    customers.save(alice, by=staff)
    entry = JournalEntry.objects.get()
    assert (entry.event, entry.facts) == ("customer.changed", {"changed": ["name"]})
    assert Customer.objects.get().name == "Alice Academy AB"


def test_the_tenant_key_is_fixed(alice, staff):
    alice.tenant_key = "8"
    with pytest.raises(ValidationError) as refused:
        customers.save(alice, by=staff)
    assert "tenant_key" in refused.value.message_dict
    assert Customer.objects.get().tenant_key == "7"


def test_a_stranger_may_do_neither(alice, charlie):
    for customer in (alice, Customer(tenant_key="9", name="Nobody")):
        with pytest.raises(PermissionDenied):
            customers.save(customer, by=charlie)
    assert not JournalEntry.objects.exists()


def test_the_desk_enters_a_customer_through_the_same_verb(desk):
    answer = desk.post("/admin/offboarding/customer/add/", {"tenant_key": "7", "name": "Alice", "language": "sv"})
    assert answer.status_code == 302
    assert JournalEntry.objects.get().event == "customer.added"
