"""The register knows every file of one export once: from listings, from rows that name it, or from both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, Storage

from exports.contents import Category, Column, Kind, StoredFile, Table
from exports.datamap import FileLink
from exports.rows import Block, escape
from exports.sources.files import FileRegister, SourceError
from tests.exports.sources.test_files import on_s3
from tests.servers.s3 import S3

TABLE = Table(
    store="platform",
    key="lessons",
    schema="",
    name="lessons",
    category=Category.COURSES,
    columns=(Column("id", "int", Kind.INTEGER), Column("file", "text", Kind.TEXT), Column("image", "text", Kind.TEXT)),
    stem="lessons",
)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[FileRegister]:
    register = FileRegister(tmp_path / "files.sqlite3")
    yield register
    register.close()


@pytest.fixture
def media(tmp_path: Path) -> Storage:
    for name, size in (("alice/a.txt", 3), ("alice/deep/b.txt", 5), ("shared/logo.png", 7), ("bob/secret", 9)):
        path = tmp_path / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    return FileSystemStorage(location=tmp_path / "media")


def block(*rows: tuple[str | None, ...]) -> Block:
    return Block("".join("\t".join(map(escape, row)) + "\n" for row in rows).encode(), 1)


def test_listed_files_come_sorted_with_size_and_category(register: FileRegister, media: Storage) -> None:
    register.list_prefix("media", media, "alice/", Category.USERS)
    assert list(register.files()) == [
        StoredFile("media", "alice/a.txt", Category.USERS, 3),
        StoredFile("media", "alice/deep/b.txt", Category.USERS, 5),
    ]
    assert register.expected() == [["media", "users", 2]]
    assert (register.bytes_total(), register.missing()) == (8, [])


def test_files_named_by_rows_are_found_with_prefix_and_escapes_and_null_and_empty_name_none(
    register: FileRegister, media: Storage, tmp_path: Path
) -> None:
    (tmp_path / "media/alice/tab\tback\\slash\n").write_bytes(b"odd")
    tap = register.tap(TABLE, {"file": FileLink("media", "alice/"), "image": FileLink("media")})
    tap(block(("1", "a.txt", None), ("2", "", "shared/logo.png"), ("3", "tab\tback\\slash\n", "shared/logo.png")))
    tap(block(("4", "a.txt", ""), ("5", None, "shared/logo.png")))
    register.resolve({"media": media})
    assert [(file.path, file.size, file.referenced_by) for file in register.files()] == [
        ("alice/a.txt", 3, "lessons.file"),
        ("alice/tab\tback\\slash\n", 3, "lessons.file"),
        ("shared/logo.png", 7, "lessons.image"),
    ]
    assert register.expected() == [["media", "courses", 3]]


def test_a_file_both_named_and_listed_is_one_file_of_the_rows_category(register: FileRegister, media: Storage) -> None:
    register.note_references("media", ["alice/a.txt"], Category.REPORTS, "reports.path")
    register.list_prefix("media", media, "alice/", Category.USERS)
    register.note_references("media", ["alice/deep/b.txt", "alice/a.txt"], Category.COURSES, "lessons.file")
    register.resolve({"media": media})
    assert list(register.files()) == [
        StoredFile("media", "alice/a.txt", Category.REPORTS, 3, "reports.path"),
        StoredFile("media", "alice/deep/b.txt", Category.USERS, 5, "lessons.file"),
    ]


def test_the_same_path_in_two_stores_is_two_files(register: FileRegister, media: Storage) -> None:
    for store in ("media", "archive"):
        register.note_references(store, ["alice/a.txt"], Category.USERS, "t.c")
    register.resolve({"media": media, "archive": media})
    assert [(file.store, file.size) for file in register.files()] == [("archive", 3), ("media", 3)]


def test_files_that_cannot_be_had_are_missing_with_the_reason(
    register: FileRegister, media: Storage, tmp_path: Path
) -> None:
    (tmp_path / "media/alice/link").symlink_to("../bob/secret")
    (tmp_path / "media/charlie").symlink_to("bob")
    paths = [
        "alice/gone",
        "../bob/secret",
        "/etc/passwd",
        "alice/link",
        "charlie/secret",
        "alice",
        "alice/a.txt",
        "x" * 300,
    ]
    register.note_references("media", paths, Category.USERS, "t.c")
    register.list_prefix("media", media, "alice/", Category.USERS)
    register.resolve({"media": media})
    assert {path: reason for _, path, reason, _, _ in register.missing()} == {
        "../bob/secret": "a path with '..', which may lead out of the store",
        "/etc/passwd": "an absolute path, which leads out of the store",
        "alice": "a folder",
        "alice/gone": "no such file",
        "alice/link": "a symbolic link; it is not followed",
        "charlie/secret": "leads through a symbolic link; it is not followed",
        "x" * 300: "no such file (the name is too long)",
    }
    assert {(store, by, category) for store, _, _, by, category in register.missing()} == {("media", "t.c", "users")}
    assert register.expected() == [["media", "users", 9]]
    assert [file.path for file in register.files() if file.size is not None] == ["alice/a.txt", "alice/deep/b.txt"]


def test_files_named_by_rows_are_found_on_s3_too(register: FileRegister, s3: S3) -> None:
    store = on_s3(s3, "platform")
    store.put("alice/a.txt", b"abc")
    register.note_references("media", [f"alice/{n}" for n in range(30)] + ["alice/a.txt"], Category.USERS, "t.c")
    register.resolve({"media": store.storage})
    assert register.bytes_total() == 3
    assert len(register.missing()) == 30


def test_names_that_are_no_utf8_are_registered(register: FileRegister, media: Storage, tmp_path: Path) -> None:
    name = os.fsdecode(b"alice/Malm\xf6")
    (tmp_path / "media" / name).write_bytes(b"x")
    register.list_prefix("media", media, "alice/Malm", Category.USERS)
    assert [file.path for file in register.files()] == [name]


def test_a_column_of_paths_that_is_not_read_is_an_error(register: FileRegister) -> None:
    with pytest.raises(SourceError, match="table lessons: avatar names files but is not read"):
        register.tap(TABLE, {"avatar": FileLink("media")})


def test_a_store_that_cannot_be_listed_is_an_error_that_names_it(register: FileRegister, tmp_path: Path) -> None:
    gone = FileSystemStorage(location=tmp_path / "gone")
    with pytest.raises(SourceError, match=r"Store media: the file store cannot be read: .*is it mounted"):
        register.list_prefix("media", gone, "alice/", Category.USERS)


def test_a_store_that_is_not_there_does_not_make_every_named_file_missing(
    register: FileRegister, tmp_path: Path
) -> None:
    register.note_references("media", ["alice/a.txt"], Category.USERS, "t.c")
    with pytest.raises(SourceError, match=r"Store media: .*is it mounted"):
        register.resolve({"media": FileSystemStorage(location=tmp_path / "gone")})


def test_a_bucket_that_is_not_there_does_not_make_every_named_file_missing(register: FileRegister, s3: S3) -> None:
    storage = on_s3(s3).storage
    storage.bucket_name = "no-such-bucket"
    register.note_references("media", ["alice/a.txt"], Category.USERS, "t.c")
    with pytest.raises(SourceError, match=r"Store media: .*NoSuchBucket"):
        register.resolve({"media": storage})


def test_a_new_register_forgets_what_a_killed_run_left(tmp_path: Path, media: Storage) -> None:
    left = FileRegister(tmp_path / "files.sqlite3")
    left.list_prefix("media", media, "bob/", Category.USERS)
    left.close()
    assert FileRegister(tmp_path / "files.sqlite3").expected() == []


def test_a_long_listing_asks_now_and_then_whether_to_go_on(register: FileRegister, tmp_path: Path) -> None:
    (tmp_path / "media/alice").mkdir(parents=True)
    for number in range(600):
        (tmp_path / "media/alice" / str(number)).touch()

    def stop() -> None:
        raise InterruptedJobError

    with pytest.raises(InterruptedJobError):
        register.list_prefix("media", FileSystemStorage(location=tmp_path / "media"), "alice/", Category.USERS, stop)


class InterruptedJobError(Exception):
    pass
