"""Looking for what is left of a customer after a deletion, by another path than the one that deleted. Changes nothing.

Databases: the search driven by the catalogue (``erasers.search``), over a connection of its own. Files: the listing
that exports read by, and the eraser's own with versions, markers and unfinished uploads. Our packages: by listing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages

from exports.datamap import DataMap, FileStore, load
from exports.sources.places import place
from offboarding import clock
from offboarding.models import Agreement
from retention import packages, task_rows
from retention.erasers import search
from retention.erasers.database import DatabaseEraser
from retention.erasers.findings import BusyError
from retention.models import DeletionRun

EXAMPLES = 3
_NEW = "the tenant may be another one now"
OWN = "own"
"""The store that our own places are called."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is left. Not ``certain``: it may well be somebody else's, and a person looks at it."""

    store: str
    place: str
    why: str
    count: int
    examples: tuple[str, ...] = ()
    certain: bool = True

    def to_json(self) -> dict[str, Any]:
        """As ``Verification.found`` keeps it."""
        return {
            "store": self.store, "place": self.place, "why": self.why, "count": self.count,
            "examples": list(self.examples), "certain": self.certain,
        }  # fmt: skip


@dataclass(slots=True)
class Look:
    """Everything found, and how much was looked at: what a certificate may claim."""

    found: list[Found] = field(default_factory=list)
    looked_at: dict[str, Any] = field(default_factory=lambda: {"databases": {}, "files": {}, OWN: {}})


def look(run: DeletionRun, *, at_the_end: bool) -> Look:
    """All stores of the map but what the plan kept, and our own packages.

    ``at_the_end``: right after the deletion, when task rows and sessions must be gone too; later, people may sign in
    again. Raises BusyError or OSError where a store does not answer: then nothing can be said.
    """
    datamap = load(Path(settings.DATA_MAP))
    found = Look()
    kept = _Kept(run.plan.content)
    for key in datamap.databases:
        _database(run, datamap, key, kept, found)
    for store in datamap.files.values():
        _files(run, store, kept, found)
    if found.found and _somebody_new(run, datamap):
        found.found = [replace(one, certain=False, why=f"{one.why}; {_NEW}") for one in found.found]
    _own(run, at_the_end, found)
    return found


class _Kept:
    """What the plan left on purpose."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.tables = {
            found["store"]: frozenset(table["table"] for table in found["tables"] if table["kept_by"])
            for found in content["databases"]
        }
        self.places: dict[str, list[str]] = {}
        self.files: dict[str, set[str]] = {}
        for store in content["files"]:
            kept = self.places.setdefault(store["store"], [])
            files = self.files.setdefault(store["store"], set())
            for one in store["places"]:
                parts = one.get("kept_parts") or {}
                kept += [one["prefix"]] if one["kept_by"] else parts.get("prefixes", [])
                files |= set(parts.get("files", []))

    def keeps(self, store: str, name: str) -> bool:
        return name in self.files.get(store, ()) or name.startswith(tuple(self.places.get(store, ())))


# Databases ------------------------------------------------------------------------------------------------------------


def _database(run: DeletionRun, datamap: DataMap, key: str, kept: _Kept, found: Look) -> None:
    tenant, url = run.customer.tenant_key, settings.PLATFORM_URLS[key]
    store, left_out = datamap.databases[key], kept.tables.get(key, frozenset())
    samples = {table: rows for table, rows in run.plan.samples.get(key, {}).items() if table in store.collections}
    one = search.look(datamap, store, url, tenant, samples, left_out)
    for left in one.leftovers:
        where = f"{left.table}.{left.column}"
        found.found.append(Found(key, where, left.why, left.count, left.examples, left.certain))
    found.looked_at["databases"][key] = {
        "tables": one.tables, "columns": one.columns, "keys": one.keys, "left_out": sorted(left_out),
    }  # fmt: skip


def _somebody_new(run: DeletionRun, datamap: DataMap) -> bool:
    """Whether what was found may be of a tenant that came later: the customer came back, or its key was given again."""
    going_on = Agreement.objects.filter(customer=run.customer, erased_at=None).exclude(delete_from__lte=clock.today())
    return going_on.exists() or any(_another_row(run, datamap, key) for key in datamap.databases)


def _another_row(run: DeletionRun, datamap: DataMap, key: str) -> bool:
    """Whether the tenant's own row is there and is not the one that was deleted."""
    known = next((one["identity"] for one in run.plan.content["databases"] if one["store"] == key), None)
    with DatabaseEraser(datamap, key, settings.PLATFORM_URLS[key], run.customer.tenant_key, Path()) as eraser:
        now = eraser.identity()
    return bool(now and known and now.fingerprint != known["fingerprint"])


# Files ----------------------------------------------------------------------------------------------------------------


def _files(run: DeletionRun, store: FileStore, kept: _Kept, found: Look) -> None:
    prefixes = [one.prefix.replace("{tenant}", run.customer.tenant_key) for one in store.prefixes]
    listed = 0
    for prefix in prefixes:
        left = []
        for name, odd in _listed(store, prefix):
            listed += 1
            if not kept.keeps(store.key, name):
                left.append(f"{name} ({odd})" if odd else name)
        if left:
            found.found.append(Found(store.key, prefix, "files in the listing", len(left), tuple(left[:EXAMPLES])))
    found.looked_at["files"][store.key] = {"places": len(prefixes), "listed": listed}


def _listed(store: FileStore, prefix: str) -> Iterator[tuple[str, str]]:
    """Name, and what is odd about it, of everything whose name begins so."""
    where = place(storages[store.storage])
    odd: list[tuple[str, str]] = []
    try:
        where.reach()
        with suppress(FileNotFoundError):
            for name, _size in where.list(prefix, lambda path, reason: odd.append((path, reason))):
                yield name, ""
    except OSError as error:
        raise BusyError(f"The file store {store.key} cannot be listed: {error}") from error
    yield from odd


# Our own places -------------------------------------------------------------------------------------------------------


def _own(run: DeletionRun, at_the_end: bool, found: Look) -> None:
    before = None if at_the_end else run.live_erased_at
    counts = {"packages": packages.left(run.customer, before)}
    if at_the_end:
        counts |= task_rows.count(run.customer)
    for name, count in counts.items():
        if count:
            found.found.append(Found(OWN, name, "our own traces", count))
    found.looked_at[OWN] = {"places": sorted(counts)}
