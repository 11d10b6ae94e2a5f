"""HTML as it is meant: the parser of the standard accepts it, and no two elements have one name."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

import html5lib

TEMPLATE = re.compile(r"<template>.*?</template>", re.DOTALL)
"""The parser is older than this element and reads rows in it as rows that are nowhere."""


def wrongs(html: str) -> list[str]:
    """Parse errors (HTML, §13.2.2) with their places, and ids that stand twice."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(TEMPLATE.sub("", html))
    said = [f"line {line}, column {column}: {code} {facts}" for (line, column), code, facts in parser.errors]
    names = Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    said += [f"no time: {text}" for text in _times(tree) if not _is_time(text)]
    return said + [f"id {name!r} stands {count} times" for name, count in names.items() if count > 1]


def _times(tree: Any) -> list[str]:
    return [element.get("datetime") for element in tree.iter("time") if element.get("datetime") is not None]


def _is_time(text: str) -> bool:
    """A day or a moment as the element ``time`` has them (HTML, §4.5.14)."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
