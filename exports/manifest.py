"""What a package must prove: the completeness statement and the manifest. Pure.

Every number here was counted on its own – in the snapshot, while writing, and again from the finished
bytes as the storage returned them – and ``problems`` only compares. JSON is canonical (RFC 8785: UTF-8,
sorted keys, no floats), so a digest of it means the same everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from exports import document_outcomes
from exports.contents import MEDIA, of_rows
from exports.document_outcomes import DocumentOutcome, document_outcome
from exports.outcomes import (
    Damage,
    FileOutcome,
    LeftOut,
    MissingFile,
    PartOutcome,
    Problem,
    SnapshotFact,
    TableOutcome,
    Unknown,
    VolumeEntry,
    file_outcome,
    table_outcome,
)
from offboarding.canonical import canonical, digest

__all__ = [
    "Damage",
    "FileOutcome",
    "LeftOut",
    "Manifest",
    "MissingFile",
    "PartOutcome",
    "Problem",
    "SnapshotFact",
    "Statement",
    "TableOutcome",
    "Unknown",
    "VolumeEntry",
    "file_outcome",
    "manifest",
    "problems",
    "table_outcome",
]

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Statement:
    """The completeness statement of one package; ``changes`` maps a reason's code to its lines in changes.csv."""

    package_id: str
    vendor: str
    customer: str
    tenant_key: str
    job: int
    language: str
    created_at: str
    categories: tuple[str, ...]
    formats: tuple[str, ...]
    data_map_sha256: str
    snapshots: tuple[SnapshotFact, ...]
    tables: tuple[TableOutcome, ...]
    parts: tuple[PartOutcome, ...] = ()
    files: tuple[FileOutcome, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    changes: dict[str, int] = field(default_factory=dict)
    unknown: tuple[Unknown, ...] = ()
    damaged: tuple[Damage, ...] = ()
    software: str = ""
    documents: tuple[DocumentOutcome, ...] = ()

    @property
    def complete(self) -> bool:
        return not problems(self)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; contains ``complete`` and the problems in both languages."""
        found = [asdict(problem) for problem in problems(self)]
        return asdict(self) | {"format_version": FORMAT_VERSION, "complete": not found, "problems": found}

    def to_json(self) -> bytes:
        return canonical(self.to_dict())

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The statement behind ``to_dict``, also after JSON; the problems are found anew."""
        derived = {"format_version", "complete", "problems"}
        fields = {name: value for name, value in data.items() if name not in derived}
        for name, kind in _NESTED.items():
            fields[name] = tuple(kind(**item) for item in fields[name])
        fields["files"] = tuple(file_outcome(item) for item in fields["files"])
        fields["tables"] = tuple(table_outcome(item) for item in fields["tables"])
        fields["documents"] = tuple(document_outcome(item) for item in fields.get("documents", ()))
        return cls(**fields | {name: tuple(fields[name]) for name in ("categories", "formats")})


_NESTED: dict[str, type[Any]] = {
    "snapshots": SnapshotFact,
    "parts": PartOutcome,
    "left_out": LeftOut,
    "unknown": Unknown,
    "damaged": Damage,
}


def problems(statement: Statement) -> list[Problem]:
    """Everything that keeps the package from being complete; empty exactly when it is."""
    return [
        *_nothing_looked_at(statement),
        *_unknown(statement),
        *_rows(statement),
        *_parts(statement),
        *_files(statement),
        *document_outcomes.problems(statement.documents),
        *(
            Problem(
                "damaged",
                damage.name,
                f"The file {damage.name} did not come back from the storage as it was written: {damage.text}",
                f"Filen {damage.name} kom inte tillbaka från lagringen så som den skrevs: {damage.text}",
            )
            for damage in statement.damaged
        ),
    ]


def _nothing_looked_at(statement: Statement) -> Iterator[Problem]:
    if not statement.tables and not statement.files:
        yield Problem(
            "empty-package",
            statement.customer,
            "The package holds nothing: no table and no file store belongs to what was asked for.",
            "Paketet är tomt: ingen tabell och ingen fillagring hör till det som begärdes.",
        )
    if statement.tables and not of_rows(statement.formats):
        yield Problem(
            "no-format",
            MEDIA,
            "There are tables, but no format was asked for that could hold them.",
            "Det finns tabeller, men inget format begärdes som kan rymma dem.",
        )


def _unknown(statement: Statement) -> Iterator[Problem]:
    for unknown in statement.unknown:
        yield Problem(
            "unknown",
            f"{unknown.store}: {unknown.name}",
            f"{unknown.store}: {unknown.name} is not decided about in the data map. {unknown.text}",
            f"{unknown.store}: datakartan säger inget om {unknown.name}. {unknown.text}",
        )


def _rows(statement: Statement) -> Iterator[Problem]:
    for table in statement.tables:
        for name in of_rows(statement.formats):
            written, read = table.written.get(name), table.read_back.get(name)
            if written != table.snapshot_rows:
                yield _row_problem("rows-written", table, name, written, "written", "skrevs")
            if read != table.snapshot_rows:
                yield _row_problem("rows-read-back", table, name, read, "read back", "lästes tillbaka")


def _row_problem(code: str, table: TableOutcome, name: str, rows: int | None, verb_en: str, verb_sv: str) -> Problem:
    subject = f"{table.store}: {table.key} ({name})"
    en = f"{subject}: {table.snapshot_rows} rows in the snapshot, but {'none' if rows is None else rows} {verb_en}."
    sv = f"{subject}: {table.snapshot_rows} rader i ögonblicksbilden, men {'inga' if rows is None else rows} {verb_sv}."
    return Problem(code, subject, en, sv)


def _parts(statement: Statement) -> Iterator[Problem]:
    """What the files hold must add up to what the tables say."""
    if not statement.parts:
        return
    held: Counter[tuple[str, str]] = Counter()
    for part in statement.parts:
        for stem, rows in part.rows.items():
            held[stem, part.format] += rows
    for table in statement.tables:
        for name, rows in table.read_back.items():
            if held[table.stem, name] != rows:
                subject = f"{table.store}: {table.key} ({name})"
                found = held[table.stem, name]
                yield Problem(
                    "rows-in-files",
                    subject,
                    f"{subject}: the files hold {found} rows, the table has {rows}.",
                    f"{subject}: filerna innehåller {found} rader, tabellen har {rows}.",
                )


def _files(statement: Statement) -> Iterator[Problem]:
    for outcome in statement.files:
        for missing in outcome.missing:
            if not missing.accepted_by:
                subject = f"{missing.store}: {missing.path}"
                yield Problem(
                    "file-missing",
                    subject,
                    f"The file {subject} is missing: {missing.reason}",
                    f"Filen {subject} saknas: {missing.reason}",
                )
        if outcome.expected != outcome.written + len(outcome.missing) or outcome.written != outcome.read_back:
            yield Problem(
                "file-count",
                outcome.store,
                f"{outcome.store}: {outcome.expected} files expected, {outcome.written} written, "
                f"{outcome.read_back} read back, {len(outcome.missing)} missing.",
                f"{outcome.store}: {outcome.expected} filer väntade, {outcome.written} skrivna, "
                f"{outcome.read_back} tillbakalästa, {len(outcome.missing)} saknas.",
            )


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed: which volumes make up the package, and the digest of its completeness statement."""

    package_id: str
    vendor: str
    customer: str
    tenant_key: str
    job: int
    language: str
    created_at: str
    complete: bool
    categories: tuple[str, ...]
    formats: tuple[str, ...]
    data_map_sha256: str
    snapshots: tuple[SnapshotFact, ...]
    volumes: tuple[VolumeEntry, ...]
    statement_sha256: str
    software: str = ""
    previous_sha256: str = ""
    """Digest of the manifest of the customer's previous package; '' for the first."""

    def to_json(self) -> bytes:
        return canonical(asdict(self) | {"format_version": FORMAT_VERSION})


def manifest(statement: Statement, volumes: Sequence[VolumeEntry], previous_sha256: str = "") -> Manifest:
    """The manifest of a package with this statement and these volumes."""
    return Manifest(
        package_id=statement.package_id,
        vendor=statement.vendor,
        customer=statement.customer,
        tenant_key=statement.tenant_key,
        job=statement.job,
        language=statement.language,
        created_at=statement.created_at,
        complete=statement.complete,
        categories=statement.categories,
        formats=statement.formats,
        data_map_sha256=statement.data_map_sha256,
        snapshots=statement.snapshots,
        volumes=tuple(sorted(volumes, key=lambda volume: volume.number)),
        statement_sha256=digest(statement.to_json()),
        software=statement.software,
        previous_sha256=previous_sha256,
    )
