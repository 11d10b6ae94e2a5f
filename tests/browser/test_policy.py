"""No page of the desk breaks its own content policy or makes the browser complain, in light and in dark."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.requires("chromium", "postgresql")

FEW = 120
"""Fewer pages than these would mean that the walk has lost some."""


@pytest.mark.slow
def test_no_page_breaks_the_policy_or_complains(page_as, world, walk):
    tab, wrong, seen = page_as(world.sam), {}, 0
    for address in walk:
        if tab.may_open(address):
            seen += 1
            tab.darken()
            tab.darken(False)
            if said := tab.complaints():
                wrong[address] = said
    assert not wrong
    assert seen >= FEW


def test_a_breach_is_noticed(page_as, world):
    tab = page_as(world.sam)
    tab.open("/admin/search/")
    tab.page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert any(said.startswith("style-src") for said in tab.complaints())
    tab.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.x = 1'}))"
    )
    assert any(said.startswith("script-src") for said in tab.complaints())
