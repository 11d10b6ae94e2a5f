"""Which bytes are asked for: RFC 9110, with real headers and with nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.ranges import Range, UnsatisfiableError, asked_for, one_of, same

SIZE = 1000
TAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-", Range(0, 999)), ("bytes=0-0", Range(0, 0)), ("bytes=999-", Range(999, 999)),
        ("bytes=100-199", Range(100, 199)), ("bytes=100-99999", Range(100, 999)), ("bytes=-1", Range(999, 999)),
        ("bytes=-99999", Range(0, 999)), ("Bytes=5-9", Range(5, 9)), ("bytes= 5 - 9 ", Range(5, 9)),
        ("bytes=9-5", None), ("bytes=0-1,5-6", None), ("bytes=", None), ("bytes=-", None), ("lines=1-2", None),
        ("bytes=a-b", None), ("5-9", None), ("", None), ("bytes=1-2-3", None), ("bytes=--5", None),
        ("bytes=" + "9" * 40 + "-", None), ("bytes=٣-", None),
    ],
)  # fmt: skip
def test_one_range_is_honoured_and_what_is_not_one_is_ignored(header, found):
    assert asked_for(header, SIZE) == found


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", f"bytes={10**18}-"])
def test_what_lies_outside_is_unsatisfiable(header):
    with pytest.raises(UnsatisfiableError):
        asked_for(header, SIZE)


@given(st.text(max_size=40) | st.from_regex(r"bytes=\d{0,5}-\d{0,5}", fullmatch=True), st.integers(1, 5000))
def test_whatever_is_asked_the_range_lies_inside(header, size):
    try:
        found = asked_for(header, size)
    except UnsatisfiableError:
        return
    assert found is None or (0 <= found.first <= found.last < size and found.length == found.last - found.first + 1)


@pytest.mark.parametrize(
    ("header", "yes"),
    [(TAG, True), ("*", True), (f"W/{TAG}", True), (f'"x", {TAG}', True), ('"x"', False), ("abc", False), ("", False)],
)
def test_if_none_match_compares_weakly(header, yes):
    assert one_of(TAG, header) is yes


@pytest.mark.parametrize(
    ("header", "yes"), [(TAG, True), (f"W/{TAG}", False), ("Sun, 22 Nov 2026 10:00:00 GMT", False), ("*", False)]
)
def test_if_range_compares_strongly_and_knows_no_days(header, yes):
    assert same(TAG, header) is yes
