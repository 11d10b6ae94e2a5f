"""Which documents a package holds, as the data map declares them: rows → documents by templates. Pure.

``read`` takes the map's ``[[documents]]``; ``datamap_documents_check`` looks whether every table and column is there,
``documents.templates`` whether the template is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from exports.contents import Category

if TYPE_CHECKING:
    from exports.datamap_file import Section

LANGUAGES = ("en", "sv")
BASE = "row"
"""How templates, file names and figures call the row that a document is about."""
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
RESERVED = frozenset({BASE, "customer", "vendor", "made", "language", "title", "document", "forloop", "block"})


class Per(StrEnum):
    """What one document is about."""

    ROW = "row"
    """One row of the table."""
    TENANT = "tenant"
    """The whole customer: the one row that is the customer's own."""


class Measure(StrEnum):
    """What is counted up for a figure."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "avg"
    LEAST = "min"
    MOST = "max"


class Chart(StrEnum):
    """How a figure is drawn."""

    BARS = "bars"
    LINES = "lines"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Join:
    """One row of another table: where its ``references`` equal ``fields`` of ``origin`` (the row, or another join)."""

    name: str
    table: str
    fields: tuple[str, ...]
    references: tuple[str, ...]
    origin: str = BASE
    optional: bool = False
    """Whether a document may be made without it; else it fails and says so."""


@dataclass(frozen=True, slots=True)
class Related:
    """Rows of another table that belong to the document's row: their ``fields`` equal its ``references``; all of the
    customer's where both are empty."""

    name: str
    table: str
    fields: tuple[str, ...]
    references: tuple[str, ...]
    joins: tuple[Join, ...] = ()
    order: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers counted up from ``rows``: for every month of the day in ``month``, for every value of ``by``, or both."""

    rows: Related
    measure: Measure
    column: str = ""
    month: str = ""
    by: str = ""
    chart: Chart = Chart.BARS
    title: tuple[tuple[str, str], ...] = ()
    """(language, text); '' as language holds for all."""

    @property
    def name(self) -> str:
        return self.rows.name


@dataclass(frozen=True, slots=True)
class Documents:
    """One kind of document; ``file`` and ``title`` have ``{column}`` and ``{join.column}`` in them."""

    name: str
    store: str
    table: str
    category: Category
    template: str
    file: str
    title: tuple[tuple[str, str], ...]
    per: Per = Per.ROW
    joins: tuple[Join, ...] = ()
    lists: tuple[Related, ...] = ()
    figures: tuple[Figures, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    description: str = ""

    def tables(self) -> list[str]:
        """Every table it reads, each once."""
        related = [*self.lists, *(one.rows for one in self.figures)]
        joins = [*self.joins, *(join for one in related for join in one.joins)]
        return list(dict.fromkeys([self.table, *(one.table for one in joins), *(one.table for one in related)]))


def in_language(texts: tuple[tuple[str, str], ...], language: str) -> str:
    """The text of that language, or the one for all, or the first."""
    known = dict(texts)
    return known.get(language) or known.get("") or next(iter(known.values()), "")


# Reading --------------------------------------------------------------------------------------------------------------


def read(section: Section) -> tuple[Documents, ...]:
    """The map's documents, in its order; mistakes go to the section."""
    return tuple(_read_documents(part) for part in section.sections("documents"))


def _read_documents(part: Section) -> Documents:
    documents = Documents(
        name=_named(part, "name", _NAME, "a small letter and up to 39 of a–z, 0–9 and -"),
        store=part.text("store") or "platform",
        table=part.text("table", needed=True),
        category=part.choice("category", Category, Category.REPORTS, needed=True),
        template=part.text("template", needed=True),
        file=part.text("file", needed=True),
        title=_texts(part, "title", needed=True),
        per=part.choice("per", Per, Per.ROW),
        joins=_read_joins(part),
        lists=tuple(_read_related(one, name) for name, one in part.named("lists").items()),
        figures=tuple(_read_figures(one, name) for name, one in part.named("figures").items()),
        where=_pairs(part, "where"),
        description=part.text("description"),
    )
    for key in ("joins", "lists", "figures"):
        for name in part.section(key).values:
            if not _WORD.fullmatch(name) or name in RESERVED:
                part.wrong(f"{key}.{name}", "is no name a template can use: a–z, 0–9 and _, and not one of our own")
    part.close()
    return documents


def _read_joins(part: Section) -> tuple[Join, ...]:
    joins = []
    for name, one in part.named("joins").items():
        joins.append(
            Join(
                name=name,
                table=one.text("table", needed=True),
                fields=one.texts("fields", needed=True),
                references=one.texts("references", needed=True),
                origin=one.text("of") or BASE,
                optional=one.take("optional", bool, False),
            )
        )
        one.close()
    return tuple(joins)


def _read_related(part: Section, name: str, *, close: bool = True) -> Related:
    related = Related(
        name=name,
        table=part.text("table", needed=True),
        fields=part.texts("fields"),
        references=part.texts("references"),
        joins=_read_joins(part),
        order=part.texts("order"),
        where=_pairs(part, "where"),
    )
    if close:
        part.close()
    return related


def _read_figures(part: Section, name: str) -> Figures:
    figures = Figures(
        rows=_read_related(part, name, close=False),
        measure=part.choice("measure", Measure, Measure.COUNT, needed=True),
        column=part.text("column"),
        month=part.text("month"),
        by=part.text("by"),
        chart=part.choice("chart", Chart, Chart.BARS),
        title=_texts(part, "title", needed=True),
    )
    part.close()
    return figures


def _named(part: Section, key: str, pattern: re.Pattern[str], words: str) -> str:
    found = part.text(key, needed=True)
    if found and not pattern.fullmatch(found):
        part.wrong(key, f"{found!r} is no name here: {words}")
    return found


def _texts(part: Section, key: str, *, needed: bool = False) -> tuple[tuple[str, str], ...]:
    if isinstance(part.values.get(key), dict):
        texts = part.section(key)
        found = tuple((language, texts.text(language)) for language in LANGUAGES if language in texts.values)
        texts.asked.update(LANGUAGES)
        texts.close()
        return found
    text = part.text(key, needed=needed)
    return (("", text),) if text else ()


def _pairs(part: Section, key: str) -> tuple[tuple[str, str], ...]:
    values = part.section(key)
    return tuple((name, values.text(name, filled=False)) for name in values.values)
