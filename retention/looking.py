"""Looking for what is left of a customer after a deletion, by another path than the one that deleted. Changes nothing.

Databases: the search driven by the catalogue (``erasers.search``), over a connection of its own. Files: the storage's
own client, with versions, markers and unfinished uploads (``erasers.file_search``); at the end also each place that the
run emptied once more, among them files that only rows named. Our packages: by listing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from offboarding import clock
from offboarding.models import Agreement
from retention import packages, task_rows
from retention.erasers import search
from retention.erasers.database import DatabaseEraser
from retention.erasers.files import FileEraser
from retention.models import DeletionRun, DeletionStep
from retention.opening import Erasers, open_planned
from retention.run_places import folder

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

    ``at_the_end``: right after the deletion, while its notes are there, and when task rows and sessions must be gone
    too; later, people may sign in again. Raises ``EraserError`` where a store cannot be looked at.
    """
    found = Look()
    with open_planned(run.plan, folder(run) if at_the_end else None) as erasers:
        for key in erasers.databases:
            _database(run, erasers, key, found)
        for key, eraser in erasers.files.items():
            _files(run, key, eraser, found, at_the_end=at_the_end)
        if found.found and _somebody_new(run, erasers):
            found.found = [replace(one, certain=False, why=f"{one.why}; {_NEW}") for one in found.found]
    _own(run, at_the_end, found)
    return found


# Databases ------------------------------------------------------------------------------------------------------------


def _database(run: DeletionRun, erasers: Erasers, key: str, found: Look) -> None:
    store = erasers.datamap.databases[key]
    kept = frozenset(table["table"] for table in _planned(run, key).get("tables", ()) if table["kept_by"])
    samples = {table: rows for table, rows in _samples(run, key).items() if table in store.collections}
    url = settings.PLATFORM_URLS[key]
    one = search.look(erasers.datamap, store, url, run.customer.tenant_key, samples, kept)
    for left in one.leftovers:
        where = f"{left.table}.{left.column}"
        found.found.append(Found(key, where, left.why, left.count, left.examples, left.certain))
    found.looked_at["databases"][key] = {
        "tables": one.tables, "columns": one.columns, "keys": one.keys, "left_out": sorted(kept),
    }  # fmt: skip


def _samples(run: DeletionRun, key: str) -> dict[str, list[list[str]]]:
    """Keys of rows that went, also with runs before this one: one that was given up has deleted rows too."""
    begun = DeletionRun.objects.filter(customer=run.customer_id, pk__lte=run.pk).exclude(started_at=None)
    found: dict[str, list[list[str]]] = {}
    for samples in begun.order_by("pk").values_list("plan__samples", flat=True):
        for table, rows in samples.get(key, {}).items():
            known = found.setdefault(table, [])
            known += [row for row in rows if row not in known]
    return found


def _planned(run: DeletionRun, key: str) -> Mapping[str, Any]:
    """What the plan says of a database; nothing where the map has got it since."""
    found: Mapping[str, Any] = next((one for one in run.plan.content["databases"] if one["store"] == key), {})
    return found


def _somebody_new(run: DeletionRun, erasers: Erasers) -> bool:
    """Whether what was found may be of a tenant that came later: the customer came back, or its key was given again."""
    going_on = Agreement.objects.filter(customer=run.customer, erased_at=None).exclude(delete_from__lte=clock.today())
    return going_on.exists() or any(_another_row(run, key, eraser) for key, eraser in erasers.databases.items())


def _another_row(run: DeletionRun, key: str, eraser: DatabaseEraser) -> bool:
    """Whether the tenant's own row is there and is not the one that was deleted."""
    known, now = _planned(run, key).get("identity"), eraser.identity()
    return bool(now and known and now.fingerprint != known["fingerprint"])


# Files ----------------------------------------------------------------------------------------------------------------


def _files(run: DeletionRun, key: str, eraser: FileEraser, found: Look, *, at_the_end: bool) -> None:
    searched = eraser.search()
    for left in searched:
        found.found.append(Found(key, left.column, left.why, left.count, left.examples, left.certain))
    places = list(run.steps.filter(kind=DeletionStep.Kind.FILES, store=key, state=DeletionStep.State.DONE))
    for step in places if at_the_end else ():
        if step.name not in {left.column for left in searched} and (count := eraser.verify(step.name)):
            found.found.append(Found(key, step.name, "files in the place that was emptied", count))
    prefixes = len(eraser.store.prefixes)
    found.looked_at["files"][key] = {"places": prefixes, "emptied": len(places) if at_the_end else 0}


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
