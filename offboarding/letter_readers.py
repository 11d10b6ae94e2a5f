"""Who is written to: each address once, in the language it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from offboarding.models import Agreement, Contact

MOST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom one letter goes to; ``contact`` is None for somebody who is none."""

    address: str
    language: str
    name: str = ""
    contact: Contact | None = None


def readers(
    agreement: Agreement, to: Sequence[Contact] | None, addresses: Sequence[str], language: str = ""
) -> list[Reader]:
    """The contacts (None: every active one of the customer) and other addresses; a contact goes before an address.

    Addresses that no mail can go to are left out.
    """
    customer = agreement.customer
    contacts = customer.contacts.active().order_by("pk") if to is None else to
    found: dict[str, Reader] = {}
    for contact in contacts:
        reader = Reader(contact.email.strip().lower(), contact.writes_in, contact.name, contact)
        found.setdefault(reader.address, reader)
    for address in addresses:
        found.setdefault(address.strip().lower(), Reader(address.strip().lower(), language or customer.language))
    return [reader for address, reader in found.items() if can_be_sent_to(address)]


def can_be_sent_to(address: str) -> bool:
    """Whether this is one plain mail address."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= MOST_ADDRESS
