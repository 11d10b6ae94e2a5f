"""The layer for people: a workbook per category, a sheet per table, typed values, nothing that acts as a formula.

``excel/<category>.xlsx``, continued in ``<category>-002.xlsx`` … when a part is full; a table continues on a
further sheet after 1,048,576 rows. Texts too long for a cell stand in ``excel/long-text/``. Whatever differs
from the exact CSV is recorded in the changes, for ``excel/users.xlsx#sheet``.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
import zlib
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any, BinaryIO
from xml.etree import ElementTree

from isal import isal_zlib

from exports.contents import Category, Column, Kind, Table
from exports.formats.base import Part, ReadBackError, checked_columns
from exports.formats.cells import BooleanCells, Place, Style, TextCells
from exports.formats.changes import Reason
from exports.formats.date_cells import DateCells, Times, TimestampCells
from exports.formats.number_cells import NumberCells
from exports.formats.sheet_text import is_awkward, tamed
from exports.formats.sheet_words import words
from exports.formats.workbook import STEM_PROPERTY, Sheet, Workbook
from exports.rows import Block

if TYPE_CHECKING:
    from exports.formats.changes import Changes
    from exports.staging import Sink

SHEET_ROWS = 1_048_576
"""Rows of a sheet, header included."""
SHEET_COLUMNS = 16_384
SHEET_BYTES = 3 * 1024**3
"""Larger sheets would need Zip64 inside the workbook, which spreadsheets do not all read."""
WORKBOOK_BYTES = 256 * 1024**2
"""Nobody can open larger workbooks, so they are continued in a next one even where a part may be larger."""
_SKELETON_BYTES = 16 * 1024
_SHEET_OVERHEAD = 1024
_CHUNK = 1 << 20
_WIDTH_SAMPLE = 20_000
_SHEET_NAME = re.compile(r"xl/worksheets/[^/]+\.xml")
_SHEET_END = b"</worksheet>"
_ABOUT_SHEET = "xl/worksheets/sheet1.xml"


class XlsxFormat:
    """All workbooks of one export."""

    name = "xlsx"

    def __init__(
        self, sink: Sink, changes: Changes[Any], *, language: str = "en", sheet_rows: int = SHEET_ROWS
    ) -> None:
        self.parts: list[Part] = []
        self.sink = sink
        self.changes = changes
        self.language = language
        self.times = Times()
        self.sheet_rows = sheet_rows
        self._books: dict[Category, Workbook] = {}
        self._numbers: dict[Category, int] = {}

    def table(self, table: Table) -> XlsxTable:
        return XlsxTable(self, table)

    def book(self, category: Category) -> Workbook:
        """The workbook of a category that is being written."""
        if category not in self._books:
            number = self._numbers[category] = self._numbers.get(category, 0) + 1
            path = f"excel/{category}{'' if number == 1 else f'-{number:03d}'}.xlsx"
            self._books[category] = Workbook(path, self.sink, self.language)
        return self._books[category]

    def finish_book(self, category: Category) -> None:
        """Complete the category's workbook; the next table or block starts another one."""
        book = self._books.pop(category)
        book.finish()
        self.parts.append(Part(book.path, self.name, book.rows))

    def finish(self) -> None:
        for category in list(self._books):
            self.finish_book(category)

    def side_file(self, name: str, content: bytes) -> str:
        """Write a text or bytes too long for a cell to a file of its own → what the cell says."""
        path = f"excel/long-text/{name}"
        entry = self.sink.open(path)
        entry.write(content)
        entry.close()
        text = words(self.language)["binary" if name.endswith(".bin") else "long"]
        return f"[{text.format(size=len(content), units=len(content.decode(errors='ignore')), path=path)}]"


class XlsxTable:
    """Writes one table into sheets of its category's workbook."""

    def __init__(self, form: XlsxFormat, table: Table) -> None:
        if len(checked_columns(table)) > SHEET_COLUMNS:
            raise ValueError(f"{table.key}: a sheet has {SHEET_COLUMNS} columns, the table {len(table.columns)}")
        self._form = form
        self._table = table
        self._place = Place(form.changes, form.times)
        self._columns: list[TextCells] = []
        self._book: Workbook | None = None
        self._sheet: Sheet | None = None

    def write(self, block: Block) -> None:
        width = len(self._table.columns)
        if block.count and block.width != width:
            raise ValueError(f"table {self._table.key}: rows have {block.width} fields instead of {width}")
        while block.count:
            sheet = self._sheet_for(block)
            now, block = _split(block, self._form.sheet_rows - 1 - sheet.rows)
            sheet.write(self._xml(now), now.count)

    def close(self) -> None:
        if self._sheet is None:
            self._open_sheet(Block(b"", 1))
        self._close_sheet()

    def _sheet_for(self, block: Block) -> Sheet:
        """The sheet that takes at least the first row of the block: the one at hand, or a further one."""
        sheet, cells = self._sheet, block.count * len(self._table.columns)
        if sheet is not None and sheet.rows:
            xml = sheet.entry.size + 6 * len(block.data) + 64 * cells
            if sheet.rows >= self._form.sheet_rows - 1 or xml > SHEET_BYTES:
                self._close_sheet()
        book = self._form.book(self._table.category)
        if any(other.rows for other in book.sheets) and self._is_full(book, block, cells):
            self._close_sheet()
            self._form.finish_book(self._table.category)
        return self._sheet or self._open_sheet(block)

    def _is_full(self, book: Workbook, block: Block, cells: int) -> bool:
        """Whether the block could pass the limit; looked at closely only when the limit is near."""
        limit = min(self._form.sink.part_limit, WORKBOOK_BYTES)
        frame = _SKELETON_BYTES + _SHEET_OVERHEAD * len(book.sheets)
        if book.at_most + 2 * len(block.data) + 2 * cells + frame <= limit:
            return False
        if self._sheet is not None:
            self._sheet.entry.settle()
        alone = len(isal_zlib.compress(block.data, 2))
        return book.at_most + alone + alone // 8 + 2 * cells + frame > limit

    def _open_sheet(self, block: Block) -> Sheet:
        """Start a sheet and the conversion of its columns."""
        book = self._book = self._form.book(self._table.category)
        sheet = self._sheet = book.open_sheet(self._table, block.first_row, _widths(self._table, block))
        self._place.file = f"{book.path}#{sheet.title}"  # as spreadsheets themselves name a place in a file
        self._columns = [cells_for(column, self._place, book.style) for column in self._table.columns]
        if sheet.title != self._table.name:
            self._form.changes.column_note(self._place.file, "", Reason.NAME_CHANGED, self._table.name)
        return sheet

    def _close_sheet(self) -> None:
        if self._sheet is not None and self._book is not None:
            self._book.close_sheet()
        self._sheet = None

    def _xml(self, block: Block) -> str:
        """The rows of a block as markup: constant pieces laid between the columns' values, joined once."""
        if is_awkward(block):
            block = tamed(block, self._table, self._place.file, self._form.changes, self._form.side_file)
        width = len(self._columns)
        cells = [column.convert(block.fields[at::width], block.first_row) for at, column in enumerate(self._columns)]
        between = [left[2] + right[0] for left, right in pairwise(cells)]
        laid: list[str] = [""] * (2 * width * block.count)
        laid[0::2] = [f"{cells[-1][2]}</row><row>{cells[0][0]}", *between] * block.count
        laid[0] = f"<row>{cells[0][0]}"
        for at, (_, values, _) in enumerate(cells):
            laid[2 * at + 1 :: 2 * width] = values
        laid.append(f"{cells[-1][2]}</row>")
        return "".join(laid)


def cells_for(column: Column, place: Place, style: Style) -> TextCells:
    """The conversion that fits a column's kind."""
    match column.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.FLOAT:
            return NumberCells(column, place, style)
        case Kind.BOOLEAN:
            return BooleanCells(column, place)
        case Kind.DATE:
            return DateCells(column, place, style)
        case Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
            return TimestampCells(column, place, style)
        case _:
            return TextCells(column, place)


def create(
    sink: Sink, changes: Changes[Any], *, language: str = "en", sheet_rows: int = SHEET_ROWS, **_: Any
) -> XlsxFormat:
    """``language`` is that of the sheet About; ``sheet_rows`` the most rows of a sheet, header included."""
    return XlsxFormat(sink, changes, language=language, sheet_rows=sheet_rows)


def read_back(stream: BinaryIO, part: Part) -> dict[str, int]:
    """Count the rows of every sheet but About, less its header. Raises ``ReadBackError``.

    A stream that cannot seek is copied to a temporary file first, for the ZIP's directory stands at its end.
    """
    if stream.seekable():
        return _counted(stream, part)
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
        return _counted(copy, part)


def _counted(stream: BinaryIO, part: Part) -> dict[str, int]:
    counts: dict[str, int] = {}
    try:
        with zipfile.ZipFile(stream) as book:
            sheets = _stems(book)
            listed = {name for name in book.namelist() if _SHEET_NAME.fullmatch(name)} - {_ABOUT_SHEET}
            if listed != set(sheets):
                raise ReadBackError(f"{part.path}: the sheets {sorted(listed ^ set(sheets))} belong to no table")
            for name, stem in sheets.items():
                with book.open(name) as sheet:
                    counts[stem] = counts.get(stem, 0) + _sheet_rows(sheet, f"{part.path}: {name}") - 1
            for name in set(book.namelist()) - set(sheets):
                book.read(name)  # compares the checksum
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ElementTree.ParseError) as error:
        raise ReadBackError(f"{part.path} is no complete workbook: {error}") from error
    return counts


def _stems(book: zipfile.ZipFile) -> dict[str, str]:
    """Path of each streamed sheet → stem of its table, as the workbook's own properties say."""
    if "docProps/custom.xml" not in book.namelist():
        return {}
    properties = ElementTree.fromstring(book.read("docProps/custom.xml"))  # noqa: S314 - we wrote it, without a DTD
    return {
        f"xl/worksheets/sheet{name.removeprefix(STEM_PROPERTY).strip()}.xml": "".join(one.itertext())
        for one in properties
        if (name := one.get("name", "")).startswith(STEM_PROPERTY)
    }


def _sheet_rows(sheet: IO[bytes], name: str) -> int:
    """The rows of one sheet; ``<`` stands for nothing but markup in it, since values have it escaped."""
    rows = {b"<row>": 0, b"</row>": 0}
    tail, text = b"", sheet.read(_CHUNK)
    if not text.startswith(b"<?xml ") or b"<sheetData><row>" not in text:
        raise ReadBackError(f"{name} is no worksheet")
    while text:
        for tag in rows:
            rows[tag] += text.count(tag) - tail.count(tag)
        tail = text[-len(_SHEET_END) :]
        chunk = sheet.read(_CHUNK)
        text = tail + chunk if chunk else b""
    if tail != _SHEET_END or rows[b"<row>"] != rows[b"</row>"]:
        raise ReadBackError(f"{name} is not closed")
    return rows[b"<row>"]


def _split(block: Block, rows: int) -> tuple[Block, Block]:
    """The first ``rows`` rows of a block and the others."""
    if block.count <= rows:
        return block, Block(b"", block.first_row + block.count)
    rest = block.data.split(b"\n", rows)[-1]
    return Block(block.data[: -len(rest)], block.first_row), Block(rest, block.first_row + rows)


def _widths(table: Table, block: Block) -> list[int]:
    """Column widths in characters, from the names and the first rows."""
    rows = [line.split("\t") for line in block.text[:_WIDTH_SAMPLE].split("\n")[:-1]]
    names = [column.name for column in table.columns]
    widest = (max(map(len, column)) for column in zip(names, *rows, strict=True)) if rows else map(len, names)
    return [min(max(width + 3, 9), 60) for width in widest]
