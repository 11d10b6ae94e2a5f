"""A volume is a ZIP file that is a valid BagIt bag with a data package, never larger than it may be."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import bagit
import pytest
from frictionless import Package, system

from exports.bundle import BagInfo, VolumeFullError, VolumeSummary, VolumeWriter, encode_path, part_limit, sha256_of
from exports.contents import Category, Column, ForeignKey, Kind, Table
from exports.readback import DamagedVolumeError, read_back
from exports.staging import Sink, Staged

MOMENT = datetime(2026, 7, 1, 12, 30, 20, tzinfo=UTC)
INFO = BagInfo(
    "The vendor", "alice", "alice-export-7", 2, MOMENT, description="Data of  alice\nand more", software="x 1"
)

ORGS = Table("platform", "orgs", "public", "orgs", Category.USERS, (
    Column("code", "text", Kind.TEXT, nullable=False), Column("name", "text", Kind.TEXT)), "orgs",
    ("code",))  # fmt: skip
PEOPLE = Table("platform", "people", "public", "people", Category.USERS, (
    Column("id", "bigint", Kind.INTEGER, nullable=False), Column("org", "text", Kind.TEXT),
    Column("boss", "bigint", Kind.INTEGER), Column("born", "date", Kind.DATE), Column("ok", "boolean", Kind.BOOLEAN),
    Column("score", "numeric", Kind.DECIMAL)), "people", ("id",),
    (ForeignKey("people_org", ("org",), "public", "orgs", ("code",)),
     ForeignKey("people_boss", ("boss",), "public", "people", ("id",))))  # fmt: skip
LOG = Table("platform", "log", "public", "log", Category.REPORTS, (
    Column("what", "text", Kind.TEXT), Column("n", "integer", Kind.INTEGER)), "log")  # fmt: skip

ORGS_CSV = b'code,name\r\n"",none\r\na,\r\nb,""\r\n'
PEOPLE_CSV = (
    b"id,org,boss,born,ok,score\r\n1,a,,0044-03-15 BC,t,NaN\r\n2,b,1,infinity,f,Infinity\r\n"
    b'3,"",2,10000-01-01,,123456789012345678901234567890.1234567890\r\n4,,3,,,\r\n'
)
LOG_CSV = b'what,n\r\nx,1\r\nx,1\r\n,\r\n"",\r\n'


@pytest.fixture
def sink(tmp_path: Path) -> Sink:
    (tmp_path / "work").mkdir()
    return Sink(tmp_path / "work", 10_000_000)


def stage(sink: Sink, path: str, data: bytes, stored: bool = False) -> Staged:
    entry = sink.open(path, stored=stored)
    entry.write(data)
    return entry.close()


def whole_volume(sink: Sink, path: Path) -> VolumeSummary:
    with VolumeWriter(path, "alice-export-7-002", INFO, 1_000_000) as volume:
        volume.add(stage(sink, "csv/users/orgs.csv", ORGS_CSV), ORGS, 3)
        volume.add(stage(sink, "csv/users/people.csv", PEOPLE_CSV), PEOPLE, 4)
        volume.add(stage(sink, "csv/reports/log.csv", LOG_CSV), LOG, 4)
        volume.add(stage(sink, "json/users/people.json", b"[]"))
        volume.add(stage(sink, "excel/users.xlsx", os.urandom(5000), stored=True))
        volume.add_bytes("empty.txt", b"")
        volume.add_stream("media/media/kurs-å.csv", 7, [b"a,", b"b\n,,,"])
        volume.add_tag("README.txt", b"hello")
        return volume.close()


def unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    (top,) = folder.iterdir()
    return top


def test_a_volume_is_a_bag_that_the_library_of_congress_accepts(sink: Sink, tmp_path: Path) -> None:
    summary = whole_volume(sink, tmp_path / "v.zip")
    bag = bagit.Bag(str(unpack(summary.path, tmp_path / "bag")))
    bag.validate()
    assert bag.version == "1.0"
    assert bag.info["Payload-Oxum"] == f"{summary.payload_bytes}.7"
    assert bag.info["Bag-Count"] == "2 of ?"
    assert bag.info["Bagging-Date"] == date(2026, 7, 1).isoformat()
    assert bag.info["External-Description"] == "Data of alice and more"
    assert set(bag.payload_files()) == {path for path in summary.files if path.startswith("data/")}


def test_frictionless_accepts_the_tables_with_nulls_empty_texts_duplicates_and_dates_before_christ(
    sink: Sink, tmp_path: Path
) -> None:
    top = unpack(whole_volume(sink, tmp_path / "v.zip").path, tmp_path / "bag")
    with system.use_context(trusted=True):
        report = Package(str(top / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "type", "message"])
    resources = {entry["name"]: entry for entry in json.loads((top / "datapackage.json").read_bytes())["resources"]}
    assert resources["people"]["schema"]["primaryKey"] == ["id"]
    assert resources["people"]["schema"]["foreignKeys"] == [
        {"fields": ["org"], "reference": {"resource": "orgs", "fields": ["code"]}},
        {"fields": ["boss"], "reference": {"resource": "", "fields": ["id"]}},
    ]
    assert resources["people"]["rowCount"] == 4
    assert resources["data-media-media-kurs--.csv"]["type"] == "file"


def test_frictionless_finds_a_broken_reference_so_the_keys_are_really_enforced(sink: Sink, tmp_path: Path) -> None:
    with VolumeWriter(tmp_path / "v.zip", "b", INFO, 1_000_000) as volume:
        volume.add(stage(sink, "csv/users/orgs.csv", b"code,name\r\nz,z\r\n"), ORGS, 1)
        volume.add(stage(sink, "csv/users/people.csv", PEOPLE_CSV), PEOPLE, 4)
        volume.close()
    with system.use_context(trusted=True):
        report = Package(str(unpack(tmp_path / "v.zip", tmp_path / "bag") / "datapackage.json")).validate()
    assert {row[0] for row in report.flatten(["type"])} == {"foreign-key"}


def test_a_reference_that_leaves_the_export_is_told_but_not_enforced(sink: Sink, tmp_path: Path) -> None:
    with VolumeWriter(tmp_path / "v.zip", "b", INFO, 1_000_000, dangling={("people", "people_org")}) as volume:
        volume.add(stage(sink, "csv/users/orgs.csv", b"code,name\r\nz,z\r\n"), ORGS, 1)
        volume.add(stage(sink, "csv/users/people.csv", PEOPLE_CSV), PEOPLE, 4)
        volume.close()
    top = unpack(tmp_path / "v.zip", tmp_path / "bag")
    with system.use_context(trusted=True):
        assert Package(str(top / "datapackage.json")).validate().valid
    people = json.loads((top / "datapackage.json").read_bytes())["resources"][1]
    assert people["references"] == [{"fields": ["org"], "table": "public.orgs", "targetFields": ["code"]}]


@pytest.mark.requires("unzip")
def test_unzip_of_info_zip_accepts_the_volume(sink: Sink, tmp_path: Path) -> None:
    whole_volume(sink, tmp_path / "v.zip")
    done = subprocess.run(["unzip", "-tqq", tmp_path / "v.zip"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_content_gives_the_same_bytes(sink: Sink, tmp_path: Path) -> None:
    for name in ("one", "two"):
        with VolumeWriter(tmp_path / name, "b", INFO, 10**6) as volume:
            volume.add_bytes("a.txt", b"same")
            volume.close()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_volume_never_passes_its_limit_and_says_when_it_is_full(sink: Sink, tmp_path: Path) -> None:
    limit = 64 * 1024
    with VolumeWriter(tmp_path / "v.zip", "bag", INFO, limit) as volume:
        with pytest.raises(VolumeFullError):
            for number in range(1000):
                volume.add(stage(sink, f"media/{number}", os.urandom(700), stored=True))
        assert number > 20
        summary = volume.close()
    assert limit * 0.6 < summary.bytes <= limit
    assert summary.bytes == (tmp_path / "v.zip").stat().st_size
    assert summary.payload_files == number
    assert not summary.oversize


def test_a_part_as_large_as_allowed_fits_into_an_empty_volume(sink: Sink, tmp_path: Path) -> None:
    for limit in (64 * 1024, 2 * 1024 * 1024):
        with VolumeWriter(tmp_path / "v.zip", "bag", INFO, limit) as volume:
            assert volume.fits("csv/users/people.csv", part_limit(limit))


def test_one_file_larger_than_the_limit_gets_a_volume_of_its_own_that_says_so(tmp_path: Path) -> None:
    with VolumeWriter(tmp_path / "v.zip", "bag", INFO, 64 * 1024) as volume:
        volume.add_stream("media/film.mp4", 100_000, [bytes(100_000)])
        with pytest.raises(VolumeFullError):
            volume.add_bytes("b", b"b")
        summary = volume.close()
    assert summary.oversize
    assert summary.payload_files == 1


def test_a_source_that_fails_in_the_middle_leaves_the_volume_as_it_was(tmp_path: Path) -> None:
    def broken() -> object:
        yield bytes(1000)
        raise OSError("the file vanished")

    with VolumeWriter(tmp_path / "v.zip", "bag", INFO, 10**6) as volume:
        volume.add_bytes("a", b"a")
        with pytest.raises(OSError, match="vanished"):
            volume.add_stream("media/x", 5000, broken())
        for chunks in ([bytes(4999)], [bytes(4000), bytes(1001)]):
            with pytest.raises(ValueError, match="5000 bytes were announced"):
                volume.add_stream("media/x", 5000, chunks)
        volume.add_stream("media/x", 5, [b"other"])
        summary = volume.close()
    bagit.Bag(str(unpack(summary.path, tmp_path / "bag"))).validate()
    with summary.path.open("rb") as file:
        assert read_back(file).problems == []


def test_an_unfinished_volume_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), VolumeWriter(tmp_path / "v.zip", "bag", INFO, 10**6) as volume:
        volume.add_bytes("a", b"a")
        assert [path.name for path in tmp_path.iterdir()] == ["v.zip.part"]
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_names_that_would_unpack_over_each_other_or_elsewhere_are_refused(tmp_path: Path) -> None:
    with VolumeWriter(tmp_path / "v.zip", "bag", INFO, 10**6) as volume:
        volume.add_bytes("a/Å.txt", b"a")
        for path in ("a/å.txt", "../x", "/x", "a\\b", "a//b", "", "."):
            with pytest.raises(ValueError):
                volume.add_bytes(path, b"b")


def test_line_breaks_and_percent_signs_in_names_are_encoded_in_the_manifest(tmp_path: Path) -> None:
    assert encode_path("a%0Ab\r\nc") == "a%250Ab%0D%0Ac"
    with VolumeWriter(tmp_path / "v.zip", "bag", INFO, 10**6) as volume:
        volume.add_bytes("100%\nsure", b"x")
        volume.close()
    with zipfile.ZipFile(tmp_path / "v.zip") as archive:
        assert b"  data/100%25%0Asure\n" in archive.read("bag/manifest-sha256.txt")
        assert archive.read("bag/data/100%\nsure") == b"x"
    with (tmp_path / "v.zip").open("rb") as file:
        assert read_back(file).problems == []


class OnlyForwards(io.RawIOBase):
    """A stream as object storages give it: no seeking, short reads."""

    def __init__(self, data: bytes) -> None:
        self.inner = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.inner.read(min(size, 3333))


def test_reading_back_sees_every_file_as_it_was_written_in_one_pass(sink: Sink, tmp_path: Path) -> None:
    summary = whole_volume(sink, tmp_path / "v.zip")
    counters = {
        "data/csv/users/people.csv": lambda stream: len(stream.readlines()),
        "data/json/users/people.json": lambda stream: stream.read(1),
        "data/excel/users.xlsx": lambda stream: (stream.seek(-10, 2), len(stream.read()))[1],
    }
    reading = read_back(OnlyForwards(summary.path.read_bytes()), counters.get, str(tmp_path))
    assert reading.problems == []
    assert reading.counts == {
        "data/csv/users/people.csv": 5,
        "data/json/users/people.json": b"[",
        "data/excel/users.xlsx": 10,
    }
    assert reading.files == summary.files
    assert reading.sha256 == sha256_of(summary.path)
    assert (reading.bytes, reading.bag_name) == (summary.bytes, summary.bag_name)


def test_a_counter_that_rejects_the_content_is_a_problem_named_after_the_file(sink: Sink, tmp_path: Path) -> None:
    def reject(stream: object) -> object:
        raise ValueError("quote without end")

    with whole_volume(sink, tmp_path / "v.zip").path.open("rb") as file:
        reading = read_back(file, lambda path: reject if path.endswith("log.csv") else None)
    assert reading.problems == ["data/csv/reports/log.csv: quote without end"]


def test_any_flipped_bit_that_changes_something_and_any_missing_tail_is_found(sink: Sink, tmp_path: Path) -> None:
    """Every byte of a small volume is damaged once. Deflate leaves up to seven unused bits at its end: no content."""
    with VolumeWriter(tmp_path / "v.zip", "bag", INFO, 10**6) as volume:
        volume.add(stage(sink, "csv/users/orgs.csv", ORGS_CSV * 20), ORGS, 3)
        volume.add_stream("media/x", 3, [b"abc"])
        volume.close()
    whole = (tmp_path / "v.zip").read_bytes()
    good = read_back(io.BytesIO(whole))
    assert good.problems == []
    unseen = []
    for at in range(len(whole)):
        damaged = whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :]
        try:
            reading = read_back(io.BytesIO(damaged))
        except DamagedVolumeError:
            continue
        if not reading.problems:
            unseen.append(at)
            assert reading.files == good.files
        assert reading.sha256 != good.sha256
    assert len(unseen) <= len(good.files)
    for end in range(0, len(whole), 7):
        with pytest.raises(DamagedVolumeError):
            read_back(io.BytesIO(whole[:end]))
    with pytest.raises(DamagedVolumeError):
        read_back(io.BytesIO(whole + b"x"))
