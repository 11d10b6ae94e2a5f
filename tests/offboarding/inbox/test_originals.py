"""Originals in the storage: under their hash, read back, written once, whole or not at all – on disk and on S3."""

from __future__ import annotations

import hashlib
import io
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from offboarding import originals
from tests.offboarding.inbox.conftest import written

RAW = b"From: a@b.example\r\n\r\n\x00\xff bytes\r\n"
NAME = f"messages/{hashlib.sha256(RAW).hexdigest()[:2]}/{hashlib.sha256(RAW).hexdigest()}.eml"


@pytest.fixture(params=["disk", "s3"])
def place(request, settings, ground):
    """What is stored below ``messages``, and how to damage one file of it."""
    if request.param == "disk":
        return {
            "names": lambda: sorted(str(path.relative_to(ground)) for path in ground.rglob("*") if path.is_file()),
            "damage": lambda name: (ground / name).write_bytes(b"other"),
        }
    from django.conf import settings as loaded

    from offboarding.configuration import Environment

    server = request.getfixturevalue("s3")
    bucket = server.make_bucket()
    settings.STORAGES = {
        **loaded.STORAGES,
        "default": Environment(ground)._storage(server.storage_url(bucket)),
    }
    client = server.client()

    def names():
        return sorted(one["Key"] for one in client.list_objects_v2(Bucket=bucket).get("Contents", []))

    return {"names": names, "damage": lambda name: client.put_object(Bucket=bucket, Key=name, Body=b"other")}


def test_an_original_lies_under_its_hash_and_reads_back_byte_for_byte(place):
    kept = originals.keep(io.BytesIO(RAW), "message/rfc822")
    assert (kept.storage_name, kept.bytes) == (NAME, len(RAW))
    with originals.opened(NAME) as stream:
        assert stream.read() == RAW
    with originals.checked(NAME, kept.sha256) as stream:
        assert stream.read() == RAW


def test_the_same_bytes_are_kept_once(place):
    first = originals.keep(io.BytesIO(RAW), "message/rfc822")
    assert originals.keep(io.BytesIO(RAW), "message/rfc822") == first
    assert place["names"]() == [NAME]


def test_several_at_once_keep_the_same_bytes_once(place):
    with ThreadPoolExecutor(8) as many:
        kept = list(many.map(lambda _: originals.keep(io.BytesIO(RAW), "message/rfc822"), range(16)))
    assert len(set(kept)) == 1
    assert place["names"]() == [NAME]


def test_other_bytes_under_the_name_are_an_error_and_stay_as_evidence(place):
    originals.keep(io.BytesIO(RAW), "message/rfc822")
    place["damage"](NAME)
    with pytest.raises(originals.DamagedOriginalError, match="other bytes"):
        originals.keep(io.BytesIO(RAW), "message/rfc822")
    with pytest.raises(originals.DamagedOriginalError):
        originals.checked(NAME, hashlib.sha256(RAW).hexdigest())
    assert place["names"]() == [NAME]


def test_a_big_original_is_kept_and_can_be_read_again_afterwards(place):
    content = io.BytesIO(os.urandom(20 * 1024 * 1024))
    kept = originals.keep(content, "application/pdf")
    assert (kept.bytes, content.tell(), kept.storage_name[-4:]) == (20 * 1024 * 1024, 0, ".pdf")
    assert originals.measured(content) == (kept.sha256, kept.bytes)


def test_what_a_dead_process_left_half_written_is_cleared_up_after_a_day(ground):
    originals.keep(io.BytesIO(RAW), "message/rfc822")
    folder = (ground / NAME).parent
    old, new = folder / ".abc.1-2.part", folder / ".abc.3-4.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    assert originals.clear_up() == 1
    assert (old.exists(), new.exists(), (ground / NAME).exists()) == (False, True, True)


def test_a_full_disk_leaves_nothing_under_the_name(ground, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(originals.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        originals.keep(io.BytesIO(RAW), "message/rfc822")
    assert [path for path in ground.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
def test_the_desk_gives_an_original_out_of_either_storage(place, take_in, agreement, desk):
    raw = written()
    message = take_in(raw)
    answer = desk.post(f"/admin/offboarding/storedmessage/{message.pk}/original/")
    assert b"".join(answer.streaming_content) == raw
    assert "We terminate" in desk.get(f"/admin/offboarding/storedmessage/{message.pk}/change/").content.decode()
