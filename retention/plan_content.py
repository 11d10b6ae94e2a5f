"""What a deletion plan says, as plain JSON: whole numbers and texts only, so that it has one hash. Pure.

``build`` puts it together from what the erasers found; everybody else reads it with ``hashed``, ``targets``, ``steps``
and ``totals``. The shape::

    version, occasion, customer {number, name, tenant_key}, agreement {number, contract, delete_from}, datamap_sha256,
    databases [{store, engine, identity {key, name, created_column, created, fingerprint} | None, structure,
        tables [{table, category, shared, goes_with, rows, used, kept_by [reason]}], broken [{child, name, table}],
        refusals [{code, facts}], refused {code: count}}],
    files [{store, storage, places [{prefix, named, category, objects, bytes, versions, markers, uploads, locked,
        shared, shared_bytes, kept, foreign, kept_by [reason], kept_parts {prefixes, files}, parts_kept_by [reason]}],
        refusals, refused, problems [{code, facts}]}],
    attested [{store, description, attester, keep_days}], own {place: count},
    kept [{hold | duty: number, ground, reach, until}], events {duty: day},
    estimates {seconds {store: {table: seconds}}, disks {store: text}},
    unindexed [{store, child, name, table, statement, seconds}]

A place's ``prefix`` is what its files begin with, or ``named:<category>`` for files that rows name elsewhere.
``rows`` go; ``used`` are rows of shared tables that stay because others use them. Reasons: see ``plan_keeping``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.contents import Category
from offboarding.canonical import canonical, digest
from retention.plan_keeping import Why
from retention.reach import Place, Target

VERSION = 1
Content = dict[str, Any]
DECIDED_LATER = ("estimates", "unindexed", "own", "events")
"""What may differ from one dry run to the next without anything else going: advice, our own traces, times."""
OF_OTHERS = ("rows", "used")
"""Counts of a shared table: which of its rows go is decided when their turn comes, by what its other users do."""

NUMBERS = ("objects", "bytes", "versions", "markers", "uploads", "locked", "shared", "shared_bytes", "kept", "foreign")
"""What is counted of a place of files."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a run, in the words of ``DeletionStep``. ``planned``: rows, or objects with all their versions.

    ``kept``: nothing of it goes, for the reasons ``why``. ``parts``: what stays inside a place of files.
    """

    kind: str
    store: str = ""
    name: str = ""
    category: str = ""
    goes_with: str = ""
    planned: int = 0
    bytes: int = 0
    kept: bool = False
    why: tuple[Why, ...] = ()
    parts: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """How much goes: rows, objects with all their versions, bytes; ``kept_tables`` and ``kept_places`` stay whole."""

    rows: int
    files: int
    bytes: int
    kept_tables: int
    kept_places: int


def hashed(content: Content) -> Content:
    """What an approval is about: all of it but what is decided when its turn comes."""
    kept = {name: value for name, value in content.items() if name not in DECIDED_LATER}
    kept["databases"] = [_database_hashed(found) for found in content["databases"]]
    kept["files"] = [_files_hashed(found) for found in content["files"]]
    return kept


def sha256_of(content: Content) -> str:
    """The plan's hash."""
    return digest(canonical(hashed(content)))


def still_so(planned: Content, now: Content) -> bool:
    """Whether nothing has changed but that less is there: what a run that goes on after a stop may find.

    Files that rows name outside the tenant's folders are no longer named when those rows are gone; the run has noted
    them, and here they do not count.
    """
    return _unchanging(planned) == _unchanging(now) and _no_more(planned, now)


def _unchanging(content: Content) -> Content:
    kept = hashed(content)
    kept["databases"] = [
        {**one, "tables": [{**table, "rows": 0, "used": 0} for table in one["tables"]]} for one in kept["databases"]
    ]
    none = {"entries": 0, "bytes": 0, "kept": 0, "locked": 0}
    kept["files"] = [
        {**one, "places": [{**place, **none} for place in one["places"] if not place["named"]]} for one in kept["files"]
    ]
    return kept


def _no_more(planned: Content, now: Content) -> bool:
    """Whether no table or folder of the customer's own has more than before, and a kept table has as much."""
    after = {target: amount for target, amount, _kept in _amounts(now)}
    return all(
        after[target] == amount if kept else after[target] <= amount for target, amount, kept in _amounts(planned)
    )


def _amounts(content: Content) -> Iterator[tuple[Target, int, bool]]:
    """Rows of the customer's own tables and entries of its folders, and whether a table is kept."""
    for target, thing in _things(content):
        if target.place is Place.TABLE:
            if not thing["shared"]:
                yield target, thing["rows"], bool(thing["kept_by"])
        elif not thing["named"]:
            yield target, entries_of(thing), False


def _database_hashed(database: Content) -> Content:
    tables = [
        {name: value for name, value in table.items() if not (table["shared"] and name in OF_OTHERS)}
        for table in database["tables"]
    ]
    return {**database, "tables": tables}


def _files_hashed(store: Content) -> Content:
    kept = {name: value for name, value in store.items() if name != "problems"}
    return {**kept, "places": [_place_hashed(place) for place in store["places"]]}


def _place_hashed(place: Content) -> Content:
    """What goes and what others use together, for that is decided by what those others do.

    Of files that rows name outside the tenant's own folders even the sum depends on others.
    """
    kept = {name: value for name, value in place.items() if name not in NUMBERS}
    if place["named"]:
        return kept
    entries, size = entries_of(place), place["bytes"] + place["shared_bytes"]
    return {**kept, "entries": entries, "bytes": size, "kept": place["kept"], "locked": place["locked"]}


def entries_of(place: Content) -> int:
    """All that lies in a place and is neither kept nor locked."""
    return objects_of(place) + int(place["shared"])


# Reading --------------------------------------------------------------------------------------------------------------


def targets(content: Content) -> tuple[Target, ...]:
    """All that the plan knows of the customer, also what stays."""
    return tuple(target for target, _thing in _things(content))


def _things(content: Content) -> Iterator[tuple[Target, Content]]:
    for database in content["databases"]:
        for table in database["tables"]:
            yield Target(Place.TABLE, database["store"], table["table"], Category(table["category"])), table
    for store in content["files"]:
        for place in store["places"]:
            yield Target(Place.PREFIX, store["store"], place["prefix"], Category(place["category"])), place


def steps(content: Content) -> list[PlannedStep]:
    """The steps of a run in order of work: tables by turn, files, our own packages, our own traces."""
    found: list[PlannedStep] = []
    for target, thing in _things(content):
        if target.place is Place.TABLE:
            found.append(
                PlannedStep(
                    kind="table", store=target.store, name=target.name, category=thing["category"],
                    goes_with=thing["goes_with"], planned=thing["rows"], kept=bool(thing["kept_by"]),
                    why=tuple(thing["kept_by"]),
                )
            )  # fmt: skip
        else:
            found.append(
                PlannedStep(
                    kind="files", store=target.store, name=target.name, category=thing["category"],
                    planned=objects_of(thing), bytes=thing["bytes"], kept=bool(thing["kept_by"]),
                    why=tuple(thing["kept_by"] or thing["parts_kept_by"]), parts=thing["kept_parts"],
                )
            )  # fmt: skip
    return [*found, PlannedStep(kind="packages"), PlannedStep(kind="traces")]


def objects_of(place: Content) -> int:
    """All that is deleted one by one in a place: objects with their versions, delete markers, unfinished uploads."""
    return int(place["versions"] + place["markers"] + place["uploads"])


def totals(content: Content) -> Totals:
    """How much goes and how much stays, for screens, letters and the journal."""
    things = list(_things(content))
    going = [(target.place, thing) for target, thing in things if not thing["kept_by"]]
    kept = [target.place for target, thing in things if thing["kept_by"]]
    return Totals(
        rows=sum(thing["rows"] for place, thing in going if place is Place.TABLE),
        files=sum(objects_of(thing) for place, thing in going if place is Place.PREFIX),
        bytes=sum(thing["bytes"] for place, thing in going if place is Place.PREFIX),
        kept_tables=sum(place is Place.TABLE for place in kept),
        kept_places=sum(place is Place.PREFIX for place in kept),
    )


def refusals(content: Content) -> list[tuple[str, Content]]:
    """Every reason why it cannot be carried out: (store, {code, facts}); as many as were written down."""
    return [(found["store"], one) for found in [*content["databases"], *content["files"]] for one in found["refusals"]]


def refused(content: Content) -> dict[str, int]:
    """Code → how often, all stores together; {} where it can be carried out."""
    counts: dict[str, int] = {}
    for found in [*content["databases"], *content["files"]]:
        for code, count in found["refused"].items():
            counts[code] = counts.get(code, 0) + count
    return counts


def keeps_known(content: Content, kind: str) -> frozenset[int]:
    """The numbers of the holds or duties that the plan knows; ``kind``: ``hold`` or ``duty``."""
    return frozenset(one[kind] for one in content["kept"] if kind in one)


def disks(content: Content) -> dict[str, str]:
    """File store → the disk or bucket that it was on when the plan was made."""
    return dict(content["estimates"]["disks"])
