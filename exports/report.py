"""A job's completeness statement as its screen shows it: the same figures, in the reader's language.

Read from the kept JSON and not from ``exports.manifest``: a statement of years ago must still be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.dateparse import parse_datetime

from exports.contents import of_rows
from exports.cover_words import CHANGES_SV, left_out_title
from exports.formats.changes import SENTENCES
from exports.labels import category_names, format_name
from exports.progress import grouped

MOST_PROBLEMS = 200
"""More on one page help nobody; all of them stand in the package's completeness statement."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of one table in one format; ``wrong`` where snapshot, written and read back are not the same."""

    format: str
    written: str
    read_back: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One table."""

    name: str
    store: str
    category: str
    rows: str
    cells: tuple[Cell, ...]

    @property
    def wrong(self) -> bool:
        return any(cell.wrong for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the detail page shows of a statement."""

    problems: list[str]
    more_problems: int
    formats: list[str]
    tables: list[Line]
    total: str
    files: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    failed: list[dict[str, Any]]
    left_out: list[tuple[str, list[dict[str, Any]]]]
    elsewhere: list[dict[str, Any]]
    changes: list[tuple[str, str]]
    snapshots: list[dict[str, Any]]


def report_of(statement: dict[str, Any], language: str) -> Report:
    """The report on a kept statement in ``en`` or ``sv``."""
    formats = of_rows(statement["formats"])
    problems = [problem[f"text_{language}"] for problem in statement["problems"]]
    tables = statement["tables"]
    files = statement["files"]
    return Report(
        problems=problems[:MOST_PROBLEMS],
        more_problems=max(0, len(problems) - MOST_PROBLEMS),
        formats=[format_name(name) for name in formats],
        tables=[_line(table, formats) for table in tables],
        total=grouped(sum(table["snapshot_rows"] for table in tables)),
        files=[_files(outcome) for outcome in files],
        missing=[missing for outcome in files for missing in outcome["missing"]],
        documents=[_documents(outcome) for outcome in statement.get("documents", ())],
        failed=[failed for outcome in statement.get("documents", ()) for failed in outcome["failed"]],
        left_out=list(_left_out(statement["left_out"], language)),
        elsewhere=[one for one in statement["left_out"] if one["keep_days"] is not None],
        changes=list(_changes(statement["changes"], language)),
        snapshots=[one | {"taken_at": parse_datetime(one["taken_at"])} for one in statement["snapshots"]],
    )


def _line(table: dict[str, Any], formats: Iterable[str]) -> Line:
    cells = []
    for name in formats:
        written, read = table["written"].get(name), table["read_back"].get(name)
        wrong = not written == read == table["snapshot_rows"]
        cells.append(Cell(format_name(name), _shown(written), _shown(read), wrong))
    category = category_names([table["category"]])
    return Line(table["key"], table["store"], category, grouped(table["snapshot_rows"]), tuple(cells))


def _shown(rows: int | None) -> str:
    return "–" if rows is None else grouped(rows)


def _files(outcome: dict[str, Any]) -> dict[str, Any]:
    lost = len(outcome["missing"])
    same = outcome["written"] == outcome["read_back"] and outcome["expected"] == outcome["written"] + lost
    return {
        "store": outcome["store"],
        "category": category_names([outcome["category"]]),
        **{name: grouped(outcome[name]) for name in ("expected", "written", "read_back")},
        "missing": grouped(lost) if lost else "",
        "size": filesizeformat(outcome["bytes"]),
        "wrong": not same,
    }


def _documents(outcome: dict[str, Any]) -> dict[str, Any]:
    failed = len(outcome["failed"])
    same = outcome["written"] == outcome["read_back"] and outcome["expected"] == outcome["written"] + failed
    return {
        "name": outcome["name"],
        "format": format_name(outcome["format"]),
        "category": category_names([outcome["category"]]),
        **{name: grouped(outcome[name]) for name in ("expected", "written", "read_back")},
        "failed": grouped(failed) if failed else "",
        "replaced": grouped(outcome["replaced"]) if outcome["replaced"] else "",
        "size": filesizeformat(outcome["bytes"]),
        "wrong": not same,
    }


def _left_out(entries: list[dict[str, Any]], language: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    here = [one for one in entries if one["keep_days"] is None]
    for what in dict.fromkeys(one["what"] for one in here):
        yield left_out_title(what, language), [one for one in here if one["what"] == what]


def _changes(counts: dict[str, int], language: str) -> Iterator[tuple[str, str]]:
    """(lines, reason), the most frequent first."""
    english = {str(reason): sentence for reason, sentence in SENTENCES.items()}
    known = english | CHANGES_SV if language == "sv" else english
    for code, lines in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if lines:
            yield grouped(lines), known.get(code, code)
