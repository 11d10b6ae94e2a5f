"""Puts a plan's content together from what the erasers found; the shape stands in ``plan_content``. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from math import ceil

from exports.datamap import DatabaseStore, DataMap
from retention.erasers.file_findings import FileFindings, PlaceFinding, Problem
from retention.erasers.findings import Findings, Refusal
from retention.identity import Doubt
from retention.plan_content import NUMBERS, VERSION, Content
from retention.plan_keeping import Keep, Why, as_records, kept_in_part, kept_tables, kept_wholly, parts_in
from retention.reach import Place, Target

MOST_REFUSALS = 50
"""As many are written down word for word; ``refused`` counts them all."""
MOST_UNINDEXED = 100
MOST_TEXT = 500
"""Characters of one fact of a refusal."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data it is about, and why now."""

    occasion: str
    customer: int
    name: str
    tenant_key: str
    agreement: int
    contract: str
    delete_from: str


@dataclass(frozen=True, slots=True)
class DatabaseFound:
    """One database as its eraser found it; ``doubts``: what speaks against its tenant's row being the customer's."""

    store: DatabaseStore
    engine: str
    findings: Findings
    doubts: Sequence[Doubt] = ()


@dataclass(frozen=True, slots=True)
class FilesFound:
    """One file storage as its eraser found it."""

    store: str
    storage: str
    findings: FileFindings


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a dry run found. ``own``: our own traces, counted by place. ``events``: duty → the day that
    it counts from, None where it is not known.
    """

    databases: Sequence[DatabaseFound] = ()
    files: Sequence[FilesFound] = ()
    own: Mapping[str, int] = field(default_factory=dict)
    events: Mapping[int, date | None] = field(default_factory=dict)


def build(subject: Subject, datamap: DataMap, found: Found, keeps: Sequence[Keep]) -> Content:
    """The whole content; nothing in it depends on when it is made, but what ``hashed`` leaves out."""
    return {
        "version": VERSION,
        "occasion": subject.occasion,
        "customer": {"number": subject.customer, "name": subject.name, "tenant_key": subject.tenant_key},
        "agreement": {
            "number": subject.agreement, "contract": subject.contract, "delete_from": subject.delete_from,
        },
        "datamap_sha256": datamap.sha256,
        "databases": [_database(one, keeps) for one in found.databases],
        "files": [_files(one, keeps) for one in found.files],
        "attested": [
            {"store": one.key, "description": one.description, "attester": one.attested_by, "keep_days": one.keep_days}
            for one in datamap.attested.values()
        ],
        "own": dict(found.own),
        "kept": as_records(keeps),
        "events": {str(duty): day.isoformat() for duty, day in found.events.items() if day is not None},
        "estimates": {
            "seconds": {one.store.key: _seconds(one.findings) for one in found.databases},
            "disks": {one.store: one.findings.identity for one in found.files},
        },
        "unindexed": [line for one in found.databases for line in _unindexed(one)],
    }  # fmt: skip


def table_targets(found: DatabaseFound) -> list[Target]:
    """The tables of a store that rows are deleted from, as holds and duties see them."""
    collections = found.store.collections
    return [
        Target(Place.TABLE, found.store.key, one.table, collections[one.table].category)
        for one in found.findings.tables
    ]


def kept_in(found: DatabaseFound, keeps: Sequence[Keep]) -> dict[str, list[Why]]:
    """Table → why it stays."""
    return kept_tables(table_targets(found), found.findings.tables, found.findings.needs, keeps)


def _database(found: DatabaseFound, keeps: Sequence[Keep]) -> Content:
    findings = found.findings
    kept = kept_in(found, keeps)
    tables = [
        {
            "table": one.table,
            "category": found.store.collections[one.table].category.value,
            "shared": one.shared,
            "goes_with": one.goes_with,
            "rows": one.rows,
            "used": one.kept,
            "kept_by": kept.get(one.table, []),
        }
        for one in findings.tables
    ]
    return {
        "store": found.store.key,
        "engine": found.engine,
        "identity": asdict(findings.identity) if findings.identity else None,
        "structure": findings.structure,
        "tables": tables,
        "broken": [{"child": one.child, "name": one.name, "table": one.table} for one in findings.broken],
        **_refused([*found.doubts, *findings.refusals]),
    }


def _files(found: FilesFound, keeps: Sequence[Keep]) -> Content:
    findings = found.findings
    return {
        "store": found.store,
        "storage": found.storage,
        "places": [_place(found.store, one, keeps) for one in findings.places],
        "problems": [_told(one) for one in findings.problems[:MOST_REFUSALS]],
        **_refused(findings.refusals),
    }


def _place(store: str, one: PlaceFinding, keeps: Sequence[Keep]) -> Content:
    target = Target(Place.PREFIX, store, one.prefix, one.category)
    return {
        "prefix": one.prefix,
        "named": one.named,
        "category": one.category.value,
        **{name: int(getattr(one, name)) for name in NUMBERS},
        "kept_by": kept_wholly(target, keeps),
        "kept_parts": kept_in_part(target, keeps),
        "parts_kept_by": parts_in(target, keeps),
    }


def _refused(refusals: Iterable[Refusal | Doubt]) -> Content:
    """The first ones word for word, and all of them counted; references of others by their rows."""
    listed = list(refusals)
    counts: Counter[str] = Counter()
    for one in listed:
        counts[one.code.value] += int(one.facts["count"]) if one.code.value in BY_ROWS else 1
    return {"refusals": [_told(one) for one in listed[:MOST_REFUSALS]], "refused": dict(sorted(counts.items()))}


BY_ROWS = frozenset({"blocked", "cascades", "nulled"})
"""Refusals about rows of others: ``refused`` counts those rows."""


def _told(one: Refusal | Doubt | Problem) -> Content:
    facts = {name: value[:MOST_TEXT] if isinstance(value, str) else value for name, value in one.facts.items()}
    return {"code": one.code.value, "facts": facts}


def _seconds(findings: Findings) -> dict[str, int]:
    return {one.table: ceil(one.seconds) for one in findings.tables if one.seconds}


def _unindexed(found: DatabaseFound) -> list[Content]:
    return [
        {
            "store": found.store.key, "child": one.child, "name": one.name, "table": one.table,
            "statement": one.statement, "seconds": ceil(one.seconds),
        }
        for one in found.findings.unindexed[:MOST_UNINDEXED]
    ]  # fmt: skip
