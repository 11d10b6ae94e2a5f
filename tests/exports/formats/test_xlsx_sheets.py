"""Workbooks and sheets as wholes: limits, names, the page about them, memory."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from exports.contents import Category, Kind
from exports.formats import xlsx
from tests.exports.formats.test_xlsx import TYPED, decoded
from tests.exports.formats.workbooks import block, table, texts, write, write_rows


def test_a_table_continues_on_a_further_sheet_at_the_row_limit(tmp_path):
    rows = [(str(number),) for number in range(1, 24)]
    blocks = [block(rows[:3]), block(rows[3:17], 4), block(rows[17:], 18)]
    written = write(tmp_path, (texts("n"), blocks), sheet_rows=6)
    book = written.openpyxl()
    assert book.sheetnames == ["About", "people", "people (2)", "people (3)", "people (4)", "people (5)"]
    assert [row for name in book.sheetnames[1:] for row in written.rows(name)] == rows
    assert [book[name].auto_filter.ref for name in book.sheetnames[1:]] == ["A1:A6"] * 4 + ["A1:A4"]
    assert [(row[0], row[2], row[3]) for row in book["About"].iter_rows(4, 8, values_only=True)] == [
        ("people", 5, 1), ("people (2)", 5, 6), ("people (3)", 5, 11), ("people (4)", 5, 16), ("people (5)", 3, 21),
    ]  # fmt: skip
    assert xlsx.read_back(io.BytesIO(written.files["excel/users.xlsx"]), written.parts[0]) == {"people": 23}


def test_a_full_sheet_is_followed_by_none_that_is_empty(tmp_path):
    written = write(tmp_path, (texts("n"), [block([("1",), ("2",)])]), sheet_rows=3)
    assert written.openpyxl().sheetnames == ["About", "people"]


def test_each_sheet_is_printed_as_wide_as_a_page_and_as_long_as_it_is(tmp_path):
    book = write(tmp_path, (texts("n"), [block([("1",)])])).openpyxl()
    printed = [(sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) for sheet in book]
    assert printed == [(True, 0), (True, 0)]


@pytest.mark.slow
def test_row_1048577_starts_the_second_sheet(tmp_path):
    per = 1 << 16
    blocks = (block([(str(n),) for n in range(at, min(at + per, 1_048_578))], at) for at in range(1, 1_048_578, per))
    written = write(tmp_path, (table(("n", "integer", Kind.INTEGER)), blocks))
    assert [len(written.calamine(name)) for name in ("people", "people (2)")] == [1_048_575, 2]
    assert written.calamine("people (2)") == [[1048576.0], [1048577.0]]
    assert xlsx.read_back(io.BytesIO(written.files["excel/users.xlsx"]), written.parts[0]) == {"people": 1_048_577}


def test_a_full_workbook_is_continued_in_a_next_one_within_the_limit(tmp_path):
    rows = [(str(n), f"{n * 7919 % 1_000_003:x}{n * 104_729 % 999_983:x}" * 3, f"\x01{n}") for n in range(1, 8001)]
    blocks = [block(rows[at : at + 250], at + 1) for at in range(0, 8000, 250)]
    other = texts("x", name="other", category=Category.REPORTS)
    limit = 64 * 1024
    written = write(tmp_path, (texts("a", "b", "c"), blocks), (other, []), part_limit=limit)
    paths = [part.path for part in written.parts if "people" in part.rows]
    assert paths == ["excel/users.xlsx", *(f"excel/users-{n:03d}.xlsx" for n in range(2, len(paths) + 1))]
    assert len(paths) >= 3
    assert all(len(written.files[path]) <= limit for path in paths)
    found = [row for path in paths for row in written.rows("people", path)]
    assert [row[:2] for row in found] == [row[:2] for row in rows]
    counted = [xlsx.read_back(io.BytesIO(written.files[part.path]), part) for part in written.parts]
    assert counted == [part.rows for part in written.parts]
    begins = 1
    for path in paths:  # a change names the workbook in which its row stands
        count = len(written.rows("people", path))
        told = [int(c["row"]) for c in written.changes if c["file"] == f"{path}#people" and c["column"] == "c"]
        assert told == list(range(begins, begins + count))
        begins += count


def test_a_finished_table_counts_once_towards_the_limit(tmp_path):
    rows = [(f"{n * 7919 % 1_000_003:x}{n * 104_729 % 999_983:x}",) for n in range(5000)]
    small = texts("a", name="small")
    written = write(tmp_path, (texts("a"), [block(rows)]), (small, [block([("1",)])]), part_limit=80 * 1024)
    assert len(written.files["excel/users.xlsx"]) > 32 * 1024
    assert [part.rows for part in written.parts] == [{"people": 5000, "small": 1}]


def test_an_empty_table_is_a_sheet_with_a_header(tmp_path):
    written = write(tmp_path, (TYPED, []))
    assert list(written.openpyxl()["people"].values) == [tuple(column.name for column in TYPED.columns)]
    assert xlsx.read_back(io.BytesIO(written.files["excel/users.xlsx"]), written.parts[0]) == {"people": 0}


def test_sheet_names_are_short_legal_and_unlike_each_other(tmp_path):
    names = ["People", "people", "a/b[c]:d*e?f\\g", "history", "'", "x" * 40, "X" * 41, "😀" * 20, "About", "\x01"]
    tables = [texts("a", name=name, stem=f"t{number}") for number, name in enumerate(names)]
    written = write(tmp_path, *((one, [block([(one.stem,)])]) for one in tables))
    titles = written.openpyxl().sheetnames[1:]
    assert titles[:5] == ["People", "people (2)", "a_b_c__d_e_f_g", "history_", "table"]
    assert len({title.casefold() for title in ["About", *titles]}) == len(names) + 1
    assert all(len(title.encode("utf-16-le")) <= 62 and not set(title) & set("[]:*?/\\'\x01") for title in titles)
    assert [written.rows(title)[0][0] for title in titles] == [one.stem for one in tables]
    renamed = {line["original"] for line in written.changes if line["reason"].startswith("name-changed")}
    assert {"people", "history", "'", "x" * 40} <= renamed and "People" not in renamed


def test_header_and_about_show_awkward_names_as_they_are(tmp_path):
    names = ("=1+1", " a\nb ", "<&>", "_x0041_", "å" * 63)
    written = write_rows(tmp_path, texts(*names, name="=cmd"), [("1",) * 5], language="sv")
    book = written.openpyxl()
    sheet = book["=cmd"]
    assert tuple(decoded(cell.value) for cell in sheet[1]) == names
    assert all(cell.font.b and cell.data_type == "s" for cell in sheet[1])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:E2")
    about = [cell for row in book["About"] for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in about)
    assert {"=cmd", "=1+1", "Rader"} <= {cell.value for cell in about}


MEMORY = """
import resource, sys, tempfile
from pathlib import Path
from exports.formats import xlsx
from tests.exports.formats.test_xlsx import TYPED, ALICE
from tests.exports.formats.workbooks import block
from exports.formats.changes import Changes
from exports.staging import Sink

def row(n):
    id = 10**16 + n if n % 50 == 0 else n
    return (str(id), *ALICE[1:5], f"2024-02-29 {n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}", *ALICE[6:])

blocks, per = int(sys.argv[1]), 2000
with tempfile.TemporaryDirectory() as work:
    sink = Sink(Path(work), 1 << 31)
    changes = Changes(sink.open("changes.csv"))
    form = xlsx.create(sink, changes)
    writer = form.table(TYPED)
    for at in range(blocks):
        writer.write(block([row(at * per + n) for n in range(per)], at * per + 1))
    writer.close(); form.finish(); changes.close()
    book = next(staged.file for staged in sink.staged if staged.path.endswith(".xlsx"))
    assert xlsx.read_back(book.open("rb"), form.parts[0]) == form.parts[0].rows == {"people": blocks * per}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_ten_times_the_rows_take_the_same_memory(tmp_path):
    def peak(blocks: int) -> int:
        script = [sys.executable, "-c", MEMORY, str(blocks)]
        return int(subprocess.run(script, check=True, capture_output=True, text=True).stdout)

    assert peak(50) < 1.5 * peak(5), "ten times as many would take ten times as much if they were kept"
