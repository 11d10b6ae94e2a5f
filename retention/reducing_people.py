"""The accounts by which a customer's people signed in: they go at the end, with all that hangs on them."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet
from django.db.models.functions import Lower

from offboarding.models import Contact, Customer, Letter
from retention.reducing_rules import NOWHERE


def addresses_of(customer: Customer) -> set[str]:
    """Every address that its people have, or had when they were written to, in lower case."""
    people = Contact.objects.filter(customer=customer).values_list("email", flat=True)
    written = Letter.objects.filter(customer=customer).exclude(contact=None).values_list("address", flat=True)
    found = {address.strip().lower() for address in (*people, *written.distinct())}
    return {address for address in found if address and not address.endswith(f"@{NOWHERE}")}


def accounts_of(customer: Customer) -> QuerySet[User]:
    """The accounts of its people; never one of the vendor's staff."""
    named = User.objects.filter(is_staff=False, is_superuser=False).alias(address=Lower("email"))
    return named.filter(address__in=addresses_of(customer))


def own_accounts_of(customer: Customer) -> QuerySet[User]:
    """Those of them by which nobody signs in for another customer."""
    others = Contact.objects.exclude(customer=customer).alias(address=Lower("email"))
    return accounts_of(customer).filter(~Exists(others.filter(address=OuterRef("address"))))


def forget(keys: list[int]) -> int:
    """Deletes these accounts with their addresses, factors, sessions and tokens; how many.

    One that a record names as its doer cannot go: it loses what it says of a person and signs in nobody any more.
    """
    for user in User.objects.filter(pk__in=keys).order_by("pk"):
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            _reduce(user)
    return len(keys)


def _reduce(user: User) -> None:
    for about in ("emailaddress_set", "authenticator_set", "socialaccount_set", "usersession_set", "auth_token_set"):
        getattr(user, about).all().delete()
    user.username, user.email = f"account-{user.pk}", f"account-{user.pk}@{NOWHERE}"
    user.first_name = user.last_name = ""
    user.password, user.is_active = make_password(None), False
    user.save()
