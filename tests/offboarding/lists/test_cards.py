"""On a phone a row of a list is a card: each cell says its column's name, and no number breaks at its hyphen."""

from __future__ import annotations

import pytest
from django.utils.safestring import mark_safe

from offboarding.templatetags.desk_lists import named
from offboarding.templatetags.desk_words import whole

HEADERS = [{"text": mark_safe("<input>")}, {"text": "number"}, {"text": "last login"}]


def test_a_cell_has_its_columns_name_and_headings_and_boxes_have_none():
    cells = [
        '<td class="action-checkbox"><input value="A-1"></td>',
        '<th class="field-number"><a href="/A-1001/">A-1001</a></th>',
        '<td class="field-last_login nowrap">1 May</td>',
    ]
    assert list(named(cells, HEADERS)) == [
        cells[0],
        '<th class="field-number"><a href="/A-1001/"><span class="whole">A-1001</span></a></th>',
        '<td data-label="Last login" class="field-last_login nowrap">1 May</td>',
    ]


@pytest.mark.parametrize("nothing", ["-", "–", "", " "])
def test_a_cell_in_which_nothing_stands_says_so(nothing):
    (cell,) = named([f'<td class="field-email">{nothing}</td>'], [{"text": "<e-mail>"}])
    assert cell == f'<td data-label="&lt;e-mail&gt;" data-blank class="field-email">{nothing}</td>'


def test_a_picture_is_not_nothing():
    (cell,) = named(['<td class="field-is_active"><img src="yes.svg" alt="True"></td>'], [{"text": "active"}])
    assert "data-blank" not in cell


def test_numbers_and_references_stay_whole_and_all_else_as_it_is():
    assert whole("A-1001 [R-XVA5-CQTR] <b>") == (
        '<span class="whole">A-1001</span> [<span class="whole">R-XVA5-CQTR</span>] &lt;b&gt;'
    )
    for text in ("e-post", "norrskar-2-001.zip", "Anna-Karin", "x-A-1001", "00000000-0000-0000"):
        assert whole(text) == text
