"""Finished pieces are deflated, counted and hashed beside the caller, and nothing stays behind when it goes wrong."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.staging import Parts, Sink, Staged


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    yield Sink(tmp_path, 10_000_000)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("stage ")] == []


def content(staged: Staged) -> bytes:
    raw = staged.file.read_bytes()
    assert len(raw) == staged.compressed
    plain = raw if staged.stored else zlib.decompress(raw, -15)
    assert (len(plain), zlib.crc32(plain), hashlib.sha256(plain).hexdigest()) == (
        staged.size, staged.crc32, staged.sha256,
    )  # fmt: skip
    return plain


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    pieces=st.lists(st.tuples(st.binary(max_size=50), st.sampled_from([0, 1, 7000]), st.booleans()), max_size=12),
    stored=st.booleans(),
)
def test_whatever_is_written_can_be_inflated_again_with_the_right_sums(tmp_path_factory, pieces, stored) -> None:
    """Also with ``settle`` in between, which ends a deflate block early."""
    sink = Sink(tmp_path_factory.mktemp("sink"), 10**7)
    entry = sink.open("a/b.csv", stored=stored)
    expected = b""
    for data, times, settled in pieces:
        entry.write(data * times)
        expected += data * times
        if settled:
            entry.settle()
            assert entry.compressed <= entry.at_most
    assert content(entry.close()) == expected


def test_large_content_passes_through_in_flat_memory(sink: Sink) -> None:
    """64 MB of incompressible content; the queue holds some chunks and no more."""
    block = os.urandom(1 << 20)
    tracemalloc.start()
    entry = sink.open("big", stored=True)
    for _ in range(64):
        entry.write(block[:])
        entry.write(bytes(100))
    staged = entry.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert staged.size == 64 * ((1 << 20) + 100)
    assert peak < 16 << 20


def test_entries_may_be_written_side_by_side_and_are_listed_as_they_close(sink: Sink) -> None:
    entries = [sink.open(f"{number}.csv") for number in range(4)]
    for turn in range(50):
        for entry in entries:
            entry.write(f"{entry.path} {turn}\n".encode() * 1000)
    for entry in reversed(entries):
        entry.close()
    assert [staged.path for staged in sink.staged] == ["3.csv", "2.csv", "1.csv", "0.csv"]
    for staged in sink.staged:
        assert content(staged) == b"".join(f"{staged.path} {turn}\n".encode() * 1000 for turn in range(50))


def test_abort_leaves_neither_file_nor_thread(sink: Sink, tmp_path: Path) -> None:
    entry = sink.open("a")
    for _ in range(20):
        entry.write(os.urandom(1 << 20))
    entry.abort()
    entry.abort()
    assert list(tmp_path.iterdir()) == []
    assert sink.staged == []
    with pytest.raises(ValueError, match="closed"):
        entry.write(b"x")


def test_discard_removes_everything_open_or_finished(sink: Sink, tmp_path: Path) -> None:
    sink.open("a").close()
    sink.open("b").write(os.urandom(1 << 20))
    sink.discard()
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_worker_reaches_the_caller_and_nothing_waits_for_ever(sink: Sink, tmp_path: Path) -> None:
    entry = sink.open("a")
    entry._out.close()
    with pytest.raises(ValueError, match="closed file"):
        for _ in range(50):
            entry.write(os.urandom(1 << 20))
    with pytest.raises(ValueError, match="closed file"):
        entry.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [1000, 300_000, 4_000_000])
def test_a_full_disk_is_an_oserror_that_leaves_no_file(sink: Sink, tmp_path: Path, size: int) -> None:
    """The kernel's own ENOSPC, met by the caller or by the worker."""
    entry = sink.open("a", stored=True)
    entry._out = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 – the entry closes it

    def fill() -> None:
        entry.write(os.urandom(size))
        entry.close()

    with pytest.raises(OSError) as caught:
        fill()
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["", ".", "/a", "../a", "a/../b", "a//b", "a/", "a\\b", "a\0b", "./a"])
def test_a_path_that_would_leave_its_folder_or_mean_another_is_refused(sink: Sink, path: str) -> None:
    with pytest.raises(ValueError, match="no safe relative path"):
        sink.open(path)


def test_a_name_is_given_once_also_when_only_its_case_differs(sink: Sink) -> None:
    sink.open("csv/People.csv").close()
    with pytest.raises(ValueError, match="already used"):
        sink.open("csv/people.csv")


def lines(parts: list[tuple[str, int]], sink: Sink) -> list[bytes]:
    plain = {staged.path: content(staged) for staged in sink.staged}
    found = []
    for path, rows in parts:
        assert plain[path].startswith(b"head\n")
        assert plain[path].endswith(b"foot\n")
        body = plain[path].removeprefix(b"head\n").removesuffix(b"foot\n")
        assert body.count(b"\n") == rows
        found += body.splitlines()
    return found


@pytest.mark.parametrize("limit", [20_000, 64 * 1024, 1_000_000])
def test_a_long_file_goes_on_in_numbered_parts_that_stay_below_the_limit(tmp_path: Path, limit: int) -> None:
    sink = Sink(tmp_path, limit)
    parts = Parts(sink, "csv/users/people", ".csv", lambda number: b"head\n", lambda: b"foot\n")
    expected = []
    for _ in range(150):
        rows = [os.urandom(8).hex().encode() for _ in range(700)]
        expected += rows
        parts.write(b"\n".join(rows) + b"\n", len(rows))
    closed = parts.close()
    assert lines(closed, sink) == expected
    assert [path for path, _ in closed[:2]] == ["csv/users/people.csv", "csv/users/people-002.csv"][: len(closed)]
    assert max(staged.compressed for staged in sink.staged) <= limit
    assert min(staged.compressed for staged in sink.staged[:-1] or sink.staged) > limit * 0.5


def test_nothing_written_is_still_one_part(sink: Sink) -> None:
    parts = Parts(sink, "a", ".csv", lambda number: b"head %d\n" % number, lambda: b"foot")
    assert parts.close() == [("a.csv", 0)]
    assert content(sink.staged[0]) == b"head 1\nfoot"


def test_separators_stand_between_writes_of_one_part_only(tmp_path: Path) -> None:
    sink = Sink(tmp_path, 3000)
    parts = Parts(sink, "a", ".json", lambda number: b"[", lambda: b"]", b",")
    for _ in range(6):
        parts.write(b'"%s"' % os.urandom(700).hex().encode(), 1)
    closed = parts.close()
    assert len(closed) > 1
    assert sum(rows for _, rows in closed) == 6
    for staged in sink.staged:
        plain = content(staged)
        assert plain.startswith(b'["')
        assert b",," not in plain
        assert plain.count(b",") == plain.count(b'"') // 2 - 1


def test_what_holds_no_rows_never_begins_a_new_part(tmp_path: Path) -> None:
    """So the end of a statement stays with its beginning."""
    sink = Sink(tmp_path, 1000)
    parts = Parts(sink, "a", ".sql", lambda number: b"", lambda: b"")
    parts.write(os.urandom(990), 1)
    parts.write(b"\\.\n", 0)
    assert parts.close() == [("a.sql", 1)]
    assert content(sink.staged[0]).endswith(b"\\.\n")
