"""Files that the application may not delete are never called gone, and folders that it may not read are not empty."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import NotDeletedError
from retention.erasers.findings import RefusedError
from tests.retention.erasers.files.conftest import World, nothing


@contextmanager
def without_rights(world: World) -> Iterator[None]:
    """As another user where we are root, who may do everything; else as ourselves."""
    for folder in (world.folder, *world.folder.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)
    if os.geteuid() != 0:
        yield
        return
    nobody = pwd.getpwnam("nobody")
    os.chown(world.folder, nobody.pw_uid, nobody.pw_gid)  # for the notes
    os.setegid(nobody.pw_gid)
    os.seteuid(nobody.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def closed(world: World) -> Iterator[Path]:
    """A folder of the tenant that nobody may change; what lies below may."""
    for name in ("org/7/open/1", "org/7/closed/1", "org/7/closed/2", "org/8/1"):
        world.put(name, b"x")
    media = world.folder / "media"
    for path in (media / "org/7", media / "org/7/open", media / "org"):
        path.chmod(0o777)
    yield media / "org/7/closed"
    (media / "org/7/closed").exists() and (media / "org/7/closed").chmod(0o777)


def test_a_folder_that_may_not_be_changed_is_refused_before_anything_goes(world, closed):
    closed.chmod(0o555)
    with without_rights(world), world.eraser() as eraser:
        found = eraser.inspect()
        assert list(map(str, found.refusals)) == ["Nothing can be removed from org/7/closed/: Permission denied"]


def test_what_would_not_go_is_told_with_its_reason_after_the_rest_was_counted(world, closed):
    closed.chmod(0o555)
    with without_rights(world), world.eraser() as eraser:
        eraser.remember()
        assert eraser.delete_batch("org/7/", nothing).objects == 1
        with pytest.raises(NotDeletedError) as told:
            eraser.delete_batch("org/7/", nothing)
        assert told.value.reasons == dict.fromkeys(("org/7/closed/1", "org/7/closed/2"), "Permission denied")
        assert eraser.verify("org/7/") == 2


def test_a_folder_that_may_not_be_listed_is_not_an_empty_one(world, closed):
    closed.chmod(0o000)
    with without_rights(world), world.eraser() as eraser:
        (refusal,) = eraser.inspect().refusals
        assert (refusal.code, refusal.facts["prefix"]) == (FileCode.NOT_LISTED, "org/7/closed/")
        for ask in (lambda: eraser.verify("org/7/"), lambda: eraser.delete_batch("org/7/", nothing)):
            with pytest.raises(RefusedError, match="cannot be listed"):
                ask()


@pytest.mark.parametrize(("mode", "code"), [(0o555, FileCode.FORBIDDEN), (0o000, FileCode.NOT_LISTED)])
def test_the_folder_around_the_tenants_counts_too(world, closed, mode, code):
    around = world.folder / "media/org"
    around.chmod(mode)
    try:
        with without_rights(world), world.eraser() as eraser:
            assert code in [one.code for one in eraser.inspect().refusals]
    finally:
        around.chmod(0o777)
