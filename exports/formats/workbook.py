"""One workbook (ECMA-376, Office Open XML) whose sheets are streamed: openpyxl makes everything but their bodies.

The deflated sheets wait in files of their own; at the end the workbook's ZIP is put together from them and
from openpyxl's skeleton (styles, relations, filters, the sheet About) without holding it in memory.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook as Skeleton
from openpyxl.cell import Cell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from exports.contents import Kind, Table
from exports.formats.cells import TEXT
from exports.formats.sheet_text import cell_text, escaped, units
from exports.formats.sheet_words import words
from exports.staging import Entry, Sink
from exports.zip64 import ZipWriter

STEM_PROPERTY = "table of sheet"
"""Custom document property ``table of sheet N`` = stem of the table whose rows stand in ``sheetN.xml``."""
TITLE_UNITS = 31
ABOUT = "About"

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '<selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
)
_FOOT = (
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
)
"""Printed as wide as a page, and as long as it is."""
_NO_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass
class Sheet:
    """One worksheet while its rows are streamed; ``rows`` does not count the header."""

    title: str
    table: Table
    first_row: int
    entry: Entry
    number: int
    rows: int = 0

    @property
    def ref(self) -> str:
        """The cells that the filter covers."""
        return f"A1:{get_column_letter(len(self.table.columns))}{self.rows + 1}"

    def write(self, xml: str, rows: int) -> None:
        self.entry.write(xml.encode())
        self.rows += rows


@dataclass
class Workbook:
    """One file of the excel layer; ``directory`` is where its sheets wait."""

    path: str
    sink: Sink
    language: str
    sheets: list[Sheet] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="xlsx-", dir=self.sink.directory))
        self._waiting = Sink(self._directory, self.sink.part_limit)
        self._open = False
        self._skeleton = Skeleton()
        self._about = self._skeleton.active
        self._about.title = ABOUT
        self._about.sheet_properties.pageSetUpPr.fitToPage = True
        self._about.page_setup.fitToHeight = 0
        self._styles: dict[str, int] = {}
        self._header_style = self._style("General", bold=True)

    def style(self, number_format: str) -> int:
        """The index of the cell style with that number format."""
        if number_format not in self._styles:
            self._styles[number_format] = self._style(number_format)
        return self._styles[number_format]

    def _style(self, number_format: str, *, bold: bool = False) -> int:
        cell = Cell(self._about, 1, 1)  # a new one each time: openpyxl keeps the array behind a cell's style
        cell.number_format = number_format
        cell.font = _font(bold)
        return int(cell.style_id)

    @property
    def rows(self) -> dict[str, int]:
        """Table stem → rows in this workbook."""
        counts: dict[str, int] = {}
        for sheet in self.sheets:
            counts[sheet.table.stem] = counts.get(sheet.table.stem, 0) + sheet.rows
        return counts

    @property
    def at_most(self) -> int:
        """An upper bound of the bytes of the sheets so far."""
        waiting = sum(staged.compressed for staged in self._waiting.staged)
        return waiting + (self.sheets[-1].entry.at_most if self._open else 0)

    def open_sheet(self, table: Table, first_row: int, widths: Sequence[int]) -> Sheet:
        """Start a sheet with its header; the one before must be closed."""
        number = len(self.sheets) + 2
        title = self._title(table.name)
        self._skeleton.create_sheet(title)
        self._skeleton.custom_doc_props.append(StringProperty(name=f"{STEM_PROPERTY} {number}", value=table.stem))
        sheet = Sheet(title, table, first_row, self._waiting.open(f"xl/worksheets/sheet{number}.xml"), number)
        sheet.entry.write(self._head(table, widths).encode())
        self.sheets.append(sheet)
        self._open = True
        return sheet

    def _head(self, table: Table, widths: Sequence[int]) -> str:
        cols = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
        )
        before, after = TEXT[0].replace("<c ", f'<c s="{self._header_style}" '), TEXT[1]
        cells = "".join(f"{before}{cell_text(column.name)}{after}" for column in table.columns)
        return f"{_HEAD}<cols>{cols}</cols><sheetData><row>{cells}</row>"

    def close_sheet(self) -> None:
        """End the last sheet."""
        sheet = self.sheets[-1]
        worksheet = self._skeleton[sheet.title]
        worksheet.auto_filter.ref = sheet.ref  # for the defined name that Excel expects beside the filter
        sheet.entry.write(f'</sheetData><autoFilter ref="{sheet.ref}"/>{_FOOT}'.encode())
        sheet.entry.close()
        self._open = False

    def finish(self) -> None:
        """Put the workbook together as one stored entry of the sink and remove what waited."""
        try:
            self._fill_about()
            skeleton = io.BytesIO()
            self._skeleton.save(skeleton)
            streamed = {staged.path: staged for staged in self._waiting.staged}
            entry = self.sink.open(self.path, stored=True)
            archive = ZipWriter(entry, datetime.now(UTC))
            with zipfile.ZipFile(skeleton) as plain:
                for name in sorted(plain.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
                    if name in streamed:
                        archive.add(streamed[name])
                    else:
                        archive.add_bytes(name, plain.read(name))
            archive.close()
            entry.close()
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what waits, finished or not."""
        self._waiting.discard()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _title(self, name: str) -> str:
        """A sheet name of at most 31 units, unlike all others whatever the case."""
        clean = _NO_TITLE.sub("_", name).strip("' ") or "table"
        if clean.casefold() == "history":  # Excel keeps that name for itself
            clean += "_"
        taken = {title.casefold() for title in self._skeleton.sheetnames}
        number, title = 1, _cut(clean, TITLE_UNITS)
        while title.casefold() in taken:
            number += 1
            suffix = f" ({number})"
            title = _cut(clean, TITLE_UNITS - len(suffix)) + suffix
        return title

    def _fill_about(self) -> None:
        say = words(self.language)
        lines: list[list[Any]] = [[say["about"]], [], [say[word] for word in ("sheet", "table", "rows", "from")]]
        bold = {1, 3}
        lines += [[s.title, f"{s.table.store}.{s.table.key}", s.rows, s.first_row] for s in self.sheets]
        lines += [[], [say[word] for word in ("sheet", "column", "type", "shown")]]
        bold.add(len(lines))
        seen: set[str] = set()
        for sheet in self.sheets:
            if sheet.table.stem not in seen:
                seen.add(sheet.table.stem)
                lines += [[sheet.title, c.name, c.type, say[_shown(c.kind)]] for c in sheet.table.columns]
        for number, line in enumerate(lines, 1):
            for at, value in enumerate(line, 1):
                cell = self._about.cell(number, at)
                cell.value = escaped(value) if isinstance(value, str) else value
                cell.number_format = "General"
                cell.font = _font(number in bold)
                if isinstance(value, str):
                    cell.data_type = "s"  # a name that begins with = is no formula
        for letter, width in zip("ABCD", (32, 48, 28, 60), strict=True):
            self._about.column_dimensions[letter].width = width


def _font(bold: bool) -> Font:
    return Font(name="Calibri", size=11, bold=bold)


def _cut(text: str, limit: int) -> str:
    while units(text) > limit:
        text = text[:-1]
    return text.rstrip("' ") or "table"


def _shown(kind: Kind) -> str:
    """The word that tells how a column's values are shown."""
    match kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.FLOAT:
            return "number"
        case Kind.BOOLEAN:
            return "boolean"
        case Kind.DATE | Kind.TIMESTAMP:
            return "date"
        case Kind.TIMESTAMPTZ:
            return "utc"
        case _:
            return "text"
