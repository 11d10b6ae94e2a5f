"""Files that rows name: the tenant's are read before its rows go, and go when no row that stays names them."""

from __future__ import annotations

import pytest

from exports.contents import Category
from exports.datamap import Prefix
from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import SharedError, category_named, named_place
from retention.erasers.findings import EraserError
from tests.retention import oracle
from tests.retention.erasers.files.conftest import World, erase, nothing

ROWS = """
INSERT INTO people VALUES (1, 'faces/only-alice.png'), (2, 'faces/both.png'), (3, 'faces/bob.png'), (4, NULL), (5, '');
INSERT INTO members VALUES ('7', 1), ('7', 2), ('8', 2), ('8', 3), ('7', 4), ('7', 5);
INSERT INTO papers VALUES (1, '7', 'library/alices.pdf', 'alices.png'), (2, '7', 'library/common.pdf', NULL),
    (3, '8', 'library/common.pdf', 'bobs.png'), (4, '7', 'org/7/own.pdf', ''), (5, '8', 'org/8/own.pdf', NULL),
    (6, '7', 'org/8/attic.pdf', NULL), (7, '7', 'library/never-was.pdf', NULL), (8, '7', '../../etc/passwd', NULL);
"""
FILES = (
    "faces/only-alice.png", "faces/both.png", "faces/bob.png", "faces/unnamed.png", "library/alices.pdf",
    "library/common.pdf", "library/small/alices.png", "library/small/bobs.png", "org/7/own.pdf", "org/7/unnamed.pdf",
    "org/8/own.pdf", "org/8/attic.pdf", "alices.png",
)  # fmt: skip
ALICES = {
    "faces/only-alice.png",
    "library/alices.pdf",
    "library/small/alices.png",
    "org/7/own.pdf",
    "org/7/unnamed.pdf",
}
USERS, COURSES = named_place(Category.USERS), named_place(Category.COURSES)


def filled(world: World) -> World:
    world.run(ROWS)
    for name in FILES:
        world.put(name, name.encode())
    return world


def counts(found) -> dict[str, tuple[int, int, int]]:
    return {place.prefix: (place.objects, place.shared, place.foreign) for place in found.places}


def test_a_named_place_is_told_from_a_prefix():
    assert (category_named(USERS), category_named("org/7/"), category_named("named:x/")) == (Category.USERS, None, None)


def test_the_plan_tells_which_named_files_go_and_which_stay(library):
    filled(library)
    with library.eraser() as eraser:
        found = eraser.inspect()
    assert found.refusals == ()
    assert counts(found) == {
        "org/7/": (2, 0, 0),
        COURSES: (2, 1, 1),
        USERS: (1, 0, 0),
    }  # a shared row that stays keeps its picture
    told = {one.code: str(one) for one in found.problems}
    assert "library/common.pdf (papers.path)" in told[FileCode.IN_USE]
    assert "org/8/attic.pdf (8)" in told[FileCode.FOREIGN]
    assert "../../etc/passwd" in told[FileCode.UNSAFE]


def test_they_go_after_the_rows_at_their_last_reference_and_everything_else_stays(library):
    filled(library)
    before = library.neighbours(lambda name: name in ALICES)
    with library.eraser() as eraser:
        found = eraser.inspect()
        library.rows_go()
        rows = oracle.rows(library.url)
        assert erase(eraser, found).objects == len(ALICES) == sum(place.entries for place in found.places)
        assert oracle.rows(library.url) == rows
    assert library.neighbours() == before
    assert not any((library.folder / "media" / name).exists() for name in ALICES)


def test_what_was_not_read_before_the_rows_went_stops_the_deletion(library):
    filled(library)
    library.rows_go()
    with library.eraser() as eraser:
        for ask in (lambda: eraser.delete_batch("org/7/", nothing), lambda: eraser.verify(COURSES)):
            with pytest.raises(EraserError, match="not read before"):
                ask()


def test_another_eraser_goes_on_with_the_same_notes_when_the_rows_are_long_gone(library):
    filled(library)
    with library.eraser() as eraser:
        eraser.remember()
    library.rows_go()
    with library.eraser() as eraser:
        assert eraser.delete_batch(COURSES, nothing, 1).objects == 1
    with library.eraser() as eraser:
        assert eraser.delete_batch(COURSES, nothing, 1).objects == 1
        assert eraser.delete_batch(COURSES, nothing, 1).objects == 0
        assert (eraser.verify(COURSES), eraser.verify(USERS)) == (0, 1)


def test_a_row_that_comes_to_name_the_file_in_the_last_moment_saves_it(library):
    filled(library)
    with library.eraser() as eraser:
        eraser.remember()
        library.rows_go()

        def guard() -> None:
            library.run("INSERT INTO papers VALUES (99, '8', 'library/alices.pdf', NULL)")

        assert eraser.delete_batch(COURSES, guard).objects == 1  # the small picture
        assert eraser.verify(COURSES) == 0
    assert (library.folder / "media/library/alices.pdf").exists()


def test_the_last_of_two_who_share_a_file_takes_it_along(library):
    filled(library)
    library.run("DELETE FROM papers WHERE id = 3")
    with library.eraser() as eraser:
        found = eraser.inspect()
        assert counts(found)[COURSES] == (3, 0, 1)
        library.rows_go()
        erase(eraser, found)
    assert not (library.folder / "media/library/common.pdf").exists()


def test_files_below_the_prefix_that_others_name_are_refused_and_never_deleted(library):
    filled(library)
    library.run("INSERT INTO papers VALUES (99, '8', 'org/7/own.pdf', NULL)")
    with library.eraser() as eraser:
        found = eraser.inspect()
        assert [one.code for one in found.refusals] == [FileCode.SHARED]
        assert "org/7/own.pdf (papers.path)" in str(found.refusals[0])
        assert found.places[0].shared == 1
        library.rows_go()
        with pytest.raises(SharedError, match=r"org/7/own\.pdf \(papers\.path\)"):
            eraser.delete_batch("org/7/", nothing)
        assert eraser.verify("org/7/") == 2
        assert {one.why for one in eraser.search() if not one.certain} == {"files that rows name which stay"}
    with library.eraser(keeps=lambda path, category: path == "org/7/own.pdf") as eraser:  # a person decided
        found = eraser.inspect()
        assert (found.refusals, found.places[0].kept) == ((), 1)
        erase(eraser, found)
    assert (library.folder / "media/org/7/own.pdf").exists()


def test_a_shared_row_that_stays_keeps_its_file_below_the_prefix_whoever_it_was_of(library):
    """Alice's people are Bob's too: their pictures lie among alice's files and stay with them."""
    filled(library)
    library.put("org/7/face.png")
    library.run("UPDATE people SET avatar = 'org/7/face.png' WHERE id = 2")
    with library.eraser() as eraser:
        found = eraser.inspect()
        assert found.refusals == ()
        place = found.places[0]
        assert (place.prefix, place.shared, place.kept) == ("org/7/", 1, 0) and place.shared_bytes > 0
        told = [str(one) for one in found.problems if one.code is FileCode.IN_USE]
        assert any("org/7/face.png (people.avatar)" in one for one in told)
        library.rows_go()
        erase(eraser, found)
        assert eraser.verify("org/7/") == 0
        (left,) = eraser.search()
        assert (left.count, left.certain) == (1, False)
    assert (library.folder / "media/org/7/face.png").exists()


def test_rows_that_are_kept_keep_the_files_they_name(library):
    filled(library)
    with library.eraser(kept=frozenset({("platform", "papers")})) as eraser:
        found = eraser.inspect()
        assert found.refusals == ()
        assert {place.prefix: (place.objects, place.kept) for place in found.places} == {
            "org/7/": (1, 1), USERS: (1, 0),
        }  # fmt: skip
        library.run("DELETE FROM members WHERE org = '7'; DELETE FROM people WHERE id = 1")
        assert erase(eraser, found).objects == 2
    left = {name for name in FILES if (library.folder / "media" / name).exists()}
    assert set(FILES) - left == {"org/7/unnamed.pdf", "faces/only-alice.png"}


def test_a_file_has_the_categories_of_the_rows_that_name_it_and_of_its_prefix(library):
    filled(library)
    asked = set()

    def keeps(path: str, category: Category) -> bool:
        asked.add((path, category))
        return category is Category.COURSES

    with library.eraser(keeps=keeps) as eraser:
        found = eraser.inspect()
        kept = {place.prefix: (place.objects, place.kept) for place in found.places}
        assert kept == {"org/7/": (1, 1), COURSES: (0, 2), USERS: (1, 0)}
        assert {("org/7/own.pdf", Category.USERS), ("org/7/own.pdf", Category.COURSES)} <= asked
        library.rows_go()
        assert erase(eraser, found).objects == 2


def test_on_a_disk_other_spellings_of_a_path_are_the_same_file(library):
    filled(library)
    library.run(
        "INSERT INTO papers VALUES (90, '8', 'library//./alices.pdf', NULL), (91, '8', 'org//7/./own.pdf', NULL)"
    )
    with library.eraser() as eraser:
        found = eraser.inspect()
        assert counts(found)[COURSES] == (1, 2, 1)
        assert [one.code for one in found.refusals] == [FileCode.SHARED]


def test_files_that_no_row_names_any_more_can_be_told(library):
    filled(library)
    also = [("faces/unnamed.png", Category.REPORTS), ("library/common.pdf", Category.REPORTS)]
    with library.eraser(also=also) as eraser:
        found = eraser.inspect()
        assert counts(found)[named_place(Category.REPORTS)] == (1, 1, 0)
        library.rows_go()
        erase(eraser, found)
    assert not (library.folder / "media/faces/unnamed.png").exists()
    assert (library.folder / "media/library/common.pdf").exists()


def test_another_tenants_folder_in_the_tenants_is_refused(library):
    library.run("INSERT INTO orgs VALUES ('7/8', 'nested')")
    library.put("org/7/8/secret")
    with library.eraser() as eraser:
        found = eraser.inspect()
        assert [one.code for one in found.refusals] == [FileCode.NESTED] and "7/8" in str(found.refusals[0])
    library.key = "7/8"
    with library.eraser(notes="inner") as eraser:
        assert [one.code for one in eraser.inspect().refusals] == [FileCode.NESTED]


def test_a_key_that_is_the_name_of_everybodys_folder_is_refused(library):
    library.run("INSERT INTO orgs VALUES ('org', 'unlucky')")
    library.prefixes = (Prefix("org/{tenant}/", Category.USERS), Prefix("{tenant}/", Category.COURSES))
    library.put("org/8/x")
    library.key = "org"
    with library.eraser() as eraser:
        refusals = eraser.inspect().refusals
        assert {one.code for one in refusals} == {FileCode.NESTED} and len(refusals) == 3


@pytest.mark.parametrize("key", ["", "..", "../8", ".", "8/..", "a/./b", "a//b", "/8", " "])
def test_strange_keys_are_refused(library, key):
    library.key = key
    library.put("org/8/x")
    before = library.neighbours(lambda name: False)
    with library.eraser() as eraser:
        assert [one.code for one in eraser.inspect().refusals] == [FileCode.TENANT_KEY]
        with pytest.raises(EraserError):
            eraser.delete_batch(f"org/{key}/", nothing)
    assert library.neighbours(lambda name: False) == before
