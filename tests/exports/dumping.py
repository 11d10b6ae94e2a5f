"""Dumps whole databases as SQL and loads them again, for the tests of the SQL format."""

from __future__ import annotations

import io
import subprocess
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from exports.catalogue import LiveTable, Relation
from exports.contents import Category, Column, Table
from exports.dialects import dialect
from exports.formats import sql
from exports.formats.base import Part
from exports.formats.changes import Changes
from exports.scope import Selection
from exports.sources.ddl import Ddl, ddl
from exports.sources.reflection import reflect
from exports.sources.snapshot import Snapshot
from exports.staging import Sink

REAL = Relation.TABLE, Relation.PARTITIONED, Relation.INHERITANCE_CHILD
Secrets = Mapping[str, Collection[str]]
"""Table → columns that are not exported."""


@dataclass
class Dumped:
    """A finished dump: its files in order, what it says it holds, and the schema it was made with."""

    ddl: Ddl
    files: list[Path] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(file.read_text() for file in self.files)

    def read_back(self) -> list[dict[str, int]]:
        return [
            sql.read_back(io.BytesIO(file.read_bytes()), part)
            for file, part in zip(self.files, self.parts, strict=True)
        ]


def everything(
    snapshot: Snapshot, secrets: Secrets | None = None, skip: Collection[str] = (), views: Collection[str] = ()
) -> list[Selection]:
    """All rows of all real tables and of the named views, but for secret columns and the tables to skip."""
    selections = []
    for live in reflect(snapshot).tables.values():
        if (live.relation in REAL or live.name in views) and live.name not in skip:
            selections.append(_selection(snapshot, live, set((secrets or {}).get(live.name, ())), len(selections)))
    return selections


def _selection(snapshot: Snapshot, live: LiveTable, secret: set[str], number: int) -> Selection:
    name = dialect(snapshot.engine).name
    table = Table(
        store=snapshot.store,
        key=live.key,
        schema=live.schema,
        name=live.name,
        category=Category.USERS,
        columns=tuple(Column(c.name, c.type, c.kind, c.nullable) for c in live.columns if c.name not in secret),
        stem=f"table-{number}",
        left_out=dict.fromkeys(secret, "secret"),
    )
    source = f"{name(live.schema)}.{name(live.name)}" if live.schema else name(live.name)
    columns = ", ".join(name(column.name) for column in table.columns)
    if snapshot.engine != "postgresql":
        return Selection(table, source, columns, columns)
    only = "ONLY " if live.relation in (Relation.TABLE, Relation.INHERITANCE_CHILD) else ""
    return Selection(table, f"{only}{source} AS t", columns, 't::text COLLATE "C"')


def dump(snapshot: Snapshot, directory: Path, selections: list[Selection], part_limit: int = 1 << 40) -> Dumped:
    """Write the selections as SQL below the directory."""
    directory.mkdir(exist_ok=True)
    dumped = Dumped(ddl(snapshot, [selection.table for selection in selections]))
    sink = Sink(directory, part_limit)
    form = sql.create(sink, Changes(sink.open("changes.csv")), ddl={snapshot.store: dumped.ddl}, language="sv")
    for selection in selections:
        writer = form.table(selection.table)
        for block in snapshot.read(selection):
            writer.write(block)
        writer.close()
        dumped.rows[selection.table.stem] = snapshot.count(selection)
    form.finish()
    dumped.parts = form.parts
    staged = {one.path: one for one in sink.staged}
    for part in form.parts:
        file = directory / Path(part.path).name
        file.write_bytes(zlib.decompress(staged[part.path].file.read_bytes(), wbits=-15))
        dumped.files.append(file)
    return dumped


def contents(snapshot: Snapshot, selections: list[Selection]) -> dict[str, bytes]:
    """The COPY text of every selection."""
    return {one.table.key: b"".join(block.data for block in snapshot.read(one)) for one in selections}


def psql(program: Path, url: str, *files: Path) -> str:
    """Load scripts with psql, which stops at the first error; gives the warnings."""
    done = subprocess.run(
        [str(program), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *[f"--file={file}" for file in files]],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr
