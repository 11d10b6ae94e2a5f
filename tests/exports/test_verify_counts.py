"""The verifier counts rows by itself; on what the formats really write it finds the same numbers."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest

from exports import verify
from exports.contents import Category, Column, Kind, Table
from exports.formats.base import format_module
from exports.formats.changes import Changes
from exports.rows import Block, escape
from exports.staging import Sink

TABLE = Table("platform", "odd", "public", "odd", Category.USERS, (
    Column("id", "integer", Kind.INTEGER, nullable=False), Column("text", "text", Kind.TEXT),
    Column("data", "jsonb", Kind.JSON)), "odd", ("id",))  # fmt: skip
ODD = [
    None, "", "line\nbreak", "\r\n", '"', '""\n"', "{", "}\n{", "]}\n", "<row>", "</row>\n<row>", "&amp;", "\\", "\\.",
    "\\N", "'", "''\n(1),\n", "it's", "a,b", "\t", '\n "rows": [\n', "-- Rows of table odd\n", ";\n", "(", "\u2028",
]  # fmt: skip
NESTED = [None, '{"a": [1, {"b": "}\\n{"}]}', "[]", '"<row>"']
ONE = Table("platform", "one", "", "one", Category.USERS, (Column("text", "text", Kind.TEXT),), "one")


def written(name: str, table: Table, rows: list[list[str | None]], folder: Path) -> dict[str, bytes]:
    """What a format makes of the rows, in two blocks: path → content."""
    sink = Sink(folder, 10**6)
    changes = Changes(sink.open("changes.csv"))
    made = format_module(name).create(sink, changes, engines={"platform": "postgresql"})
    writer = made.table(table)
    for part, first in ((rows[:7], 1), (rows[7:], 8)):
        text = "".join("\t".join(escape(value) for value in row) + "\n" for row in part)
        if part:
            writer.write(Block(text.encode(), first))
    writer.close()
    made.finish()
    changes.close()
    paths = {part.path for part in made.parts}
    return {one.path: zlib.decompress(one.file.read_bytes(), -15) for one in sink.staged if one.path in paths}


@pytest.mark.parametrize("name", ["csv", "json", "xml"])
def test_values_that_look_like_rows_do_not_mislead_it(name: str, tmp_path: Path) -> None:
    rows = [[str(number), text, NESTED[number % 4]] for number, text in enumerate(ODD)]
    (content,) = written(name, TABLE, rows, tmp_path).values()
    assert verify.COUNTERS[name](io.BytesIO(content), "odd") == {"odd": len(ODD)}


@pytest.mark.parametrize("name", ["csv", "json", "xml"])
@pytest.mark.parametrize("values", [[], [None], [None, "", None], ["a"] * 9])
def test_one_column_and_nothing_in_it_is_still_a_row(name: str, values: list[str | None], tmp_path: Path) -> None:
    (content,) = written(name, ONE, [[value] for value in values], tmp_path).values()
    assert verify.COUNTERS[name](io.BytesIO(content), "one") == {"one": len(values)}


@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mysql"])
def test_the_rows_of_a_dump_are_counted_whatever_their_values(engine: str, tmp_path: Path) -> None:
    ddl = pytest.importorskip("exports.sources.ddl")
    sink = Sink(tmp_path, 10**6)
    sql = format_module("sql").create(
        sink, Changes(sink.open("changes.csv")), ddl={"platform": ddl.Ddl(engine=engine, head="", before="", after="")}
    )
    rows = [[str(number), text, None] for number, text in enumerate(ODD)]
    writer = sql.table(TABLE)
    writer.write(Block("".join("\t".join(map(escape, row)) + "\n" for row in rows).encode(), 1))
    writer.write(Block(b"99\tend\t\\N\n", len(rows) + 1))
    writer.close()
    sql.finish()
    (staged,) = [one for one in sink.staged if one.path == "sql/dump.sql"]
    content = zlib.decompress(staged.file.read_bytes(), -15)
    assert verify.sql_rows(io.BytesIO(content), "") == {"odd": len(ODD) + 1}
    sink.discard()
