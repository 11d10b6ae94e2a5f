"""Words of the desk as they stand in a line."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

register = template.Library()

NUMBER = re.compile(r"(?<![\w-])(?=[A-Z-]*\d)[A-Z0-9]{1,6}(?:-[A-Z0-9]{1,6}){1,3}(?![\w-])")
"""``A-1001``, ``R-7K2M-9QXT``, ``2026-11-22``: not a word, not a file's name."""


@register.filter
def whole(text: object) -> SafeString:
    """The text with its numbers and references kept in one line each."""
    escaped = conditional_escape(str(text))
    return SafeString(NUMBER.sub(lambda found: f'<span class="whole">{found[0]}</span>', escaped))
