"""MariaDB and MySQL are read as the bytes the server sends: dates that no calendar has, long times, bits and all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pymysql
import pytest
import sqlalchemy
from sqlalchemy.engine import make_url

from exports.contents import Kind
from exports.scope import Selection, selections
from exports.sources.database import SourceError, open_snapshot
from exports.sources.reflection import reflect
from tests.exports.mapping import store_of
from tests.exports.sources.selecting import select, values

pytestmark = pytest.mark.requires("mariadbd")
Make = Callable[..., str]
MANY = "CREATE TABLE clicks AS SELECT seq AS id, concat('alice', seq) AS who FROM seq_1_to_20000"


def writer(url: str) -> pymysql.Connection:
    at = make_url(url)
    return pymysql.connect(
        host=at.host, port=at.port, user=at.username, database=at.database, charset="utf8mb4", autocommit=True
    )


@pytest.fixture(scope="module")
def database(mariadb) -> str:  # type: ignore[no-untyped-def]
    name = mariadb.create()
    yield mariadb.url(name)
    mariadb.drop(name)


@pytest.mark.parametrize(
    ("declared", "kind", "literal", "expected"),
    [
        ("text", Kind.TEXT, "NULL", None),
        ("text", Kind.TEXT, "''", ""),
        ("text", Kind.TEXT, r"'C:\\new\ttab\nline\\N'", "C:\\new\ttab\nline\\N"),
        ("text", Kind.TEXT, "'👩🏽 ö שלום'", "👩🏽 ö שלום"),
        ("varchar(9) CHARACTER SET latin1", Kind.TEXT, "'Malmö'", "Malmö"),
        ("date", Kind.DATE, "'0000-00-00'", "0000-00-00"),
        ("date", Kind.DATE, "'2026-02-00'", "2026-02-00"),
        ("date", Kind.DATE, "'9999-12-31'", "9999-12-31"),
        ("datetime(6)", Kind.TIMESTAMP, "'0000-00-00 00:00:00'", "0000-00-00 00:00:00.000000"),
        ("time", Kind.TIME, "'-838:59:59'", "-838:59:59"),
        ("time(3)", Kind.TIME, "'24:00:00.5'", "24:00:00.500"),
        ("year", Kind.INTEGER, "'0000'", "0000"),
        ("bigint unsigned", Kind.INTEGER, "18446744073709551615", "18446744073709551615"),
        ("int(6) zerofill", Kind.INTEGER, "42", "000042"),
        ("decimal(65,30)", Kind.DECIMAL, "'12345678901234567890123456789012345.1'",
         "12345678901234567890123456789012345.100000000000000000000000000000"),
        ("double", Kind.FLOAT, "0.1e0 + 0.2e0", "0.30000000000000004"),
        ("bit(1)", Kind.OTHER, "1", "1"),
        ("bit(10)", Kind.OTHER, "5", "0000000101"),
        ("bit(64)", Kind.OTHER, "0x8000000000000001", "1" + "0" * 62 + "1"),
        ("boolean", Kind.INTEGER, "true", "1"),
        ("blob", Kind.BINARY, "0x00FF5C0A09", "\\x00ff5c0a09"),
        ("binary(3)", Kind.BINARY, "0x41", "\\x410000"),
        ("varbinary(3)", Kind.BINARY, "''", "\\x"),
        ("json", Kind.JSON, """'{"a": 1.10, "a": 1e400}'""", '{"a": 1.10, "a": 1e400}'),
        ("enum('a,b','c')", Kind.TEXT, "'a,b'", "a,b"),
        ("set('x','y')", Kind.OTHER, "'x,y'", "x,y"),
        ("uuid", Kind.TEXT, "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("inet6", Kind.OTHER, "'2001:db8::1'", "2001:db8::1"),
        ("point", Kind.OTHER, "ST_GeomFromText('POINT(1 2)')",
         "\\x000000000101000000000000000000f03f0000000000000040"),
    ],
)  # fmt: skip
def test_a_value_arrives_as_the_server_wrote_it(
    database: str, declared: str, kind: Kind, literal: str, expected: str | None
) -> None:
    with writer(database) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = 'ALLOW_INVALID_DATES'")
        cursor.execute("DROP TABLE IF EXISTS t")
        cursor.execute(f"CREATE TABLE t (v {declared})")
        cursor.execute(f"INSERT INTO t VALUES ({literal})")
    with open_snapshot("platform", database) as snapshot:
        assert values(snapshot.read(select(snapshot, "t", {"v": kind}))) == [[expected]]


def test_times_with_a_zone_are_told_in_utc(database: str) -> None:
    with writer(database) as connection, connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+05:00'")
        cursor.execute("CREATE OR REPLACE TABLE t (v timestamp)")
        cursor.execute("INSERT INTO t VALUES ('2026-12-31 23:00:00')")
    with open_snapshot("platform", database) as snapshot:
        assert values(snapshot.read(select(snapshot, "t", {"v": Kind.TIMESTAMP}))) == [["2026-12-31 18:00:00"]]


def test_what_others_commit_after_the_opening_is_not_seen(make_mariadb: Make) -> None:
    url = make_mariadb("CREATE TABLE a AS SELECT 'alice' AS who; CREATE TABLE b AS SELECT 'alice' AS who")
    with open_snapshot("platform", url) as snapshot, writer(url) as other, other.cursor() as cursor:
        cursor.execute("UPDATE a SET who = 'bob'")
        first = values(snapshot.read(select(snapshot, "a", {"who": Kind.TEXT})))
        cursor.execute("UPDATE b SET who = 'bob'")
        selection = select(snapshot, "b", {"who": Kind.TEXT})
        assert values(snapshot.read(selection)) == first == [["alice"]]
        assert snapshot.count(selection) == 1


def test_nothing_can_be_written_through_a_snapshot(make_mariadb: Make) -> None:
    url = make_mariadb("CREATE TABLE t AS SELECT 'alice' AS who")
    with open_snapshot("platform", url) as snapshot:
        with pytest.raises(SourceError, match="READ ONLY"):
            snapshot.query("DELETE FROM t")
        assert snapshot.query("SELECT who, NULL, 1.50 FROM t") == [("alice", None, "1.50")]


def test_rows_are_streamed_in_blocks_and_the_inspector_works_inside_the_snapshot(make_mariadb: Make) -> None:
    with open_snapshot("platform", make_mariadb(MANY)) as snapshot:
        assert (snapshot.engine, snapshot.version.partition(".")[0].isdigit()) == ("mysql", True)
        selection = select(snapshot, "clicks", {"id": Kind.INTEGER, "who": Kind.TEXT})
        blocks = list(snapshot.read(selection))
        assert len(blocks) > 1
        assert values(blocks) == [[str(i), f"alice{i}"] for i in range(1, 20001)]
        assert sqlalchemy.inspect(snapshot.connection).get_table_names() == ["clicks"]


def test_a_reader_that_stops_early_stops_the_server_and_leaves_the_snapshot_usable(make_mariadb: Make) -> None:
    with open_snapshot("platform", make_mariadb(MANY)) as snapshot:
        selection = select(snapshot, "clicks", {"id": Kind.INTEGER, "who": Kind.TEXT})
        endless = Selection(selection.table, "clicks, seq_1_to_100000", "id, who", "NULL")
        reading = snapshot.read(endless)
        assert next(reading).first_row == 1
        reading.close()  # without a word to the server this would fetch 2,000 million rows
        assert snapshot.count(selection) == 20000
        assert len(values(snapshot.read(selection))) == 20000


def test_a_percent_sign_in_the_statement_is_only_a_percent_sign(make_mariadb: Make) -> None:
    with open_snapshot("platform", make_mariadb("CREATE TABLE t AS SELECT '100 %s' AS v")) as snapshot:
        selection = select(snapshot, "t", {"v": Kind.TEXT}, where="v LIKE '100 %s%'")
        assert values(snapshot.read(selection)) == [["100 %s"]]


def test_errors_name_store_table_and_reason(make_mariadb: Make) -> None:
    url = make_mariadb(MANY)
    with open_snapshot("platform", url) as snapshot:
        with pytest.raises(SourceError, match=r"Store platform, table gone: Table '.*gone' doesn't exist"):
            list(snapshot.read(select(snapshot, "gone", {"id": Kind.TEXT})))
        selection = select(snapshot, "clicks", {"id": Kind.INTEGER, "who": Kind.TEXT})
        reading = snapshot.read(replace(selection, source="clicks, seq_1_to_100000", order="NULL"))
        next(reading)
        with writer(url) as other, other.cursor() as cursor:
            cursor.execute(f"KILL {_only_reader(cursor)}")
        with pytest.raises(SourceError, match=r"table clicks: .*(Lost connection|killed|interrupted)"):
            list(reading)


def test_a_single_precision_number_is_selected_in_all_its_digits(make_mariadb: Make) -> None:
    url = make_mariadb(
        """CREATE TABLE orgs (id int PRIMARY KEY, small float, other double);
        INSERT INTO orgs VALUES (7, 16777216, 0.1), (8, 1, 1)"""
    )
    with open_snapshot("platform", url) as snapshot:
        catalogue = reflect(snapshot)
        (selection,) = selections(store_of(catalogue, "orgs.id", {"orgs": {"tenant_field": "id"}}), catalogue, "7")
        assert values(snapshot.read(selection)) == [["7", "16777216", "0.1"]]


def _only_reader(cursor: pymysql.cursors.Cursor) -> int:
    cursor.execute("SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT `id`%'")
    ((number,),) = cursor.fetchall()
    return int(number)
