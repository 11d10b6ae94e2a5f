"""Word documents from rendered templates: headings, paragraphs, tables, page numbers, charts and drawings. No Django.

The body is written as WordprocessingML (ECMA-376) straight from the page and put into a package that python-docx made
once (``word_base``). Every character of the data stands in it, whatever the script; what XML cannot hold is named.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any
from xml.sax.saxutils import escape

from exports.documents import word_charts, word_shapes
from exports.documents.looks import Look, border, paragraph_properties, run_properties, sheet
from exports.documents.markup import FORBIDDEN, goes_left, in_xml, unread
from exports.documents.word_base import HEADINGS, base, core_properties, entry, style_id
from exports.documents.word_lists import Lists

_BREAKS = re.compile(r"[ \t\n\r\f]+")
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
_SHOWN = re.compile(r"<w:t[^>]*>([^<]*)</w:t>")
_BOLD, _ITALIC = ("b", "strong", "th"), ("i", "em")
_FIELDS = {"pdf:pagenumber": "PAGE", "pdf:pagecount": "NUMPAGES"}
_BLOCKS = ("p", "h1", "h2", "h3", "li")
_CELLS = ("td", "th")
_LISTS = ("ul", "ol")
_INLINE = ("b", "strong", "i", "em", "span", "a", "small", "u", "sub", "sup", "code")
_LOOSE = ""
"""The block of what stands in none: it becomes a paragraph of its own."""
_SKIPPED = ("style", "title", "script")
_WIDTH = 9_640
"""Twentieths of a point between the margins of an A4 page."""


class WordError(Exception):
    """The document does not say what it should."""


def docx(
    page: str, figures: Mapping[str, Any], language: str, made: str, drawing: Callable[[str], str]
) -> tuple[bytes, str]:
    """The page as a Word file, and the characters that no XML can hold and that are named in it.

    ``figures`` are the facts that charts are made of, ``drawing`` gives the SVG of a picture. Raises ``WordError``
    when a text of the page is not in the finished file.
    """
    written = _Body(figures, language, drawing, "".join(_STYLE.findall(page)))
    written.feed(page)
    written.close()
    shared = base(written.css, written.page, language, len(written.charts))
    out = io.BytesIO(shared.package)
    title = escape(in_xml(written.title))
    parts = {
        "word/document.xml": f"{shared.before}{''.join(written.body)}{shared.after}".encode(),
        "word/footer1.xml": f"{shared.footer[0]}{''.join(written.footer) or '<w:p/>'}{shared.footer[1]}".encode(),
        "docProps/core.xml": core_properties(title, escape(written.author), made, language).encode(),
    }
    parts |= {f"word/charts/chart{number}.xml": chart for number, chart in enumerate(written.charts, start=1)}
    with zipfile.ZipFile(out, "a") as package:
        for name, data in parts.items():
            package.writestr(entry(name), data)
    data = out.getvalue()
    if lost := unread(written.texts, [_read(data)]):
        raise WordError(f"The document does not say what it should. Missing first: “{lost[0]}”.")
    return data, "".join(dict.fromkeys(written.named))


def _read(data: bytes) -> str:
    """All text of a finished file."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [package.read(name).decode() for name in ("word/document.xml", "word/footer1.xml")]
    return "".join(html.unescape(text) for part in parts for text in _SHOWN.findall(part))


class _Body(HTMLParser):
    """Writes ``body`` and ``footer`` while it reads the page."""

    def __init__(self, figures: Mapping[str, Any], language: str, drawing: Callable[[str], str], css: str) -> None:
        super().__init__()
        self.figures, self.language, self.drawing = figures, language, drawing
        self.css, self.looks = css, sheet(css)
        self.body: list[str] = []
        self.footer: list[str] = []
        self.charts: list[bytes] = []
        self.texts: list[str] = []
        self.named: list[str] = []
        self.page, self.title, self.author = "portrait", "", ""
        self._out = self.body
        self._runs: list[str] | None = None
        self._block: tuple[str, list[str]] = ("p", [])
        self._letters: list[Look] = []
        self._inside: list[tuple[str, list[str]]] = []
        self._lists = Lists()
        self._silent, self._numbers = "", 0
        self._cells: list[tuple[str, str]] = []
        self._widths: list[int] = []
        self._rows: list[str] = []

    # Elements --------------------------------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        classes = known.get("class", "").split()
        if tag in _SKIPPED:
            self._silent = tag
        elif tag == "meta" and known.get("name") == "author":
            self.author = known.get("content", "")
        elif tag == "body":
            self.page = known.get("data-page") or "portrait"
        elif tag == "div" and known.get("id") == "footer":
            self._out = self.footer
        elif tag in _FIELDS:
            self._field(_FIELDS[tag])
        elif tag == "br":
            self._run("<w:br/>")
        elif tag == "img":
            self._image(known)
        else:
            self._open(tag, classes, known)

    def _open(self, tag: str, classes: list[str], known: dict[str, str]) -> None:
        if tag not in _INLINE:
            self._end_loose()
        self._inside.append((tag, classes))
        if tag == "li":
            self._lists.point()
        if tag in _BLOCKS and self._runs is not None and self._block[0] in _CELLS:
            self._run(("<w:br/>" if self._runs else "") + self._lists.in_line())
        elif tag in _BLOCKS or tag in _CELLS:
            self._end_open()
            self._runs, self._block = [], (tag, classes)
            if tag in _CELLS:
                share = re.search(r"width:\s*([0-9.]+)%", known.get("style", ""))
                self._widths.append(round(float(share[1]) * 50) if share else 0)
        elif tag in _LISTS:
            self._end_open()
            self._lists.begin(numbered=tag == "ol")
        elif tag == "table":
            self._rows = []
        elif tag == "tr":
            self._cells, self._widths = [], []
        elif tag in _BOLD or tag in _ITALIC or tag == "span":
            bold, italic = {"font-weight": "bold"}, {"font-style": "italic"}
            look = bold if tag in _BOLD else italic if tag in _ITALIC else self.looks.look("span", classes)
            self._letters.append(look)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
            return
        if tag not in _INLINE:
            self._end_loose()
        if tag == "div" and self._out is self.footer:
            self._out = self.body
        if tag in _BLOCKS and self._runs is not None and self._block[0] == tag:
            self._out.append(self._paragraph())
        elif tag in _CELLS and self._runs is not None:
            self._cells.append((self._cell_text(), self._border()))
            self._runs = None
        elif tag in _LISTS:
            self._lists.end()
        elif tag == "tr":
            self._rows.append(self._row())
        elif tag == "table":
            self._out.append(self._table())
        elif (tag in _BOLD or tag in _ITALIC or tag == "span") and self._letters:
            self._letters.pop()
        while self._inside:
            if self._inside.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._silent == "title":
            self.title = _BREAKS.sub(" ", data).strip()
        if self._silent or not (text := _BREAKS.sub(" ", data)):
            return
        if self._runs is None:
            if not text.strip():
                return
            self._begin_loose()
        if not self._runs:
            text = text.lstrip(" ")
        shown = in_xml(text)
        if shown != text:
            self.named += FORBIDDEN.findall(text)
        if shown.strip():
            self.texts.append(shown.strip())
        if shown:
            self._run(f'<w:t xml:space="preserve">{escape(shown)}</w:t>', left=goes_left(shown))

    def close(self) -> None:
        """The page ends."""
        super().close()
        self._end_loose()

    def _begin_loose(self) -> None:
        self._runs, self._block = [], (_LOOSE, self._inside[-1][1] if self._inside else [])

    def _end_loose(self) -> None:
        if self._runs is not None and self._block[0] == _LOOSE:
            self._out.append(self._paragraph())

    def _end_open(self) -> None:
        """A block or list begins inside a block: what stands before it is a paragraph of its own."""
        if self._runs and self._block[0] not in _CELLS:
            self._out.append(self._paragraph())

    # WordprocessingML ------------------------------------------------------------------------------------------------

    def _run(self, content: str, *, left: bool = False) -> None:
        look: Look = {}
        for one in self._letters:
            look = look | one
        properties = run_properties(look) + ("<w:rtl/>" if left else "")
        if content:
            self._put(f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{content}</w:r>")

    def _put(self, run: str) -> None:
        if self._runs is not None:
            self._runs.append(run)

    def _field(self, name: str) -> None:
        self._put(f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>')

    def _image(self, known: dict[str, str]) -> None:
        self._numbers += 1
        if figure := known.get("data-figure"):
            if self._runs is None:
                self._begin_loose()
            self.charts.append(word_charts.part(self.figures[figure], self.language))
            self._put(word_charts.inline(self.figures[figure], f"chart{len(self.charts)}", self._numbers))
        elif name := known.get("data-picture"):
            left, top, width = (float(known.get(f"data-{one}") or 0) for one in ("left", "top", "width"))
            drawn = word_shapes.anchored(self.drawing(name), name, left, top, width, self._numbers)
            self._out.append(
                f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr>{drawn}</w:p>'
            )

    def _paragraph(self) -> str:
        tag, classes = self._block
        style = HEADINGS.get(tag) or next((style_id(name) for name in classes if name in self.looks.classes), "")
        properties = f'<w:pStyle w:val="{style}"/>' if style else ""
        if "".join(self.texts[-1:]) and goes_left(self.texts[-1][:1]):
            properties += "<w:bidi/>"
        indent, mark = self._lists.in_paragraph()
        properties += indent
        runs, self._runs = mark + "".join(self._runs or ()), None
        return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{runs}</w:p>"

    def _cell_look(self) -> Look:
        tag, classes = self._block
        around = [name for _tag, names in self._inside for name in names]
        return self.looks.look(tag, classes, around)

    def _cell_text(self) -> str:
        look = {name: value for name, value in self._cell_look().items() if not name.startswith(("margin", "border"))}
        letters = run_properties(look)
        runs = "".join(self._runs or ())
        runs = runs.replace("<w:r><w:rPr>", f"<w:r><w:rPr>{letters}").replace(
            "<w:r><w:t", f"<w:r><w:rPr>{letters}</w:rPr><w:t"
        )
        return f"<w:p><w:pPr>{paragraph_properties(look)}</w:pPr>{runs}</w:p>"

    def _border(self) -> str:
        look, found = self._cell_look(), ""
        for side in ("top", "bottom"):
            match = re.fullmatch(r"([0-9.]+pt) solid #([0-9a-fA-F]{6})", look.get(f"border-{side}", ""))
            if match:
                found += border(side, match[1], match[2])
        return f"<w:tcBorders>{found}</w:tcBorders>" if found else ""

    def _row(self) -> str:
        head = any(tag == "thead" for tag, _names in self._inside)
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="pct"/>{border}</w:tcPr>{text}</w:tc>'
            for (text, border), width in zip(self._cells, self._shares(), strict=True)
        )
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"

    def _shares(self) -> list[int]:
        """Fiftieths of a per cent; what has no width shares the rest."""
        open_ = self._widths.count(0)
        rest = max(0, 5000 - sum(self._widths)) // open_ if open_ else 0
        return [one or rest for one in self._widths]

    def _table(self) -> str:
        columns = max((row.count("<w:tc>") for row in self._rows), default=1)
        grid = f'<w:gridCol w:w="{_WIDTH // columns}"/>' * columns
        properties = '<w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="autofit"/><w:tblCellMar>' \
                     '<w:top w:w="50" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="50" w:type="dxa"/>' \
                     '<w:right w:w="85" w:type="dxa"/></w:tblCellMar>'  # fmt: skip
        spacer = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
        return (
            f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(self._rows)}</w:tbl>{spacer}"
        )
