"""A hold on files keeps those files, however their names are spelt, and no other customer's."""

from __future__ import annotations

import unicodedata

import pytest

from exports.contents import Category
from retention.reach import Place, Reach, Target


def files(*names: str) -> Reach:
    return Reach(files=frozenset(("media", name) for name in names))


def prefixes(*names: str) -> Reach:
    return Reach(prefixes=frozenset(("media", name) for name in names))


def target(place: Place, name: str, store: str = "media") -> Target:
    return Target(place, store, name, Category.COURSES)


@pytest.mark.parametrize(
    ("reach", "place", "name", "kept"),
    [
        (files("a/b.pdf"), Place.FILE, "a/b.pdf", True),
        (files("a/b.pdf"), Place.FILE, "a/b.pdf2", False),
        (files("a/b.pdf"), Place.FILE, "a/b", False),
        (files("a/b.pdf"), Place.FILE, "A/B.pdf", False),
        (files("a/b.pdf"), Place.PREFIX, "a/", True),
        (files("a/b.pdf"), Place.PREFIX, "a/b.pdf", True),
        (files("a/b.pdf"), Place.PREFIX, "a/c", False),
        (files("a/b.pdf"), Place.PREFIX, "", True),
        (prefixes("a/"), Place.FILE, "a/b.pdf", True),
        (prefixes("a/"), Place.FILE, "ab.pdf", False),
        (prefixes("a"), Place.FILE, "ab.pdf", True),
        (prefixes("a/b/"), Place.PREFIX, "a/", True),
        (prefixes("a/"), Place.PREFIX, "a/b/", True),
        (prefixes("a/"), Place.PREFIX, "b/", False),
        (prefixes(""), Place.FILE, "anything", True),
        (files("users"), Place.TABLE, "users", False),
        (prefixes("users"), Place.TABLE, "users", False),
        (Reach(tables=frozenset({("media", "users")})), Place.TABLE, "users", True),
        (Reach(tables=frozenset({("media", "users")})), Place.FILE, "users", False),
        (Reach(tables=frozenset({("media", "users")})), Place.PREFIX, "users", False),
    ],
)
def test_a_reach_keeps_what_it_names_and_nothing_beside_it(reach: Reach, place: Place, name: str, kept: bool):
    assert reach.keeps(target(place, name)) is kept
    assert not reach.keeps(target(place, name, store="elsewhere"))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("place", list(Place))
def test_a_name_typed_on_another_machine_keeps_the_same_thing(form, place):
    named, stored = unicodedata.normalize(form, "år/å.pdf"), "år/å.pdf"
    for typed, found in ((named, unicodedata.normalize("NFD", stored)), (named, unicodedata.normalize("NFC", stored))):
        reach = Reach(**{f"{place}s" if place is not Place.PREFIX else "prefixes": frozenset({("media", typed)})})
        assert reach.keeps(target(place, found))
        assert prefixes(unicodedata.normalize(form, "år/")).keeps(target(Place.FILE, found))


def test_a_prefix_keeps_by_its_bare_characters_too():
    """``a`` is no beginning of a composed ``å``, but the name as it is stored does begin with it."""
    assert prefixes("a").keeps(target(Place.FILE, unicodedata.normalize("NFD", "å.pdf")))


def test_everything_keeps_all_and_nothing_keeps_none():
    for place in Place:
        assert Reach(everything=True).keeps(target(place, "x"))
        assert not Reach().keeps(target(place, "x"))
    assert Reach().nothing and not Reach(everything=True).nothing and not files("x").nothing
    assert (
        Reach(everything=True).whole and not Reach().whole and not Reach(categories=frozenset({Category.USERS})).whole
    )


def test_a_category_keeps_its_own_and_what_has_none():
    reach = Reach(categories=frozenset({Category.USERS}))
    assert not reach.keeps(target(Place.TABLE, "x"))
    assert reach.keeps(Target(Place.TABLE, "media", "x", Category.USERS))
    assert reach.keeps(Target(Place.TABLE, "media", "x", None))
    assert not files("y").keeps(Target(Place.TABLE, "media", "x", None))


def test_its_parts_are_each_table_prefix_and_file_alone():
    reach = Reach(
        categories=frozenset({Category.USERS}), tables=frozenset({("db", "b"), ("db", "a")}),
        prefixes=frozenset({("media", "p/")}), files=frozenset({("media", "f")}),
    )  # fmt: skip
    assert list(reach.parts()) == [
        Reach(tables=frozenset({("db", "a")})), Reach(tables=frozenset({("db", "b")})), prefixes("p/"), files("f"),
    ]  # fmt: skip


def test_a_target_covers_itself_and_what_begins_like_a_prefix():
    whole, inner = target(Place.PREFIX, "a/"), target(Place.FILE, "a/b")
    assert whole.covers(whole) and whole.covers(inner) and inner.covers(inner)
    assert not inner.covers(whole)
    assert not inner.covers(target(Place.FILE, "a/bc"))
    assert not whole.covers(target(Place.TABLE, "a/b"))
    assert not whole.covers(target(Place.FILE, "a/b", store="elsewhere"))
    assert not whole.covers(Target(Place.FILE, "media", "a/b", Category.USERS))
