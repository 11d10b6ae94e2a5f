"""``make screenshots``: every page as a picture, in both languages and themes, wide and as on a phone.

Environment: ``SCREENSHOTS``, the folder; ``ONLY``, words that choose pages by name. Not collected with the tests.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.browser.pages import Shown, links_of, of_customers, of_strangers

pytestmark = pytest.mark.requires("chromium", "postgresql")

FOLDER = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))
ONLY = os.environ.get("ONLY", "").split()
TALLEST = 6000
"""Pixels; a list that is longer looks the same further down."""


def of_the_desk(world, walk) -> list[Shown]:
    """One page of each kind: the newest record's, and every form."""
    kinds = {}
    for address in walk:
        kind = re.sub(r"/[0-9]+/", "/N/", address)
        kinds.setdefault(kind, address)
    cases = [(world.agreement(number), number) for number in ("A-1001", "A-1002", "A-1007")]
    found = [
        Shown(f"desk{kind.replace('/admin', '').replace('/', '-').rstrip('-')}", kinds[kind], world.sam)
        for kind in kinds
    ]
    return found + [
        Shown(f"desk-{number}", f"/admin/offboarding/agreement/{case.pk}/change/", world.sam) for case, number in cases
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_take(page_as, world, walk, language, width, dark):
    FOLDER.mkdir(parents=True, exist_ok=True)
    look = f"{language}-{width}-{'dark' if dark else 'light'}"
    for shown in [*of_strangers(), *of_customers(world), *of_the_desk(world, walk)]:
        if ONLY and not any(word in shown.name for word in ONLY):
            continue
        tab = page_as(shown.who, language, width, dark=dark)
        if not tab.may_open(shown.address) and shown.status == 200:
            continue
        picture(tab, f"{shown.name}-{look}")
        if shown.name.startswith("case-"):
            for address in links_of(tab, shown.address):
                if tab.may_open(address):
                    part = address.removeprefix(shown.address).strip("/").replace("/", "-")
                    picture(tab, f"{shown.name}-{part}-{look}")
        tab.page.close()


def picture(tab, name: str) -> None:
    """The whole page, down to ``TALLEST``."""
    size = tab.page.evaluate("({width: innerWidth, height: document.documentElement.scrollHeight})")
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], TALLEST)}
    tab.page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=clip)
