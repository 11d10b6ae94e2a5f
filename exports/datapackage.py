"""``datapackage.json`` of one volume: Frictionless Data Package v1 (specs.frictionlessdata.io). Pure.

The description must hold for every exact value, so a column gets a narrow type only where the engine's
type cannot hold anything else: dates stay ``string`` because of BC years and infinity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from exports.contents import Column, ForeignKey, Kind, Table

_TYPES = {Kind.INTEGER: "integer", Kind.DECIMAL: "number", Kind.FLOAT: "number"}
_DIALECT = {
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "lineTerminator": "\r\n",
    "header": True,
    "caseSensitiveHeader": True,
    "skipInitialSpace": False,
}


@dataclass(frozen=True, slots=True)
class TableFile:
    """One CSV file of a table within a volume; ``loose`` when the engine lets any value into any column."""

    table: Table
    path: str
    """Below the bag's folder, e.g. ``data/csv/users/people.csv``."""
    rows: int
    size: int
    sha256: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class PlainFile:
    """Any other file; ``title`` may carry its original name."""

    path: str
    size: int
    sha256: str
    title: str = ""


def describe(
    name: str,
    created: str,
    tables: Iterable[TableFile],
    files: Iterable[PlainFile] = (),
    dangling: Collection[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The whole descriptor. ``created`` is RFC 3339.

    ``dangling`` names foreign keys as (table stem, key name) whose targets are not all part of the export, e.g. rows
    that point to the vendor's own staff; they are told as ``references``, which no validator enforces. The same
    happens to keys whose target lies in another volume or is split.
    """
    found = list(tables)
    whole = _whole_tables(found)
    resources = [_table_resource(file, whole, dangling) for file in found]
    resources += [_file_resource(file) for file in files]
    _make_names_unique(resources)
    return {"profile": "data-package", "name": _safe(name), "created": created, "resources": resources}


def to_json(descriptor: dict[str, Any]) -> bytes:
    """The descriptor as its file."""
    return json.dumps(descriptor, ensure_ascii=False, indent=1).encode() + b"\n"


def estimate(file: TableFile | PlainFile) -> int:
    """The most bytes the file's description takes in ``datapackage.json``."""
    if isinstance(file, PlainFile):
        return 64 + len(to_json(_file_resource(file)))
    references = sum(200 + 8 * sum(map(len, key.columns + key.target_columns)) for key in file.table.foreign_keys)
    return 512 + 2 * len(to_json(_table_resource(file, {}, ()))) + references


def _whole_tables(files: list[TableFile]) -> dict[tuple[str, str, str], TableFile]:
    """(store, schema, name) → file, of the tables that lie in one file of this volume."""
    seen: dict[tuple[str, str, str], list[TableFile]] = {}
    for file in files:
        seen.setdefault((file.table.store, file.table.schema, file.table.name), []).append(file)
    return {
        name: parts[0]
        for name, parts in seen.items()
        if len(parts) == 1 and PurePosixPath(parts[0].path).stem == parts[0].table.stem
    }


def _table_resource(
    file: TableFile, whole: dict[tuple[str, str, str], TableFile], dangling: Collection[tuple[str, str]]
) -> dict[str, Any]:
    table = file.table
    names = {column.name for column in table.columns}
    key = table.primary_key if set(table.primary_key) <= names and _is_enforced(table) else ()
    schema: dict[str, Any] = {
        "fields": [_field(column, in_key=column.name in key, loose=file.loose) for column in table.columns],
        "missingValues": [""],
    }
    if key:
        schema["primaryKey"] = list(key)
    enforced, told = _foreign_keys(file, whole, dangling)
    if enforced:
        schema["foreignKeys"] = enforced
    resource: dict[str, Any] = {
        "profile": "tabular-data-resource",
        "name": _resource_name(file),
        "path": file.path,
        "title": f"{table.schema}.{table.name}" if table.schema else table.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "rowCount": file.rows,
        "dialect": _DIALECT | ({} if key else {"skipBlankRows": True}),
        "schema": schema,
    }
    if table.description:
        resource["description"] = table.description
    if told:
        resource["references"] = told
    return resource


def _is_enforced(table: Table) -> bool:
    """SQLite lets NULL into primary keys that are no integers and not declared NOT NULL."""
    columns = {column.name: column for column in table.columns}
    return all(not columns[name].nullable or columns[name].kind is Kind.INTEGER for name in table.primary_key)


def _field(column: Column, *, in_key: bool, loose: bool) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _TYPES.get(column.kind, "string")}
    if column.kind is Kind.BOOLEAN and column.type.lower().startswith("bool"):
        field |= {"type": "boolean", "trueValues": ["t", "true", "1"], "falseValues": ["f", "false", "0"]}
    if loose and field["type"] != "string":
        field = {"name": column.name, "type": "any"}
    if column.description:
        field["description"] = column.description
    field["databaseType"] = column.type
    if in_key and field["type"] == "string":
        field["missingValues"] = []  # an empty text is a value there, not a missing one
    return field


def _foreign_keys(
    file: TableFile, whole: dict[tuple[str, str, str], TableFile], dangling: Collection[tuple[str, str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Keys a validator shall enforce, and those that are only told."""
    enforced, told = [], []
    for key in file.table.foreign_keys:
        target = whole.get((file.table.store, key.target_schema, key.target))
        if target is not None and (file.table.stem, key.name) not in dangling and _can_be_enforced(file, key, target):
            reference = {
                "resource": "" if target is file else _resource_name(target),
                "fields": list(key.target_columns),
            }
            enforced.append({"fields": list(key.columns), "reference": reference})
        else:
            name = f"{key.target_schema}.{key.target}" if key.target_schema else key.target
            told.append({"fields": list(key.columns), "table": name, "targetFields": list(key.target_columns)})
    return enforced, told


def _can_be_enforced(file: TableFile, key: ForeignKey, target: TableFile) -> bool:
    """SQL's MATCH SIMPLE accepts composite keys that are partly NULL, Frictionless does not."""
    columns = {column.name: column for column in file.table.columns}
    targets = {column.name for column in target.table.columns}
    if not set(key.columns) <= columns.keys() or not set(key.target_columns) <= targets:
        return False
    return len(key.columns) == 1 or not any(columns[name].nullable for name in key.columns)


def _file_resource(file: PlainFile) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "type": "file",
        "name": _safe(file.path),
        "path": file.path,
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
    }
    if file.title:
        resource["title"] = file.title
    return resource


def _resource_name(file: TableFile) -> str:
    return _safe(PurePosixPath(file.path).stem)


def _safe(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "file"


def _make_names_unique(resources: list[dict[str, Any]]) -> None:
    used: set[str] = set()
    for resource in resources:
        name = resource["name"]
        number = 2
        while resource["name"] in used:
            resource["name"] = f"{name}-{number}"
            number += 1
        used.add(resource["name"])
