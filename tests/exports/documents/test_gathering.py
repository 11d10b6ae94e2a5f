"""Kept rows: joins, lists and figures say what the snapshot's text says."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.contents import Category, Column, Kind, Table
from exports.datamap_documents import Chart, Documents, Figures, Join, Measure, Related
from exports.documents import figures as figures_module
from exports.documents import gathering, templates
from exports.documents.spool import Spool
from exports.rows import Block, escape

PEOPLE = [["1", "Åsa\tÖberg\\", "x"], ["2", "Bo", None]]
ENROLMENTS = [
    ["10", "1", "7", "2024-11-03 10:00:00", "0.1"],
    ["11", "2", "7", "2025-02-01 00:00:00", "0.2"],
    ["12", "1", "8", "2025-02-09 00:00:00", "12345678901234567.25"],
    ["13", "3", "8", None, None],
]


def keep(spool: Spool, name: str, columns: list[str], rows: list[list[str | None]]) -> None:
    table = Table(
        "platform", name, "", name, Category.USERS, tuple(Column(one, "text", Kind.TEXT) for one in columns), name
    )
    data = "".join("\t".join(escape(value) for value in row) + "\n" for row in rows)
    tap = spool.tap(table)
    for line in data.splitlines(keepends=True):
        tap(Block(line.encode(), 1))


@pytest.fixture
def spool(tmp_path: Path):
    found = Spool(tmp_path / "rows.sqlite3")
    keep(found, "people", ["id", "name", "secret"], PEOPLE)
    keep(found, "enrolments", ["id", "person", "course", "at", "score"], ENROLMENTS)
    keep(found, "courses", ["id", "order"], [["7", "First"], ["8", "Second"], ["9", "Third"]])
    yield found
    found.close()


def kind(table: str, **more) -> Documents:
    base = {"name": "papers", "store": "platform", "table": table, "category": Category.USERS, "template": "x.html"}
    return Documents(**base | {"file": "{id}", "title": (("en", "Paper {id}"), ("sv", "Papper {id}"))} | more)


def gathered(spool, documents, language="en"):
    gathering.prepare(spool, documents)
    found = list(gathering.gather(spool, documents, language))
    assert len(found) == gathering.expected(spool, documents)
    return found


PERSON = Join("person", "people", ("person",), ("id",))
WHO = Join("who", "people", ("person",), ("id",))


def test_a_row_and_its_joins_come_as_the_exact_text(spool):
    first, *_more = gathered(spool, kind("enrolments", joins=(PERSON,), file="{id} {person.name}"), "sv")
    assert first.facts["person"] == {"id": "1", "name": "Åsa\tÖberg\\", "secret": "x"}
    assert (first.original, first.facts["title"], first.problem) == ("10 Åsa\tÖberg\\", "Papper 10", "")


def test_a_document_without_a_row_it_needs_has_a_problem_and_the_others_do_not(spool):
    problems = [one.problem for one in gathered(spool, kind("enrolments", joins=(PERSON,)))]
    assert problems == ["", "", "", "person: people has no row with id = '3'"]


def test_a_join_that_may_be_missing_gives_empty_values(spool):
    optional = Join("person", "people", ("person",), ("id",), optional=True)
    *_others, last = gathered(spool, kind("enrolments", joins=(optional,)))
    assert last.problem == ""
    assert last.facts["person"] == {"id": "", "name": "", "secret": ""}


def test_lists_hold_only_the_rows_of_their_document_in_the_order_that_was_asked_for(spool):
    related = Related("all", "enrolments", ("course",), ("id",), (WHO,), ("who.name", "id"))
    first, second, third = gathered(spool, kind("courses", lists=(related,)))
    assert [(row["id"], row["who"]["name"]) for row in second.facts["all"]["rows"]] == [
        ("13", ""),
        ("12", PEOPLE[0][1]),
    ]
    assert [row["id"] for row in first.facts["all"]["rows"]] == ["11", "10"]
    assert third.facts["all"] == {"rows": [], "count": 0, "more": 0}


def test_a_long_list_says_how_many_rows_are_not_shown(spool, monkeypatch):
    monkeypatch.setattr(gathering, "MOST_ROWS", 1)
    (first, *_more) = gathered(spool, kind("courses", lists=(Related("all", "enrolments", ("course",), ("id",)),)))
    assert (len(first.facts["all"]["rows"]), first.facts["all"]["count"], first.facts["all"]["more"]) == (1, 2, 1)


def figure(spool, measure: Measure, column: str = "", month: str = "", by: str = "", **related) -> dict:
    rows = Related("found", "enrolments", (), (), **related)
    figures = Figures(rows, measure, column, month, by, Chart.BARS, (("", "Found"),))
    (one,) = gathered(spool, kind("people", where=(("id", "1"),), figures=(figures,)))
    assert not one.problem, one.problem
    return one.facts["found"]


def test_months_without_rows_are_months_too(spool):
    found = figure(spool, Measure.COUNT, month="at")
    assert found["labels"] == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert found["series"] == [["", ["1", "0", "0", "2"]]]


def test_a_figure_says_what_it_does_not_show(spool, monkeypatch):
    assert [figure(spool, Measure.COUNT, month="at")[name] for name in ("more", "undated")] == [0, 1]
    monkeypatch.setattr(figures_module, "MOST_MONTHS", 2)
    found = figure(spool, Measure.COUNT, month="at")
    assert (found["labels"], found["more"]) == (["2025-01", "2025-02"], 2)
    monkeypatch.setattr(figures_module, "MOST_VALUES", 1)
    assert figure(spool, Measure.AVERAGE, "score", by="course")["more"] == 1
    assert figure(spool, Measure.COUNT, by="course")["more"] == 0, "the rest is counted up as others"
    told = {"figure": found, "language": "en"}
    page = " ".join(templates.page("figure.html", told, "en").split())
    assert "And 2 more: all of them stand in the CSV files" in page
    assert "Not shown: 1 without a date." in page


def test_sums_are_exact_where_floating_point_is_not(spool):
    assert figure(spool, Measure.SUM, "score", by="course")["series"] == [["", ["12345678901234567.25", "0.3"]]]
    assert figure(spool, Measure.AVERAGE, "score", by="course")["series"][0][1][1] == "0.15"
    assert figure(spool, Measure.MOST, "score", by="course")["series"][0][1][1] == "0.2"
    assert figure(spool, Measure.LEAST, "score", by="course")["series"][0][1][1] == "0.1"


def test_a_figure_can_go_by_a_joined_name_and_by_month_at_once(spool):
    join = Join("course", "courses", ("course",), ("id",))
    found = figure(spool, Measure.COUNT, month="at", by="course.order", joins=(join,))
    assert found["series"] == [["First", ["1", "0", "0", "1"]], ["Second", ["0", "0", "0", "1"]]]


def test_a_value_that_is_no_number_is_a_problem_and_not_a_zero(spool):
    figures = Figures(Related("found", "people", (), ()), Measure.SUM, "name", "", "id", Chart.BARS, (("", "x"),))
    (one,) = gathered(spool, kind("people", where=(("id", "1"),), figures=(figures,)))
    assert "no number" in one.problem
