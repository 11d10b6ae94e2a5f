"""What the first page says, read from its HTML."""

from __future__ import annotations

import re
from typing import Any

FIRST = "/admin/"


def first(client: Any) -> str:
    """The first page as somebody sees it."""
    answer = client.get(FIRST)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def mine(page: str) -> str:
    """The part that the person may act on."""
    return page.split('class="for-others"')[0]


def kinds(page: str) -> list[str]:
    """The kinds of matters in the order in which they stand."""
    return re.findall(r'<section class="kind[^"]*" id="([a-z_-]+)"', page)


def acts(page: str) -> list[str]:
    """Where the buttons of the matters lead."""
    return re.findall(r'class="button matter-act" href="([^"]+)"', page)
