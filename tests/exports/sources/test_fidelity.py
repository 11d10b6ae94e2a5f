"""Every value arrives exactly as PostgreSQL itself writes it, NULL apart from ''."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from exports.contents import Kind
from exports.rows import Block
from exports.sources.database import open_snapshot
from tests.exports.sources.selecting import select, values

TYPES = """
CREATE TYPE mood AS ENUM ('glad', 'so, so', 'arg "');
CREATE DOMAIN grade AS numeric(3, 1) CHECK (VALUE >= 0);
CREATE TYPE address AS (street text, number int);
"""
ALL_CONTROLS = "".join(chr(code) for code in range(1, 32)) + "\x7f\x85\u2028"
CASES = [
    ("text", "NULL", None),
    ("text", "''", ""),
    ("text", "'NULL'", "NULL"),
    ("text", r"'\N'", r"\N"),
    ("text", r"'\.'", r"\."),
    ("text", r"E'C:\\new\\table\tx\r\ny\\'", "C:\\new\\table\tx\r\ny\\"),
    ("text", "'👩🏽\u200d🚀 ålder שלום \ufeff'", "👩🏽\u200d🚀 ålder שלום \ufeff"),
    ("text", "repeat('Å', 100000)", "Å" * 100_000),
    ("char(5)", "'ab'", "ab   "),
    ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
    ("date", "'10000-01-01'", "10000-01-01"),
    ("date", "'infinity'", "infinity"),
    ("date", "'-infinity'", "-infinity"),
    ("timestamp", "'4713-01-01 00:00:00.000001 BC'", "4713-01-01 00:00:00.000001 BC"),
    ("timestamp", "'294276-12-31 23:59:59.999999'", "294276-12-31 23:59:59.999999"),
    ("timestamptz", "'2026-06-30 23:59:60+02'", "2026-06-30 22:00:00+00"),
    ("timestamptz", "'infinity'", "infinity"),
    ("time", "'24:00'", "24:00:00"),
    ("timetz", "'23:59:59.5-15:59'", "23:59:59.5-15:59"),
    ("interval", "'1 year -2 months +3 days -04:05:06.789'", "10 mons 3 days -04:05:06.789"),
    ("interval", "'178000000 years'", "178000000 years"),
    ("numeric", "1234567890123456789012345678901234567890.10", "1234567890123456789012345678901234567890.10"),
    ("numeric", "'NaN'", "NaN"),
    ("numeric(10, 4)", "1.5", "1.5000"),
    ("float8", "'-0'", "-0"),
    ("float8", "0.1::float8 + 0.2", "0.30000000000000004"),
    ("float8", "5e-324", "5e-324"),
    ("float8", "'-Infinity'", "-Infinity"),
    ("float4", "16777216.0", "1.6777216e+07"),
    ("bigint", "-9223372036854775808", "-9223372036854775808"),
    ("boolean", "true", "t"),
    ("money", "-1234567.5", "-$1,234,567.50"),
    ("json", """'{"a": 1.10, "a":1e400,  "n": 12345678901234567890123}'""",
     '{"a": 1.10, "a":1e400,  "n": 12345678901234567890123}'),
    ("jsonb", """'{"b": 1.10, "a": "\\u00e5\\n"}'""", '{"a": "å\\n", "b": 1.10}'),
    ("int[]", "'[-1:1]={1,NULL,3}'", "[-1:1]={1,NULL,3}"),
    ("text[]", r"""ARRAY['a,b', 'NULL', '', E'x"\\y', NULL]""", r'{"a,b","NULL","","x\"\\y",NULL}'),
    ("int[][]", "'{{1,2},{3,4}}'", "{{1,2},{3,4}}"),
    ("mood", "'so, so'", "so, so"),
    ("mood[]", """ARRAY['arg "', 'glad']::mood[]""", r'{"arg \"",glad}'),
    ("grade", "5", "5.0"),
    ("address", "ROW('Östra \"gatan\"', 7)", '("Östra ""gatan""",7)'),
    ("int4range", "'(1,5]'", "[2,6)"),
    ("tstzrange", "'[2026-01-01 00:00+01,)'", '["2025-12-31 23:00:00+00",)'),
    ("int4multirange", "'{[1,3),[7,9)}'", "{[1,3),[7,9)}"),
    ("bytea", r"'\x00ff5c6e0a'", r"\x00ff5c6e0a"),
    ("bytea", "''", r"\x"),
    ("tsvector", "'fat:2A cat:1 rat''s'", "'cat':1 'fat':2A 'rat''s'"),
    ("inet", "'2001:db8::1/64'", "2001:db8::1/64"),
    ("cidr", "'10.0.0.0/8'", "10.0.0.0/8"),
    ("macaddr8", "'08:00:2b:01:02:03:04:05'", "08:00:2b:01:02:03:04:05"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("bit(5)", "B'00101'", "00101"),
    ("varbit", "B''", ""),
    ("point", "'(1.5,-2)'", "(1.5,-2)"),
    ("xml", "'<a b=\"1\">å &amp; <!-- x --></a>'", '<a b="1">å &amp; <!-- x --></a>'),
]  # fmt: skip


@pytest.fixture(scope="module")
def database(postgres) -> str:  # type: ignore[no-untyped-def]
    name = postgres.create(TYPES)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.mark.parametrize(
    ("kind", "literal", "expected"), CASES, ids=[f"{kind}-{i}" for i, (kind, _, _) in enumerate(CASES)]
)
def test_a_value_arrives_as_the_servers_own_text(database: str, kind: str, literal: str, expected: str | None) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            f"DROP TABLE IF EXISTS t; CREATE TABLE t (v {kind}); INSERT INTO t VALUES ({literal})".encode()
        )
    with open_snapshot("platform", database) as snapshot:
        assert values(snapshot.read(select(snapshot, "t", "v", order="(SELECT 1)"))) == [[expected]]


def test_every_character_that_postgresql_can_hold_survives(make_database: Callable[..., str]) -> None:
    url = make_database("CREATE TABLE t (v text)")
    text = ALL_CONTROLS + "".join(chr(code) for code in range(32, 0x11000) if not 0xD800 <= code < 0xE000)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO t VALUES (%s)", [text])
    with open_snapshot("platform", url) as snapshot:
        assert values(snapshot.read(select(snapshot, "t", "v"))) == [[text]]


def test_generated_and_identity_columns_are_read_like_any_other(make_database: Callable[..., str]) -> None:
    url = make_database(
        """CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (START 7), price numeric,
           double numeric GENERATED ALWAYS AS (price * 2) STORED); INSERT INTO t (price) VALUES (1.10)"""
    )
    with open_snapshot("platform", url) as snapshot:
        assert values(snapshot.read(select(snapshot, "t", "id price double"))) == [["7", "1.10", "2.20"]]


def test_names_that_need_quoting_and_exact_duplicate_rows_are_read(make_database: Callable[..., str]) -> None:
    long = "å" * 31
    url = make_database(
        f'CREATE TABLE "Order" ("sel""ect" text, "{long}" int); INSERT INTO "Order" VALUES (\'a\', 1), (\'a\', 1)'
    )
    with open_snapshot("platform", url) as snapshot:
        selection = select(snapshot, "Order", {'sel"ect': Kind.TEXT, long: Kind.INTEGER})
        assert values(snapshot.read(selection)) == [["a", "1"], ["a", "1"]]
        assert snapshot.count(selection) == 2


def test_a_row_larger_than_a_block_is_one_whole_row(make_database: Callable[..., str]) -> None:
    url = make_database("CREATE TABLE t AS SELECT i AS id, repeat('å', 500000) AS v FROM generate_series(1, 3) AS i")
    with open_snapshot("platform", url) as snapshot:
        blocks: list[Block] = list(snapshot.read(select(snapshot, "t", "id v")))
    assert [row[0] for row in values(blocks)] == ["1", "2", "3"]
    assert {row[1] for row in values(blocks)} == {"å" * 500_000}
