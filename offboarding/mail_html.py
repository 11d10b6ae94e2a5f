"""The text that a reader of an HTML mail sees. Pure; nothing is fetched, and nothing here raises.

It goes through the HTML once, whatever stands there: ``html.parser`` takes minutes for 300 kB of ``<!--``.
"""

from __future__ import annotations

import html
import re

LONGEST = 1_000_000
"""Characters of HTML that are read."""
_LINES = {"address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
          "table", "tr", "ul"}  # fmt: skip
_EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
"""Elements that have no end."""
_NO_TEXT = {"head", "noframes", "object", "script", "style", "template", "title"}
"""Elements whose content is never shown, and hides nothing."""
_RAW = {"script", "style", "title"}
"""Elements in which marks are no marks."""
_MARK = re.compile(r"<(?:(!--)|[!?]|(/?)([A-Za-z][A-Za-z0-9:-]{0,30}))")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|opacity)\s*:\s*0+(?:\.0+)?(?:px|pt|em|%)?\s*(?:[;!\"']|$)|\shidden(?:[\s=/]|$)",
    re.IGNORECASE,
)
_ATTRIBUTES = 2_000
"""Characters of an element's attributes in which hiding is looked for."""


def seen(source: str) -> tuple[str, bool]:
    """The visible text with a line for every block, and whether the HTML hides other text."""
    reader = _Reader(source[:LONGEST])
    reader.run()
    lines = (" ".join(line.split()) for line in "".join(reader.kept).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), bool("".join(reader.hidden).strip())


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.kept: list[str] = []
        self.hidden: list[str] = []
        self._inside = ""
        """The unseen element we are in."""
        self._open = 0
        """How many of its kind are open."""

    def run(self) -> None:
        at = 0
        while found := _MARK.search(self.source, at):
            self._data(self.source[at : found.start()])
            closing = "-->" if found[1] else ">"
            end = self.source.find(closing, found.end())
            if end < 0:  # a browser shows nothing of an unfinished mark
                self.hidden.append(self.source[found.end() :])
                return
            at = end + len(closing)
            if found[3]:
                tag = found[3].lower()
                self._tag(tag, bool(found[2]), self.source[found.end() : end])
                if tag in _RAW and not found[2]:
                    at = self._after(tag, at)
        self._data(self.source[at:])

    def _after(self, tag: str, at: int) -> int:
        """Where the end tag of a raw element begins."""
        end = re.compile(rf"</{tag}", re.IGNORECASE).search(self.source, at)
        return end.start() if end else len(self.source)

    def _tag(self, tag: str, ends: bool, attributes: str) -> None:
        if self._inside:
            self._open += (-1 if ends else 1) if tag == self._inside else 0
            self._inside = self._inside if self._open else ""
        elif not ends and tag not in _EMPTY and (tag in _NO_TEXT or _HIDING.search(attributes[:_ATTRIBUTES])):
            self._inside, self._open = tag, 1
        elif tag in _LINES:
            self.kept.append("\n")
        elif tag in ("td", "th"):
            self.kept.append(" ")

    def _data(self, data: str) -> None:
        if not self._inside:
            self.kept.append(" ".join(html.unescape(f"|{data}|").split())[1:-1])
        elif self._inside not in _NO_TEXT:
            self.hidden.append(data)
