"""HTML as it is meant: the parser of the standard accepts it, and no two elements have one name."""

from __future__ import annotations

import re
from collections import Counter

import html5lib

TEMPLATE = re.compile(r"<template>.*?</template>", re.DOTALL)
"""The parser is older than this element and reads rows in it as rows that are nowhere."""


def wrongs(html: str) -> list[str]:
    """Parse errors (HTML, §13.2.2) with their places, and ids that stand twice."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(TEMPLATE.sub("", html))
    said = [f"line {line}, column {column}: {code} {facts}" for (line, column), code, facts in parser.errors]
    names = Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    return said + [f"id {name!r} stands {count} times" for name, count in names.items() if count > 1]
