"""Awkward values of every kind, and how to write a table in one format and take the finished files apart."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from isal import isal_zlib

from exports.contents import Category, Column, ForeignKey, Kind, Table
from exports.formats import changes
from exports.formats.base import Part, open_formats, read_back
from exports.rows import Block, escape
from exports.staging import Sink

Row = Sequence[str | None]

TEXTS = [
    None, "", " ", "NULL", "null", r"\N", r"\\N", r"\.", "\\", "\\\\", r'"\N"', r'\"', r"C:\new\table\bin", r"\x41",
    '"', '""', '","', '"\r\n"', ",", "\t", "\n", "\r", "\r\n", "a\tb\nc\rd\be\vf\fg\\h", r"\v", "\v", "\\\v",
    "\x01\x1f\x7f\x85", "%s %d %%", "{}", '{"rows": [', "]}\n", "<a>&amp;]]>", "</row>", "<!--", "_x0041_", "&",
    "\ufffe", "\uffff", "a\ufffeb", "\ufeff", "\u2028\u2029", "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd", "Å ö é", "e\u0301", "=1+1", "+46701234567", "-1", "@x",
    "00123", "10-20", "12345678901234567890", "1899-12-31", "TRUE", " x ", "x" * 100_000,
]  # fmt: skip
"""Texts that some format or reader is known to change."""

VALUES: dict[Kind, tuple[str, list[str | None]]] = {
    Kind.TEXT: ("text", TEXTS),
    Kind.INTEGER: ("bigint", ["0", "-9223372036854775808", "9223372036854775807", None]),
    Kind.DECIMAL: (
        "numeric",
        ["1234567890123456789012345678901234567890.5", "0.100", "-0.0001", None, "NaN", "Infinity", "-Infinity", "7"],
    ),
    Kind.FLOAT: ("double precision", ["1e-45", "-0", "1.7976931348623157e+308", None, "NaN", "Infinity", "-Infinity"]),
    Kind.BOOLEAN: ("boolean", ["t", "f", None]),
    Kind.DATE: ("date", ["4713-01-01 BC", "0044-03-15 BC", "10000-01-01", "infinity", "-infinity", "2024-02-29", None]),
    Kind.TIME: ("time without time zone", ["24:00:00", "00:00:00.000001", None]),
    Kind.TIMESTAMP: ("timestamp without time zone", ["10000-01-01 00:00:00", "0001-01-01 00:00:00 BC", "-infinity"]),
    Kind.TIMESTAMPTZ: ("timestamp with time zone", ["294276-12-31 23:59:59.999999+00", "infinity", None]),
    Kind.JSON: (
        "json",
        [
            *('{"a": 1, "a":2,  "b":1.0}', "1e400", "100000000000000000000000000000000.10", "null", None, "[]"),
            *('{"nested": [{"x": "}]{[\\""}, [[]], {}]}', '{"a":\n\t[1,\r\n 2]}', '"null"', '"\\n\\t\\\\"'),
            *('"\\u0000\\\\N"', '": \\\\N"'),
        ],
    ),
    Kind.BINARY: ("bytea", ["\\x", "\\x00ff5c0a", None, "\\x" + "ab" * 5000]),
    Kind.OTHER: (
        "text[]",
        [
            *('{{a,"b ,\\"c"},{"NULL",NULL}}', "[2:4]={1,NULL,3}", "[1,5)", "-1 years +2 mons 04:05:06.789", "10101"),
            *(
                "$1,234.50",
                "'fat':1A,2 'cat''s':3",
                "::1/64",
                '("a, ""b""",5)',
                "<?xml?><a>&amp;</a>",
                "glad\\ly",
                None,
            ),
        ],
    ),
}
"""Kind → type and values in PostgreSQL's own spelling (issue: fidelity)."""

awkward_texts = st.none() | st.text(
    st.sampled_from('\t\n\r\b\v\f\\"N,nrtbvf<>&/ \x00\x01\x1f\x7fé\u2028\ufffe\U0001f600%{}[]:0x'), max_size=12
)
"""Texts made of what the formats escape and what their escapes are made of."""


def table_of(*columns: Column, **facts: object) -> Table:
    return Table(
        **{  # type: ignore[arg-type]
            "store": "platform",
            "key": "people",
            "schema": "public",
            "name": "people",
            "category": Category.USERS,
            "columns": columns,
            "stem": "people",
            "primary_key": (columns[0].name,),
            "foreign_keys": (ForeignKey("fk", (columns[0].name,), "Läro plan", 'or"gs & co', ("id",)),),
            **facts,
        }
    )


def copy_text(rows: Iterable[Row]) -> bytes:
    """The rows as PostgreSQL's COPY would send them."""
    return "".join("\t".join(map(escape, row)) + "\n" for row in rows).encode()


def block_of(rows: Iterable[Row], first_row: int = 1) -> Block:
    return Block(copy_text(rows), first_row)


def every_kind() -> tuple[Table, list[Row]]:
    """A table with a column of each kind and rows that between them hold all awkward values."""
    columns = [Column("id", "integer", Kind.INTEGER, nullable=False)]
    columns += [Column(f"the {kind}", type_, kind) for kind, (type_, _) in VALUES.items()]
    rows = [
        [str(number), *(values[number % len(values)] for _, values in VALUES.values())] for number in range(len(TEXTS))
    ]
    return table_of(*columns), rows


@dataclass
class Written:
    """A finished export of one table in one format."""

    parts: list[Part]
    files: dict[str, bytes]
    changes: list[list[str]]
    """Lines of ``changes.csv`` without its header: file, row, column, reason, original."""

    @property
    def data(self) -> bytes:
        return self.files[self.parts[0].path]

    def reasons(self) -> list[tuple[str, str, str]]:
        """(row, column, code of the reason) of every change."""
        return [(row, column, reason.partition(":")[0]) for _, row, column, reason, _ in self.changes]

    def read_back(self) -> list[dict[str, int]]:
        return [read_back(io.BytesIO(self.files[part.path]), part) for part in self.parts]


def write(
    form: str, table: Table, blocks: Iterable[Block], engine: str = "postgresql", part_limit: int = 1 << 40
) -> Written:
    """Write the blocks through a real sink in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        sink = Sink(Path(folder), part_limit)
        recorder = changes.Changes(sink.open(changes.PATH))
        (opened,) = open_formats([form], sink, recorder, engines={"platform": engine})
        writer = opened.table(table)
        for block in blocks:
            writer.write(block)
        writer.close()
        opened.finish()
        recorder.close()
        files = {staged.path: isal_zlib.decompress(staged.file.read_bytes(), -15) for staged in sink.staged}
    lines = list(csv.reader(io.StringIO(files.pop(changes.PATH).decode(), newline="")))
    return Written(opened.parts, files, lines[1:])


def write_rows(form: str, table: Table, rows: Sequence[Row], **options: object) -> Written:
    return write(form, table, [block_of(rows)] if rows else [], **options)  # type: ignore[arg-type]
