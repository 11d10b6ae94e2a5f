"""The papers that lie in the first volume: README, the completeness statement to read, and the verifier.

All in the customer's language, with absolute dates, and readable without us: plain text and one HTML page
without scripts or anything from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from exports import verify
from exports.bundle import VolumeWriter
from exports.contents import of_rows
from exports.cover_words import CHANGES_SV, MONTHS, left_out_title, words
from exports.document_outcomes import DocumentOutcome
from exports.formats.changes import SENTENCES
from exports.manifest import Statement, problems
from exports.outcomes import LeftOut, TableOutcome
from offboarding import signing


def fill(writer: VolumeWriter, statement: Statement) -> None:
    """Write the papers into the first volume."""
    writer.add_tag("README.txt", readme(statement))
    writer.add_tag("verify.py", verifier())
    writer.add_bytes("completeness.html", page(statement))
    writer.add_bytes("completeness.json", statement.to_json())


def verifier() -> bytes:
    """The script that checks a package offline; it also lies beside the manifest."""
    return Path(verify.__file__).read_bytes()


def readme(statement: Statement) -> bytes:
    """What the package is, how to open it and how to check it."""
    context = {
        "statement": statement,
        "made": day(statement.created_at, statement.language),
        "scope": _scope(statement),
        "formats": set(statement.formats),
        "complete": statement.complete,
        "problems": [problem.text(statement.language) for problem in problems(statement)],
        "tables": len(statement.tables),
        "rows": number(sum(table.snapshot_rows for table in statement.tables)),
        "files": number(sum(outcome.written for outcome in statement.files)),
        "documents": number(sum(outcome.written for outcome in statement.documents)),
        "engines": {snapshot.engine for snapshot in statement.snapshots},
        "key_id": signing.key_id(signing.public_key()),
    }
    text = render_to_string(f"documents/README.{_language(statement)}.txt", context)
    return text.replace("\n", "\r\n").encode()  # the oldest Notepad reads it too


def page(statement: Statement) -> bytes:
    """The completeness statement as one HTML page for screen, phone and paper."""
    return render_to_string("documents/completeness.html", shown(statement)).encode()


def shown(statement: Statement) -> dict[str, Any]:
    """Everything that the page and the paper say, in the statement's language."""
    language = _language(statement)
    formats = of_rows(statement.formats)
    return {
        "statement": statement,
        "language": language,
        "words": words(language),
        "made": day(statement.created_at, language),
        "scope": _scope(statement),
        "snapshots": [(one, day(one.taken_at, language)) for one in statement.snapshots],
        "problems": [problem.text(language) for problem in problems(statement)],
        "formats": [words(language).get(name, name) for name in formats],
        "groups": list(_groups(statement, formats)),
        "total": number(sum(table.snapshot_rows for table in statement.tables)),
        "files": [_file_line(statement, outcome) for outcome in statement.files],
        "missing": [missing for outcome in statement.files for missing in outcome.missing],
        "documents": [_document_line(statement, outcome) for outcome in statement.documents],
        "failed": [failed for outcome in statement.documents for failed in outcome.failed],
        "left_out": list(_left_out(statement)),
        "elsewhere": [one for one in statement.left_out if one.keep_days is not None],
        "changes": list(_changes(statement)),
    }


def day(moment: str, language: str) -> str:
    """``1 July 2026, 14:00 (UTC+02:00)`` for an RFC 3339 text; the text itself when it is none."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    month = MONTHS["sv" if language == "sv" else "en"][parsed.month - 1]
    zone = parsed.strftime("%z")
    shown = f" (UTC{zone[:3]}:{zone[3:5]})" if zone and zone != "+0000" else " (UTC)" if zone else ""
    return f"{parsed.day} {month} {parsed.year}, {parsed:%H:%M}{shown}"


def number(value: int) -> str:
    """Groups of three digits with narrow no-break spaces, which both languages read."""
    return f"{value:,}".replace(",", "\u202f")


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of one table in one format as shown."""

    format: str
    text: str
    wrong: bool
    written: str


@dataclass(frozen=True, slots=True)
class Line:
    """One table as shown."""

    name: str
    store: str
    rows: str
    cells: tuple[Cell, ...]


def _language(statement: Statement) -> str:
    return "sv" if statement.language == "sv" else "en"


def _scope(statement: Statement) -> str:
    known = words(_language(statement))
    named = [[known.get(name, name) for name in names] for names in (statement.categories, statement.formats)]
    return " · ".join(", ".join(names) for names in named)


def _groups(statement: Statement, formats: list[str]) -> Iterator[tuple[str, str, list[Line]]]:
    known = words(_language(statement))
    for category in dict.fromkeys([*statement.categories, *(table.category for table in statement.tables)]):
        tables = [table for table in statement.tables if table.category == category]
        if tables:
            rows = number(sum(table.snapshot_rows for table in tables))
            yield known.get(category, category), rows, [_line(table, formats, known) for table in tables]


def _line(table: TableOutcome, formats: list[str], known: dict[str, str]) -> Line:
    cells = []
    for name in formats:
        written, read = table.written.get(name), table.read_back.get(name)
        wrong = not written == read == table.snapshot_rows
        cells.append(Cell(known.get(name, name), _shown(read), wrong, _shown(written)))
    return Line(table.key, table.store, number(table.snapshot_rows), tuple(cells))


def _shown(rows: int | None) -> str:
    return "–" if rows is None else number(rows)


def _file_line(statement: Statement, outcome: Any) -> dict[str, Any]:
    known = words(_language(statement))
    return {
        "store": outcome.store,
        "category": known.get(outcome.category, outcome.category),
        "expected": number(outcome.expected),
        "written": number(outcome.written),
        "read_back": number(outcome.read_back),
        "bytes": number(outcome.bytes),
        "missing": number(len(outcome.missing)),
        "wrong": outcome.written != outcome.read_back or outcome.expected != outcome.written + len(outcome.missing),
    }


def _document_line(statement: Statement, outcome: DocumentOutcome) -> dict[str, Any]:
    known = words(_language(statement))
    return {
        "name": outcome.name,
        "format": known.get(outcome.format, outcome.format),
        "category": known.get(outcome.category, outcome.category),
        "expected": number(outcome.expected),
        "written": number(outcome.written),
        "read_back": number(outcome.read_back),
        "failed": number(len(outcome.failed)),
        "replaced": number(outcome.replaced),
        "bytes": number(outcome.bytes),
        "wrong": outcome.wrong,
    }


def _left_out(statement: Statement) -> Iterator[tuple[str, list[LeftOut]]]:
    entries = [one for one in statement.left_out if one.keep_days is None]
    for what in dict.fromkeys(one.what for one in entries):
        yield left_out_title(what, _language(statement)), [one for one in entries if one.what == what]


def _changes(statement: Statement) -> Iterator[tuple[str, str]]:
    """(lines, reason) with the most frequent first."""
    english = {str(reason): sentence for reason, sentence in SENTENCES.items()}
    known = english | CHANGES_SV if _language(statement) == "sv" else english
    for code, lines in sorted(statement.changes.items(), key=lambda item: (-item[1], item[0])):
        if lines:
            yield number(lines), known.get(code, code)
