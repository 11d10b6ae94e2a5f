"""As much of a template's style sheet as a Word document can follow. Pure: no Django.

Understood are selectors of one tag, one class, and one of either inside a class; of the properties those below. The PDF
follows the whole sheet; Word has styles made from it, so that people can go on editing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
_AT_RULE = re.compile(r"@[a-z-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_LENGTH = re.compile(r"(-?[0-9.]+)(pt|mm|cm|px)?")
_TWIPS = {"pt": 20.0, "mm": 56.693, "cm": 566.93, "px": 15.0, None: 20.0}
FONTS = {"display": "Georgia", "paper": "Calibri"}
Look = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``rules``: (class of what it stands in or '', tag or '', class or '') → properties, in the order of the sheet."""

    rules: tuple[tuple[tuple[str, str, str], tuple[tuple[str, str], ...]], ...] = ()
    classes: tuple[str, ...] = field(default=())

    def look(self, tag: str, own: Sequence[str], inside: Sequence[str] = ()) -> Look:
        """The properties of an element: tags first, then classes, then classes inside others."""
        found: list[tuple[int, Look]] = []
        for (outer, rule_tag, rule_class), properties in self.rules:
            fits = (not outer or outer in inside) and rule_tag in ("", tag) and (not rule_class or rule_class in own)
            if fits and (rule_tag or rule_class):
                found.append((bool(outer) + bool(rule_class), dict(properties)))
        look: Look = {}
        for _weight, more in sorted(found, key=lambda one: one[0]):
            look |= more
        return look


@lru_cache(maxsize=32)
def sheet(css: str) -> Sheet:
    """The style sheet as far as it is understood."""
    rules: list[tuple[tuple[str, str, str], tuple[tuple[str, str], ...]]] = []
    for selectors, body in _RULE.findall(_AT_RULE.sub("", css)):
        properties = tuple(
            (name.strip().lower(), value.strip())
            for name, _colon, value in (line.partition(":") for line in body.split(";"))
            if value.strip()
        )
        for selector in selectors.split(","):
            if key := _key(selector.split()):
                rules.append((key, properties))
    classes = dict.fromkeys(key[2] for key, _properties in rules if key[2] and not key[0])
    return Sheet(tuple(rules), tuple(classes))


def _key(words: list[str]) -> tuple[str, str, str] | None:
    if not words or len(words) > 2 or (len(words) == 2 and not words[0].startswith(".")):
        return None
    outer = words[0][1:] if len(words) == 2 else ""
    tag, _dot, name = words[-1].partition(".")
    return outer, tag, name


def twips(text: str) -> int:
    """A length in twentieths of a point; 0 for what is none."""
    match = _LENGTH.fullmatch(text.strip())
    return round(float(match[1]) * _TWIPS[match[2]]) if match else 0


def run_properties(look: Look) -> str:
    """The look of letters, as the content of ``w:rPr`` in the order its schema wants."""
    family = look.get("font-family", "").partition(",")[0].strip().strip("\"'").lower()
    xml = ""
    if family in FONTS:
        name = FONTS[family]
        xml += f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:cs="{name}"/>'
    if look.get("font-weight"):
        xml += "<w:b/>" if look["font-weight"] == "bold" else '<w:b w:val="0"/>'
    if look.get("font-style"):
        xml += "<w:i/>" if look["font-style"] == "italic" else '<w:i w:val="0"/>'
    if colour := re.fullmatch(r"#([0-9a-fA-F]{6})", look.get("color", "")):
        xml += f'<w:color w:val="{colour[1].upper()}"/>'
    if wide := twips(look.get("letter-spacing", "")):
        xml += f'<w:spacing w:val="{wide}"/>'
    if size := twips(look.get("font-size", "")):
        xml += f'<w:sz w:val="{max(2, round(size / 10))}"/><w:szCs w:val="{max(2, round(size / 10))}"/>'
    return xml


def paragraph_properties(look: Look) -> str:
    """The look of a paragraph, as the content of ``w:pPr`` in the order its schema wants."""
    xml = "<w:keepNext/>" if look.get("-pdf-keep-with-next") == "true" else ""
    borders = "".join(_border(side, look.get(f"border-{side}", "")) for side in ("top", "bottom"))
    xml += f"<w:pBdr>{borders}</w:pBdr>" if borders else ""
    margins = (look.get("margin", "").split() or ["0"]) * 4
    top, right, bottom, left = (
        twips(one) for one in (margins[:4] if len(look.get("margin", "").split()) == 4 else margins[:1] * 4)
    )
    xml += f'<w:spacing w:before="{max(top, 0)}" w:after="{max(bottom, 0)}"/>'
    xml += f'<w:ind w:left="{left}" w:right="{right}"/>' if left or right else ""
    align = {"center": "center", "right": "right", "justify": "both"}.get(look.get("text-align", ""), "")
    return xml + (f'<w:jc w:val="{align}"/>' if align else "")


def _border(side: str, text: str) -> str:
    match = re.fullmatch(r"([0-9.]+pt) solid #([0-9a-fA-F]{6})", text)
    if match is None:
        return ""
    return border(side, match[1], match[2], 4)


def border(side: str, width: str, colour: str, space: int = 0) -> str:
    """One line of a paragraph's or cell's border; its width is a length."""
    eighths = max(2, round(twips(width) * 0.4))
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{colour.upper()}"/>'
