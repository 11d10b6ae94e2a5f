"""Workbooks for people: other programs read the same cells, and whatever differs stands in the changes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.contents import Category, Kind
from exports.formats import xlsx
from exports.formats.base import Part, ReadBackError
from tests.exports.formats.workbooks import block, libreoffice, table, texts, write, write_rows

LOOKALIKES = ["=1+1", "+46 70 123", "-5", "@SUM(A1)", "10-20", "00123", "1E5", "TRUE", "2024-01-31", "12:30", "#N/A"]
TYPED = table(
    ("id", "bigint", Kind.INTEGER),
    ("price", "numeric(10,2)", Kind.DECIMAL),
    ("share", "double precision", Kind.FLOAT),
    ("active", "boolean", Kind.BOOLEAN),
    ("born", "date", Kind.DATE),
    ("seen", "timestamp", Kind.TIMESTAMP),
    ("at", "timestamptz", Kind.TIMESTAMPTZ),
    ("name", "text", Kind.TEXT),
)
ALICE = ("7", "12.50", "0.25", "t", "1970-02-28", "2024-02-29 23:59:59", "2024-01-31 12:30:00+00", "Alice Åström")
CHARLIE = ("-42", "-0.05", "12345.678", "f", "2038-01-20", "1999-12-31 00:00:00", "2024-07-01 00:00:00+00", "=1+1")


def one_column(kind: Kind, type_: str, tmp_path: Path, *values: str | None):
    """Writes one column → the cells as openpyxl reads them, and the codes of its changes by row."""
    written = write_rows(tmp_path, table(("value", type_, kind)), [(value,) for value in values])
    return [row[0] for row in written.rows()], written.reasons("value")


def decoded(text: str) -> str:
    """A text as ECMA-376 part 1, §22.9.2.19 tells readers to take it."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def moments(*texts: str) -> tuple[datetime, ...]:
    return tuple(map(datetime.fromisoformat, texts))


def test_two_readers_find_typed_cells(tmp_path):
    written = write_rows(tmp_path, TYPED, [ALICE, [None] * 8, CHARLIE])
    expected = [
        (7, 12.5, 0.25, True, *moments("1970-02-28", "2024-02-29 23:59:59", "2024-01-31 12:30"), "Alice Åström"),
        (None,) * 8,
        (-42, -0.05, 12345.678, False, *moments("2038-01-20", "1999-12-31", "2024-07-01"), "=1+1"),
    ]
    assert written.rows() == expected
    plain = [[datetime(*v.timetuple()[:6]) if isinstance(v, date) else v for v in row] for row in written.calamine()]
    assert plain == [["" if value is None else value for value in row] for row in expected]
    assert written.parts == [Part("excel/users.xlsx", "xlsx", {"people": 3})]
    assert {line["column"]: line["row"] for line in written.changes} == {"at": "*"}


@pytest.mark.requires("soffice")
def test_libreoffice_shows_what_the_exact_layer_says(program, tmp_path):
    awkward = texts(*"abc", name="awkward")
    rows = [*zip(LOOKALIKES, LOOKALIKES[1:], LOOKALIKES[2:], strict=False)]
    rows += [(" lead", "trail ", "  both  "), ("a\nb", "tab\there", 'q"uo,te'), ("<b>&amp;", "_x0041_", "😀 שלום")]
    (tmp_path / "w").mkdir()
    written = write(tmp_path / "w", (TYPED, [block([ALICE, CHARLIE])]), (awkward, [block(rows)]))
    shown = libreoffice(program("soffice"), written.files["excel/users.xlsx"], tmp_path)
    assert [tuple(row) for row in shown["awkward"]] == rows
    assert shown["people"] == [
        ["7", "12.50", "0.25", "TRUE", "1970-02-28", "2024-02-29 23:59:59", "2024-01-31 12:30:00", "Alice Åström"],
        ["-42", "-0.05", "12345.678", "FALSE", "2038-01-20", "1999-12-31 00:00:00", "2024-07-01 00:00:00", "=1+1"],
    ]
    assert [row[:3] for row in shown["About"][2:4]] == [
        ["people", "platform.people", "2"],
        ["awkward", "platform.awkward", str(len(rows))],
    ]


@pytest.mark.parametrize("value", LOOKALIKES)
def test_a_text_that_looks_like_something_else_stays_a_text(tmp_path, value):
    written = write_rows(tmp_path, texts("value"), [(value,)])
    cell = written.openpyxl()["people"]["A2"]
    assert (cell.value, cell.data_type) == (value, "s")
    assert written.calamine() == [[value]]
    assert written.changes == []


AWKWARD_CHARACTERS = st.sampled_from("_x0041 \\\n\r\t\0\b&<\ufffe")
ANY_TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]) | AWKWARD_CHARACTERS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), min_size=1))
def test_any_text_comes_back_and_whatever_is_escaped_is_recorded(tmp_path_factory, rows):
    written = write_rows(tmp_path_factory.mktemp("any"), texts("a", "b"), rows)
    found = written.rows()
    assert [tuple(None if v is None else decoded(v) for v in row) for row in found] == rows
    recorded = {(line["row"], line["column"]) for line in written.changes}
    for number, (exact, shown) in enumerate(zip(rows, found, strict=True), 1):
        for column, want, got in zip("ab", exact, shown, strict=True):
            if want != got or want == "":
                assert {(str(number), column), ("*", column)} & recorded


def test_characters_that_xml_cannot_hold_are_escaped_and_recorded(tmp_path):
    values = ["\x01\x08\x0b\x0c\x1f", "_x0041_", "_x0041\x02", "\ufffe", "fine _x", "C:\\bin\\vim", "\x7f\x85"]
    written = write_rows(tmp_path, texts("value"), [(value,) for value in values])
    cells = [row[0] for row in written.rows()]
    assert cells[0] == "_x0001__x0008__x000B__x000C__x001F_"
    assert cells[1] == "_x005F_x0041_"
    assert list(map(decoded, cells)) == values
    assert [row[0] for row in written.calamine()][:3] == values[:3]
    assert written.reasons("value") == [
        ("1", "escaped-characters"),
        ("2", "escape-like-text"),
        ("3", "escaped-characters"),
        ("4", "escaped-characters"),
    ]


def test_a_text_too_long_for_a_cell_stands_in_a_file_of_its_own(tmp_path):
    fits, emoji = "å" * 32_767, "😀" * 16_384
    rows = [("1", fits), ("2", fits + "\n"), ("3", emoji), ("4", "x\x01" + "y" * 100_000)]
    written = write_rows(tmp_path, texts("id", "essay", stem="essays"), rows)
    cells = [row[1] for row in written.rows("people")]
    assert cells[0] == fits
    assert cells[1] == "[32768 characters, too long for a cell: see excel/long-text/essays-r2-2.txt]"
    for row in (2, 3, 4):
        assert written.files[f"excel/long-text/essays-r{row}-2.txt"].decode() == rows[row - 1][1]
    assert written.reasons("essay") == [(row, "long-text-in-file") for row in "234"]


def test_bytes_are_hex_while_they_fit_and_else_a_file_of_their_own(tmp_path):
    large = bytes(range(256)) * 80
    written = write_rows(tmp_path, table(("photo", "bytea", Kind.BINARY)), [("\\x00ff5c",), ("\\x" + large.hex(),)])
    assert written.rows()[0] == ("\\x00ff5c",)
    assert "excel/long-text/people-r2-1.bin" in written.rows()[1][0]
    assert written.files["excel/long-text/people-r2-1.bin"] == large
    assert written.reasons("photo") == [("2", "binary-in-file")]


@pytest.mark.parametrize(
    ("kind", "type_", "value", "cell", "code"),
    [
        (Kind.INTEGER, "bigint", "999999999999999", 999999999999999, None),
        (Kind.INTEGER, "bigint", "-1234567890123456", "-1234567890123456", "too-many-digits"),
        (Kind.INTEGER, "bigint", "12345678901234567890", "12345678901234567890", "too-many-digits"),
        (Kind.INTEGER, "INTEGER", "10-20", "10-20", "not-of-type"),
        (Kind.INTEGER, "INTEGER", "00123", "00123", "not-of-type"),
        (Kind.INTEGER, "INTEGER", "١٢", "١٢", "not-of-type"),
        (Kind.INTEGER, "INTEGER", "</v>", "</v>", "not-of-type"),
        (Kind.INTEGER, "INTEGER", "1.5", "1.5", "not-of-type"),
        (Kind.DECIMAL, "numeric(20,2)", "1234567890123.45", 1234567890123.45, None),
        (Kind.DECIMAL, "numeric(20,2)", "12345678901234.56", "12345678901234.56", "too-many-digits"),
        (Kind.DECIMAL, "numeric", "0.000000000000000012", 1.2e-17, None),
        (Kind.DECIMAL, "numeric", "1.10", 1.1, "trailing-zeros"),
        (Kind.DECIMAL, "numeric", "1" * 40, "1" * 40, "too-many-digits"),
        (Kind.DECIMAL, "numeric", "NaN", "NaN", "not-a-number"),
        (Kind.DECIMAL, "DECIMAL(5, 2)", "1.234", 1.234, None),
        (Kind.FLOAT, "double precision", "0.30000000000000004", 0.30000000000000004, "float-display"),
        (Kind.FLOAT, "double precision", "1e+20", 1e20, None),
        (Kind.FLOAT, "double precision", "-Infinity", "-Infinity", "not-a-number"),
        (Kind.FLOAT, "double precision", "5e-324", "5e-324", "number-out-of-range"),
        (Kind.FLOAT, "double precision", "1.7976931348623157e+308", "1.7976931348623157e+308", "number-out-of-range"),
        (Kind.FLOAT, "double precision", "-0", "-0", "number-out-of-range"),
        (Kind.FLOAT, "FLOAT", "85.0", 85.0, "trailing-zeros"),
        (Kind.BOOLEAN, "BOOLEAN", "1", True, None),
        (Kind.BOOLEAN, "BOOLEAN", "maybe", "maybe", "not-of-type"),
        (Kind.DATE, "date", "1900-03-01", datetime(1900, 3, 1), None),
        (Kind.DATE, "date", "9999-12-31", datetime(9999, 12, 31), None),
        (Kind.DATE, "date", "1900-02-28", "1900-02-28", "date-out-of-range"),
        (Kind.DATE, "date", "1899-12-31", "1899-12-31", "date-out-of-range"),
        (Kind.DATE, "date", "0044-03-15 BC", "0044-03-15 BC", "date-out-of-range"),
        (Kind.DATE, "date", "10000-01-01", "10000-01-01", "date-out-of-range"),
        (Kind.DATE, "date", "infinity", "infinity", "date-out-of-range"),
        (Kind.DATE, "date", "0000-00-00", "0000-00-00", "date-out-of-range"),
        (Kind.DATE, "DATE", "2020-W01-1", "2020-W01-1", "not-of-type"),
        (Kind.TIMESTAMP, "timestamp", "2024-05-06 07:08:09.5", datetime(2024, 5, 6, 7, 8, 9, 500_000), None),
        (Kind.TIMESTAMP, "TIME", "2024-05-06 07:08:09.50", datetime(2024, 5, 6, 7, 8, 9, 500_000), "trailing-zeros"),
        (Kind.TIMESTAMP, "timestamp", "9999-12-31 23:59:59.999", datetime(9999, 12, 31, 23, 59, 59, 999_000), None),
        (Kind.TIMESTAMP, "timestamp", "2024-05-06 07:00:00.0001",
         "2024-05-06 07:00:00.0001", "finer-than-milliseconds"),
        (Kind.TIMESTAMP, "timestamp", "0044-03-15 10:00:00 BC", "0044-03-15 10:00:00 BC", "date-out-of-range"),
        (Kind.TIMESTAMP, "timestamp", "-infinity", "-infinity", "date-out-of-range"),
        (Kind.TIMESTAMP, "DATETIME", "2024-05-06", "2024-05-06", "date-out-of-range"),
        (Kind.TIMESTAMP, "DATETIME", "2024-05-06 07:08:09+02", "2024-05-06 07:08:09+02", "date-out-of-range"),
        (Kind.TIMESTAMP, "DATETIME", "yesterday", "yesterday", "not-of-type"),
        (Kind.TIME, "time", "24:00:00", "24:00:00", None),
        (Kind.OTHER, "interval", "-1 years +2 mons", "-1 years +2 mons", None),
        (Kind.OTHER, "integer[]", "[2:4]={1,NULL,3}", "[2:4]={1,NULL,3}", None),
        (Kind.JSON, "json", '{"a": 1, "a":2}', '{"a": 1, "a":2}', None),
    ],
)  # fmt: skip
def test_a_value_is_typed_where_that_is_exact_and_else_its_own_text(tmp_path, kind, type_, value, cell, code):
    (found,), reasons = one_column(kind, type_, tmp_path, value)
    assert found == cell
    assert isinstance(found, type(cell))
    assert [reason for _, reason in reasons] == ([code] if code else [])


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("2024-01-31 00:30:00+02", datetime(2024, 1, 30, 22, 30)),
        ("2024-01-31 23:30:00.25-05:30", datetime(2024, 2, 1, 5, 0, 0, 250_000)),
        ("2024-01-31T12:00:00Z", datetime(2024, 1, 31, 12)),
        ("9999-12-31 23:30:00-05", "9999-12-31 23:30:00-05"),
        ("1880-01-01 00:00:00+00:53:28", "1880-01-01 00:00:00+00:53:28"),
    ],
)
def test_moments_are_shown_as_utc_wall_clock(tmp_path, value, cell):
    (found,), reasons = one_column(Kind.TIMESTAMPTZ, "timestamptz", tmp_path, value)
    assert found == cell
    assert reasons[0] == ("*", "shown-in-utc")
    assert len(reasons) == 1 + isinstance(cell, str)


def test_one_awkward_value_leaves_its_neighbours_typed(tmp_path):
    days = ["2024-01-01", "infinity", None, "2024-01-03"]
    cells, reasons = one_column(Kind.DATE, "date", tmp_path, *days)
    assert cells == [datetime(2024, 1, 1), "infinity", None, datetime(2024, 1, 3)]
    assert reasons == [("2", "date-out-of-range")]


def test_a_column_that_is_mostly_awkward_becomes_text_with_one_note(tmp_path):
    values = [(str(10**17 + number),) for number in range(300)] + [(None,), ("5",)]
    written = write(tmp_path, (table(("id", "bigint", Kind.INTEGER)), [block(values), block([("6",)], 303)]))
    assert written.rows() == [*values, ("6",)]
    assert written.reasons("id") == [("*", "too-many-digits"), ("*", "column-as-text")]


def test_empty_text_beside_null_is_noted_once(tmp_path):
    written = write(tmp_path, (texts("a", "b"), [block([("", "x"), (None, "y")]), block([("", None)], 3)]))
    assert written.reasons("a") == [("*", "empty-looks-like-null")]
    assert written.reasons("b") == []


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


def damaged(data: bytes, name: str, change) -> io.BytesIO:
    """The workbook with one entry changed, its checksums right."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.namelist():
            content = source.read(entry)
            copy.writestr(entry, change(content) if entry == name else content)
    target.seek(0)
    return target


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[: xml.rindex(b"</row>") + 6],
        lambda xml: xml.replace(b"</row>", b"", 1),
        lambda xml: xml.replace(b"<row>", b"", 1),
        lambda xml: b"",
    ],
    ids=["not closed", "row not closed", "row not opened", "empty"],
)
def test_read_back_refuses_a_sheet_that_is_not_whole(tmp_path, change):
    written = write_rows(tmp_path, texts("a"), [("1",), ("2",)])
    book = written.files["excel/users.xlsx"]
    with pytest.raises(ReadBackError):
        xlsx.read_back(damaged(book, "xl/worksheets/sheet2.xml", change), written.parts[0])


def test_read_back_counts_the_file_and_not_what_was_meant(tmp_path):
    written = write_rows(tmp_path, texts("a"), [(str(n),) for n in range(5)])
    book = written.files["excel/users.xlsx"]
    fewer = damaged(book, "xl/worksheets/sheet2.xml", lambda xml: re.sub(rb"<row>(?!.*<row>).*</row>", b"", xml))
    assert xlsx.read_back(fewer, written.parts[0]) == {"people": 4}


def test_read_back_notices_flipped_and_missing_bytes(tmp_path):
    written = write_rows(tmp_path, texts("a"), [(str(n),) for n in range(500)])
    book = written.files["excel/users.xlsx"]
    for broken in (book[:-100], book[: len(book) // 2], b"", book.replace(b"\x50\x4b\x01\x02", b"\x50\x4b\x01\x03", 1)):
        with pytest.raises(ReadBackError):
            xlsx.read_back(io.BytesIO(broken), written.parts[0])
    at = book.index(b"sheet2.xml") + 300
    with pytest.raises(ReadBackError):
        xlsx.read_back(io.BytesIO(book[:at] + bytes([book[at] ^ 0xFF]) + book[at + 1 :]), written.parts[0])


def test_read_back_takes_a_stream_that_cannot_seek(tmp_path):
    written = write_rows(tmp_path, texts("a"), [("1",), ("2",)])

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert xlsx.read_back(Stream(written.files["excel/users.xlsx"]), written.parts[0]) == {"people": 2}


def test_rows_of_the_wrong_width_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"people.*2 fields instead of 1"):
        write_rows(tmp_path, texts("a"), [("1", "2")])


MEMORY = """
import resource, sys, tempfile
from pathlib import Path
from tests.exports.formats.test_xlsx import TYPED, ALICE, xlsx, block
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

    assert peak(50) < 1.1 * peak(5)
