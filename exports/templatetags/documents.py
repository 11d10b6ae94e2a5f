"""What templates of documents can say beyond Django's own: days, numbers, pictures, charts (``exports.documents``)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from exports.documents import charts, wording
from exports.documents.figures import OTHERS
from exports.documents.templates import drawing as drawing_of
from offboarding.pdf import drawable

register = template.Library()
PLACES = ("left", "top", "width")
CHART_WIDTH = "170mm"
"""The text of an A4 page."""
PIECE = 45
"""Rows of one table: xhtml2pdf's time grows with the square of them."""


@register.filter
def pieces(rows: list[Any]) -> list[list[Any]]:
    """The rows of a long list as several short ones, one table each."""
    return [rows[start : start + PIECE] for start in range(0, len(rows), PIECE)]


@register.simple_tag(takes_context=True)
def day(context: Context, text: str) -> str:
    """``2026-07-01`` as people write it in the document's language."""
    return wording.day(text, context["language"])


@register.simple_tag(takes_context=True)
def month(context: Context, text: str) -> str:
    """``2026-07`` as people write it."""
    return wording.month(text, context["language"])


@register.simple_tag(takes_context=True)
def number(context: Context, text: object) -> str:
    """A number with its thousands apart."""
    return wording.number(str(text), context["language"])


@register.simple_tag(takes_context=True)
def picture(context: Context, name: str, **style: float) -> SafeString:
    """A drawing from the templates' folder, ``width`` points wide, as part of the page: nothing is read while the page
    is laid out. ``left`` and ``top`` are its place on the page of the Word document."""
    places: dict[str, float] = {one: place for one, place in style.items() if one in PLACES}
    return _image(drawing_of(name), name, f"{style['width']}pt", "", places)


@register.simple_tag(takes_context=True)
def chart(context: Context, figure: dict[str, Any]) -> SafeString:
    """A figure as a drawing; '' where there is nothing to draw. The numbers belong in a table beside it."""
    shown = figure | {
        "labels": [drawable(_named(context, one)) for one in figure["labels"]],
        "series": [[drawable(_named(context, name)), line] for name, line in figure["series"]],
    }
    drawing = charts.svg(shown, context["language"])
    return _image(drawing, "", CHART_WIDTH, figure["figure"]) if drawing else mark_safe("")


@register.simple_tag(takes_context=True)
def table_of(context: Context, figure: dict[str, Any]) -> dict[str, Any]:
    """``head`` and ``rows`` of a figure's numbers, as people write them; a row begins with its label."""
    language = context["language"]
    name = wording.month if figure["monthly"] else lambda text, _language: _named(context, text)
    lines = [line for _name, line in figure["series"]]
    rows = [
        [name(label, language), *(wording.number(line[index], language) or "–" for line in lines)]
        for index, label in enumerate(figure["labels"])
    ]
    return {"head": [_named(context, one) for one, _line in figure["series"]], "rows": rows}


def _named(context: Context, name: str) -> str:
    if name == OTHERS:
        return "övriga" if context["language"] == "sv" else "others"
    return name


def _image(
    drawing: str, name: str, width: str, figure: str, places: Mapping[str, float] = MappingProxyType({})
) -> SafeString:
    encoded = base64.b64encode(drawing.encode()).decode()
    style = format_html(' style="width: {}"', width) + format_html_join("", ' data-{}="{}"', places.items())
    source = mark_safe(f"data:image/svg+xml;base64,{encoded}")  # noqa: S308 – base64 of our own drawing
    return format_html('<img alt="" data-picture="{}" data-figure="{}"{} src="{}">', name, figure, style, source)
