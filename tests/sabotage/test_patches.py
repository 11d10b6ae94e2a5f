"""The patches of ``make sabotage`` still fit the code they break; whether tests notice them is tried there."""

from __future__ import annotations

import pytest

from tests.sabotage.patches import BASE_DIR, PATCHES


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.name)
def test_a_patch_changes_what_it_says(patch):
    before = (BASE_DIR / patch.file).read_text()
    assert patch.applied_to(before) != before


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.name)
def test_a_patched_file_can_still_be_run(patch):
    compile(patch.applied_to((BASE_DIR / patch.file).read_text()), patch.file, "exec")


def test_every_patch_names_tests_that_are_there():
    places = {test for patch in PATCHES for test in patch.tests if test.startswith("tests/")}
    assert [place for place in places if not (BASE_DIR / place.partition("::")[0]).exists()] == []


def test_there_are_twenty_five_or_more_and_each_has_a_name_of_its_own():
    assert len({patch.name for patch in PATCHES}) == len(PATCHES) >= 25
