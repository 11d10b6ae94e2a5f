"""Files on a disk: everything below the tenant's folder goes, nothing that a name there only leads to."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from retention.erasers.file_codes import FileCode
from retention.erasers.file_notes import FileNotes
from retention.erasers.findings import ChangedError, EraserError, RefusedError
from tests.retention.erasers.files.conftest import World, erase, nothing


def fill(world: World) -> None:
    world.put("org/7/report.pdf", b"alice's")
    world.put("org/7/deep/er/still/å ä+%?&\n.txt", b"deep")
    world.put("org/8/report.pdf", b"bob's")
    world.put("org/70/report.pdf", b"charlie's")
    world.put("org/7.txt")
    world.put("library/common.pdf", b"everybody's")
    (world.folder / "media/org/7/empty/inner").mkdir(parents=True)


def codes(found) -> list[FileCode]:
    return [one.code for one in (*found.refusals, *found.problems)]


def test_the_tenants_folder_goes_with_all_that_is_in_it_and_nothing_else_moves(world):
    fill(world)
    before = world.neighbours()
    with world.eraser() as eraser:
        found = eraser.inspect()
        (place,) = found.places
        assert (place.prefix, place.objects, place.versions, place.bytes, place.kept) == ("org/7/", 2, 2, 11, 0)
        assert codes(found) == []
        gone = erase(eraser, found)
        assert (gone.objects, gone.bytes) == (place.entries, place.bytes) == (2, 11)
        assert eraser.search() == []
    assert world.neighbours() == before and len(before) == 4
    assert not (world.folder / "media/org/7").exists()


def test_names_that_are_no_utf8_go_too_and_can_be_shown(world):
    fill(world)
    odd = world.folder / "media/org/7" / os.fsdecode(b"caf\xe9.txt")
    odd.write_bytes(b"latin")
    with world.eraser() as eraser:
        found = eraser.inspect()
        assert "org/7/caf\\xe9.txt" in found.places[0].examples
        assert erase(eraser, found).objects == 3
    assert not odd.exists()


def test_a_dry_run_changes_nothing(world):
    fill(world)
    before = world.neighbours(lambda name: False)
    with world.eraser() as eraser:
        eraser.inspect()
        eraser.verify("org/7/")
        assert eraser.search()[0].count == 2
    assert world.neighbours(lambda name: False) == before


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_batches_are_no_larger_than_asked_and_the_guard_is_asked_before_each(world, limit):
    for number in range(8):
        world.put(f"org/7/{number % 3}/{number}")
    asked: list[int] = []

    def guard() -> None:
        asked.append(sum(path.is_file() for path in (world.folder / "media").rglob("*")))

    with world.eraser() as eraser:
        eraser.remember()
        counts = []
        while (gone := eraser.delete_batch("org/7/", guard, limit)).objects:
            counts.append(gone.objects)
        assert sum(counts) == 8 and max(counts) <= limit
        assert asked[0] == 8 and len(asked) >= len(counts)


def test_what_the_guard_raises_leaves_everything_as_it_was(world):
    fill(world)
    before = world.neighbours(lambda name: False)

    def held() -> None:
        raise ZeroDivisionError("held")

    with world.eraser() as eraser:
        eraser.remember()
        with pytest.raises(ZeroDivisionError):
            eraser.delete_batch("org/7/", held)
        assert world.neighbours(lambda name: False) == before
        assert erase(eraser).objects == 2


def test_links_go_as_names_and_what_they_lead_to_stays(world):
    fill(world)
    media = world.folder / "media"
    (media / "org/7/to-bob").symlink_to("../8")
    (media / "org/7/to-bobs-report").symlink_to(media / "org/8/report.pdf")
    (media / "org/7/inside").symlink_to("report.pdf")
    (media / "org/7/dangling").symlink_to("../nobody")
    before = world.neighbours()
    with world.eraser() as eraser:
        found = eraser.inspect()
        assert found.refusals == () and codes(found) == [FileCode.LINKS]
        assert found.problems[0].facts["count"] == 3
        assert "org/7/to-bob (→ ../8)" in str(found.problems[0])
        assert erase(eraser, found).objects == 6
    assert world.neighbours() == before


@pytest.mark.parametrize("linked", ["org/7", "org"])
def test_a_folder_that_is_a_link_is_refused_also_when_it_becomes_one_in_the_middle(world, linked):
    fill(world)
    elsewhere = world.folder / "elsewhere"
    with world.eraser() as eraser:
        eraser.remember()
        assert eraser.delete_batch("org/7/", nothing, 1).objects == 1
        (world.folder / "media" / linked).rename(elsewhere)
        (world.folder / "media" / linked).symlink_to(elsewhere)
        with pytest.raises(RefusedError, match="symbolic link"):
            eraser.delete_batch("org/7/", nothing, 1)
        with pytest.raises(RefusedError, match="symbolic link"):
            eraser.verify("org/7/")
    with world.eraser(notes="new") as eraser:
        found = eraser.inspect()
        assert codes(found) == [FileCode.LINKED_FOLDER] and found.places == ()
    assert any(path.is_file() for path in elsewhere.rglob("*"))


def test_files_with_a_second_name_are_told(world):
    fill(world)
    os.link(world.folder / "media/org/7/report.pdf", world.folder / "media/library/same.pdf")
    with world.eraser() as eraser:
        found = eraser.inspect()
        assert codes(found) == [FileCode.HARD_LINKS] and "org/7/report.pdf" in str(found.problems[0])
        erase(eraser, found)
    assert (world.folder / "media/library/same.pdf").read_bytes() == b"alice's"


def test_pipes_and_sockets_are_refused(world):
    fill(world)
    os.mkfifo(world.folder / "media/org/7/pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(world.folder / "media/org/7")  # such names may only be short
        listening.bind("socket")
        os.chdir(here)
    with world.eraser() as eraser:
        assert sorted(map(str, eraser.inspect().refusals)) == [
            "org/7/pipe is a pipe, which is not removed without a person.",
            "org/7/socket is a socket, which is not removed without a person.",
        ]
        with pytest.raises(RefusedError):
            while eraser.delete_batch("org/7/", nothing).objects:
                pass
        with pytest.raises(RefusedError):
            eraser.verify("org/7/")


def test_a_store_that_is_not_there_is_not_an_empty_one(world):
    fill(world)
    with world.eraser() as eraser:
        eraser.inspect()
    (world.folder / "media").rename(world.folder / "unmounted")
    for ask in (lambda one: one.verify("org/7/"), lambda one: one.delete_batch("org/7/", nothing)):
        with world.eraser() as eraser, pytest.raises(RefusedError, match="cannot be reached"):
            ask(eraser)
    with world.eraser() as eraser:
        assert codes(eraser.inspect()) == [FileCode.STORE_GONE]
        with pytest.raises(EraserError):
            eraser.search()


def test_an_empty_folder_where_rows_name_files_is_a_missing_mount(world):
    world.run("INSERT INTO papers VALUES (1, '8', 'org/8/report.pdf', NULL)")
    with world.eraser() as eraser:
        assert codes(eraser.inspect()) == [FileCode.STORE_EMPTY]
        with pytest.raises(RefusedError, match="is it mounted"):
            eraser.verify("org/7/")


def test_an_empty_folder_that_no_row_speaks_of_is_told(world):
    with world.eraser() as eraser:
        found = eraser.inspect()
        assert found.refusals == () and codes(found) == [FileCode.NOTHING]


def test_another_disk_in_the_same_place_is_noticed(world):
    fill(world)
    with world.eraser() as eraser:
        identity = eraser.inspect().identity
    device, node = identity.split(":")
    for one, wrong in ((identity, False), (f"99:{node}", False), (f"{device}:99", False), ("99:99", True)):
        with world.eraser(notes=one, identity=one) as eraser:
            if wrong:
                with pytest.raises(ChangedError, match="another disk"):
                    eraser.verify("org/7/")
            else:
                assert eraser.verify("org/7/") > 0


def test_a_disk_that_vanishes_in_the_middle_leaves_no_empty_folder_behind(world):
    fill(world)
    with world.eraser() as eraser:
        eraser.remember()
        assert eraser.delete_batch("org/7/", nothing, 1).objects == 1

        def unmounted() -> None:  # to another disk's folder of the same name, as far as a test without a mount can go
            with closing(FileNotes(world.folder / "notes.sqlite3", "media")) as notes:
                notes.keep("identity", "99:99")

        assert eraser.delete_batch("org/7/", unmounted, 1).objects == 1
        for ask in (lambda: eraser.delete_batch("org/7/", nothing), lambda: eraser.verify("org/7/")):
            with pytest.raises(ChangedError, match="another disk"):
                ask()


def test_the_mounts_below_a_prefix_are_refused(world, monkeypatch):
    fill(world)
    base = (world.folder / "media").resolve()
    told = [f"36 35 98:0 / {base}/org/{point} rw - ext4 /dev/x rw" for point in (r"7/a\040disk", "7", "70", "8/x")]
    told.append(f"36 35 98:0 / {base} rw - ext4 /dev/y rw")
    (world.folder / "mountinfo").write_text("\n".join(told))
    monkeypatch.setattr("retention.erasers.places.mounts._MOUNTS", world.folder / "mountinfo")
    with world.eraser() as eraser:
        refusals = eraser.inspect().refusals
        assert [(one.code, one.facts["path"]) for one in refusals] == [
            (FileCode.MOUNT, "org/7/a disk"),
            (FileCode.MOUNT, "org/7"),
        ]


def test_a_file_that_comes_while_the_deletion_is_on_goes_too(world):
    fill(world)
    late = [world.folder / f"media/org/7/deep/late-{number}" for number in range(3)]

    def guard() -> None:
        if late:
            late[-1].parent.mkdir(parents=True, exist_ok=True)
            late.pop().write_text("late")

    with world.eraser() as eraser:
        eraser.remember()
        while eraser.delete_batch("org/7/", guard, 1).objects:
            pass
        assert late == [] and eraser.verify("org/7/") == 0
    assert not (world.folder / "media/org/7").exists()


def test_what_comes_after_the_last_batch_is_found_by_the_verification_even_an_empty_folder(world):
    fill(world)
    with world.eraser() as eraser:
        erase(eraser)
        (world.folder / "media/org/7/again").mkdir(parents=True)
        assert eraser.verify("org/7/") == 1
        world.put("org/7/again/late.txt")
        assert eraser.verify("org/7/") == 1
        assert eraser.search()[0].examples == ("org/7/again/late.txt",)
