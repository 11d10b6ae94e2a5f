"""Everybody can use every page: axe finds nothing against WCAG 2.2 A and AA, and the HTML is written as it is meant.

The desk is looked at in English, light and wide, and in Swedish, dark and narrow; so are the customers' pages. Nothing
is to be moved sideways on a phone.
"""

from __future__ import annotations

import re

import pytest

from tests.browser import keyboard, markup
from tests.browser.pages import links_of, of_customers, of_strangers

pytestmark = pytest.mark.requires("chromium", "postgresql")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "preload": False}
"""Without preloading: axe would put style sheets into the page, which our content policy rightly refuses."""
LOOKS = {"wide and light": ("en", 1360, False), "phone and dark": ("sv", 390, True)}
LATER = [name if number == 0 else pytest.param(name, marks=pytest.mark.slow) for number, name in enumerate(LOOKS)]
"""The first look every day, the others before a change is taken."""


def wrongs(tab) -> list[str]:
    """What is wrong with the page that is open, a line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab.page, options=RULES).response["violations"]
    said = [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} – {node.get('failureSummary', '')[:300]}"
        for one in found
        for node in one["nodes"][:3]
    ]
    if tab.too_wide():
        said.append(f"can be moved sideways by {tab.too_wide()} pixels")
    said += keyboard.wrongs(tab.page)
    said += markup.wrongs(tab.page.request.get(tab.page.url).text())
    return said + tab.complaints()


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
def test_the_desk(page_as, world, walk, look):
    language, width, dark = LOOKS[look]
    tab, found, seen = page_as(world.sam, language, width, dark=dark), {}, 0
    for address in walk:
        if tab.may_open(address):
            seen += 1
            if said := wrongs(tab):
                found[address] = said
    assert not found, found
    assert seen >= 120


@pytest.mark.parametrize("look", LATER)
def test_a_box_that_scrolls_is_reached_by_keyboard(page_as, world, look):
    language, width, dark = LOOKS[look]
    tab = page_as(world.sam, language, width, dark=dark)
    tab.open(f"/admin/offboarding/journalentry/{world.long_entry.pk}/change/")
    tab.page.click("summary:has-text('Exactly as it stands'), summary:has-text('Exakt som det står')")
    assert not wrongs(tab)
    facts = tab.page.locator("pre").first
    assert world.long_entry.facts["manifest_sha256"] in facts.inner_text()
    assert facts.evaluate("box => box.scrollWidth <= box.clientWidth"), "the facts are cut off"
    facts.evaluate("box => { box.style.overflow = 'auto' }")
    assert any("scrolls, but not by keyboard" in said for said in keyboard.wrongs(tab.page))


def test_a_name_without_a_space_stays_inside(page_as, world, walk):
    """Where the newest customer is named; the whole walk asks this too, but only before a change is taken."""
    tab = page_as(world.sam, "sv", 390)
    places = [address for address in walk if re.search("/(agreement|customer|contact)/", address)]
    wide = {address: tab.too_wide() for address in places if tab.may_open(address)}
    assert len(wide) >= 15
    assert not any(wide.values()), wide


@pytest.mark.parametrize("look", LATER)
def test_the_pages_of_customers(page_as, world, look):
    language, width, dark = LOOKS[look]
    found, seen = {}, 0
    for shown in [*of_strangers(), *of_customers(world)]:
        tab = page_as(shown.who, language, width, dark=dark)
        tab.open(shown.address, shown.status)
        tab.said[:] = [text for text in tab.said if shown.status == 200 or "Failed to load resource" not in text]
        seen += 1
        if said := wrongs(tab):
            found[shown.name] = said
        for address in links_of(tab, shown.address) if shown.who else ():
            if tab.may_open(address):
                seen += 1
                if said := wrongs(tab):
                    found[f"{shown.name} {address}"] = said
    assert not found, found
    assert seen >= 20
