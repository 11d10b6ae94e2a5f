"""Whose folder a path lies in, for any keys and any names: what goes is exactly what begins with the prefix."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.contents import Category
from exports.datamap import Prefix
from retention.erasers.prefixes import overlap, overlapping, owners, plain, prefix_of, short
from tests.retention.erasers.files.conftest import disk_world, erase, sqlite_at

SEGMENT = st.sampled_from(["7", "70", "07", "8", "a", "org", "7 ", "ä", "7.txt", "img", "img-7", "é", "é"])
PATHS = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)
KEYS = st.sampled_from(["7", "70", "8", "a", "ä", "org", "a/7", "7/8", "org/7"])
PATTERNS = st.sampled_from(
    ["org/{tenant}/", "{tenant}/", "{tenant}/img", "org/{tenant}/a/", "img-{tenant}/", "a/x-{tenant}/7"]
)


@given(st.lists(PATTERNS, min_size=1, max_size=3, unique=True), KEYS, PATHS)
def test_a_path_has_exactly_the_owners_whose_prefix_it_begins_with(patterns, key, path):
    below = any(path.startswith(prefix_of(pattern, key)) for pattern in patterns)
    assert (key in owners(patterns, path)) == below


@given(st.lists(PATTERNS, min_size=1, max_size=3, unique=True), KEYS, KEYS)
def test_every_tenant_whose_folders_overlap_is_among_those_that_are_asked_about(patterns, key, other):
    if key != other and overlap(patterns, key, other):
        keys, begins = overlapping(patterns, key)
        assert other in keys or any(other.startswith(begin) for begin in begins)


@given(st.lists(PATTERNS, min_size=1, max_size=3, unique=True), KEYS, KEYS, PATHS)
def test_where_no_folders_overlap_no_path_is_below_both(patterns, key, other, path):
    if key != other and not overlap(patterns, key, other):
        assert not {key, other} <= owners(patterns, path)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a/b", "a/b"),
        ("a//b", "a/b"),
        ("./a/./././b", "a/b"),
        ("a///b//", "a/b/"),
        ("../a", "../a"),
        ("/a//b", "/a//b"),
    ],
)
def test_other_spellings_on_a_disk(path, wanted):
    assert plain(path, exact=False) == wanted
    assert plain(path, exact=True) == path == short(path, exact=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PATTERNS, st.sampled_from(["7", "70", "a", "ä", "img"]), st.lists(PATHS, min_size=1, max_size=12, unique=True))
def test_on_a_disk_exactly_the_names_that_begin_with_the_prefix_go(pattern, key, paths):
    folder = Path(tempfile.mkdtemp())
    try:
        with ExitStack() as stack:
            world = disk_world(folder, sqlite_at(folder), stack)
            world.run(f"DELETE FROM orgs; INSERT INTO orgs VALUES ('{key}', 'x')")
            world.prefixes, world.key = (Prefix(pattern, Category.USERS),), key
            for path in paths:
                if not any(os.path.lexists(folder / "media" / name) for name in (path, f"{path}/x")):
                    parents = Path(path).parents
                    if not any((folder / "media" / parent).is_file() for parent in parents):
                        world.put(path, b"x")
            files = {p.relative_to(folder / "media").as_posix() for p in (folder / "media").rglob("*") if p.is_file()}
            with world.eraser() as eraser:
                going = {name for name in files if name.startswith(prefix_of(pattern, key))}
                assert erase(eraser).objects == len(going)
            left = {p.relative_to(folder / "media").as_posix() for p in (folder / "media").rglob("*") if p.is_file()}
            assert left == files - going
    finally:
        shutil.rmtree(folder)
