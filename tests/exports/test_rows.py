"""Rows of text: what goes in comes out, and all views of a block show the same fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.rows import Block, escape, unescape, value
from tests.exports.formats.fidelity import awkward_texts, copy_text


@given(text=st.none() | st.text() | awkward_texts)
def test_a_field_gives_back_its_value_and_stays_on_its_line(text):
    field = escape(text)
    assert value(field) == text
    assert not set(field) & set("\t\n\r\b\v\f")
    assert text is None or unescape(field) == text


@given(rows=st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(awkward_texts, min_size=width, max_size=width))))
def test_all_views_of_a_block_agree(rows):
    block = Block(copy_text(rows), 1)
    assert [[value(field) for field in row] for row in block.rows] == rows
    assert list(map(list, zip(*block.columns, strict=True))) == block.rows
    assert list(block.fields) == [field for row in block.rows for field in row]
    assert block.count == len(rows)
    texts = "".join(text or "" for row in rows for text in row)
    assert block.has_controls == any(character < " " and character not in "\b\t\n\v\f\r" for character in texts)


def test_rows_of_different_length_are_refused():
    with pytest.raises(ValueError, match="from 7 on do not all have 2 fields"):
        _ = Block(b"a\tb\nc\n", 7).fields
