"""Workbooks for people: other programs read the same cells, and whatever differs stands in the changes."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.contents import Kind
from exports.formats.base import Part
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


def test_rows_of_the_wrong_width_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"people.*2 fields instead of 1"):
        write_rows(tmp_path, texts("a"), [("1", "2")])
