"""Finding an agreement among a million: each field is a sub-query of its own index, and their numbers are united."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import BooleanField, Case, IntegerField, Q, QuerySet, Value
from django.db.models import When as If

from offboarding.paging import sorted_last

MOST_FOUND = 1_000
"""More than these nobody reads: then the words are too common, and the list says that there are others."""
_THREE = re.compile(r"\w{3}")
_REFERENCE = re.compile(r"\[?(?:R-)?([0-9A-HJKMNP-TV-Z]{4})-?([0-9A-HJKMNP-TV-Z]{4})\]?")
_MISREAD = str.maketrans("OIL", "011")

Rows = QuerySet[Any, Any]


def find(agreements: Any, words: str) -> Any:
    """Agreements with these words in their number, reference, customer's name, tenant key or a contact's address.

    Asks the database at once, in one query. Every field gives at most one more than ``MOST_FOUND``, so up to there none
    is missing. What is exactly the words comes first, then the order that the query has.
    """
    words = " ".join(words.split())
    if not words:
        return agreements
    arms = [_some(agreements, one, exact=True) for one in _exactly(words)]
    found = arms[0].union(*arms[1:], *(_some(agreements, one, exact=False) for one in _similarly(words)))
    exact, ids = set(), set()
    for pk, is_exact in found:
        ids.add(pk)
        exact |= {pk} if is_exact else set()
    exactly = [Case(If(pk__in=exact, then=Value(0)), default=Value(1), output_field=IntegerField())] if exact else []
    first, *then = agreements.query.order_by or agreements.model._meta.ordering
    return agreements.filter(pk__in=ids).order_by(*exactly, sorted_last(first), *then)


def as_reference(words: str) -> str:
    """``R-7K3M-9QXW`` from what people type (``[r-7k3m-9qxw]``, ``7K3M9QXW``, O for 0), '' where it is none."""
    match = _REFERENCE.fullmatch(words.upper().translate(_MISREAD))
    return f"R-{match[1]}-{match[2]}" if match else ""


def _records(name: str) -> Any:
    return apps.get_model("offboarding", name)._default_manager


def _exactly(words: str) -> Iterator[Q]:
    """Of each field alone: a condition on agreements that its own index answers."""
    yield Q(number=words)
    yield Q(reference=as_reference(words))
    yield Q(customer__tenant_key=words)
    yield Q(customer__in=_records("Contact").with_address(words).values("customer"))


def _similarly(words: str) -> Iterator[Q]:
    """Inside a field, where three letters or digits in a row say where to look; shorter words begin it."""
    inside = bool(_THREE.search(words))
    how = "icontains" if inside else "istartswith"
    if inside:
        yield Q(number__icontains=words)
        yield Q(customer__tenant_key__icontains=words)
    else:
        yield Q(number__startswith=words) | Q(number__startswith=words.upper())
        yield Q(customer__tenant_key__startswith=words)
    if len(words) > 1:
        yield Q(*((f"customer__name__{how}", word) for word in (words.split() if inside else [words])))
        yield Q(customer__in=_records("Contact").filter(Q((f"email__{how}", words))).values("customer"))


def _some(agreements: Any, condition: Q, *, exact: bool) -> Rows:
    """At most so many agreements; bounded inside, as SQLite bounds no part of a union."""
    some = agreements.filter(condition).order_by().values("pk")[: MOST_FOUND + 1]
    rows: Rows = _records("Agreement").filter(pk__in=some).order_by().values_list("pk", Value(exact, BooleanField()))
    return rows
