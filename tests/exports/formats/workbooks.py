"""Writes workbooks for tests and reads them with other programs."""

from __future__ import annotations

import csv
import io
import subprocess
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from exports.contents import Category, Column, Kind, Table
from exports.formats import xlsx
from exports.formats.base import Part
from exports.formats.changes import PATH, Changes
from exports.rows import Block, escape
from exports.staging import Sink, Staged

Row = Sequence[str | None]


def table(*columns: tuple[str, str, Kind], name: str = "people", stem: str = "", **more: Any) -> Table:
    """A table with columns given as (name, type, kind)."""
    return Table(
        store="platform",
        key=name,
        schema="public",
        name=name,
        category=more.pop("category", Category.USERS),
        columns=tuple(Column(*column) for column in columns),
        stem=stem or name,
        **more,
    )


def texts(*names: str, **more: Any) -> Table:
    return table(*((name, "text", Kind.TEXT) for name in names), **more)


def block(rows: Iterable[Row], first_row: int = 1) -> Block:
    return Block("".join("\t".join(map(escape, row)) + "\n" for row in rows).encode(), first_row)


def plain_content(staged: Staged) -> bytes:
    """What a reader of the package will find, taken from the staged file."""
    data = staged.file.read_bytes()
    return data if staged.stored else zlib.decompress(data, -15)


@dataclass
class Written:
    """What one run of the format left behind."""

    directory: Path
    parts: list[Part]
    files: dict[str, bytes]
    counts: dict[str, int]

    @property
    def changes(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.files[PATH].decode())))

    def reasons(self, column: str) -> list[tuple[str, str]]:
        """(row, code) of the changes of one column."""
        return [(line["row"], line["reason"].split(":")[0]) for line in self.changes if line["column"] == column]

    def openpyxl(self, path: str = "excel/users.xlsx") -> openpyxl.Workbook:
        return openpyxl.load_workbook(io.BytesIO(self.files[path]))

    def rows(self, sheet: str = "people", path: str = "excel/users.xlsx") -> list[tuple[Any, ...]]:
        """The cells of a sheet without its header, as openpyxl reads them."""
        return list(self.openpyxl(path)[sheet].iter_rows(min_row=2, values_only=True))

    def calamine(self, sheet: str = "people", path: str = "excel/users.xlsx") -> list[list[Any]]:
        """The same as python-calamine reads them."""
        book = CalamineWorkbook.from_filelike(io.BytesIO(self.files[path]))
        return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[1:]


def write(
    directory: Path, *tables: tuple[Table, Iterable[Block]], part_limit: int = 1 << 31, **options: Any
) -> Written:
    """Writes the tables' blocks and gives everything that was staged."""
    sink = Sink(directory, part_limit)
    changes = Changes(sink.open(PATH))
    form = xlsx.create(sink, changes, **options)
    for one, blocks in tables:
        writer = form.table(one)
        for rows in blocks:
            writer.write(rows)
        writer.close()
    form.finish()
    changes.close()
    files = {staged.path: plain_content(staged) for staged in sink.staged}
    assert {path.name for path in directory.iterdir()} == {staged.file.name for staged in sink.staged}
    return Written(directory, form.parts, files, {str(reason): n for reason, n in changes.counts.items()})


def write_rows(directory: Path, one: Table, rows: Iterable[Row], **options: Any) -> Written:
    return write(directory, (one, [block(rows)]), **options)


def libreoffice(soffice: str, workbook: bytes, directory: Path) -> dict[str, list[list[str]]]:
    """Sheet → its records as LibreOffice shows them, header left out."""
    (directory / "book.xlsx").write_bytes(workbook)
    profile = f"-env:UserInstallation=file://{directory}/profile"
    target = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
    command = [soffice, profile, "--headless", "--convert-to", target, "--outdir", str(directory), "book.xlsx"]
    subprocess.run(command, cwd=directory, check=True, capture_output=True, timeout=120)
    return {
        file.stem.removeprefix("book-"): list(csv.reader(io.StringIO(file.read_bytes().decode(), newline="")))[1:]
        for file in directory.glob("book-*.csv")
    }
