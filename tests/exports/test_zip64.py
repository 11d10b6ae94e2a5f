"""ZIP files that every reader understands, from a few bytes to more than any 32-bit number holds."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from exports.readback import DamagedVolumeError, read_back
from exports.staging import Sink
from exports.zip64 import END_BYTES, ZipWriter, overhead

MOMENT = datetime(2026, 7, 1, 12, 30, 20)


def test_staged_small_and_streamed_entries_come_out_as_they_went_in(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    sink = Sink(tmp_path / "work", 10**6)
    for stored in (False, True):
        entry = sink.open(f"staged {stored} å.txt", stored=stored)
        entry.write(b"content " * 1000)
        entry.close()
    with (tmp_path / "a.zip").open("wb", buffering=0) as file:
        writer = ZipWriter(file, MOMENT)
        for staged in sink.staged:
            writer.add(staged)
        digest = writer.add_bytes("bytes", b"b" * 50)
        writer.add_bytes("empty", b"")
        streamed = writer.stream_stored("stream", 6, iter([b"abc", b"", b"def"]))
        size = writer.close()
    assert size == (tmp_path / "a.zip").stat().st_size
    assert digest == hashlib.sha256(b"b" * 50).hexdigest()
    assert streamed == hashlib.sha256(b"abcdef").hexdigest()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["staged False å.txt", "staged True å.txt", "bytes", "empty", "stream"]
        assert archive.read("staged False å.txt") == archive.read("staged True å.txt") == b"content " * 1000
        assert archive.read("stream") == b"abcdef"
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 7, 1, 12, 30, 20)}
        assert not any(entry.flag_bits & 8 for entry in archive.infolist()), "no data descriptors"
        assert archive.getinfo("stream").external_attr >> 16 == 0o100644


def test_it_writes_into_another_entry_as_workbooks_need(tmp_path: Path) -> None:
    sink = Sink(tmp_path, 10**6)
    sheet = sink.open("sheet1.xml")
    sheet.write(b"<sheet/>" * 100_000)
    staged = sheet.close()
    outer = sink.open("book.xlsx", stored=True)
    writer = ZipWriter(outer, MOMENT)
    writer.add(staged, "xl/worksheets/sheet1.xml")
    writer.add_bytes("[Content_Types].xml", b"<Types/>")
    writer.close()
    book = outer.close()
    with zipfile.ZipFile(book.file) as archive:
        assert archive.testzip() is None
        assert archive.read("xl/worksheets/sheet1.xml") == b"<sheet/>" * 100_000


def test_the_overhead_of_an_entry_is_never_underestimated() -> None:
    for name in ("a", "å" * 100):
        target = io.BytesIO()
        writer = ZipWriter(target, MOMENT)
        writer.stream_stored(name, 3, [b"abc"])
        assert writer.close() <= 3 + overhead(name) + END_BYTES


def test_a_staged_file_that_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    sink = Sink(tmp_path, 10**6)
    entry = sink.open("a", stored=True)
    entry.write(b"12345")
    staged = entry.close()
    for changed in (b"1234", b"123456"):
        staged.file.write_bytes(changed)
        for target in (io.BytesIO(), (tmp_path / "out").open("wb", buffering=0)):
            with target, pytest.raises(OSError, match="not the file that was staged"):
                ZipWriter(target, MOMENT).add(staged)


def test_a_time_before_1980_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="1970"):
        ZipWriter(io.BytesIO(), datetime(1970, 1, 1))


@pytest.mark.requires("unzip")
def test_more_entries_than_16_bits_count_are_read_by_other_programs(tmp_path: Path) -> None:
    count = 65_536 + 10
    path = tmp_path / "many.zip"
    with path.open("wb") as file:
        writer = ZipWriter(file, MOMENT)
        for number in range(count):
            writer.add_bytes(f"bag/{number}", b"%d" % number)
        writer.close()
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == count
        assert archive.read(f"bag/{count - 1}") == str(count - 1).encode()
    listed = subprocess.run(["unzip", "-Zt", path], capture_output=True, text=True, check=True).stdout
    assert listed.startswith(f"{count} files")
    with path.open("rb") as file:
        assert len(read_back(file).files) == count


def zeros(size: int) -> Iterator[bytes]:
    chunk = bytes(1 << 20)
    while size:
        yield chunk[: min(size, len(chunk))]
        size -= min(size, len(chunk))


class Holes(io.FileIO):
    """A file in which writing zeros leaves a hole, so that 4 GiB cost no disk."""

    def write(self, data: object) -> int:  # type: ignore[override]
        if len(data) == 1 << 20 and data == bytes(1 << 20):  # type: ignore[arg-type]
            self.seek(1 << 20, os.SEEK_CUR)
            return 1 << 20
        return super().write(data)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.requires("unzip")
def test_an_entry_beyond_4_gib_and_one_that_begins_after_it_are_read_by_other_programs(tmp_path: Path) -> None:
    size = (1 << 32) + 5
    path = tmp_path / "big.zip"
    with Holes(path, "w") as file:
        writer = ZipWriter(file, MOMENT)
        writer.stream_stored("bag/big", size, zeros(size))
        writer.add_bytes("bag/after", b"after")
        assert writer.close() == path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("bag/big").file_size == size
        assert archive.getinfo("bag/after").header_offset > size
        assert archive.read("bag/after") == b"after"
    done = subprocess.run(["unzip", "-tqq", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    with path.open("rb") as file:
        reading = read_back(file)
    assert reading.files["big"].size == size
    assert reading.problems == [
        "manifest-sha256.txt is missing", "tagmanifest-sha256.txt is missing",
        "bag-info.txt does not say Payload-Oxum: 0.0",
    ]  # fmt: skip


@pytest.mark.parametrize("damage", [b"", b"PK", b"PK\x03\x04", bytes(100), b"<html>no such bucket</html>" * 9])
def test_what_is_no_zip_is_refused_in_words(damage: bytes) -> None:
    with pytest.raises(DamagedVolumeError):
        read_back(io.BytesIO(damage))
