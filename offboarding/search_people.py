"""Finding customers, their people and what was written to them, by the same indexes as agreements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from offboarding.models import Agreement, Contact, Customer
from offboarding.search import MOST_FOUND, find, named, united


def find_customers(customers: Any, words: str) -> Any:
    """Customers with these words in their name or tenant key."""
    words = " ".join(words.split())
    if not words:
        return customers
    return united(customers, [Q(tenant_key=words)], [named(words, "tenant_key"), named(words, "name")])


def find_contacts(contacts: Any, words: str) -> Any:
    """Contacts with these words in their name, address or customer's name; or of the customer with this tenant key."""
    words = " ".join(words.split())
    if not words:
        return contacts
    exactly = [Q(pk__in=Contact.objects.with_address(words).values("pk"))]
    of_customers = [Q(customer__in=Customer.objects.filter(one)) for one in (Q(tenant_key=words), named(words, "name"))]
    return united(contacts, exactly, [named(words, "name"), Q(email__icontains=words), *of_customers])


def find_written(letters: Any, words: str) -> Any:
    """Letters with this Message-ID, of what is found by these words, or to exactly this address of no contact."""
    words = " ".join(words.split())
    if not words:
        return letters
    exactly = [Q(message_id__in=message_ids_of(words)), Q(contact=None, address__iexact=words)]
    return united(letters, exactly, _about(words))


def message_ids_of(words: str) -> list[str]:
    """How a Message-ID is stored, from what people copy: with or without its brackets; [] where it is none."""
    bare = words.strip("<>")
    return [bare, f"<{bare}>"] if "@" in bare and " " not in bare else []


def _about(words: str) -> Iterator[Q]:
    yield Q(agreement__in=_keys(find(Agreement.objects.all(), words)))
    yield Q(customer__in=_keys(find_customers(Customer.objects.all(), words)))
    yield Q(contact__in=_keys(find_contacts(Contact.objects.all(), words)))


def _keys(rows: Any) -> Iterable[int]:
    return list(rows.order_by().values_list("pk", flat=True)[:MOST_FOUND])
