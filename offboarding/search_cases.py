"""What the header's search finds of cases: agreements, customers, contacts, letters and messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from offboarding.models import Agreement, Contact, Customer, Letter, StoredMessage
from offboarding.search import as_reference, find
from offboarding.search_everywhere import MOST, Found, Hit
from offboarding.search_people import find_contacts, find_customers, message_ids_of


def of_cases(words: str, user: Any) -> Iterator[Found]:
    """Each kind that this user may view."""
    kinds = {
        Agreement: _agreements,
        Customer: _customers,
        Contact: _contacts,
        Letter: _letters,
        StoredMessage: _messages,
    }
    for model, hits in kinds.items():
        if may_view(model, user):
            yield found_of(model, list(hits(words)), words)


def may_view(model: type[Model], user: Any) -> bool:
    """Whether the user may look at this kind of record."""
    return bool(user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"))


def found_of(model: type[Model], hits: list[Hit], words: str) -> Found:
    """The first hits, under the kind's own name; its list where there are more."""
    more = f"{address_of(model)}?{urlencode({'q': words})}" if len(hits) > MOST else ""
    return Found(str(capfirst(model._meta.verbose_name_plural)), hits[:MOST], more)


def address_of(model: type[Model], pk: int | None = None) -> str:
    """The address of a record's page, or of the list of its kind."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    return reverse(f"{name}_changelist") if pk is None else reverse(f"{name}_change", args=[pk])


def _agreements(words: str) -> Iterator[Hit]:
    keys = {words, as_reference(words) or words}
    for one in find(Agreement.objects.all(), words).select_related("customer")[: MOST + 1]:
        detail = f"{one.customer} · {one.reference} · {one.customer.tenant_key}"
        yield Hit(one.number, detail, address_of(Agreement, one.pk), {one.number, one.reference} & keys != set())


def _customers(words: str) -> Iterator[Hit]:
    for one in find_customers(Customer.objects.all(), words)[: MOST + 1]:
        detail = _("tenant key %(key)s") % {"key": one.tenant_key}
        yield Hit(one.name, detail, address_of(Customer, one.pk), one.tenant_key == words)


def _contacts(words: str) -> Iterator[Hit]:
    for one in find_contacts(Contact.objects.all(), words).select_related("customer")[: MOST + 1]:
        exact = one.email.lower() == words.lower()
        yield Hit(one.name, f"{one.email} · {one.customer}", address_of(Contact, one.pk), exact)


def _letters(words: str) -> Iterator[Hit]:
    for one in Letter.objects.filter(message_id__in=message_ids_of(words)).only("occasion", "address", "subject"):
        yield Hit(str(one), one.subject, address_of(Letter, one.pk), exact=True)


def _messages(words: str) -> Iterator[Hit]:
    known = Q(message_id__in=message_ids_of(words)) & ~Q(message_id="")
    for one in StoredMessage.objects.filter(known).only("subject", "file_name", "sha256", "message_id")[: MOST + 1]:
        yield Hit(str(one), one.message_id, address_of(StoredMessage, one.pk), exact=True)
