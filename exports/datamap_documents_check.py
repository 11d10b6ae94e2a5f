"""Whether the documents that a data map declares fit its tables: every table and column is there, and may be used.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from exports.datamap import DatabaseStore, DataMap, Mistake
from exports.datamap_documents import BASE, PLACEHOLDER, Documents, Figures, Join, Measure, Per, Related


def check(datamap: DataMap) -> Iterator[Mistake]:
    """What does not fit the tables of the map."""
    seen: set[str] = set()
    for index, one in enumerate(datamap.documents, start=1):
        where = f"{datamap.path.name}: documents[{index}]"
        if one.name in seen:
            yield Mistake(f"{where}.name", f"{one.name!r} is there already")
        seen.add(one.name)
        store = datamap.databases.get(one.store)
        if store is None:
            yield Mistake(f"{where}.store", f"{one.store!r} is no database of this map")
            continue
        for key, reason in _Checked(store, one).mistakes():
            yield Mistake(f"{where}.{key}", reason)


@dataclass
class _Checked:
    """One kind of document against its store."""

    store: DatabaseStore
    documents: Documents
    rows: dict[str, str] = field(default_factory=dict)

    def mistakes(self) -> Iterator[tuple[str, str]]:
        one = self.documents
        if ".." in one.template or one.template.startswith("/") or "\\" in one.template:
            yield "template", f"{one.template!r} must be a name below templates/documents/platform/"
        if one.per is Per.TENANT and one.table != self.store.tenant.collection:
            yield "table", f'must be {self.store.tenant.collection!r}, the customer\'s own row, with per = "tenant"'
        if problem := self.unusable(one.table):
            yield "table", problem
            return
        self.rows = {BASE: one.table}
        yield from self.joined(one.joins, "joins", self.rows)
        for key in ("file", "title"):
            texts = [one.file] if key == "file" else [text for _language, text in one.title]
            yield from ((key, reason) for text in texts for reason in self.placeholders(text, self.rows))
        yield from self.columns("where", [name for name, _value in one.where], {BASE: one.table})
        names = [*(join.name for join in one.joins), *(related.name for related in one.lists)]
        names += [figures.name for figures in one.figures]
        for name in {name for name in names if names.count(name) > 1}:
            yield name, "is the name of two things; templates could not tell them apart"
        for kind, found in (("lists", one.lists), ("figures", tuple(figures.rows for figures in one.figures))):
            for related in found:
                yield from self.related(related, f"{kind}.{related.name}")
        for figures in one.figures:
            yield from self.figured(figures, f"figures.{figures.name}")

    def joined(self, joins: tuple[Join, ...], where: str, rows: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Adds each join to ``rows`` (name → table)."""
        for join in joins:
            here = f"{where}.{join.name}"
            if join.origin not in rows:
                yield f"{here}.of", f"{join.origin!r} is neither the row nor a join before this one"
                continue
            if problem := self.unusable(join.table):
                yield f"{here}.table", problem
                continue
            if len(join.fields) != len(join.references):
                yield here, f"{len(join.fields)} fields cannot equal {len(join.references)} references"
            yield from self.columns(f"{here}.fields", join.fields, {BASE: rows[join.origin]})
            yield from self.columns(f"{here}.references", join.references, {BASE: join.table})
            rows[join.name] = join.table

    def related(self, related: Related, where: str) -> Iterator[tuple[str, str]]:
        if problem := self.unusable(related.table):
            yield f"{where}.table", problem
            return
        if len(related.fields) != len(related.references):
            yield where, f"{len(related.fields)} fields cannot equal {len(related.references)} references"
        if not related.fields and self.documents.per is Per.ROW:
            yield f"{where}.fields", "is missing: which of its rows belong to the document's row?"
        yield from self.columns(f"{where}.fields", related.fields, {BASE: related.table})
        yield from self.columns(f"{where}.references", related.references, {BASE: self.documents.table})
        yield from self.columns(f"{where}.where", [name for name, _value in related.where], {BASE: related.table})
        rows = {BASE: related.table}
        for join in related.joins:
            if join.name in self.store.collections[related.table].fields:
                yield f"{where}.joins.{join.name}", f"is also a field of {related.table}; call it otherwise"
        yield from self.joined(related.joins, f"{where}.joins", rows)
        yield from self.columns(f"{where}.order", related.order, rows)

    def figured(self, figures: Figures, where: str) -> Iterator[tuple[str, str]]:
        rows = {BASE: figures.rows.table} | {join.name: join.table for join in figures.rows.joins}
        if figures.measure is not Measure.COUNT and not figures.column:
            yield f"{where}.column", f'is missing: {figures.measure} of which column? Only "count" needs none'
        if figures.measure is Measure.COUNT and figures.column:
            yield f"{where}.column", 'means nothing with measure = "count"'
        if not figures.month and not figures.by:
            yield where, "needs month, by or both: for what is there one number each?"
        for key in ("column", "month", "by"):
            if name := getattr(figures, key):
                yield from self.columns(f"{where}.{key}", [name], rows)

    def unusable(self, table: str) -> str:
        """Why no document can use the table; '' when one can."""
        collection = self.store.collections.get(table)
        if collection is None:
            return f"{table!r} is no collection of store {self.store.key}"
        return "" if collection.export else f"{table!r} is not exported ({collection.reason})"

    def columns(self, where: str, names: Iterable[str], rows: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name in names:
            if reason := self.column(name, rows):
                yield where, reason

    def column(self, name: str, rows: Mapping[str, str]) -> str:
        """Why ``column`` or ``join.column`` cannot be used; '' when it can."""
        origin, dot, column = name.rpartition(".")
        if dot and origin not in rows:
            return f"{origin!r} in {name!r} is no join here"
        collection = self.store.collections.get(rows[origin or BASE])
        found = collection.fields.get(column) if collection else None
        if collection is None or found is None:
            return f"{column!r} is no field of {rows[origin or BASE]}"
        return f"{name!r} never leaves the platform ({found.secret})" if found.secret else ""

    def placeholders(self, text: str, rows: Mapping[str, str]) -> Iterator[str]:
        if {"{", "}"} & {*PLACEHOLDER.sub("", text)}:
            yield "has a brace that stands alone"
        for name in PLACEHOLDER.findall(text):
            if reason := self.column(name, rows):
                yield reason
