"""Servers that refuse single keys, are busy, or want an old header: nothing is called gone that is not."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from retention.erasers.file_findings import NotDeletedError
from retention.erasers.findings import BusyError
from tests.retention.erasers.files.conftest import World, erase, nothing, s3_world, sqlite_at
from tests.servers.unkind import Unkind


@pytest.fixture
def unkind(s3) -> Iterator[Unkind]:
    proxy = Unkind(s3.endpoint)
    yield proxy
    proxy.close()


@pytest.fixture
def behind(tmp_path, stack, s3, unkind) -> World:
    bucket = s3.make_bucket()
    world = s3_world(tmp_path, sqlite_at(tmp_path), stack, unkind, bucket)
    for key in ("7", "8"):
        for number in range(6):
            world.put(f"org/{key}/{number}", b"x" * number)
    return world


def test_a_key_that_is_refused_is_told_after_the_others_were_counted(behind, unkind):
    unkind.stubborn = {"org/7/3": ("AccessDenied", "explicit deny")}
    before = behind.neighbours()
    with behind.eraser() as eraser:
        eraser.remember()
        first = eraser.delete_batch("org/7/", nothing)
        assert (first.objects, first.bytes) == (5, 0 + 1 + 2 + 4 + 5)
        for _ in range(2):  # it does not become gone by asking again
            with pytest.raises(NotDeletedError, match=r"org/7/3: AccessDenied: explicit deny"):
                eraser.delete_batch("org/7/", nothing)
        assert eraser.verify("org/7/") == 1
        unkind.stubborn = {}
        assert erase(eraser).objects == 1
    assert behind.neighbours() == before


def test_a_server_that_is_busy_with_single_keys_is_asked_again_and_then_left_for_later(behind, unkind):
    unkind.stubborn = {"org/7/3": ("SlowDown", "reduce your rate"), "org/7/4": ("InternalError", "try again")}
    with behind.eraser() as eraser:
        eraser.remember()
        assert eraser.delete_batch("org/7/", nothing).objects == 4
        with pytest.raises(BusyError):
            eraser.delete_batch("org/7/", nothing)
        assert eraser.verify("org/7/") == 2
        unkind.stubborn = {}
        assert erase(eraser).objects == 2


def test_a_key_that_somebody_else_has_deleted_meanwhile_is_not_counted(behind, unkind):
    unkind.stubborn = {"org/7/3": ("NoSuchKey", "not there")}
    with behind.eraser() as eraser:
        eraser.remember()
        assert eraser.delete_batch("org/7/", nothing).objects == 5
        with pytest.raises(BusyError, match="cannot be deleted"):  # it says so, and yet it is listed
            eraser.delete_batch("org/7/", nothing)


def test_throttling_is_tried_again_a_little_and_then_said(behind, unkind):
    with behind.eraser() as eraser:
        eraser.remember()
        unkind.busy = 2
        assert eraser.delete_batch("org/7/", nothing, 2).objects == 2
        unkind.busy = 100
        with pytest.raises(BusyError):
            eraser.delete_batch("org/7/", nothing, 2)
        unkind.busy = 0
        assert erase(eraser).objects == 4


def test_a_server_that_is_away_is_busy_and_not_empty(behind, unkind):
    with behind.eraser() as eraser:
        eraser.remember()
        assert eraser.delete_batch("org/7/", nothing, 2).objects == 2
        unkind.away = True
        for ask in (lambda: eraser.delete_batch("org/7/", nothing), lambda: eraser.verify("org/7/")):
            with pytest.raises(BusyError):
                ask()


def test_deletions_carry_a_content_md5_and_no_checksum_that_old_servers_refuse(behind, unkind):
    with behind.eraser() as eraser:
        erase(eraser)
    (headers,) = unkind.seen
    names = {name.lower() for name in headers}
    assert not any(name.startswith(("x-amz-checksum", "x-amz-sdk-checksum", "x-amz-trailer")) for name in names)
    told = next(value for name, value in headers.items() if name.lower() == "content-md5")
    assert base64.b64decode(told) == unkind.sums[0]
