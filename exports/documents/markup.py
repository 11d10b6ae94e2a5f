"""A rendered template, split into what is the same in every document and what is not. Pure: no Django."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

_PIECES = re.compile(r"(<style\b.*?</style>|<!--.*?-->|<[^>]*>)", re.DOTALL | re.IGNORECASE)
_CORE = re.compile(r"[^ \t\n\r\f](?:.*[^ \t\n\r\f])?", re.DOTALL)
_BREAKS = re.compile(r"[ \t\n\r\f]+")
_BLANK = re.compile(r"\s+")
_SPACER = "&nbsp;"
_SAFE = re.compile(r"[ -~\n\r\t]*")
_TO_LEFT = ("R", "AL")
Sign = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Text:
    """One stretch of text between tags: ``shown`` is what the page can draw of ``meant``; both without markup."""

    meant: str
    shown: str
    drawn: bool = True
    """False for the title, which readers show beside the page."""

    @property
    def replaced(self) -> str:
        """The characters that are named instead of drawn."""
        return "".join(
            dict.fromkeys(sign for sign in unicodedata.normalize("NFC", self.meant) if sign not in self.shown)
        )


class Markup:
    """``skeleton`` is the page with a mark for every text; ``texts`` are the texts in their order."""

    def __init__(self, page: str, drawable: Sign) -> None:
        self.pieces: list[str | Text] = []
        for index, piece in enumerate(_PIECES.split(page)):
            if index % 2 or not (core := _CORE.search(piece)) or core[0] == _SPACER:
                self.pieces.append(piece)
                continue
            meant = _BREAKS.sub(" ", html.unescape(core[0]))
            shown = meant if _SAFE.fullmatch(meant) else drawable(meant)
            drawn = not str(self.pieces[-1] if self.pieces else "").startswith("<title")
            before, after = " " if core.start() else "", " " if core.end() < len(piece) else ""
            self.pieces += [before, Text(meant, shown, drawn), after]

    @cached_property
    def texts(self) -> list[Text]:
        return [one for one in self.pieces if isinstance(one, Text)]

    @cached_property
    def skeleton(self) -> str:
        """Equal for two pages that differ in nothing but their texts."""
        return "\0".join("\1" if isinstance(one, Text) else one for one in self.pieces)

    def page(self, to_left: str = "{}") -> str:
        """The page with what can be drawn; texts written to the left are put into ``to_left``."""
        return "".join(one if isinstance(one, str) else _laid(one, to_left) for one in self.pieces)

    def marked(self, mark: Callable[[int], str]) -> str:
        """The page with a mark instead of every text."""
        numbers = iter(range(len(self.texts)))
        return "".join(one if isinstance(one, str) else mark(next(numbers)) for one in self.pieces)


FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What no XML can hold."""


def in_xml(text: str) -> str:
    """The text with what no XML can hold named: ``[U+0007]``. It is not escaped yet."""
    return FORBIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def goes_left(text: str) -> bool:
    """Whether some of the text is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(sign) in _TO_LEFT for sign in text)


def _laid(text: Text, to_left: str) -> str:
    escaped = html.escape(text.shown, quote=False)
    return to_left.format(escaped) if goes_left(text.shown) else escaped


def unread(texts: list[str], pages: list[str]) -> list[str]:
    """The texts that a document does not say, as they should be; [] when it says them all.

    A text that a page break divides is looked for word by word, one written to the left by its letters.
    """
    read = letters("".join(pages))
    at, lost = 0, []
    for text in texts:
        wanted = letters(text)
        found = read.find(wanted, at)
        if found >= 0:
            at = found + len(wanted)
        elif wanted not in read and not all(_word(letters(word), read) for word in text.split()):
            lost.append(text)
    return lost


def _word(wanted: str, read: str) -> bool:
    if wanted in read:
        return True
    return goes_left(wanted) and {*wanted} <= {*read}


def letters(text: str) -> str:
    """The text as it is compared: composed, without blanks."""
    return _BLANK.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text))
