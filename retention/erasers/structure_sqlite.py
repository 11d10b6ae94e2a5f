"""The structure of a SQLite database from its pragmas."""

from __future__ import annotations

import re
from collections import defaultdict

from exports.catalogue import Catalogue
from exports.sources.snapshot import Snapshot
from retention.erasers.structure import Action, Place, Reference, Structure
from retention.erasers.structure_postgresql import clearable

_REFERENCES = """
SELECT m.name, f.id, f."table", f."from", f."to", f.on_delete FROM sqlite_master AS m
JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"""
_INDEXES = """
SELECT m.name, l.name, i.name FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS l
JOIN pragma_index_info(l.name) AS i WHERE m.type = 'table' AND NOT l.partial ORDER BY m.name, l.name, i.seqno"""
_TRIGGERS = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY tbl_name, name"
_PLACELESS = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT%ROWID%'"
_EVENT = re.compile(r"\b(DELETE|INSERT|UPDATE)\b", re.IGNORECASE)


def read(snapshot: Snapshot, catalogue: Catalogue) -> Structure:
    """The same facts as for PostgreSQL; policies, partitions and privileges do not exist here."""
    events: dict[str, dict[Place, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, name, text in _rows(snapshot, _TRIGGERS):
        body = text[text.upper().index(name.upper()) + len(name) :]
        event = _EVENT.search(body)
        events[event[1].upper() if event else "DELETE"]["", table].append(name)
    return Structure(
        catalogue=catalogue,
        references=_references(snapshot, catalogue, set(events["UPDATE"])),
        delete_triggers={place: tuple(names) for place, names in events["DELETE"].items()},
        sizes={
            place: int(snapshot.query(f'SELECT count(*) FROM "{place[1]}"')[0][0] or 0)
            for place, table in catalogue.tables.items()
            if table.columns
        },
        role="the file",
        placeless=frozenset(("", name) for (name,) in _rows(snapshot, _PLACELESS)),
    )


def _references(snapshot: Snapshot, catalogue: Catalogue, watched: set[Place]) -> tuple[Reference, ...]:
    indexes = _indexes(snapshot, catalogue)
    grouped: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for row in _rows(snapshot, _REFERENCES):
        grouped[row[0], row[1]].append(row)
    spelled = {name.lower(): name for _, name in catalogue.tables}
    found = []
    for (child, number), rows in grouped.items():
        parent = spelled.get(rows[0][2].lower(), "")
        if not parent:
            continue  # it refers to a table that does not exist: no row of it can be deleted
        columns = tuple(row[3] for row in rows)
        targets = tuple(row[4] for row in rows)
        found.append(
            Reference(
                name=f"{child}_{number}",
                child=("", child),
                columns=columns,
                parent=("", parent),
                parent_columns=targets if all(targets) else catalogue.tables["", parent].primary_key,
                action=Action(rows[0][5].upper()),
                clearable=clearable(catalogue.tables["", child], columns, full=False),
                deferrable=True,  # PRAGMA defer_foreign_keys defers every key
                indexed=any(
                    (index and set(index) <= set(columns)) or set(index[: len(columns)]) == set(columns)
                    for index in indexes[child]
                ),
                watched=("", child) in watched,
            )
        )
    return tuple(found)


def _indexes(snapshot: Snapshot, catalogue: Catalogue) -> dict[str, list[tuple[str, ...]]]:
    """Table → the columns of each index."""
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table, index, column in _rows(snapshot, _INDEXES):
        columns[table, index].append(column)
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for (table, _), names in columns.items():
        found[table].append(tuple(names))
    for (_, name), live in catalogue.tables.items():
        found[name].append(live.primary_key)
    return found


def _rows(snapshot: Snapshot, sql: str) -> list[tuple[str, ...]]:
    return [tuple(value or "" for value in row) for row in snapshot.query(sql)]
