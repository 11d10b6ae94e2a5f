"""People who act for a customer: added, changed, ended, taken back – each with an entry in the journal.

A contact's row is never removed: what the person did stays theirs.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import customer_access, journal
from offboarding.actors import Actor
from offboarding.models import Contact, Customer
from offboarding.rights import allow
from offboarding.stating import stated

RIGHTS = ("may_see", "may_request", "may_confirm", "may_give_notice")
FIELDS = ("name", "email", "language", *RIGHTS)


@transaction.atomic
def add(customer: Customer, *, by: User, name: str, email: str, **values: Any) -> Contact:
    """A new contact; ``values``: ``language`` and rights. An address serves one contact of a customer."""
    actor = allow(by, "offboarding.add_contact")
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    contact = Contact(customer=customer, **_known({"name": name, "email": email} | values))
    _check(contact)
    contact.save()
    _write_down("contact.added", contact, actor, rights=_rights(contact))
    return contact


@transaction.atomic
def change(contact: Contact, *, by: User, **values: Any) -> Contact:
    """Other values of ``FIELDS``; nothing is written where nothing changes."""
    actor = allow(by, "offboarding.change_contact")
    contact = _locked(contact)
    if contact.ended_at is not None:
        raise ValidationError({"contact": _("This person does not act for the customer any more.")})
    before = {name: getattr(contact, name) for name in FIELDS}
    for name, value in _known(values).items():
        setattr(contact, name, value)
    _check(contact)
    changed = [name for name in FIELDS if getattr(contact, name) != before[name]]
    if changed:
        contact.save(update_fields=changed)
        for address in {before["email"], contact.email}:
            customer_access.end_sessions_without_a_contact(address)
        _write_down("contact.changed", contact, actor, changed=changed, rights=_rights(contact))
    return contact


@transaction.atomic
def end(contact: Contact, *, by: User, because: str) -> Contact:
    """The person does not act for the customer any more and gets no letters."""
    actor = allow(by, "offboarding.change_contact")
    because = stated(because, _("Say why this person does not act for the customer any more."))
    contact = _locked(contact)
    if contact.ended_at is not None:
        raise ValidationError({"contact": _("This person does not act for the customer any more.")})
    contact.ended_at = timezone.now()
    contact.save(update_fields=["ended_at"])
    customer_access.end_sessions_without_a_contact(contact.email)
    _write_down("contact.ended", contact, actor, because=because)
    return contact


@transaction.atomic
def take_back(contact: Contact, *, by: User, because: str) -> Contact:
    """A person who had left acts for the customer again, with the rights that stand in the row."""
    actor = allow(by, "offboarding.change_contact")
    because = stated(because, _("Say why this person acts for the customer again."))
    contact = _locked(contact)
    if contact.ended_at is None:
        raise ValidationError({"contact": _("This person acts for the customer already.")})
    contact.ended_at = None
    contact.save(update_fields=["ended_at"])
    _write_down("contact.added", contact, actor, because=because, rights=_rights(contact))
    return contact


def _locked(contact: Contact) -> Contact:
    return Contact.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contact.pk)


def _known(values: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(values) - set(FIELDS)):
        raise ValueError(f"A contact has no {', '.join(unknown)}; it has {', '.join(FIELDS)}.")
    return values


def _check(contact: Contact) -> None:
    contact.email = contact.email.strip().lower()
    same = Contact.objects.filter(customer=contact.customer).with_address(contact.email).exclude(pk=contact.pk).first()
    if same is not None and same.ended_at is not None:
        raise ValidationError({"email": _("A contact who has left has this address; take that one back instead.")})
    if same is not None:
        raise ValidationError({"email": _("Another contact of this customer has this address.")})
    contact.full_clean()


def _rights(contact: Contact) -> list[str]:
    return [right for right in RIGHTS if getattr(contact, right)]


def _write_down(event: str, contact: Contact, actor: Actor, *, because: str = "", **facts: Any) -> None:
    facts["contact"] = contact.pk
    journal.record(event, actor=actor, reason=because, customer=contact.customer_id, facts=facts)
