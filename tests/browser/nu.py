"""``make html NU=…/vnu.jar``: every page through the Nu HTML Checker, the reference for valid HTML.

It needs Java and a file that no Debian package has, so ``make test`` asks html5lib instead (``markup``). Environment:
``NU``, the checker. Not collected with the tests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.browser.pages import links_of, of_customers, of_strangers

pytestmark = pytest.mark.requires("chromium", "postgresql")

LANGUAGES = ("en", "sv")
DJANGOS = re.compile(
    r"Attribute “disabled” not allowed on element “div”|Element “option” without attribute “label”"
    r"|A “select” element with a “required” attribute.* must have a descendant “option” element"
)
"""What Django's own widgets write: the frame around a field with links, and the choice that is searched for."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_valid(page_as, world, walk, language, tmp_path):
    pages = {}

    def keep(tab, address: str) -> None:
        answer = tab.page.request.get(tab.root + address, max_redirects=0)
        if answer.ok and "text/html" in answer.headers.get("content-type", ""):
            file = tmp_path / f"{len(pages)}.html"
            file.write_text(answer.text())
            pages[file.name] = address

    for shown in [*of_strangers(), *of_customers(world)]:
        tab = page_as(shown.who, language, 1360)
        if tab.may_open(shown.address):
            keep(tab, shown.address)
            for address in links_of(tab, shown.address):
                keep(tab, address)
    tab = page_as(world.sam, language, 1360)
    for address in walk:
        keep(tab, address)
    assert len(pages) > 150
    found = [f"{pages[name]}: {said}" for name, said in _said_of(tmp_path) if not DJANGOS.search(said)]
    assert not found, "\n".join(found)


def _said_of(folder: Path) -> list[tuple[str, str]]:
    """Errors, each with the name of its file."""
    command = ["java", "-jar", os.environ["NU"], "--errors-only", "--format", "json", "--exit-zero-always", str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return [
        (Path(one["url"]).name, f"{one['message']} ({one.get('extract', '').strip()})")
        for one in json.loads(said)["messages"]
    ]
