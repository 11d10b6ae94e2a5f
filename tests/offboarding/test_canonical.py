"""Canonical JSON: what hashes and signatures speak of is the same bytes for the same value."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from offboarding.canonical import canonical

WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_canonical_json_is_that_of_rfc_8785() -> None:
    """Section 3.2.3: keys are sorted by their UTF-16 code units, so an emoji stands before U+FB33."""
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
    assert list(json.loads(canonical(value))) == ["\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical({"b": [1, None, True], "a": 'å"\n'}) == '{"a":"å\\"\\n","b":[1,null,true]}'.encode()


def test_a_name_that_is_no_unicode_is_still_valid_json() -> None:
    data = canonical({"path": "caf\udce9.pdf"})
    assert data == b'{"path":"caf\\udce9.pdf"}'
    assert json.loads(data) == {"path": "caf\udce9.pdf"}


@pytest.mark.parametrize("value", [1.5, b"x", {1, 2}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        canonical({"value": value})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_canonical_json_reads_as_what_was_written(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(
    st.recursive(
        st.none() | st.booleans() | WHOLE | TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    )
)
def test_another_writer_of_rfc_8785_writes_the_same_bytes(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)
