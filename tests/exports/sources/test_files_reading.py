"""A file is read whole, as one state of it, or said to have vanished or changed."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from exports.sources.files import FileChanged, FileVanished, listing, open_for_copy
from offboarding.configuration import Environment
from tests.exports.sources.file_stores import Store, content, in_memory, on_disk, on_s3
from tests.servers.s3 import S3


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
