"""JSON documents keep every digit, key and relation; what JSON cannot say is listed."""

from __future__ import annotations

import base64
import io
import json
import re

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from exports.contents import Column, Kind
from exports.formats import json as documents
from exports.formats.base import Part, ReadBackError
from exports.sources.postgresql import open_postgresql
from tests.exports.dumping import everything
from tests.exports.formats.fidelity import (
    Written,
    awkward_texts,
    block_of,
    every_kind,
    table_of,
    write,
    write_rows,
)
from tests.exports.formats.platform import AWKWARD

TEXT = Column("a text", "text", Kind.TEXT)
SPECIAL = {"NaN", "Infinity", "-Infinity"}


class Number(str):
    """A JSON number as it is spelled."""


def exactly(text: str):
    """JSON with numbers as spelled and objects as lists of pairs, so that repeated keys show."""
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=pytest.fail, object_pairs_hook=list)


def rows_of(written: Written) -> list[list[tuple]]:
    return [row for part in written.parts for row in dict(exactly(written.files[part.path].decode()))["rows"]]


def expected(column: Column, value: str | None):
    """What the value must be in JSON, found value by value."""
    if value is None:
        return None
    if column.kind is Kind.BOOLEAN:
        return {"t": True, "f": False}[value]
    if column.kind is Kind.JSON:
        return exactly(value)
    if column.kind is Kind.BINARY:
        return base64.b64encode(bytes.fromhex(value[2:])).decode()
    return Number(value) if column.kind in documents.NUMBERS and value not in SPECIAL else value


def test_every_awkward_value_of_every_kind_is_there():
    table, rows = every_kind()
    written = write_rows("json", table, rows)
    assert rows_of(written) == [
        [(column.name, expected(column, value)) for column, value in zip(table.columns, row, strict=True)]
        for row in rows
    ]
    numbers = [value for row in rows_of(written) for _, value in row if isinstance(value, Number)]
    assert "1234567890123456789012345678901234567890.5" in numbers
    assert "0.100" in numbers


def test_what_json_cannot_say_is_listed_with_row_and_column():
    table, rows = every_kind()
    reasons = write_rows("json", table, rows).reasons()
    wanted = [
        (str(number), column.name, "not-a-number" if value in SPECIAL else "json-null")
        for number, row in enumerate(rows, 1)
        for column, value in zip(table.columns, row, strict=True)
        if (column.kind in documents.NUMBERS and value in SPECIAL) or (column.kind is Kind.JSON and value == "null")
    ]
    notes = [("*", "the json", "json-spacing"), ("*", "the binary", "binary-encoded")]
    assert sorted(reasons) == sorted(wanted + notes)


def test_each_row_stands_on_a_line_of_its_own():
    table, rows = every_kind()
    lines = write_rows("json", table, rows).data.decode().partition('"rows": [\n')[2].split("\n")
    assert [line.rstrip(",")[-1] for line in lines[: len(rows)]] == ["}"] * len(rows)
    assert lines[len(rows) :] == ["]}", ""]


def test_the_head_tells_the_table_its_keys_and_its_references():
    columns = Column('i"d', "bigint", Kind.INTEGER), Column("raw", "bytea", Kind.BINARY)
    document = json.loads(write_rows("json", table_of(*columns), []).data)
    assert document == {
        "table": "people",
        "schema": "public",
        "store": "platform",
        "category": "users",
        "part": 1,
        "columns": [{"name": 'i"d', "type": "bigint"}, {"name": "raw", "type": "bytea", "encoding": "base64"}],
        "primaryKey": ['i"d'],
        "foreignKeys": [
            {
                "columns": ['i"d'],
                "references": {"schema": "Läro plan", "table": 'or"gs & co', "columns": ["id"]},
            }
        ],
        "rows": [],
    }


@given(name=st.text(min_size=1, max_size=63), value=awkward_texts)
def test_any_column_name_and_any_text_comes_back(name, value):
    written = write_rows("json", table_of(Column(name, "text", Kind.TEXT)), [(value,)])
    assert rows_of(written) == [[(name, value)]]
    assert written.changes == []


@given(rows=st.lists(st.tuples(awkward_texts, awkward_texts, awkward_texts), min_size=1))
def test_any_texts_beside_numbers_and_documents_come_back(rows):
    columns = TEXT, Column("n", "integer", Kind.INTEGER), Column("j", "json", Kind.JSON), Column("b", "text", Kind.TEXT)
    given_rows = [(a, None if b is None else "7", None if c is None else json.dumps([c]), c) for a, b, c in rows]
    written = write_rows("json", table_of(*columns), given_rows)
    assert rows_of(written) == [
        [("a text", a), ("n", n and Number(n)), ("j", None if c is None else [c]), ("b", c)]
        for a, n, _, c in given_rows
    ]
    assert written.changes == []
    assert written.read_back() == [{"people": len(rows)}]


def test_an_engine_that_takes_any_value_in_any_column_never_breaks_the_document():
    """SQLite keeps a text in a number column; MariaDB pads numbers with zeros."""
    columns = [
        Column(kind.value, kind.value, kind)
        for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.BOOLEAN, Kind.JSON, Kind.BINARY)
    ]
    odd = ["00012", '1, "x": 2', "1.", "", '{"a": NaN}', "no hex"]
    fine = ["1.5", "2", "-3.5e-7", "1", "[1]", "\\x00"]
    written = write_rows("json", table_of(*columns), [odd, fine, [None] * 6], engine="sqlite")
    assert [[value for _, value in row] for row in rows_of(written)] == [
        odd,
        [Number("1.5"), Number("2"), Number("-3.5e-7"), True, [Number("1")], "AA=="],
        [None] * 6,
    ]
    assert [isinstance(value, Number) for _, value in rows_of(written)[0]] == [False] * 6
    reasons = dict.fromkeys(["integer", "decimal", "float", "boolean", "binary"], "not-of-type")
    listed = {(column, reason) for row, column, reason in written.reasons() if row == "1"}
    assert listed == {*reasons.items(), ("json", "json-as-text")}


def test_row_numbers_of_changes_go_on_over_blocks_and_files():
    blocks = [block_of([("NaN",), (str(7**99 // first),)], first) for first in range(1, 101, 2)]
    written = write("json", table_of(Column("n", "numeric", Kind.DECIMAL)), blocks, part_limit=1000)
    assert [int(row) for _, row, *_ in written.changes] == list(range(1, 101, 2))
    rows = [(file, int(row)) for file, row, *_ in written.changes]
    assert len({file for file, _ in rows}) == len(written.parts) > 1
    for number, part in enumerate(written.parts, 1):
        document = json.loads(written.files[part.path])
        assert document["part"] == number
        assert [row["n"] for row in document["rows"][::2]] == ["NaN"] * (part.rows["people"] // 2)
        assert sum(file == part.path for file, _ in rows) == part.rows["people"] // 2


# Reading back ---------------------------------------------------------------------------------------------------------


def a_document() -> Written:
    table, rows = every_kind()
    return write_rows("json", table, [[value if len(value or "") < 1000 else "x" for value in row] for row in rows])


@pytest.mark.parametrize("chunk", [1, 2, 3, 64, 1 << 20])
@pytest.mark.parametrize("passes", [0, 8])
def test_reading_back_counts_rows_however_the_bytes_arrive(monkeypatch, chunk, passes):
    monkeypatch.setattr(documents, "_CHUNK", chunk)
    monkeypatch.setattr(documents, "_PASSES", passes)
    written = a_document()
    assert written.read_back() == [part.rows for part in written.parts]


def test_values_nested_thousands_deep_are_counted_as_one_row():
    deep = "[" * 5000 + '{"a": {}}' + "]" * 5000
    written = write_rows("json", table_of(Column("j", "json", Kind.JSON)), [(deep,), ("{}",), (deep,)])
    assert written.read_back() == [{"people": 3}]


def test_reading_back_refuses_a_document_that_is_cut_off_anywhere():
    data = a_document().data
    for end in range(0, len(data), 7):
        with pytest.raises(ReadBackError):
            documents.read_back(io.BytesIO(data[:end]), Part("x.json", "json", {"x": 0}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"columns"', b'"columns'),
        (b'"},\n', b'"},{\n'),
        (b'"},\n', b'"]},\n'),
        (b"]}\n", b"]}\n{}\n]}\n"),
        (b"{", b"["),
    ],
)
def test_reading_back_refuses_a_document_whose_structure_is_broken(old, new):
    data = write_rows("json", table_of(TEXT), [("a",), ("b",), ("c",)]).data
    assert old in data
    with pytest.raises(ReadBackError, match=r"x\.json"):
        documents.read_back(io.BytesIO(new.join(data.rsplit(old, 1))), Part("x.json", "json", {"x": 0}))


# On a real server -----------------------------------------------------------------------------------------------------


def test_postgresql_makes_the_same_rows_of_the_documents_again(make_database):
    """``json_populate_recordset`` reads every type back; bytea needs its base64 decoded first."""
    tables = 0
    with open_postgresql("platform", url := make_database(AWKWARD)) as snapshot, psycopg.connect(url) as connection:
        for selection in everything(snapshot):
            table = selection.table
            before = b"".join(block.data for block in snapshot.read(selection))
            written = write("json", table, snapshot.read(selection))
            connection.execute("SET LOCAL extra_float_digits = 3; SET LOCAL TimeZone = 'UTC'")
            after = _populated(connection, table, written.data.decode())
            connection.rollback()
            assert _spaced(after) == _spaced(_without_json_nulls(before, table, written))
            assert written.read_back() == [{table.stem: before.count(b"\n")}]
            tables += 1
    assert tables > 10


def _populated(connection: psycopg.Connection, table, document: str) -> bytes:
    """The document's rows as COPY text, made by PostgreSQL in a copy of the table."""
    clone, source = sql.Identifier("clone"), sql.Identifier(table.schema, table.name)
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    run = connection.execute
    run(sql.SQL("CREATE TEMP TABLE {} AS SELECT {} FROM {} LIMIT 0").format(clone, names, source))
    change = sql.SQL("ALTER TABLE clone ALTER {0} TYPE {1} USING {2}")
    binaries = [sql.Identifier(column.name) for column in table.columns if column.kind is Kind.BINARY]
    for name in binaries:
        run(change.format(name, sql.SQL("text"), name))
    fill = sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, {1}::json -> 'rows')")
    run(fill.format(clone, sql.Literal(document)))
    for name in binaries:
        run(change.format(name, sql.SQL("bytea"), sql.SQL("decode({}, 'base64')").format(name)))
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(clone)) as copy:
        return b"".join(copy)


def _without_json_nulls(rows: bytes, table, written: Written) -> bytes:
    """The rows with NULL wherever the changes say that a JSON null looks like it."""
    fields = [row.split(b"\t") for row in rows.split(b"\n")[:-1]]
    names = [column.name for column in table.columns]
    for row, column, reason in written.reasons():
        if reason == "json-null":
            fields[int(row) - 1][names.index(column)] = b"\\N"
    return b"".join(b"\t".join(row) + b"\n" for row in fields)


def _spaced(rows: bytes) -> bytes:
    """COPY text with white space between JSON tokens as the documents have it."""
    return re.sub(rb'("a":)\\n\\t(1)', rb"\1  \2", rows)
