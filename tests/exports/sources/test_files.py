"""A tenant's files are found exactly as they are named, and nothing that cannot be read is passed over in silence."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from exports.sources.files import listing
from offboarding.configuration import Environment
from tests.exports.sources.file_stores import Store, content, on_disk, on_s3
from tests.servers.s3 import S3

ODD = [
    "plain.txt",
    "with space  and trailing .txt ",
    unicodedata.normalize("NFC", "Malmö.pdf"),
    unicodedata.normalize("NFD", "Malmö.pdf"),
    "line\nbreak\ttab.txt",
    "x" * 250 + ".txt",
    "100%.txt",
    "a&b=c+d?e#f;g.txt",
    "quote\"'\\back.txt",
    "שלום 👩🏽.txt",
    "-rf",
    ".hidden",
    "CON.txt",
]


def test_all_files_below_a_prefix_are_listed_with_their_sizes_and_nobody_elses(store: Store) -> None:
    for name in (
        "orgs/alice/a.txt",
        "orgs/alice/deep/er/b.bin",
        "orgs/alice/deep/c",
        "orgs/alice2/no",
        "orgs/bob/no",
        "top",
    ):
        store.put(name, name.encode())
    found = list(listing(store.storage, "orgs/alice/"))
    assert found == [
        ("orgs/alice/a.txt", 16), ("orgs/alice/deep/c", 17), ("orgs/alice/deep/er/b.bin", 24)
    ]  # fmt: skip


def test_a_prefix_may_end_in_the_middle_of_a_name(store: Store) -> None:
    for name in ("orgs/7-a.txt", "orgs/7-deep/b.txt", "orgs/70.txt", "orgs/8-a.txt"):
        store.put(name, b"x")
    assert [path for path, _ in listing(store.storage, "orgs/7-")] == ["orgs/7-a.txt", "orgs/7-deep/b.txt"]


def test_a_prefix_without_files_is_empty(store: Store) -> None:
    store.put("orgs/bob/no", b"x")
    assert list(listing(store.storage, "orgs/alice/")) == []


def test_odd_names_are_listed_and_read_exactly_as_they_are(store: Store) -> None:
    names = [name for name in ODD if not set(name) & set(store.cannot)]
    for name in names:
        store.put(f"orgs/alice/{name}", name.encode())
    found = list(listing(store.storage, "orgs/alice/"))
    assert sorted(path for path, _ in found) == sorted(f"orgs/alice/{name}" for name in names)
    for path, size in found:
        expected = path.removeprefix("orgs/alice/").encode()
        assert content(store.storage, path) == expected
        assert size == len(expected)


@pytest.mark.parametrize("prefix", ["../bob/", "/etc/", "orgs/../bob/"])
def test_a_prefix_that_leads_out_of_the_store_is_refused(store: Store, prefix: str) -> None:
    with pytest.raises(OSError, match=r"leads out of|may lead out of"):
        list(listing(store.storage, prefix))


def test_a_folder_that_is_not_mounted_is_an_error_and_not_empty(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="is it mounted"):
        list(listing(FileSystemStorage(location=tmp_path / "gone"), "orgs/alice/"))


def test_a_bucket_that_is_not_there_is_an_error_and_not_empty(s3: S3) -> None:
    storage = on_s3(s3).storage
    storage.bucket_name = "no-such-bucket"
    with pytest.raises(OSError, match="NoSuchBucket"):
        list(listing(storage, "orgs/alice/"))


def test_an_s3_server_that_cannot_be_reached_is_an_error() -> None:
    from storages.backends.s3 import S3Storage

    config = Environment(Path())._storage("s3://test:test@127.0.0.1:1/bucket?region=us-east-1&tls=no&addressing=path")
    with pytest.raises(OSError, match="connect"):
        list(listing(S3Storage(**config["OPTIONS"]), "orgs/alice/"))


def test_more_objects_than_one_page_of_s3_holds_are_all_listed(s3: S3) -> None:
    store = on_s3(s3)
    store.storage.connection.meta.client.meta.events.register(
        "provide-client-params.s3.ListObjectsV2", lambda params, **_: {**params, "MaxKeys": 3}
    )
    names = [f"orgs/alice/{number:04d}" for number in range(10)]
    for name in names:
        store.put(name, b"")
    assert [path for path, _ in listing(store.storage, "orgs/alice/")] == names


def test_keys_that_no_file_system_could_have_are_listed_and_read(s3: S3) -> None:
    store = on_s3(s3)
    for name in ("orgs/alice//double", "orgs/alice/./dot", "orgs/alice/a", "orgs/alice/a/b", "orgs/alice/folder/"):
        store.put(name, b"" if name.endswith("/") else name.encode())
    found = [path for path, _ in listing(store.storage, "orgs/alice/")]
    assert found == ["orgs/alice/./dot", "orgs/alice//double", "orgs/alice/a", "orgs/alice/a/b"]
    assert all(content(store.storage, path) == path.encode() for path in found)


def test_symbolic_links_and_special_files_are_reported_and_never_followed(tmp_path: Path) -> None:
    store = on_disk(tmp_path / "media")
    store.put("alice/real.txt", b"mine")
    store.put("bob/secret.txt", b"bob's")
    (tmp_path / "media/alice/file").symlink_to(tmp_path / "media/bob/secret.txt")
    (tmp_path / "media/alice/folder").symlink_to(tmp_path / "media/bob")
    (tmp_path / "media/charlie").symlink_to(tmp_path / "media/bob")
    os.mkfifo(tmp_path / "media/alice/pipe")
    problems: dict[str, str] = {}
    found = list(listing(store.storage, "alice/", problems.__setitem__))
    found += listing(store.storage, "charlie/", problems.__setitem__)
    assert found == [("alice/real.txt", 4)]
    assert {path: reason.partition(";")[0] for path, reason in problems.items()} == {
        "alice/file": "a symbolic link",
        "alice/folder": "a symbolic link",
        "alice/pipe": "not a regular file",
        "charlie": "a symbolic link",
    }
    with pytest.raises(OSError, match="symbolic link"):
        list(listing(store.storage, "alice/"))


def test_names_that_are_no_utf8_are_listed_and_read(tmp_path: Path) -> None:
    store = on_disk(tmp_path / "media")
    store.put("alice/ok", b"")
    (tmp_path / "media/alice" / os.fsdecode(b"Malm\xf6")).write_bytes(b"x")
    found = [path for path, _ in listing(store.storage, "alice/")]
    assert [os.fsencode(path) for path in found] == [b"alice/Malm\xf6", b"alice/ok"]
    assert content(store.storage, found[0]) == b"x"
