"""What we ourselves hold of a customer, reduced to what the evidence needs, as ``traces_map`` decides for each column.

Where the customer has an agreement that is not over – it came back – its people stay as they are, and only what
belongs to the agreements that are over is reduced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from offboarding.canonical import digest
from offboarding.models import Customer, StoredMessage
from retention import own_storage, reducing_people, reducing_rules
from retention.models import DeletionRun
from retention.reducing_scope import scope_of
from retention.traces_map import TRACES, Way

_DIGEST = re.compile(r"SHA-256 [0-9a-f]{64}")


def count(customer: Customer) -> dict[str, int]:
    """How much of the customer's people stands in our own records, for the plan."""
    scope = scope_of(customer, all_agreements=True)
    counted = {
        name: scope.rows[label].count()
        for name, label in (
            ("contacts", "offboarding.Contact"),
            ("letters", "offboarding.Letter"),
            ("messages", "offboarding.StoredMessage"),
            ("notices", "offboarding.TerminationNotice"),
        )
    }
    return counted | {"accounts": reducing_people.own_accounts_of(customer).count()}


def reduce(run: DeletionRun) -> dict[str, int]:
    """Reduces the records of the run's customer; model → rows. In the caller's transaction; again is harmless.

    Which rows those are is found out before the first is changed: some are known by an address. The originals of
    messages go from the ``default`` storage; their hashes stay. Raises ``EraserError`` where one cannot go.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("Records are reduced in the transaction that makes the run final.")
    scope = scope_of(run.customer)
    chosen = {label: list(rows.values_list("pk", flat=True)) for label, rows in scope.rows.items()}
    people = list(reducing_people.own_accounts_of(run.customer).values_list("pk", flat=True)) if scope.whole else []
    _forget_in_admin(chosen)
    reduced = {"originals": _remove_originals(chosen["offboarding.StoredMessage"])}
    for label, keys in chosen.items():
        _reduce(label, keys)
        reduced[label] = len(keys)
    reduced["accounts"] = reducing_people.forget(people)
    return {label: number for label, number in reduced.items() if number}


def _reduce(label: str, keys: list[Any]) -> None:
    rows = apps.get_model(label)._default_manager.filter(pk__in=keys)
    for row in rows.order_by("pk").iterator(chunk_size=200):
        if changed := dict(_changes(label, row)):
            rows.filter(pk=row.pk).update(**changed)


def _changes(label: str, row: Model) -> Iterator[tuple[str, Any]]:
    for name, decision in TRACES[label].items():
        value = getattr(row, name)
        if decision.way is Way.EMPTY:
            yield name, row._meta.get_field(name).get_default()  # type: ignore[union-attr]
        elif decision.way is Way.DIGEST and value and not _DIGEST.fullmatch(value):
            yield name, f"SHA-256 {digest(value.encode())}"
    yield from reducing_rules.RULES.get(label, reducing_rules.nothing)(row)


def _forget_in_admin(chosen: Mapping[str, list[Any]]) -> None:
    """Django admin's own log names people where staff changed their records."""
    for label, keys in chosen.items():
        kind = ContentType.objects.get_for_model(apps.get_model(label))
        mine = LogEntry.objects.filter(content_type=kind, object_id__in=list(map(str, keys)))
        mine.update(object_repr="", change_message="")


def _remove_originals(keys: list[int]) -> int:
    names = StoredMessage.objects.filter(pk__in=keys).order_by("pk").values_list("storage_name", flat=True)
    return own_storage.erase_exactly("default", names)
