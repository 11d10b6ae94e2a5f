"""Puts together what a job's rows say into the completeness statement, and remembers missing files for a person."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import Q

from exports import models
from exports.contents import Category, Table
from exports.datamap import Collection, DataMap
from exports.document_outcomes import DocumentOutcome, store_of
from exports.manifest import Statement
from exports.models import ExportJob
from exports.outcomes import (
    Damage,
    FileOutcome,
    LeftOut,
    MissingFile,
    PartOutcome,
    SnapshotFact,
    Unknown,
    table_outcome,
)
from exports.packing import Label, StoredVolume


def dangling_keys(datamap: DataMap, tables: Iterable[Table]) -> set[tuple[str, str]]:
    """(stem, foreign key) whose rows may point outside the export, so that no reader may insist on them.

    Certain is only a key by which the rows themselves were found, and one to a table that is exported whole.
    """
    return {
        (table.stem, key.name)
        for table in tables
        for key in table.foreign_keys
        if not _certain(datamap, table, key.columns, (key.target_schema, key.target), key.target_columns)
    }


def _certain(
    datamap: DataMap, table: Table, columns: tuple[str, ...], target: tuple[str, str], references: tuple[str, ...]
) -> bool:
    store = datamap.databases[table.store]
    found = [one for one in store.collections.values() if (one.schema, one.name) == target]
    if not found:
        return False
    if found[0].scope.everything:
        return True
    scope = store.collections[table.key].scope
    if scope.tenant_field or scope.where or len(scope.through) != 1:
        return False
    through = scope.through[0]
    pairs = set(zip(through.fields, through.references, strict=True))
    return through.collection == found[0].key and pairs == set(zip(columns, references, strict=True))


def volume_row(job: ExportJob, one: StoredVolume, kind: models.Volume.Kind) -> None:
    """Keeps a stored volume as a row; one that could not be read back at all stays unverified."""
    models.Volume.objects.update_or_create(
        job=job,
        number=one.number,
        defaults={
            "kind": kind,
            "state": models.Volume.State.VERIFIED if one.sha256 else models.Volume.State.PLANNED,
            "name": one.name,
            "bytes": one.bytes,
            "bytes_done": one.bytes,
            "files": one.files,
            "sha256": one.sha256,
            "result": volume_result(one),
        },
    )


def volume_result(one: StoredVolume) -> dict[str, Any]:
    """What the manifest and the completeness statement need of a volume."""
    return {
        "bag_name": one.bag_name,
        "tagmanifest_sha256": one.tagmanifest_sha256,
        "damaged": [asdict(damage) for damage in one.damaged],
    }


def missing_files(job: ExportJob) -> None:
    """Keeps every missing file of this run as a row that a person can accept."""
    for store, path, reason, referenced_by, _category in _missing(job):
        models.MissingFile.objects.update_or_create(
            customer=job.customer,
            store=store,
            path_sha256=hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest(),
            defaults={"path": path, "reason": reason, "referenced_by": referenced_by, "last_seen": job},
        )


def _missing(job: ExportJob) -> Iterator[list[Any]]:
    yield from job.tables_result["missing"]
    for volume in job.volumes.filter(kind="media"):
        yield from volume.result.get("missing", [])


def statement_of(job: ExportJob, datamap: DataMap, label: Label) -> Statement:
    """The completeness statement of a job whose tables and media are written and read back."""
    kept = job.tables_result
    return Statement(
        package_id=label.package_id,
        vendor=label.vendor,
        customer=job.customer.name,
        tenant_key=job.customer.tenant_key,
        job=job.pk,
        language=job.language,
        created_at=label.moment.isoformat(timespec="seconds"),
        categories=tuple(job.categories),
        formats=tuple(job.formats),
        data_map_sha256=kept["data_map_sha256"],
        snapshots=tuple(SnapshotFact(**fact) for fact in kept["snapshots"]),
        tables=tuple(table_outcome(data) for data in kept["tables"]),
        parts=tuple(PartOutcome(**part) for part in kept["parts"]),
        files=tuple(_file_outcomes(job)),
        left_out=tuple(_left_out(job, datamap)),
        changes=kept["changes"],
        unknown=tuple(Unknown(*one) for one in kept["unknown"]),
        damaged=tuple(
            Damage(**damage) for volume in job.volumes.exclude(number=1) for damage in volume.result.get("damaged", [])
        ),
        software=label.software,
        documents=tuple(_document_outcomes(job)),
    )


def _document_outcomes(job: ExportJob) -> Iterator[DocumentOutcome]:
    accepted = _accepted(job)
    for kept in job.tables_result.get("documents", ()):
        store, folder = store_of(kept["format"]), f"documents/{kept['name']}/"
        failed = tuple(
            MissingFile(store, path, reason, referenced_by, **accepted.get((store, path), {}))
            for found, path, reason, referenced_by, _category in job.tables_result["missing"]
            if found == store and path.startswith(folder)
        )
        yield DocumentOutcome(**kept, failed=failed)


def _file_outcomes(job: ExportJob) -> Iterator[FileOutcome]:
    figures: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for volume in job.volumes.filter(kind="media"):
        for store, category, *counts in volume.result.get("files", []):
            figures[store, category] = [a + b for a, b in zip(figures[store, category], counts, strict=True)]
    missing: dict[tuple[str, str], list[MissingFile]] = defaultdict(list)
    accepted = _accepted(job)
    for store, path, reason, referenced_by, category in _missing(job):
        by = accepted.get((store, path), {})
        missing[store, category].append(MissingFile(store, path, reason, referenced_by, **by))
    for store, category, expected in job.tables_result["expected"]:
        lost = tuple(missing[store, category])
        written, read_back, size = figures[store, category]
        yield FileOutcome(store, category, expected, written, read_back, size, lost)


def _accepted(job: ExportJob) -> dict[tuple[str, str], dict[str, str]]:
    rows = models.MissingFile.objects.filter(~Q(accepted_because=""), customer=job.customer)
    return {
        (row.store, row.path): {
            "accepted_by": row.accepted_by.get_username() if row.accepted_by else "",
            "accepted_at": row.accepted_at.isoformat(timespec="seconds") if row.accepted_at else "",
            "accepted_because": row.accepted_because,
        }
        for row in rows.select_related("accepted_by")
    }


def _left_out(job: ExportJob, datamap: DataMap) -> Iterator[LeftOut]:
    chosen = {Category(name) for name in job.categories}
    for store in datamap.databases.values():
        for name, reason in store.excluded.items():
            yield LeftOut("table", f"{store.key}: {name}", reason)
        for collection in store.collections.values():
            yield from _left_out_of(store.key, collection, chosen)
    for attested in datamap.attested.values():
        yield LeftOut("attested store", attested.key, attested.description, attested.keep_days)
    for key, text in job.tables_result["definitions"]:
        yield LeftOut("definition", key, text)


def _left_out_of(store: str, collection: Collection, chosen: set[Category]) -> Iterator[LeftOut]:
    name = f"{store}: {collection.key}"
    if not collection.export:
        yield LeftOut("reference table", name, collection.reason)
    elif collection.category not in chosen:
        yield LeftOut("table", name, f"The category {collection.category} was not asked for.")
    else:
        for field in collection.fields.values():
            if field.secret:
                yield LeftOut("column", f"{name}.{field.name}", field.secret)
