"""A bucket: every version, delete marker and unfinished upload of the tenant goes, and nothing of anybody else."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from exports.contents import Category
from exports.datamap import Prefix
from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import NotDeletedError
from tests.retention.erasers.files.conftest import World, erase, nothing, s3_world, sqlite_at

ODD = ["a//b", "å ä+%?&#", "<x>&'\"", "", ".", "../8/x", "two  spaces ", "~*()!", "日本/語.txt", "%2e%2e/x"]
CONTROLS = ["new\nline", "carriage\rreturn", "control\x01"]
"""Moto's listing of versions cannot hold these; Ceph's can."""


def everybody(world: World, odd: list[str] = ODD) -> None:
    """The same names for alice, bob and charlie, two versions of each, one of them deleted, one upload unfinished."""
    for key in ("7", "8", "70"):
        for name in odd:
            world.put(f"org/{key}/{name}", b"old")
            world.put(f"org/{key}/{name}", b"newer")
        prefix = world.storage.location.strip("/")
        gone = f"{prefix}/org/{key}/a//b".lstrip("/")
        world.client.delete_object(Bucket=world.bucket, Key=gone)
        upload(world, f"{prefix}/org/{key}/unfinished +å".lstrip("/"))


def upload(world: World, key: str, size: int = 100) -> None:
    begun = world.client.create_multipart_upload(Bucket=world.bucket, Key=key)["UploadId"]
    world.client.upload_part(Bucket=world.bucket, Key=key, UploadId=begun, PartNumber=1, Body=b"x" * size)


def odd_names(server) -> list[str]:
    return ODD + (CONTROLS if type(server).__name__ == "Ceph" else [])


def listed(world: World) -> dict:
    return world.neighbours(lambda name: False)


@pytest.mark.parametrize("location", ["", "platform/media"])
def test_all_versions_markers_and_uploads_go_and_the_neighbours_stay(tmp_path, stack, server, location):
    bucket = server.make_bucket()
    server.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    world = s3_world(tmp_path, sqlite_at(tmp_path), stack, server, bucket, location)
    names = odd_names(server)
    everybody(world, names)
    server.client().put_object(Bucket=bucket, Key="org/7/outside-the-location", Body=b"x") if location else None
    before = world.neighbours()
    with world.eraser() as eraser:
        found = eraser.inspect()
        (place,) = found.places
        assert (place.objects, place.versions, place.markers, place.uploads) == (len(names) - 1, 2 * len(names), 1, 1)
        assert place.bytes == 8 * len(names) + 100
        assert (found.refusals, found.problems) == ((), ())
        gone = erase(eraser, found, limit=15)
        assert (gone.objects, gone.bytes) == (place.entries, place.bytes)
        assert eraser.search() == []
    assert world.neighbours() == before
    assert len(before) == 2 * (2 * len(names) + 2) + (1 if location else 0)
    assert all("org/7/" not in key for key in listed(world)) or location


@pytest.mark.parametrize("versioning", ["never", "suspended"])
def test_objects_without_a_version_of_their_own_go(tmp_path, stack, server, versioning):
    bucket = server.make_bucket()
    world = s3_world(tmp_path, sqlite_at(tmp_path), stack, server, bucket)
    if versioning == "suspended":
        settings = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
        world.client.put_bucket_versioning(**settings)
        world.put("org/7/first", b"with a version")
        settings["VersioningConfiguration"] = {"Status": "Suspended"}
        world.client.put_bucket_versioning(**settings)
        world.put("org/7/first", b"null")
        world.put("org/7/second", b"null")
        world.client.delete_object(Bucket=bucket, Key="org/7/second")  # leaves a marker that is null too
    everybody(world)
    before = world.neighbours()
    with world.eraser() as eraser:
        found = eraser.inspect()
        assert found.places[0].versions >= len(ODD) - 1
        assert erase(eraser, found).objects == found.places[0].entries
    assert world.neighbours() == before and all(not key.startswith("org/7/") for key in listed(world))


@pytest.mark.slow
def test_a_listing_of_many_pages_is_gone_through_to_its_end(cloud):
    names = [f"org/7/{number:04}" for number in range(600)] * 2
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(cloud.put, names))
    cloud.put("org/8/1")
    before = cloud.neighbours()
    with cloud.eraser() as eraser:
        found = eraser.inspect()
        assert found.places[0].versions == 1200
        assert erase(eraser, found).objects == 1200
    assert cloud.neighbours() == before == listed(cloud)


def test_an_object_that_comes_while_the_deletion_is_on_goes_too(cloud):
    everybody(cloud)
    late = [f"org/7/{name}" for name in ("0-first", "zz-last", "a//b")]

    def guard() -> None:
        if late:
            cloud.put(late.pop(), b"late")

    with cloud.eraser() as eraser:
        eraser.remember()
        while eraser.delete_batch("org/7/", guard, 5).objects:
            pass
        assert late == [] and eraser.verify("org/7/") == 0


def test_the_verification_sees_versions_markers_and_uploads(cloud):
    with cloud.eraser() as eraser:
        eraser.remember()
        cloud.put("org/7/a", b"x")
        assert eraser.verify("org/7/") == 1
        cloud.client.delete_object(Bucket=cloud.bucket, Key="org/7/a")
        assert eraser.verify("org/7/") == 2
        upload(cloud, "org/7/b")
        upload(cloud, "org/70/b")
        assert eraser.verify("org/7/") == 3
        assert [(one.count, one.certain) for one in eraser.search()] == [(3, True)]
        assert erase(eraser).objects == 3


def locked_world(tmp_path, stack, server) -> World:
    name = f"locked-{server.make_bucket()}"
    server.client().create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return s3_world(tmp_path, sqlite_at(tmp_path), stack, server, name)


def test_locked_objects_are_refused_and_the_words_say_why_and_until_when(tmp_path, stack, server):
    world = locked_world(tmp_path, stack, server)
    until = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=2)
    world.put("org/7/free")
    world.put("org/7/kept", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    world.put("org/7/kept2", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)
    world.put("org/8/kept", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    with world.eraser() as eraser:
        found = eraser.inspect()
        assert [one.code for one in found.refusals] == [FileCode.LOCKED]
        assert f"2 objects below org/7/ are locked and cannot be deleted, the last until {until.isoformat()}" in str(
            found.refusals[0]
        )
        assert "org/7/kept (GOVERNANCE), org/7/kept2 (COMPLIANCE)" in str(found.refusals[0])
        assert (found.places[0].objects, found.places[0].locked) == (1, 2)
        assert eraser.delete_batch("org/7/", nothing).objects == 1  # the free one; the next call tells the others
        with pytest.raises(NotDeletedError) as told:
            eraser.delete_batch("org/7/", nothing)
        assert set(told.value.reasons) == {"org/7/kept", "org/7/kept2"}
        assert told.value.reasons["org/7/kept"] == f"locked (GOVERNANCE), until {until.isoformat()}"
        assert eraser.verify("org/7/") == 2


def test_a_legal_hold_of_the_storage_is_refused_until_it_is_lifted(tmp_path, stack, server):
    world = locked_world(tmp_path, stack, server)
    world.put("org/7/held")
    hold = {"Bucket": world.bucket, "Key": "org/7/held"}
    world.client.put_object_legal_hold(**hold, LegalHold={"Status": "ON"})
    with world.eraser() as eraser:
        assert [one.code for one in eraser.inspect().refusals] == [FileCode.LOCKED]
        with pytest.raises(NotDeletedError, match="legal hold"):
            eraser.delete_batch("org/7/", nothing)
        world.client.put_object_legal_hold(**hold, LegalHold={"Status": "OFF"})
        assert erase(eraser).objects == 1


def test_a_retention_that_is_over_locks_nothing(tmp_path, stack, server):
    world = locked_world(tmp_path, stack, server)
    until = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=2)
    world.put("org/7/kept", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    time.sleep(max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds()) + 1)
    with world.eraser() as eraser:
        assert erase(eraser).objects == 1


def test_a_bucket_that_is_not_there_is_refused(tmp_path, stack, server):
    world = s3_world(tmp_path, sqlite_at(tmp_path), stack, server, "never-made")
    with world.eraser() as eraser:
        assert [one.code for one in eraser.inspect().refusals] == [FileCode.STORE_GONE]


def test_a_prefix_may_end_within_a_name(tmp_path, stack, server):
    world = s3_world(tmp_path, sqlite_at(tmp_path), stack, server, server.make_bucket())
    world.prefixes = (Prefix("{tenant}/img-", Category.USERS),)
    for name in ("7/img-1", "7/img-2/x", "7/doc", "70/img-1", "8/img-1"):
        world.put(name)
    with world.eraser() as eraser:
        assert erase(eraser).objects == 2
    assert sorted(key.partition("@")[0] for key in listed(world)) == ["7/doc", "70/img-1", "8/img-1"]
