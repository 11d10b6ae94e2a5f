"""Somebody who knows nothing: reads what a page says, follows its links and presses its buttons."""

from __future__ import annotations

from typing import Any

from django.test import Client
from lxml import html


class Newcomer:
    """A browser without scripts."""

    def __init__(self) -> None:
        self.client = Client()
        self.page: Any = None
        self.address = ""

    def open(self, address: str) -> str:
        """What the page at this address says."""
        return self._took(self.client.get(address, follow=True), address)

    def follow(self, words: str) -> str:
        """Follows the first link that says so."""
        links = self.page.xpath("//*[self::main or @id='content']//a[contains(., $w)]", w=words)
        assert links, f"no link says “{words}” on {self.address}: {self.text()[:500]}"
        return self.open(self._whole(links[0].get("href")))

    def press(self, words: str, *, tick: bool = False, **fields: str) -> str:
        """Fills in the form of the first button that says so, and presses it; ``tick``: every box."""
        said = "//form//button[contains(., $w)] | //form//input[@type='submit' and contains(@value, $w)]"
        buttons = self.page.xpath(said, w=words)
        assert buttons, f"no button says “{words}” on {self.address}: {self.text()[:500]}"
        form = next(buttons[0].iterancestors("form"))
        data: dict[str, Any] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        data |= {name: [value] for name, value in fields.items()}
        if tick:
            data |= {box.get("name"): [box.get("value", "on")] for box in form.xpath(".//input[@type='checkbox']")}
        if buttons[0].get("name"):
            data[buttons[0].get("name")] = [buttons[0].get("value", "")]
        address = self._whole(form.get("action") or self.address)
        return self._took(self.client.post(address, data, follow=True), address)

    def text(self) -> str:
        """Everything the page says."""
        return " ".join(self.page.text_content().split())

    def _whole(self, address: str) -> str:
        return address if address.startswith("/") else self.address.partition("?")[0] + address

    def _took(self, answer: Any, address: str) -> str:
        assert answer.status_code == 200, (address, answer.status_code, answer.content[:300])
        self.address = answer.redirect_chain[-1][0] if answer.redirect_chain else address
        self.page = html.fromstring(answer.content.decode())
        return self.text()
