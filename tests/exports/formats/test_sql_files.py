"""The files of a dump: where they lie, that every part is whole, and that damage is noticed."""

from __future__ import annotations

import io
import zlib

import pytest

from exports.contents import Category, Column, Kind, Table
from exports.formats import sql
from exports.formats.base import Part, ReadBackError, available
from exports.formats.changes import Changes
from exports.rows import Block
from exports.sources.ddl import Ddl
from exports.staging import Sink

ROWS = b"1\ta\n2\t\\N\n3\t\\\\.\n"
ENGINES = ["postgresql", "sqlite", "mysql"]


def table(key: str, store: str = "platform") -> Table:
    columns = Column("id", "integer", Kind.INTEGER), Column("name", "text", Kind.TEXT)
    return Table(store, key, "", key, Category.USERS, columns, f"users-{key}")


def schema(engine: str, **rest) -> Ddl:
    return Ddl(engine, "-- head (';\n", "-- before: it's (\n", "-- after: it's (\n", **rest)


@pytest.fixture
def write(tmp_path):
    """``write(ddl, tables, limit)`` writes three rows, twice, to each table → parts and their bytes."""

    def write(ddl: dict[str, Ddl], tables: list[Table], limit: int = 1 << 40) -> tuple[list[Part], list[bytes]]:
        sink = Sink(tmp_path, limit)
        form = sql.create(sink, Changes(sink.open("changes.csv")), ddl=ddl, language="en")
        for one in tables:
            writer = form.table(one)
            writer.write(Block(ROWS, 1))
            writer.write(Block(ROWS, 4))
            writer.close()
        form.finish()
        staged = {one.path: one.file.read_bytes() for one in sink.staged}
        return form.parts, [zlib.decompress(staged[part.path], wbits=-15) for part in form.parts]

    return write


def test_it_is_one_of_the_formats():
    assert "sql" in available()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_part_is_a_script_of_its_own_and_says_what_it_holds(write, engine):
    parts, texts = write({"platform": schema(engine, foot="-- foot\n")}, [table("people"), table("posts")], 1)
    assert [part.path for part in parts] == [
        *("sql/dump.sql", "sql/dump-002.sql", "sql/dump-003.sql", "sql/dump-004.sql", "sql/dump-005.sql")
    ]
    assert [part.rows for part in parts] == [
        {"users-people": 0},
        {"users-people": 3},
        {"users-people": 3, "users-posts": 0},
        {"users-posts": 3},
        {"users-posts": 3},
    ]
    for part, text in zip(parts, texts, strict=True):
        assert sql.read_back(io.BytesIO(text), part) == part.rows
        assert text.startswith(b"-- SQL dump for " + engine.encode())
        assert b"-- head (';\n" in text
        assert text.endswith(b"-- foot\n-- End of this part\n")
        assert text.count(b" FROM stdin;\n") == text.count(b"\n\\.\n")
    assert [b"-- before" in text for text in texts] == [True, False, False, False, False]
    assert [b"-- after" in text for text in texts] == [False, False, False, False, True]


def test_several_databases_have_a_dump_each(write):
    ddl = {"platform": schema("postgresql"), "billing": schema("sqlite")}
    parts, texts = write(ddl, [table("people"), table("bills", "billing")])
    assert {part.path: part.rows for part in parts} == {
        "sql/platform/dump.sql": {"users-people": 6},
        "sql/billing/dump.sql": {"users-bills": 6},
    }
    assert b"COPY " in texts[0]
    assert b"INSERT " in texts[1]


def test_rows_pass_through_as_they_are_and_computed_columns_stay_out(write):
    ddl = {"platform": schema("postgresql", computed={"users-posts": ("name",)})}
    _, (text,) = write(ddl, [table("people"), table("posts")])
    assert b'COPY "public"."people" ("id", "name") FROM stdin;\n' + ROWS + ROWS + b"\\.\n" in text
    assert b'COPY "public"."posts" ("id") FROM stdin;\n1\n2\n3\n1\n2\n3\n\\.\n' in text


@pytest.mark.parametrize("engine", ENGINES)
def test_a_part_that_is_cut_off_anywhere_is_noticed(write, engine):
    (part,), (text,) = write({"platform": schema(engine)}, [table("people")])
    for end in range(len(text)):
        with pytest.raises(ReadBackError):
            sql.read_back(io.BytesIO(text[:end]), part)


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_are_counted_the_same_however_the_bytes_arrive(write, engine):
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(1)

    (part,), (text,) = write({"platform": schema(engine)}, [table("people"), table("posts")])
    assert sql.read_back(Slow(text), part) == {"users-people": 6, "users-posts": 6}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_or_an_added_row_is_noticed(write, engine):
    (part,), (text,) = write({"platform": schema(engine)}, [table("people")])
    first = b"1\ta\n" if engine == "postgresql" else b"(1, 'a'),\n"
    assert sql.read_back(io.BytesIO(text.replace(first, b"", 1)), part) == {"users-people": 5}
    assert sql.read_back(io.BytesIO(text.replace(first, first * 2, 1)), part) == {"users-people": 7}


def test_one_table_at_a_time(tmp_path):
    form = sql.create(Sink(tmp_path, 1 << 40), None, ddl={"platform": schema("postgresql")})
    form.table(table("people"))
    with pytest.raises(RuntimeError, match="the table before posts is still open"):
        form.table(table("posts"))


def test_definitions_that_look_like_our_own_marks_are_refused(tmp_path):
    ddl = Ddl("postgresql", "", "CREATE FUNCTION x() AS $$\n-- Rows of table users-people\n$$;\n", "")
    with pytest.raises(ValueError, match="like our own marks"):
        sql.create(Sink(tmp_path, 1 << 40), None, ddl={"platform": ddl})
