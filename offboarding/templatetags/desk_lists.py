"""The rows of the desk's lists: on a phone each is a card, where a cell has no column to name it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from offboarding.templatetags.desk_words import whole

register = template.Library()

TEXT = re.compile(r">[^<]+")
FIELD = '<td class="field-'
"""How Django begins a cell that shows a field and is not its row's heading."""


@register.filter
def named(cells: Iterable[str], headers: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The cells of a row, each with its column's name (``data-label``); ``data-blank`` where nothing stands in it."""
    for cell, header in zip(cells, headers, strict=False):
        lines = SafeString(TEXT.sub(lambda text: whole(SafeString(text[0])), cell))
        yield _named(lines, header["text"]) if cell.startswith(FIELD) else lines


def _named(cell: str, name: Any) -> str:
    blank = "<img" not in cell and not strip_tags(cell).strip(" -–\n")
    rest = SafeString(cell.removeprefix("<td "))
    return format_html('<td data-label="{}"{} {}', capfirst(name), SafeString(" data-blank" * blank), rest)
