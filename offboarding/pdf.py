"""Documents as PDF, made by xhtml2pdf from a Django template, read back before anybody gets them.

One embedded family (DejaVu Sans: Latin, Greek, Cyrillic) draws everything; nothing else is read, neither from the disk
nor from the network. A character that it cannot draw is shown as ``[U+4E2D]`` and never as an empty box. The same
template and facts give the same bytes. The libraries are imported when they are needed: they cost every process 35 MB.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from offboarding.paper import Paper

FONTS = Path(settings.BASE_DIR) / "static" / "fonts"
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
RUNNING = "running"
"""The class of what is printed on every page, such as its number, and stands once in the template."""
ROWS = 300
"""A table in pieces of so many rows is laid out in linear time."""
BEGINNING = 90
"""Points of what follows a heading that have to fit below it."""

_STAMP = b"D:20000101000000+00'00'"
_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs"}
_TO_LEFT = {"R", "AL"}
_BLANK = re.compile(r"\s+")


class PdfError(Exception):
    """The document cannot be made, or does not say what it should; ``str()`` is a sentence for people."""


def render(template: str, context: Mapping[str, Any], language: str, *, made: datetime | None = None) -> bytes:
    """The template as PDF, in ``language``; ``made`` goes into its metadata.

    The template extends ``documents/layout.html``. Every text of it is read back from the finished PDF, in order:
    PdfError where one is missing.
    """
    with translation.override(language):
        page = drawable(render_to_string(template, {**context, "language": language, "fonts": FONTS}))
    pdf = _drawn(page)
    if lost := unread(page, pdf):
        raise PdfError(f"The document does not say what it should. Missing first: “{lost[0]}”.")
    return pdf.replace(_STAMP, f"D:{made.astimezone(UTC):%Y%m%d%H%M%S}+00'00'".encode()) if made else pdf


def of_paper(paper: Paper) -> bytes:
    """A paper as PDF, read back. PdfError where it does not say all that it should."""
    return render("documents/paper.html", {"paper": paper, "vendor": paper.vendor}, paper.language, made=paper.made)


def text_of(pdf: bytes) -> str:
    """All text of a PDF, page by page, in the order it is drawn. PdfError for what is no PDF."""
    return "\n".join(_pages(pdf))


def says(text: str, part: str) -> bool:
    """Whether a document's ``text_of`` contains ``part``, wherever lines are broken."""
    return _find(_letters(text), _letters(drawable(part)), 0) >= 0


def unread(page: str, pdf: bytes) -> list[str]:
    """The texts of an HTML page that the PDF does not contain where they should come; [] when it says them all."""
    wanted = _Texts.of(page)
    running = re.compile("".join(wanted.running) or "(?!)")
    read, at, lost = "".join(running.sub("", _letters(one), count=1) for one in _pages(pdf)), 0, []
    for text in filter(None, wanted.found):
        found = _find(read, _letters(text), at)
        if found < 0:
            lost.append(text)
        else:
            at = found + len(_letters(text))
    return lost


def drawable(text: str) -> str:
    """The text in composed form, with what the font cannot draw, or what cannot be seen, named: ``[U+4E2D]``."""
    return "".join(
        sign if ord(sign) in _glyphs() or sign in "\n\r\t" else f"[U+{ord(sign):04X}]"
        for sign in unicodedata.normalize("NFC", text)
    )


def pieces(rows: Sequence[Any]) -> list[Sequence[Any]]:
    """The rows of one long table as several tables' rows."""
    return [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]


def _pages(pdf: bytes) -> list[str]:
    import pypdf

    try:
        return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    except pypdf.errors.PyPdfError as error:
        raise PdfError("This is no PDF that can be read.") from error


def _drawn(page: str) -> bytes:
    from reportlab import rl_config
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    rl_config.invariant = 1  # no time of day and no random number in the bytes
    _let_tables_begin_below_headings()
    out = io.BytesIO()
    policy = ResourceAccessPolicy(allow_remote=False, base_dir=FONTS)
    done = pisa.CreatePDF(page, dest=out, encoding="utf-8", link_callback=_our_font, resource_policy=policy)
    if done.err:
        raise PdfError("; ".join(str(message) for _mode, _line, message, _code in done.log))
    return out.getvalue()


@cache
def _let_tables_begin_below_headings() -> None:
    """A heading stays with the beginning of its table; reportlab would move both to the next page, whatever is left."""
    from reportlab.platypus import KeepTogether
    from xhtml2pdf.xhtml2pdf_reportlab import PmlBaseDoc

    class WithBeginning(KeepTogether):  # type: ignore[misc]
        def wrap(self, width: float, height: float) -> tuple[float, float]:
            wanted: tuple[float, float] = super().wrap(width, height)
            heads = sum(one.wrapOn(self.canv, width, height)[1] + one.getSpaceBefore() for one in self._content[:-1])
            self._H: float = min(self._H, heads + BEGINNING)
            return wanted

    PmlBaseDoc._initArgs = {**PmlBaseDoc._initArgs, "keepTogetherClass": WithBeginning}


def _our_font(uri: str, _base: str | None) -> str:
    path = Path(uri)
    if path.parent != FONTS or path.name not in FACES or not path.is_file():
        raise PdfError(f"Documents read nothing but their own fonts, not {uri}.")
    return uri


@cache
def _glyphs() -> frozenset[int]:
    """What both faces draw, of the plane that PDF text can be read back from."""
    from reportlab.pdfbase.ttfonts import TTFont

    faces = [set(TTFont(name, str(FONTS / name)).face.charToGlyph) for name in FACES]
    both = set.intersection(*faces)
    return frozenset(code for code in both if code <= 0xFFFF and unicodedata.category(chr(code)) not in _HIDDEN)


def _letters(text: str) -> str:
    return _BLANK.sub("", unicodedata.normalize("NFKC", text))


def _find(read: str, wanted: str, at: int) -> int:
    """Where ``wanted`` stands from ``at`` on; a text written to the left is drawn, and so read, in another order."""
    if not any(unicodedata.bidirectional(sign) in _TO_LEFT for sign in wanted):
        return read.find(wanted, at)
    signs = sorted(wanted)
    starts = range(at, len(read) - len(wanted) + 1)
    return next((start for start in starts if sorted(read[start : start + len(wanted)]) == signs), -1)


class _Texts(HTMLParser):
    """``found``: the texts that stand on paper once, one for each stretch between tags. ``running``: a pattern of what
    stands on every page, in which page numbers may be any."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.running: list[str] = []
        self._inside: list[tuple[str, list[str]]] = []

    @classmethod
    def of(cls, page: str) -> _Texts:
        """The texts of an HTML page."""
        parser = cls()
        parser.feed(page)
        parser.close()
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Style and title are not drawn; inside what is running, the numbers of pages are digits."""
        running = RUNNING in (dict(attrs).get("class") or "").split()
        if self._inside and tag.startswith("pdf:"):
            self._inside[-1][1].append("[0-9]+")
        elif running or tag in ("style", "title") or (self._inside and tag == self._inside[0][0]):
            self._inside.append((tag, self.running if running or self._is_running() else []))

    def handle_endtag(self, tag: str) -> None:
        """The element that was left out ends."""
        if self._inside and tag == self._inside[-1][0]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """A stretch of text."""
        if self._inside:
            self._inside[-1][1].append(re.escape(_letters(data)))
        else:
            self.found.append(data.strip())

    def _is_running(self) -> bool:
        return bool(self._inside) and self._inside[-1][1] is self.running
