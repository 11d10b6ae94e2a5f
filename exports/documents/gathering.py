"""From kept rows to what one document says: its row, the rows that belong to it, and its figures. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from exports.datamap_documents import BASE, PLACEHOLDER, Documents, Join, Related, in_language
from exports.documents.figures import figure
from exports.documents.queries import Query
from exports.documents.spool import Row, Spool, SpoolError

MOST_ROWS = 2_000
"""Rows of one list in one document; the exact layer holds them all, and the document says how many more there are."""


@dataclass(slots=True)
class Gathered:
    """One document to be made. ``problem`` says why it cannot be; ``facts`` are plain values that JSON can carry."""

    number: int
    """Counted from 1 within its kind."""
    original: str
    """What its file would be called if every name could be."""
    facts: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def prepare(spool: Spool, documents: Documents) -> None:
    """Indexes what will be looked up for every document; call it once, when everything is kept."""
    related = [*documents.lists, *(one.rows for one in documents.figures)]
    for join in [*documents.joins, *(join for one in related for join in one.joins)]:
        spool.index(documents.store, join.table, join.references)
    for one in related:
        spool.index(documents.store, one.table, one.fields)


def gather(spool: Spool, documents: Documents, language: str) -> Iterator[Gathered]:
    """Every document of a kind, in the order of its table's rows."""
    for number, row in enumerate(spool.rows(documents.store, documents.table, documents.where), start=1):
        yield _Gathering(spool, documents, language).one(number, row)


def expected(spool: Spool, documents: Documents) -> int:
    """How many documents ``gather`` gives."""
    return spool.count(documents.store, documents.table, documents.where)


class _Gathering:
    def __init__(self, spool: Spool, documents: Documents, language: str) -> None:
        self.spool = spool
        self.documents = documents
        self.language = language

    def one(self, number: int, row: Row) -> Gathered:
        rows = {BASE: row}
        problem = ""
        try:
            self.join(self.documents.joins, rows)
            facts: dict[str, Any] = {**rows}
            for related in self.documents.lists:
                facts[related.name] = self.listed(related, row)
            for figures in self.documents.figures:
                facts[figures.name] = figure(self.spool, self.documents, figures, row, self.language)
        except SpoolError as error:
            problem, facts = str(error), {**rows}
        original = _filled(self.documents.file, rows).strip() or f"{self.documents.name} {number}"
        facts["title"] = _filled(in_language(self.documents.title, self.language), rows)
        return Gathered(number, original, facts, problem)

    def join(self, joins: Sequence[Join], rows: dict[str, Row]) -> None:
        """Adds each joined row; SpoolError where one that is needed is not there."""
        for join in joins:
            origin = rows[join.origin]
            keys = [(column, origin[name]) for column, name in zip(join.references, join.fields, strict=True)]
            filled = all(text for _column, text in keys)
            found = next(self.spool.rows(self.documents.store, join.table, keys), None) if filled else None
            if found is None and not join.optional:
                wanted = ", ".join(f"{column} = {text!r}" for column, text in keys)
                raise SpoolError(f"{join.name}: {join.table} has no row with {wanted}")
            rows[join.name] = found or dict.fromkeys(self.spool.columns(self.documents.store, join.table), "")

    def listed(self, related: Related, row: Row) -> dict[str, Any]:
        """``rows`` of the list, each with its joined rows by name; ``more`` counts those beyond ``MOST_ROWS``."""
        query = Query(self.spool, self.documents.store, related, row)
        order = ", ".join([*(query.column(name) for name in related.order), f"{BASE}.rowid"])
        rows = []
        for found in self.spool.select(
            f"{query.select()} ORDER BY {order} LIMIT {MOST_ROWS}", query.values, query.names
        ):
            nested: dict[str, Any] = {}
            for name, text in found.items():
                origin, _dot, column = name.partition(".")
                if origin == BASE:
                    nested[column] = text
                else:
                    nested.setdefault(origin, {})[column] = text
            rows.append(nested)
        total = next(self.spool.select(f"SELECT count(*) {query.source}", query.values, ["n"]))["n"]
        return {"rows": rows, "count": int(total), "more": int(total) - len(rows)}


def _filled(text: str, rows: dict[str, Row]) -> str:
    def put(name: str) -> str:
        origin, _dot, column = name.rpartition(".")
        return rows.get(origin or BASE, {}).get(column, "")

    return PLACEHOLDER.sub(lambda match: put(match[1]), text)
