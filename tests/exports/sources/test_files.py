"""A tenant's files are found exactly as they are named, and nothing that cannot be read is passed over in silence."""

from __future__ import annotations

import os
import socket
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage

from exports.sources.files import FileChanged, FileVanished, listing, open_for_copy
from offboarding.configuration import Environment
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


class Store:
    """One storage to fill and to read; ``cannot`` are characters that the storage or our test server cannot keep."""

    def __init__(self, storage: Storage, put: Callable[[str, bytes], object], cannot: str = "") -> None:
        self.storage = storage
        self.put = put
        self.cannot = cannot


def on_disk(base: Path) -> Store:
    base.mkdir(parents=True, exist_ok=True)

    def put(name: str, data: bytes) -> None:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return Store(FileSystemStorage(location=base), put)


def on_s3(s3: S3, location: str = "") -> Store:
    bucket = s3.make_bucket()
    url = s3.storage_url(bucket).replace(f"/{bucket}?", f"/{bucket}/{location}?" if location else f"/{bucket}?")
    config = Environment(Path())._storage(url)
    from storages.backends.s3 import S3Storage

    client = s3.client()
    base = f"{location}/" if location else ""
    storage = S3Storage(**config["OPTIONS"])
    return Store(storage, lambda name, data: client.put_object(Bucket=bucket, Key=base + name, Body=data), "\n")


def in_memory() -> Store:
    storage = InMemoryStorage()

    def put(name: str, data: bytes) -> None:
        storage.delete(name)
        assert storage.save(name, ContentFile(data)) == name

    return Store(storage, put, "\\")


@pytest.fixture(params=["disk", "s3", "s3 below a location", "any storage"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return on_disk(tmp_path / "media")
    if request.param == "any storage":
        return in_memory()
    return on_s3(request.getfixturevalue("s3"), "platform/media" if "below" in request.param else "")


def content(storage: Storage, path: str) -> bytes:
    with open_for_copy(storage, path) as file:
        data = b"".join(file.chunks())
        assert file.size == len(data)
    return data


# Listing --------------------------------------------------------------------------------------------------------------


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


# Reading --------------------------------------------------------------------------------------------------------------


def test_a_large_file_comes_in_chunks_byte_for_byte(store: Store) -> None:
    data = os.urandom(1024) * 3500
    store.put("alice/large.bin", data)
    with open_for_copy(store.storage, "alice/large.bin") as file:
        chunks = list(file.chunks())
    assert len(chunks) >= 4
    assert b"".join(chunks) == data


def test_an_empty_file_is_read_as_such(store: Store) -> None:
    store.put("alice/empty", b"")
    assert content(store.storage, "alice/empty") == b""


@pytest.mark.parametrize(
    "path", ["alice/gone", "alice/real.txt/x", "../bob/secret", "/etc/passwd", "", "a\0b", "x" * 2000]
)
def test_a_file_that_cannot_be_had_is_said_to_have_vanished(store: Store, path: str) -> None:
    store.put("alice/real.txt", b"x")
    with pytest.raises(FileVanished), open_for_copy(store.storage, path):
        pass


def test_a_file_reached_through_a_symbolic_link_is_not_read(tmp_path: Path) -> None:
    store = on_disk(tmp_path / "media")
    store.put("bob/secret.txt", b"bob's")
    (tmp_path / "media/alice").symlink_to("bob")
    (tmp_path / "media/link.txt").symlink_to("bob/secret.txt")
    for path in ("alice/secret.txt", "link.txt"):
        with pytest.raises(FileVanished, match="symbolic link"), open_for_copy(store.storage, path):
            pass


def test_a_store_that_is_itself_a_symbolic_link_is_read(tmp_path: Path) -> None:
    on_disk(tmp_path / "real").put("alice/a.txt", b"x")
    (tmp_path / "media").symlink_to("real")
    storage = FileSystemStorage(location=tmp_path / "media")
    assert list(listing(storage, "alice/")) == [("alice/a.txt", 1)]
    assert content(storage, "alice/a.txt") == b"x"


@contextmanager
def half_read(store: Store) -> Iterator[Iterator[bytes]]:
    store.put("alice/a.bin", b"a" * 3 * 1024 * 1024)
    with open_for_copy(store.storage, "alice/a.bin") as file:
        chunks = file.chunks()
        assert next(chunks) == b"a" * 1024 * 1024
        yield chunks


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"short"),
        lambda path: path.write_bytes(b"b" * 3 * 1024 * 1024),
        lambda path: path.open("ab").write(b"more"),
        lambda path: os.truncate(path, 0),
    ],
    ids=["shorter", "same size", "longer", "emptied"],
)
def test_a_file_that_is_written_to_while_it_is_read_is_noticed(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    with half_read(on_disk(tmp_path)) as chunks:
        change(tmp_path / "alice/a.bin")
        with pytest.raises(FileChanged):
            list(chunks)


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_deleted_or_replaced_while_it_is_read_is_still_read_whole(tmp_path: Path, replaced: bool) -> None:
    with half_read(on_disk(tmp_path)) as chunks:
        if replaced:
            (tmp_path / "new").write_bytes(b"new")
            (tmp_path / "new").replace(tmp_path / "alice/a.bin")
        else:
            (tmp_path / "alice/a.bin").unlink()
        assert b"".join(chunks) == b"a" * 2 * 1024 * 1024


def test_any_other_storage_notices_a_changed_and_a_vanished_file() -> None:
    store = in_memory()
    with half_read(store) as chunks:
        store.put("alice/a.bin", b"b" * 3 * 1024 * 1024)
        with pytest.raises(FileChanged):
            list(chunks)
    with half_read(store) as chunks:
        store.storage.delete("alice/a.bin")
        with pytest.raises(FileVanished):
            list(chunks)


class Faltering:
    """A proxy before the S3 server that breaks off the first answers after some bytes."""

    def __init__(self, target: str, after: int, times: int) -> None:
        host, _, port = target.removeprefix("http://").partition(":")
        self.target, self.after, self.left = (host, int(port)), after, times
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(self.target) as server:
            request = b""
            while b"\r\n\r\n" not in request:
                data = client.recv(65536)
                if not data:
                    return
                request += data
            server.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            limited = self.left > 0 and request.startswith(b"GET")
            self.left -= limited
            sent = 0
            while data := server.recv(65536):
                client.sendall(data)
                sent += len(data)
                if limited and sent > self.after:
                    return


@pytest.mark.parametrize("replaced", [False, True])
def test_a_broken_s3_connection_is_taken_up_where_it_broke_if_the_object_is_still_the_same(
    s3: S3, replaced: bool
) -> None:
    from storages.backends.s3 import S3Storage

    store = on_s3(s3)
    data = os.urandom(3 * 1024 * 1024)
    store.put("alice/a.bin", data)
    proxy = Faltering(s3.endpoint, after=1_500_000, times=2)
    url = f"s3://test:test@{proxy.address}/{store.storage.bucket_name}?region=us-east-1&tls=no&addressing=path"
    storage = S3Storage(**Environment(Path())._storage(url)["OPTIONS"])
    with open_for_copy(storage, "alice/a.bin") as file:
        chunks = file.chunks()
        first = next(chunks)
        if replaced:
            store.put("alice/a.bin", os.urandom(3 * 1024 * 1024))
            with pytest.raises(FileChanged, match="replaced"):
                list(chunks)
        else:
            assert first + b"".join(chunks) == data
            assert proxy.left == 0
    proxy.server.close()
