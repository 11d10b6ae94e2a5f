"""What stays takes along what it needs: no kept table refers to one that goes, and everything kept has a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.contents import Category
from retention.erasers.findings import Need, TableFinding
from retention.plan_keeping import Keep, keeps_in, kept_in_part, kept_tables, kept_wholly, parts_in
from retention.reach import Place, Reach, Target

NAMES = [f"t{n}" for n in range(9)]
CATEGORIES = st.sampled_from(Category)
names = st.sampled_from(NAMES)
needs_ = st.lists(st.builds(Need, names, names, st.sampled_from(["", "fk_a", "fk_b"])), max_size=20)
riders = st.dictionaries(names, names, max_size=4)
reaches = st.builds(
    Reach,
    categories=st.frozensets(CATEGORIES, max_size=1),
    tables=st.frozensets(st.tuples(st.sampled_from(["db", "other"]), names), max_size=2),
)
keeps_ = st.lists(st.builds(Keep, st.just("hold"), st.integers(1, 9), st.just("court"), reaches), max_size=3)


def world(goes_with: dict[str, str], categories: list[Category]) -> tuple[list[Target], list[TableFinding]]:
    targets = [Target(Place.TABLE, "db", name, category) for name, category in zip(NAMES, categories, strict=True)]
    heads = {rider: head for rider, head in goes_with.items() if rider != head and head not in goes_with}
    return targets, [TableFinding(name, 1, goes_with=heads.get(name, "")) for name in NAMES]


@given(needs_, riders, st.lists(CATEGORIES, min_size=9, max_size=9), keeps_)
def test_no_kept_table_needs_one_that_goes_and_nothing_is_kept_without_reason(needs, goes_with, categories, keeps):
    targets, tables = world(goes_with, categories)
    kept = kept_tables(targets, tables, needs, keeps)
    assert all(need.other in kept for need in needs if need.table in kept)
    for table in tables:
        if table.goes_with:
            assert (table.table in kept) == (table.goes_with in kept)
    named = {target.name for target in targets if any(keep.reach.keeps(target) for keep in keeps)}
    assert named <= set(kept)
    for name, why in kept.items():
        assert why and len(why) <= max(len(keeps), 5)
        assert name in named or all(one["table"] in kept for one in why)


@given(needs_, riders, st.lists(CATEGORIES, min_size=9, max_size=9), keeps_)
def test_it_keeps_no_more_than_it_must(needs, goes_with, categories, keeps):
    """What is kept can be reached, step by step, from something that a hold or duty names."""
    targets, tables = world(goes_with, categories)
    kept = set(kept_tables(targets, tables, needs, keeps))
    reached = {target.name for target in targets if any(keep.reach.keeps(target) for keep in keeps)}
    pairs = {(need.table, need.other) for need in needs}
    pairs |= {(one.table, one.goes_with) for one in tables if one.goes_with}
    pairs |= {(one.goes_with, one.table) for one in tables if one.goes_with}
    while new := {other for table, other in pairs if table in reached} - reached:
        reached |= new
    assert kept == reached


def test_the_reasons_say_what_and_by_which_key():
    targets, tables = world({"t3": "t2"}, [Category.USERS] * 9)
    needs = [Need("t0", "t1", "t0_t1_fk"), Need("t1", "t2"), Need("t0", "t2", "t0_t2_fk")]
    keep = Keep("duty", 4, "book", Reach(tables=frozenset({("db", "t0")})), "2033-12-31")
    assert kept_tables(targets, tables, needs, [keep]) == {
        "t0": [{"why": "duty", "number": 4}],
        "t1": [{"why": "refers", "table": "t0", "key": "t0_t1_fk"}],
        "t2": [
            {"why": "refers", "table": "t0", "key": "t0_t2_fk"},
            {"why": "leads", "table": "t1"},
            {"why": "together", "table": "t3"},
        ],
        "t3": [{"why": "together", "table": "t2"}],
    }


# Files ----------------------------------------------------------------------------------------------------------------

MEDIA = Target(Place.PREFIX, "media", "org/7/", Category.COURSES)
NAMED = replace(MEDIA, name="named:courses")


def keep(number: int = 1, **reach: Any) -> Keep:
    return Keep("hold", number, "court", Reach(**{name: frozenset(value) for name, value in reach.items()}))


@pytest.mark.parametrize(
    ("place", "one", "wholly", "parts"),
    [
        (MEDIA, keep(categories=[Category.COURSES]), True, {}),
        (MEDIA, keep(categories=[Category.USERS]), False, {}),
        (MEDIA, keep(prefixes=[("media", "org/7/")]), True, {}),
        (MEDIA, keep(prefixes=[("media", "org/")]), True, {}),
        (MEDIA, keep(prefixes=[("media", "org/7/a")]), False, {"prefixes": ["org/7/a"]}),
        (MEDIA, keep(prefixes=[("other", "org/7/")]), False, {}),
        (MEDIA, keep(files=[("media", "org/7/b"), ("media", "org/8/b")]), False, {"files": ["org/7/b"]}),
        (NAMED, keep(files=[("media", "shared/b")]), False, {"files": ["shared/b"]}),
        (NAMED, keep(prefixes=[("media", "named:")]), False, {"prefixes": ["named:"]}),
        (NAMED, keep(categories=[Category.COURSES]), True, {}),
        (NAMED, keep(files=[("other", "shared/b")]), False, {}),
    ],
)
def test_a_place_stays_whole_or_in_part(place, one, wholly, parts):
    assert bool(kept_wholly(place, [one])) is wholly
    assert kept_in_part(place, [one]) == parts
    assert bool(parts_in(place, [one])) is bool(parts)
    assert one.reach.keeps(place) is (wholly or bool(parts))
    assert one.reach.keeps_all(place) is wholly


def test_what_keeps_comes_back_from_the_content_as_it_was():
    content = {"kept": [{"hold": 3, "ground": "court", "reach": Reach(everything=True).to_json(), "until": ""}]}
    assert keeps_in(content) == [Keep("hold", 3, "court", Reach(everything=True))]
