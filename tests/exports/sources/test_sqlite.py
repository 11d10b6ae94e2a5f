"""SQLite is read value by value as it is stored, in one read transaction, whatever the columns were declared as."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy

from exports.contents import Kind
from exports.sources import values as encoding
from exports.sources.database import Note, SourceError, open_snapshot
from tests.exports.sources.selecting import select, values

Make = Callable[..., str]
MANY = """
CREATE TABLE clicks (id INTEGER PRIMARY KEY, who TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO clicks SELECT i, CASE WHEN i % 7 = 0 THEN NULL ELSE 'alice' || i END FROM n;
"""


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a database file from SQL and returns its URL."""

    def make(sql: str, name: str = "platform.sqlite3") -> str:
        connection = sqlite3.connect(tmp_path / name)
        connection.executescript(sql)
        connection.close()
        return f"sqlite:///{tmp_path / name}"

    return make


def read(url: str, columns: dict[str, Kind] | str, table: str = "t") -> tuple[list[list[str | None]], list[Note]]:
    notes: list[Note] = []
    with open_snapshot("platform", url) as snapshot:
        snapshot.report = notes.append
        return values(snapshot.read(select(snapshot, table, columns))), notes


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("NULL", None),
        ("''", ""),
        ("9223372036854775807", "9223372036854775807"),
        ("-1", "-1"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("1e300 * 1e10", "Infinity"),
        ("-9e999", "-Infinity"),
        ("2.0", "2.0"),
        ("1e-320", "1e-320"),
        ("'00123'", "00123"),
        ("'a' || char(9, 10, 13, 8, 11, 12) || '\\b'", "a\t\n\r\b\v\f\\b"),
        ("'\\N'", "\\N"),
        ("'x' || char(0) || 'y'", "x\x00y"),
        ("'👩🏽 ö " + "\u2028" + "'", "👩🏽 ö \u2028"),
        ("'2026-13-45'", "2026-13-45"),
        ("'10000-01-01'", "10000-01-01"),
    ],
)
def test_a_value_keeps_its_text(make: Make, literal: str, expected: str | None) -> None:
    rows, notes = read(make(f"CREATE TABLE t (v); INSERT INTO t VALUES ({literal}), (7), ('bob')"), {"v": Kind.TEXT})
    assert rows == [[expected], ["7"], ["bob"]] if expected is None else [expected] in rows
    assert not notes


def test_each_value_stays_itself_in_a_long_column_of_texts_and_nulls(make: Make) -> None:
    url = make(
        """CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO t SELECT i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'å' || char(10) || i
        ELSE 'tab' || char(9) || '\\N' END FROM n"""
    )
    rows, _ = read(url, "id v")
    expected = {0: lambda i: None, 1: lambda i: "", 2: lambda i: f"å\n{i}", 3: lambda i: "tab\t\\N"}
    assert rows == [[str(i), expected[i % 4](i)] for i in range(1, 3001)]


def test_binary_columns_are_hexadecimal_like_bytea(make: Make) -> None:
    url = make("CREATE TABLE t (b BLOB); INSERT INTO t VALUES (x'00FF5C0A'), (x''), (NULL)")
    rows, notes = read(url, {"b": Kind.BINARY})
    assert sorted(rows, key=str) == sorted([["\\x00ff5c0a"], ["\\x"], [None]], key=str)
    assert not notes


def test_what_does_not_fit_a_text_column_is_written_readably_and_reported(make: Make) -> None:
    url = make(
        """CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB);
        INSERT INTO t VALUES (1, 'fine', x'00'), (2, CAST(x'4D616C6DF6' AS TEXT), 'text'), (3, x'0102', 5)"""
    )
    rows, notes = read(url, {"id": Kind.INTEGER, "v": Kind.TEXT, "b": Kind.BINARY})
    assert rows == [["1", "fine", "\\x00"], ["2", "Malm\ufffd", "\\x74657874"], ["3", "\\x0102", "\\x35"]]
    assert [(note.table, note.row, note.column, note.reason, note.original_hex) for note in notes] == [
        ("t", 2, "v", encoding.BROKEN, "4d616c6df6"),
        ("t", 3, "v", encoding.BLOB, "0102"),
        ("t", 2, "b", encoding.NO_BLOB, "74657874"),
        ("t", 3, "b", encoding.NO_BLOB, "35"),
    ]


def test_without_anybody_to_report_to_a_changed_value_is_an_error(make: Make) -> None:
    url = make("CREATE TABLE t (v TEXT); INSERT INTO t VALUES (CAST(x'FF' AS TEXT))")
    with open_snapshot("platform", url) as snapshot, pytest.raises(SourceError, match=r"row 1, column v: .*UTF-8.*ff"):
        list(snapshot.read(select(snapshot, "t", {"v": Kind.TEXT})))


def test_columns_whose_values_do_not_fit_their_declared_type_become_text(make: Make) -> None:
    url = make(
        """CREATE TABLE t (id INTEGER, "n""1" INTEGER, m INTEGER, f REAL, flag BOOLEAN, g BOOLEAN, j JSON, k JSON);
        INSERT INTO t VALUES (1, 5, 'abc', 1, 1, 2, '{"a": 1}', '{'), (2, NULL, 7, 2.5, 0, 1, NULL, '1')"""
    )
    kinds = {
        "id": Kind.INTEGER, 'n"1': Kind.INTEGER, "m": Kind.INTEGER, "f": Kind.FLOAT,
        "flag": Kind.BOOLEAN, "g": Kind.BOOLEAN, "j": Kind.JSON, "k": Kind.JSON,
    }  # fmt: skip
    with open_snapshot("platform", url) as snapshot:
        selection = select(snapshot, "t", kinds)
        fitted = snapshot.fitted(selection)
        changed = {
            before.name for before, after in zip(selection.table.columns, fitted.table.columns, strict=True)
            if before.kind is not after.kind
        }  # fmt: skip
        assert changed == {"m", "g", "k"}
        assert values(snapshot.read(fitted))[0][2] == "abc"
        assert snapshot.fitted(select(snapshot, "t", {"id": Kind.TEXT})).table.columns[0].kind is Kind.TEXT


def test_an_empty_table_fits_its_types(make: Make) -> None:
    with open_snapshot("platform", make("CREATE TABLE t (id INTEGER)")) as snapshot:
        selection = select(snapshot, "t", {"id": Kind.INTEGER})
        assert snapshot.fitted(selection) == selection
        assert list(snapshot.read(selection)) == []


def test_rows_come_in_order_in_blocks_numbered_from_one(make: Make) -> None:
    with open_snapshot("platform", make(MANY)) as snapshot:
        selection = select(snapshot, "clicks", "id who")
        blocks = list(snapshot.read(selection))
        assert snapshot.count(selection) == 60000
    assert len(blocks) > 2
    assert values(blocks) == [[str(i), f"alice{i}" if i % 7 else None] for i in range(1, 60001)]


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_what_others_commit_between_two_tables_is_not_seen(make: Make, journal: str) -> None:
    url = make(
        f"""PRAGMA journal_mode = {journal};
        CREATE TABLE a AS SELECT 'alice' AS who; CREATE TABLE b AS SELECT 'alice' AS who"""
    )
    writer = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    with open_snapshot("platform", url) as snapshot:
        first = values(snapshot.read(select(snapshot, "a", "who")))
        if journal == "WAL":
            writer.execute("UPDATE b SET who = 'bob'")
        else:  # without WAL the reader keeps writers out
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                writer.execute("UPDATE b SET who = 'bob'")
        assert values(snapshot.read(select(snapshot, "b", "who"))) == first == [["alice"]]
    writer.execute("UPDATE b SET who = 'charlie'")
    writer.close()


def test_nothing_can_be_written_through_a_snapshot(make: Make) -> None:
    url = make("CREATE TABLE t AS SELECT 'alice' AS who")
    with open_snapshot("platform", url) as snapshot, pytest.raises(SourceError, match="readonly"):
        snapshot.query("DELETE FROM t")


def test_the_inspector_of_sqlalchemy_works_inside_the_snapshot_even_after_reading(make: Make) -> None:
    with open_snapshot("platform", make(MANY)) as snapshot:
        list(snapshot.read(select(snapshot, "clicks", "id who")))
        assert sqlalchemy.inspect(snapshot.connection).get_table_names() == ["clicks"]
        assert snapshot.query("SELECT NULL, 1, 2.5, 'ö', x'00ff'") == [(None, "1", "2.5", "ö", "\\x00ff")]


def test_a_reader_that_stops_early_leaves_the_snapshot_usable(make: Make) -> None:
    with open_snapshot("platform", make(MANY)) as snapshot:
        reading = snapshot.read(select(snapshot, "clicks", "id who"))
        next(reading)
        reading.close()
        assert len(values(snapshot.read(select(snapshot, "clicks", "id who")))) == 60000


def test_a_file_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with (
        pytest.raises(SourceError, match="Store platform: no connection to the database: unable to open"),
        open_snapshot("platform", f"sqlite:///{tmp_path / 'gone.sqlite3'}"),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"this is no database, but it is long enough to look like one" * 20)
    with (
        pytest.raises(SourceError, match="Store platform: file is not a database"),
        open_snapshot("platform", f"sqlite:///{tmp_path / 'x'}"),
    ):
        pass


def test_a_path_with_odd_characters_is_opened(make: Make) -> None:
    url = make("CREATE TABLE t AS SELECT 'alice' AS who", name="a b#c&ö.sqlite3")
    with open_snapshot("platform", url) as snapshot:
        assert snapshot.query("SELECT who FROM t") == [("alice",)]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite://", "names no file"),
        ("nonsense://host/name", "no driver is known for URLs that begin with nonsense://"),
        ("oracle://host/name", "not installed: install the module oracledb"),
        ("nonsense", "its URL is not usable"),
        ("mysql://root@127.0.0.1:1/name", "no connection to the database: .*refused"),
    ],
)
def test_a_url_that_cannot_be_used_is_explained(url: str, reason: str) -> None:
    with pytest.raises(SourceError, match=f"Store platform: .*{reason}"), open_snapshot("platform", url):
        pass
