"""Rows of text as a file for people: CSV that streams, or a workbook written row by row. Nothing acts as a formula."""

from __future__ import annotations

import csv
import html
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

Row = Sequence[str]
LONGEST = 32_767
"""Characters that a cell of a spreadsheet holds."""
IN_MEMORY = 1024**2
_TAG = re.compile(r"<[^>]*>")
_ACTS = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")


def plain(marked_up: str) -> str:
    """The words of a piece of HTML, parts told apart by a space."""
    return " ".join(html.unescape(_TAG.sub(" ", marked_up)).split())


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it opens a CSV: with ``'`` before what would begin one."""
    return f"'{text}" if _ACTS.match(text) and not _NUMBER.fullmatch(text) else text


class _Line:
    """What ``csv.writer`` writes is given back."""

    def write(self, text: str) -> str:
        return text


def as_csv(batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8, a batch at a time; its first bytes tell Excel that it is UTF-8."""
    writer: Any = csv.writer(_Line())
    yield b"\xef\xbb\xbf"
    for rows in batches:
        yield "".join(writer.writerow([inert(cell) for cell in row]) for row in rows).encode()


def as_workbook(title: str, batches: Iterable[Sequence[Row]]) -> IO[bytes]:
    """One sheet, every cell a text, its first row bold and always in sight; a file to read from its beginning."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    head = True
    for rows in batches:
        for row in rows:
            sheet.append([_cell(sheet, text, bold=head) for text in row])
            head = False
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 – the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: Any, text: str, *, bold: bool) -> Any:
    cell: Any = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST])
    cell.data_type = "s"  # also where it begins with =
    if bold:
        cell.font = Font(bold=True)
    return cell
