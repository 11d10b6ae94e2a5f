"""Finding an agreement among a million: each field is a sub-query of its own index, and their numbers are united."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
    """Agreements with these words in their number, reference, customer's name, tenant key or a contact's address."""
    words = " ".join(words.split())
    return united(agreements, _exactly(words), _similarly(words)) if words else agreements


def united(rows: Any, exactly: Iterable[Q], similarly: Iterable[Q]) -> Any:
    """The rows that meet one of these conditions, each of which an index of its own answers.

    Asks the database at once, in one query. Every condition gives at most one more than ``MOST_FOUND``, so up to there
    none is missing. What is exactly the words comes first, then the order that the query has.
    """
    arms = [*(_some(rows, one, exact=True) for one in exactly), *(_some(rows, one, exact=False) for one in similarly)]
    exact, ids = set(), set()
    for pk, is_exact in arms[0].union(*arms[1:]):
        ids.add(pk)
        exact |= {pk} if is_exact else set()
    exact_first = [Case(If(pk__in=exact, then=Value(0)), default=Value(1), output_field=IntegerField())]
    first, *then = rows.query.order_by or rows.model._meta.ordering
    return rows.filter(pk__in=ids).order_by(*(exact_first if exact else []), sorted_last(first), *then)


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


def named(words: str, field: str) -> Q:
    """All these words inside a name, or its beginning where they are too short for an index of three letters."""
    inside = bool(_THREE.search(words))
    how, parts = ("icontains", words.split()) if inside else ("istartswith", [words])
    return Q(*((f"{field}__{how}", word) for word in parts))


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
        yield named(words, "customer__name")
        yield Q(customer__in=_records("Contact").filter(Q((f"email__{how}", words))).values("customer"))


def _some(rows: Any, condition: Q, *, exact: bool) -> Rows:
    """At most so many rows; bounded inside, as SQLite bounds no part of a union."""
    some = rows.filter(condition).order_by().values("pk")[: MOST_FOUND + 1]
    every = rows.model._default_manager.filter(pk__in=some).order_by()
    found: Rows = every.values_list("pk", Value(exact, BooleanField()))
    return found
