"""The tables of one export: one snapshot per database, every table read once, every format written at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from exports.contents import DOCUMENTS, Category, of_rows
from exports.datamap import DatabaseStore, DataMap
from exports.datamap_documents import Documents
from exports.documents.making import House
from exports.documents.spool import Spool
from exports.documents.writing import DocumentsResult, Writing
from exports.drift import Difference, compare
from exports.formats.base import Format, Part, open_formats
from exports.formats.changes import PATH as CHANGES_PATH
from exports.formats.changes import Changes, Reason
from exports.rows import Block
from exports.scope import Selection, selections, tenant_row_sql
from exports.sources.database import Snapshot, open_snapshot
from exports.sources.ddl import ddl
from exports.sources.files import FileRegister
from exports.sources.reflection import reflect
from exports.sources.snapshot import Note
from exports.staging import Sink, Staged


class UnknownTenantError(Exception):
    """The platform has no such tenant, or more than one answers to the key."""


@dataclass
class TableResult:
    """What happened to one table."""

    selection: Selection
    snapshot_rows: int
    read_rows: int = 0


@dataclass
class TablesResult:
    """What the snapshot held and what was written; ``differences`` not empty means nothing was written."""

    snapshots: list[dict[str, str]] = field(default_factory=list)
    tables: list[TableResult] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    staged: list[Staged] = field(default_factory=list)
    differences: list[tuple[str, Difference]] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """Parts of the schema that the SQL dump leaves out, per store, in words."""
    documents: DocumentsResult = field(default_factory=DocumentsResult)


@dataclass(frozen=True)
class Order:
    """What is wanted: ``progress(rows, text)`` is called after every block and may raise to stop the work."""

    datamap: DataMap
    tenant_key: str
    categories: Sequence[Category]
    formats: Sequence[str]
    language: str
    part_limit: int
    progress: Callable[[int, str], None]
    total: Callable[[int], None]
    house: House
    step: Callable[[str], None]

    def documents(self) -> list[Documents]:
        """The kinds of document to make."""
        wanted = set(self.formats) & set(DOCUMENTS)
        return [one for one in self.datamap.documents if wanted and one.category in self.categories]


@dataclass
class _Open:
    store: DatabaseStore
    snapshot: Snapshot
    selections: list[Selection]
    others: list[Selection] = field(default_factory=list)
    """Tables that were not asked for but that documents say something of; they stand in no other format."""


def write_tables(order: Order, work: Path, register: FileRegister) -> TablesResult:
    """Writes every table of the tenant in every format below ``work`` and notes the files its rows name.

    Raises ``UnknownTenantError``, ``SourceError``, ``OSError`` and whatever ``order.progress`` raises; staged
    files are then left to the caller, who owns ``work``.
    """
    result = TablesResult()
    sink = Sink(work, order.part_limit)
    with ExitStack() as whole:
        spool = whole.enter_context(closing(Spool(work / "documents.sqlite3")))
        with ExitStack() as stack:
            opened = [_open(store, order, stack, result) for store in order.datamap.databases.values()]
            if result.differences:
                return result
            for one in opened:
                one.selections = [one.snapshot.fitted(selection) for selection in one.selections]
                result.tables += [TableResult(sel, one.snapshot.count(sel)) for sel in one.selections]
            order.total(sum(table.snapshot_rows for table in result.tables))
            changes = Changes(sink.open(CHANGES_PATH))
            _write(order, opened, sink, changes, register, spool, result)
        formats = [name for name in DOCUMENTS if name in order.formats]
        writing = Writing(spool, sink, changes, formats, order.house, order.step)
        result.documents = writing.write(order.documents())
    changes.close()
    result.changes = {str(reason): count for reason, count in sorted(changes.counts.items())}
    result.staged = list(sink.staged)
    return result


def _open(store: DatabaseStore, order: Order, stack: ExitStack, result: TablesResult) -> _Open:
    snapshot = stack.enter_context(open_snapshot(store.key, settings.PLATFORM_URLS[store.key]))
    catalogue = reflect(snapshot)
    result.differences += [(store.key, difference) for difference in compare(store, catalogue)]
    result.snapshots.append(
        {
            "store": store.key,
            "engine": snapshot.engine,
            "version": snapshot.version,
            "taken_at": snapshot.taken_at.isoformat(timespec="seconds"),
        }
    )
    if result.differences:
        return _Open(store, snapshot, [])
    _check_tenant(store, snapshot, order.tenant_key)
    chosen = selections(store, catalogue, order.tenant_key, order.categories)
    said = {table for one in order.documents() if one.store == store.key for table in one.tables()}
    said -= {selection.table.key for selection in chosen}
    others = [one for one in selections(store, catalogue, order.tenant_key) if one.table.key in said] if said else []
    return _Open(store, snapshot, chosen, others)


def _check_tenant(store: DatabaseStore, snapshot: Snapshot, tenant_key: str) -> None:
    rows = snapshot.query(tenant_row_sql(store, tenant_key, snapshot.engine))
    if len(rows) != 1 or rows[0][0] != tenant_key:
        raise UnknownTenantError(
            _("The platform's database “%(store)s” has %(count)d tenants with the key “%(key)s”; it must be one.")
            % {"store": store.key, "count": len([row for row in rows if row[0] == tenant_key]), "key": tenant_key}
        )


def _write(
    order: Order,
    opened: list[_Open],
    sink: Sink,
    changes: Changes[Any],
    register: FileRegister,
    spool: Spool,
    result: TablesResult,
) -> None:
    formats = open_formats(of_rows(order.formats), sink, changes, **_options(order, opened, result))
    tables = iter(result.tables)
    said = {(one.store, table) for one in order.documents() for table in one.tables()}
    for one in opened:
        one.snapshot.report = _reporter(changes)
        for selection in one.selections:
            taps = [spool.tap(selection.table)] if (one.store.key, selection.table.key) in said else []
            _copy(order, one, selection, next(tables), formats, register, taps)
        for selection in one.others:
            _keep(order, one.snapshot, one.snapshot.fitted(selection), spool)
    for form in formats:
        form.finish()
    result.parts = [part for form in formats for part in form.parts]


def _keep(order: Order, snapshot: Snapshot, selection: Selection, spool: Spool) -> None:
    tap = spool.tap(selection.table)
    for block in snapshot.read(selection):
        tap(block)
        order.progress(0, selection.table.key)


def _options(order: Order, opened: list[_Open], result: TablesResult) -> dict[str, Any]:
    engines = {one.store.key: one.snapshot.engine for one in opened}
    options: dict[str, Any] = {"language": order.language, "engines": engines}
    if "sql" in order.formats:
        definitions = {one.store.key: ddl(one.snapshot, [sel.table for sel in one.selections]) for one in opened}
        result.left_out += [(key, text) for key, value in definitions.items() for text in value.left_out]
        options["ddl"] = definitions
    return options


def _copy(
    order: Order,
    one: _Open,
    selection: Selection,
    counted: TableResult,
    formats: list[Format],
    register: FileRegister,
    taps: list[Callable[[Block], None]],
) -> None:
    table = selection.table
    links = {
        name: field.file for name, field in one.store.collections[table.key].fields.items() if field.file is not None
    }
    if links and "media" in order.formats:
        taps.append(register.tap(table, links))
    writers = [form.table(table) for form in formats]
    for block in one.snapshot.read(selection):
        for writer in writers:
            writer.write(block)
        for tap in taps:
            tap(block)
        counted.read_rows += block.count
        order.progress(block.count, table.key)
    for writer in writers:
        writer.close()


def _reporter(changes: Changes[Any]) -> Callable[[Note], None]:
    """Values that are no text in any encoding stand in ``changes.csv`` with their stored bytes."""

    def report(note: Note) -> None:
        changes.add(note.table, note.row, note.column, Reason.REPLACED_CHARACTERS, note.original_hex)

    return report
