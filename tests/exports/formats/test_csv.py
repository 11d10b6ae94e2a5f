"""The exact layer is exact: every character of every value, and NULL told from the empty text."""

from __future__ import annotations

import csv
import io

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from exports.contents import Column, Kind
from exports.formats import csv as exact
from exports.formats.base import Part, ReadBackError
from exports.sources.postgresql import open_postgresql
from tests.exports.dumping import everything
from tests.exports.formats.fidelity import (
    TEXTS,
    Row,
    awkward_texts,
    block_of,
    every_kind,
    table_of,
    write,
    write_rows,
)
from tests.exports.formats.platform import AWKWARD

TEXT = Column("a text", "text", Kind.TEXT)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(awkward_texts, min_size=width, max_size=width)))


def reference(rows: list[Row]) -> bytes:
    """RFC 4180 value by value, the slow and obvious way."""
    records = [",".join("" if value is None else '"' + value.replace('"', '""') + '"' for value in row) for row in rows]
    return "".join(record + "\r\n" for record in records).encode()


@pytest.mark.parametrize("sparse", [0, 1 << 60], ids=["escape by escape", "kind by kind"])
@given(rows=tables.filter(bool))
def test_replacing_in_whole_blocks_gives_what_writing_value_by_value_gives(sparse, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_SPARSE", sparse)
        assert exact.records(block_of(rows)) == reference(rows)


@given(rows=tables.filter(bool))
def test_python_reads_every_value(rows):
    read = list(csv.reader(io.StringIO(exact.records(block_of(rows)).decode(), newline=""), strict=True))
    nothing = [[] if row == [None] else [value or "" for value in row] for row in rows]
    assert read == nothing


def test_a_value_that_is_no_utf8_stops_the_export():
    with pytest.raises(UnicodeDecodeError):
        exact.records(exact.Block(b"a\xff\n", 1))


def test_null_is_nothing_and_the_empty_text_is_two_quotes():
    written = write_rows("csv", table_of(TEXT, TEXT), [(None, ""), ("", None), (None, None)])
    assert written.data == b'"a text","a text"\r\n,""\r\n"",\r\n,\r\n'
    assert written.changes == []


def test_a_column_name_is_quoted_like_a_value():
    name = 'Å "ä", ö\r\n'
    written = write_rows("csv", table_of(Column(name, "text", Kind.TEXT)), [])
    assert written.data == '"Å ""ä"", ö\r\n"\r\n'.encode()
    assert written.read_back() == [{"people": 0}]


def test_binary_columns_keep_the_hex_text():
    written = write_rows("csv", table_of(Column("raw", "bytea", Kind.BINARY)), [("\\x00ff5c0a",), ("\\x",), (None,)])
    assert written.data == b'"raw"\r\n"\\x00ff5c0a"\r\n"\\x"\r\n\r\n'


def test_every_awkward_value_of_every_kind_is_there():
    table, rows = every_kind()
    written = write_rows("csv", table, rows)
    header, _, body = written.data.partition(b"\r\n")
    assert header.startswith(b'"id","the text","the integer"')
    assert body == reference(rows)


def test_a_file_continues_in_a_next_part_that_has_the_header_too():
    blocks = [block_of([(f"{number} {number * 7919 % 1000003}",)], number) for number in range(1, 400)]
    written = write("csv", table_of(TEXT), blocks, part_limit=1000)
    assert [part.path for part in written.parts][:2] == ["csv/users/people.csv", "csv/users/people-002.csv"]
    assert all(data.startswith(b'"a text"\r\n"') for data in written.files.values())
    assert written.read_back() == [part.rows for part in written.parts]
    assert sum(part.rows["people"] for part in written.parts) == 399


def test_a_table_without_columns_is_refused():
    with pytest.raises(ValueError, match="no column to export"):
        write_rows("csv", table_of(TEXT, columns=()), [])


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1 << 20])
@given(rows=tables)
def test_reading_back_counts_the_records_however_the_bytes_arrive(chunk, rows):
    stream = io.BytesIO(b'"head\n,er"\r\n' + reference(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_CHUNK", chunk)
        assert exact.read_back(stream, Part("x.csv", "csv", {"x": 0})) == {"x": len(rows)}


def test_reading_back_a_file_cut_off_anywhere_never_finds_all_rows():
    rows = [(text, "b") for text in TEXTS if text is None or len(text) < 1000]
    data = b'"a","b"\r\n' + reference(rows)
    for end in range(len(data)):
        try:
            assert exact.read_back(io.BytesIO(data[:end]), Part("x.csv", "csv", {"x": 0}))["x"] < len(rows)
        except ReadBackError as error:
            assert "x.csv" in str(error)
    with pytest.raises(ReadBackError, match="within a quoted value"):
        exact.read_back(io.BytesIO(data[:-3]), Part("x.csv", "csv", {"x": 0}))


def test_postgresql_loads_the_files_back_into_exactly_the_rows_it_gave(make_database):
    """Every type PostgreSQL has (numerics of 40 digits, BC dates, ranges, arrays with bounds, composites …)."""
    tables = 0
    with open_postgresql("platform", url := make_database(AWKWARD)) as snapshot, psycopg.connect(url) as connection:
        for selection in everything(snapshot):
            table = selection.table
            before = b"".join(block.data for block in snapshot.read(selection))
            written = write("csv", table, snapshot.read(selection))
            source, clone = sql.Identifier(table.schema, table.name), sql.Identifier("clone")
            names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
            connection.execute(
                sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(clone, names, source)
            )
            statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv, HEADER match)").format(clone)
            with connection.cursor().copy(statement) as copy:
                copy.write(written.data)
            connection.execute("SET LOCAL extra_float_digits = 3; SET LOCAL TimeZone = 'UTC'")
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(clone)) as copy:
                after = b"".join(copy)
            connection.commit()
            assert after == before
            assert written.read_back() == [{table.stem: before.count(b"\n")}]
            tables += 1
    assert tables > 10
