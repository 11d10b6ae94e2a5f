"""Boxes whose content may be larger than they are: to be moved by keyboard too, and named."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def scrolls(name: str) -> SafeString:
    """The attributes of a box that scrolls: reached with Tab (WCAG 2.1.1), called ``name`` by screen readers."""
    return format_html('role="group" tabindex="0" aria-label="{}"', name)
