"""Customers: entered and changed, each with an entry in the journal. Nothing removes one."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offboarding import journal
from offboarding.models import Customer
from offboarding.rights import allow

FIELDS = ("name", "language")
"""What may change; packages and evidence name the tenant key."""


@transaction.atomic
def save(customer: Customer, *, by: User) -> Customer:
    """Writes a new customer, or another name or language of one; a change that changes nothing leaves no entry."""
    if customer.pk is None:
        actor = allow(by, "offboarding.add_customer")
        customer.full_clean()
        customer.save()
        journal.record("customer.added", actor=actor, customer=customer.pk)
        return customer
    actor = allow(by, "offboarding.change_customer")
    before = Customer.objects.select_for_update().get(pk=customer.pk)
    if before.tenant_key != customer.tenant_key:
        raise ValidationError({"tenant_key": _("The tenant key is fixed: packages and evidence name it.")})
    customer.full_clean()
    if changed := [name for name in FIELDS if getattr(before, name) != getattr(customer, name)]:
        customer.save(update_fields=changed)
        journal.record("customer.changed", actor=actor, customer=customer.pk, facts={"changed": changed})
    return customer
