"""Whole tables of a test database as selections, and blocks as the values they stand for."""

from __future__ import annotations

from collections.abc import Iterable

from exports.contents import Category, Column, Kind, Table
from exports.dialects import dialect
from exports.rows import Block, value
from exports.scope import Selection
from exports.sources.database import Snapshot


def select(
    snapshot: Snapshot, name: str, columns: dict[str, Kind] | str, *, order: str = "1", where: str = ""
) -> Selection:
    """All rows of a table; ``columns`` with their kinds, or just their names when the kind does not matter."""
    kinds = columns if isinstance(columns, dict) else dict.fromkeys(columns.split(), Kind.OTHER)
    quote = dialect(snapshot.engine).name
    table = Table(
        store=snapshot.store,
        key=name,
        schema="",
        name=name,
        category=Category.USERS,
        columns=tuple(Column(column, "", kind) for column, kind in kinds.items()),
        stem=name,
    )
    source = f"{quote(name)} WHERE {where}" if where else quote(name)
    return Selection(table, source, ", ".join(quote(column) for column in kinds), order)


def values(blocks: Iterable[Block]) -> list[list[str | None]]:
    """The rows of all blocks; checks that each block knows the number of its first row."""
    rows: list[list[str | None]] = []
    for block in blocks:
        assert block.first_row == len(rows) + 1
        assert block.data.endswith(b"\n")
        rows += [[value(field) for field in row] for row in block.rows]
        assert block.count == len(rows) - block.first_row + 1
    return rows
