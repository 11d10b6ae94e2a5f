"""What every cell of a package's workbooks must say, by its exact CSV and its changes.csv."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape

from tests.exports.journey.package import Package


class Changes:
    """``changes.csv``: what it says about one cell, or about a whole column."""

    def __init__(self, package: Package) -> None:
        self.found: dict[tuple[str, str, str], set[str]] = {}
        with package.files["changes.csv"].open(newline="", encoding="utf-8") as stream:
            for line in csv.DictReader(stream):
                key = line["file"], line["row"], line["column"]
                self.found.setdefault(key, set()).add(line["reason"].partition(":")[0])

    def of(self, place: str, row: int, column: str) -> set[str]:
        return self.found.get((place, str(row), column), set()) | self.found.get((place, "*", column), set())


SHOWN_OTHERWISE = {"shown-in-utc", "trailing-zeros", "float-display"}
"""Reasons for a cell to look different from the CSV although it is the same value."""


@dataclass
class Cell:
    """One cell of the exact CSV and where it must stand in a workbook."""

    value: str | None
    type: str
    reasons: set[str]


@cache
def workbook(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def cells(package: Package) -> Iterator[tuple[Path, str, list[str], list[list[Cell]]]]:
    """Workbook, sheet, column names and the rows that must stand there."""
    changes = Changes(package)
    for table in package.tables:
        document = json.loads(package.parts(table, ".json")[0].read_text())
        types = {column["name"]: column["type"].lower() for column in document["columns"]}
        exact = package.rows(table["key"])
        first = 0
        for path in package.parts(table, ".xlsx"):
            name = f"excel/{path.name}"
            for sheet in workbook(path).sheetnames:
                if sheet != table["key"] and not re.fullmatch(rf"{re.escape(table['key'])}[ (]*\d+\)?", sheet):
                    continue
                rows = next(part for part in package.statement["parts"] if part["path"] == name)["rows"]
                last = first + rows[table["stem"]]
                yield (
                    path,
                    sheet,
                    list(types),
                    [
                        [Cell(v, types[n], changes.of(f"{name}#{sheet}", at, n)) for n, v in values.items()]
                        for at, values in enumerate(exact[first:last], first + 1)
                    ],
                )
                first = last
        assert first == len(exact), table["key"]


def says_the_same(found: Any, cell: Cell) -> bool:
    """Whether a reader of workbooks got what the CSV says."""
    value = cell.value
    if found in (None, ""):
        return value is None or value == ""
    if value is None:
        return False
    if isinstance(found, bool):
        return cell.type == "boolean" and found == (value in ("t", "1"))
    if isinstance(found, int | float):
        return float(value) == float(found) and len(re.sub("[^0-9]", "", value).lstrip("0")) <= 15
    if isinstance(found, datetime):
        return moment(value) == moment(found.isoformat(sep=" "))
    if isinstance(found, date):
        return value == found.isoformat()
    if cell.reasons & {"escaped-characters", "escape-like-text"}:
        return bool(unescape(found) == value)  # ECMA-376 part 1, 22.9.2.19
    return bool(found == value)


def moment(value: str) -> str:
    """A moment without its offset, which is UTC here, with all digits of its second."""
    day, _, time = value.removesuffix("+00").partition(" ")
    whole, _, fraction = (time or "00:00:00").partition(".")
    return f"{day} {whole}.{fraction.ljust(6, '0')}"


def by_libreoffice(soffice: str, package: Package, folder: Path) -> dict[tuple[str, str], list[list[str]]]:
    """(Workbook, sheet) → the rows as LibreOffice shows them; all workbooks in one run."""
    books = [path for name, path in package.files.items() if name.endswith(".xlsx")]
    target = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
    command = [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", target]
    subprocess.run([*command, "--outdir", str(folder), *map(str, books)], check=True, capture_output=True, timeout=180)
    shown = {}
    for book in books:
        for sheet in workbook(book).sheetnames[1:]:
            text = (folder / f"{book.stem}-{sheet}.csv").read_bytes().decode()
            shown[book.stem, sheet] = list(csv.reader(io.StringIO(text, newline="")))[1:]
    return shown


def looks_the_same(shown: str, cell: Cell) -> bool:
    value = cell.value or ""
    if cell.type == "boolean":
        return shown == {"t": "TRUE", "1": "TRUE", "f": "FALSE", "0": "FALSE", "": ""}[value]
    if shown == value or shown == value.replace("\r\n", "\n"):  # LibreOffice has one kind of line break in cells
        return True
    if "escaped-characters" in cell.reasons:
        return unescape(shown) == value.replace("\r\n", "\n")
    if not cell.reasons & SHOWN_OTHERWISE:
        return False
    return moment(shown) == moment(value) if ":" in value else Decimal(shown) == Decimal(value)
