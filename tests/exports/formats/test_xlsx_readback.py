"""Rows are counted from the bytes of the finished workbook, and damage is seen."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from exports.formats import xlsx
from exports.formats.base import ReadBackError
from tests.exports.formats.workbooks import texts, write_rows


def damaged(data: bytes, name: str, change) -> io.BytesIO:
    """The workbook with one entry changed, its checksums right."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.namelist():
            content = source.read(entry)
            copy.writestr(entry, change(content) if entry == name else content)
    target.seek(0)
    return target


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[: xml.rindex(b"</row>") + 6],
        lambda xml: xml.replace(b"</row>", b"", 1),
        lambda xml: xml.replace(b"<row>", b"", 1),
        lambda xml: b"",
    ],
    ids=["not closed", "row not closed", "row not opened", "empty"],
)
def test_read_back_refuses_a_sheet_that_is_not_whole(tmp_path, change):
    written = write_rows(tmp_path, texts("a"), [("1",), ("2",)])
    book = written.files["excel/users.xlsx"]
    with pytest.raises(ReadBackError):
        xlsx.read_back(damaged(book, "xl/worksheets/sheet2.xml", change), written.parts[0])


def test_read_back_counts_the_file_and_not_what_was_meant(tmp_path):
    written = write_rows(tmp_path, texts("a"), [(str(n),) for n in range(5)])
    book = written.files["excel/users.xlsx"]
    fewer = damaged(book, "xl/worksheets/sheet2.xml", lambda xml: re.sub(rb"<row>(?!.*<row>).*</row>", b"", xml))
    assert xlsx.read_back(fewer, written.parts[0]) == {"people": 4}


def test_read_back_notices_flipped_and_missing_bytes(tmp_path):
    written = write_rows(tmp_path, texts("a"), [(str(n),) for n in range(500)])
    book = written.files["excel/users.xlsx"]
    for broken in (book[:-100], book[: len(book) // 2], b"", book.replace(b"\x50\x4b\x01\x02", b"\x50\x4b\x01\x03", 1)):
        with pytest.raises(ReadBackError):
            xlsx.read_back(io.BytesIO(broken), written.parts[0])
    at = book.index(b"sheet2.xml") + 300
    with pytest.raises(ReadBackError):
        xlsx.read_back(io.BytesIO(book[:at] + bytes([book[at] ^ 0xFF]) + book[at + 1 :]), written.parts[0])


def test_read_back_takes_a_stream_that_cannot_seek(tmp_path):
    written = write_rows(tmp_path, texts("a"), [("1",), ("2",)])

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert xlsx.read_back(Stream(written.files["excel/users.xlsx"]), written.parts[0]) == {"people": 2}
