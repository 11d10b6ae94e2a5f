"""What the tables stage leaves in the job's row, so that later stages need neither its snapshot nor its worker."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import Any

from exports.datamap import DataMap
from exports.drift import Difference
from exports.media import MediaResult
from exports.outcomes import PartOutcome, TableOutcome
from exports.packing import StoredVolume
from exports.sources.files import FileRegister
from exports.tables import TableResult, TablesResult


def tables_result(
    result: TablesResult, stored: list[StoredVolume], register: FileRegister, datamap: DataMap
) -> dict[str, Any]:
    """JSON of everything found, written and read back; ``completeness.statement_of`` reads it."""
    parts = [part for one in stored for part in one.parts]
    return {
        "snapshots": result.snapshots,
        "tables": [asdict(_table_outcome(one, result, parts)) for one in result.tables],
        "parts": [asdict(part) for part in parts],
        "changes": result.changes,
        "definitions": result.left_out,
        "unknown": [[store_key, _subject(one), f"{one.text} {one.advice}"] for store_key, one in result.differences],
        "expected": register.expected(),
        "missing": register.missing() + result.documents.missing,
        "documents": result.documents.kept(frozenset().union(*(one.intact for one in stored))),
        "bytes_total": register.bytes_total(),
        "rows": sum(table.read_rows for table in result.tables),
        "data_map_sha256": datamap.sha256,
    }


def media_result(result: MediaResult, stored: StoredVolume) -> dict[str, Any]:
    """JSON of one media volume: ``[store, category, written, read back, bytes]`` and every file that was lost."""
    figures: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for file, written in result.files:
        counts = figures[file.store, str(file.category)]
        counts[0] += 1
        counts[1] += written.path in stored.intact
        counts[2] += written.size
    lost = [*result.vanished, *result.changed]
    return {
        "files": [[*key, *counts] for key, counts in sorted(figures.items())],
        "missing": [[file.store, file.path, reason, file.referenced_by, str(file.category)] for file, reason in lost],
    }


def _subject(difference: Difference) -> str:
    return f"{difference.table}.{difference.column}" if difference.column else difference.table or "*"


def _table_outcome(one: TableResult, result: TablesResult, parts: list[PartOutcome]) -> TableOutcome:
    table = one.selection.table
    written: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for part in result.parts:
        if table.stem in part.rows:
            written[part.format] += part.rows[table.stem]
    for outcome in parts:
        if table.stem in outcome.rows:
            read[outcome.format] += outcome.rows[table.stem]
    files = tuple(part.path for part in result.parts if table.stem in part.rows)
    return TableOutcome(
        table.store, table.key, table.stem, str(table.category), one.snapshot_rows, dict(written), dict(read), files
    )
