"""The completeness statement of a package as a paper: the words and figures of the page that lies in the package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from exports import cover
from exports.manifest import Statement
from exports.models import ExportJob
from offboarding.paper import Block, Cell, Column, Facts, Grid, Heading, Paper, Points, Text, Wrong, widths

MOST_POINTS = 500
"""Problems, missing files and what is left out: of more the package's own statement tells the rest."""


def of_job(job: ExportJob, language: str) -> Paper:
    """The paper of a job that has a statement; LookupError where it has none yet."""
    if not job.statement:
        raise LookupError(f"Export {job.pk} has no completeness statement.")
    return paper(Statement.from_dict(job.statement), language)


def paper(statement: Statement, language: str) -> Paper:
    """A statement in ``en`` or ``sv``, whichever language its package is in."""
    shown = cover.shown(replace(statement, language=language))
    words = shown["words"]
    return Paper(
        title=words["title"],
        language=shown["language"],
        vendor=statement.vendor,
        footer=f"{statement.vendor} · {words['title']} · {statement.package_id}",
        blocks=[
            *_verdict(shown, words),
            Facts(list(_facts(statement, shown, words))),
            Heading(words["tables"]),
            *_tables(shown, words),
            Heading(words["files"]),
            *_files(shown, words),
            *_documents(shown, words),
            Heading(words["left_out"]),
            *_left_out(shown, words),
            Heading(words["changes"]),
            *_changes(shown, words),
        ],
        made=_moment(statement.created_at),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _verdict(shown: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Block]:
    if not shown["problems"]:
        yield Text(f"{words['complete']}. {words['complete_text']}", "lead")
        return
    yield Text(f"{words['incomplete']}. {words['incomplete_text']}", "lead")
    yield _points([Wrong(text) for text in shown["problems"]])


def _points(points: Sequence[Cell]) -> Points:
    rest = len(points) - MOST_POINTS
    return Points([*points[:MOST_POINTS], *([f"… + {cover.number(rest)}"] if rest > 0 else [])])


def _facts(statement: Statement, shown: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield words["customer"], f"{statement.customer} ({words['key']} {statement.tenant_key})"
    yield words["package"], statement.package_id
    yield words["made"], shown["made"]
    yield words["scope"], shown["scope"]
    for one, taken in shown["snapshots"]:
        yield f"{words['snapshot']} {one.store}", f"{taken} ({one.engine} {one.version})"
    yield words["data_map"], statement.data_map_sha256
    if statement.software:
        yield words["software"], statement.software


def _tables(shown: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Block]:
    if not shown["groups"]:
        yield Text(words["no_tables"])
        return
    yield Text(words["tables_text"], "quiet")
    first, *rest = widths(40, 1 + len(shown["formats"]))
    heads = [words["in_snapshot"], *shown["formats"]]
    for category, rows, lines in shown["groups"]:
        columns = [Column(words["table"], first), *(Column(n, w, True) for n, w in zip(heads, rest, strict=True))]
        body = [[_name(line, shown), line.rows, *(_counted(cell, words) for cell in line.cells)] for line in lines]
        yield Heading(category, 3)
        yield Grid(columns, body, total=[category, rows, *("" for _format in shown["formats"])])
    yield Text(f"{words['total']}: {shown['total']}", "strong")


def _name(line: cover.Line, shown: Mapping[str, Any]) -> str:
    return f"{line.name} ({line.store})" if len(shown["snapshots"]) > 1 else line.name


def _counted(cell: cover.Cell, words: Mapping[str, str]) -> Cell:
    return Wrong(f"{cell.text} ({cell.written} {words['written']})") if cell.wrong else cell.text


def _files(shown: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Block]:
    if not shown["files"]:
        yield Text(words["no_files"])
        return
    named = [("store", "store", 22), ("category", "category", 15), *_COMPARED, ("missing", "missing", 12),
             ("bytes", "bytes", 14)]  # fmt: skip
    yield _grid(named, shown["files"], words)
    yield from _not_there("missing", shown["missing"], words)


def _documents(shown: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Block]:
    if not shown["documents"]:
        return
    yield Heading(words["documents"])
    yield Text(words["documents_text"], "quiet")
    named = [("document", "name", 24), ("format", "format", 12), *_COMPARED, ("failed", "failed", 12),
             ("named_characters", "replaced", 15)]  # fmt: skip
    yield _grid(named, shown["documents"], words)
    yield from _not_there("failed", shown["failed"], words)


_COMPARED = (("expected", "expected", 12), ("files_written", "written", 12), ("files_read", "read_back", 13))


def _grid(named: Sequence[tuple[str, str, int]], lines: Sequence[Any], words: Mapping[str, str]) -> Grid:
    """``named``: word of the column, key in the line, width; the first two columns are no numbers."""
    columns = [Column(words[word], width, number > 1) for number, (word, _key, width) in enumerate(named)]
    wrong = [{**line, "read_back": Wrong(line["read_back"])} if line["wrong"] else line for line in lines]
    return Grid(columns, [[line[key] for _word, key, _width in named] for line in wrong])


def _not_there(title: str, entries: Sequence[Any], words: Mapping[str, str]) -> Iterator[Block]:
    if entries:
        yield Heading(words[title], 3)
        yield _points([_missing(one, words) for one in entries])


def _missing(one: Any, words: Mapping[str, str]) -> Cell:
    named = f" · {words['named_by']} {one.referenced_by}" if one.referenced_by else ""
    text = f"{one.store}: {one.path} – {one.reason}{named}"
    if one.accepted_by:
        return f"{text} · {words['accepted']} {one.accepted_by}: {one.accepted_because}"
    return Wrong(f"{text} · {words['not_accepted']}")


def _left_out(shown: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Block]:
    for title, entries in shown["left_out"]:
        yield Heading(title, 3)
        yield _points([f"{one.name} – {one.reason}" for one in entries])
    if not shown["left_out"]:
        yield Text(words["left_out_none"])
    if shown["elsewhere"]:
        yield Heading(words["elsewhere"])
        yield Text(words["elsewhere_text"], "quiet")
        yield _points([f"{one.name} · {one.keep_days} {words['days']} – {one.reason}" for one in shown["elsewhere"]])


def _changes(shown: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Block]:
    if not shown["changes"]:
        yield Text(words["changes_none"])
        return
    yield Text(words["changes_text"], "quiet")
    columns = [Column(words["reason"], 80), Column(words["lines"], 20, True)]
    yield Grid(columns, [(reason, lines) for lines, reason in shown["changes"]])
