"""Papers as Word documents (ECMA-376), by python-docx: headings, tables, page numbers, language, properties.

python-docx makes the file and its styles; the body is written as XML in one go, because adding a table cell by cell
takes seconds for some thousand rows. The font is one that every office program has or replaces. Characters that XML
cannot hold, or that nobody sees, are named as in the PDF: ``[U+202E]``.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils import translation
from django.utils.translation import gettext as _

from offboarding.paper import Block, Cell, Column, Facts, Grid, Heading, Page, Paper, Points, Text, Wrong

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Arial"
INK, SOFT, LINE, RED, SEAL = "1D2933", "55636E", "D7E0E7", "A8201A", "F2F6F9"
MARGIN_MM, WIDTH_TWIPS = 20, 9638
"""A4 with margins of 20 mm leaves 170 mm: 9638 twentieths of a point."""
LOCALES = {"sv": "sv-SE", "en": "en-GB"}
_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs"}
_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RUNS = re.compile(rf"([{_TO_LEFT}]+(?:[\s\d.,'’-]+[{_TO_LEFT}]+)*)")
_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def render(paper: Paper) -> bytes:
    """The paper as a .docx file."""
    import docx  # costs every process 20 MB

    document = docx.Document()
    _set_page(document)
    _set_styles(document, LOCALES.get(paper.language, paper.language))
    _set_properties(document, paper)
    body = document.element.body
    for old in [one for one in body if not one.tag.endswith("}sectPr")]:
        body.remove(old)
    _set_running(document, paper)
    parts = [_paragraph(paper.title, style="Title"), *(part for block in paper.blocks for part in _block(block))]
    _fill(document, "".join(parts))
    out = io.BytesIO()
    document.part.package.save(out)
    return out.getvalue()


def _fill(document: Any, parts: str) -> None:
    """Puts them before the section's end, as text: lxml takes minutes to move long tables between trees."""
    from docx.oxml import parse_xml
    from lxml import etree

    before, end, after = etree.tostring(document.element, encoding="unicode").partition("<w:sectPr")
    document.part._element = parse_xml(f"{before}{parts}{end}{after}")


def readable(text: str) -> str:
    """The text as XML can hold it and a reader can see it."""
    return "".join(
        sign if sign in "\t\n" or unicodedata.category(sign) not in _HIDDEN else f"[U+{ord(sign):04X}]"
        for sign in unicodedata.normalize("NFC", text)
    )


# Blocks ---------------------------------------------------------------------------------------------------------------


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield _paragraph(block.text, style=f"Heading{block.level - 1}")
    elif isinstance(block, Text):
        yield _text(block)
    elif isinstance(block, Points):
        yield from (_paragraph(point, style="ListBullet") for point in block.points)
    elif isinstance(block, Facts):
        yield from (_facts(block), _paragraph("", size=4, after=0))
    elif isinstance(block, Grid):
        yield from (_grid(block), _paragraph("", size=4, after=0))
    elif isinstance(block, Page):
        yield '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def _text(block: Text) -> str:
    looks: dict[str, dict[str, Any]] = {
        "lead": {"size": 11},
        "strong": {"bold": True},
        "quiet": {"color": SOFT},
        "lead-in": {"keep": True},
    }
    return _paragraph(block.text, **looks.get(block.kind, {}))


def _facts(block: Facts) -> str:
    columns = [Column("", block.name_width), Column("", block.value_width)]
    rows = []
    for name, value in block.rows:
        size = 12 if name in block.codes else 8 if block.seal else 9
        cells = [_paragraph(name, color=SOFT, after=0), _paragraph(value, size=size, bold=size > 9, after=0)]
        rows.append(_row(columns, cells, fill=SEAL if block.seal else ""))
    return _table(columns, rows)


def _grid(block: Grid) -> str:
    columns, rows = block.columns, []
    if block.titled:
        heads = [_paragraph(one.title, color=SOFT, right=one.number, after=0, keep=True) for one in columns]
        rows.append(_row(columns, heads, head=True))
    rows += [_row(columns, _cells(columns, row)) for row in block.rows]
    if block.total:
        rows.append(_row(columns, _cells(columns, block.total, bold=True)))
    return _table(columns, rows)


def _cells(columns: Sequence[Column], row: Sequence[Cell], *, bold: bool = False) -> list[str]:
    return [
        _paragraph(cell, size=8, right=column.number, bold=bold, after=0)
        for column, cell in zip(columns, row, strict=True)
    ]


def _table(columns: Sequence[Column], rows: Iterable[str]) -> str:
    """Lines below the rows alone; a table without rows would be no table."""
    grid = "".join(f'<w:gridCol w:w="{_twips(column)}"/>' for column in columns)
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="{LINE}"/>' for side in ("bottom", "insideH"))
    margins = '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="120" w:type="dxa"/></w:tblCellMar>'
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{WIDTH_TWIPS}" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(rows) or _row(columns, [_paragraph('') for _column in columns])}</w:tbl>"
    )


def _row(columns: Sequence[Column], cells: Sequence[str], *, head: bool = False, fill: str = "") -> str:
    told = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    inside = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(column)}" w:type="dxa"/>{shade}</w:tcPr>{cell}</w:tc>'
        for column, cell in zip(columns, cells, strict=True)
    )
    return f"<w:tr>{told}{inside}</w:tr>"


def _twips(column: Column) -> int:
    return WIDTH_TWIPS * column.width // 100


def _paragraph(
    text: Cell, *, style: str = "", size: int = 0, bold: bool = False, color: str = "", right: bool = False,
    after: int | None = None, keep: bool = False,
) -> str:  # fmt: skip
    """One paragraph; ``size`` in points, ``after`` the space below it in twentieths of a point."""
    wrong = isinstance(text, Wrong)
    how = [
        f"<w:pStyle w:val={quoteattr(style)}/>" if style else "",
        "<w:keepNext/>" if keep else "",
        f'<w:spacing w:before="20" w:after="{after + 20}"/>' if after is not None else "",
        '<w:jc w:val="right"/>' if right else "",
    ]
    look = [
        "<w:b/>" if bold or wrong else "",
        f'<w:color w:val="{RED if wrong else color}"/>' if wrong or color else "",
        f'<w:sz w:val="{2 * size}"/><w:szCs w:val="{2 * size}"/>' if size else "",
    ]
    return f"<w:p><w:pPr>{''.join(how)}</w:pPr>{''.join(_runs(str(text), ''.join(look)))}</w:p>"


def _runs(text: str, look: str) -> Iterator[str]:
    """What is written to the left is a run of its own, so that every program sets it so."""
    for number, part in enumerate(_RUNS.split(readable(text))):
        if part:
            told = look + ("<w:rtl/>" if number % 2 else "")
            inside = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in part.split("\n"))
            yield f"<w:r>{f'<w:rPr>{told}</w:rPr>' if told else ''}{inside}</w:r>"


def _parsed(parts: Sequence[str]) -> list[Any]:
    from docx.oxml import parse_xml

    return list(parse_xml(f'<w:body xmlns:w="{_SPACE}">{"".join(parts)}</w:body>'))


# The document ---------------------------------------------------------------------------------------------------------


def _set_page(document: Any) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN_MM)


def _set_styles(document: Any, locale: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    sizes = {"Normal": 9, "Title": 20, "Heading 1": 13, "Heading 2": 10.5, "List Bullet": 9, "Header": 9, "Footer": 7.5}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.size, style.font.color.rgb = Pt(size), RGBColor.from_string(INK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for old in [one for one in fonts.attrib if one.endswith("Theme")]:
            del fonts.attrib[old]
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{kind}"), FONT)
        style.paragraph_format.space_after = Pt(4)
    for name, part in (("Title", "w:pBdr"), ("Footer", "w:tabs")):  # its line, and stops for another size of paper
        for old in document.styles[name].element.findall(f".//{qn(part)}"):
            old.getparent().remove(old)
    for lang in document.styles.element.findall(f".//{qn('w:lang')}"):
        lang.set(qn("w:val"), locale)


def _set_properties(document: Any, paper: Paper) -> None:
    told = document.core_properties
    told.title, told.author, told.language = readable(paper.title)[:255], readable(paper.vendor)[:255], paper.language
    told.comments, told.last_modified_by, told.subject = "", told.author, readable(paper.footer)[:255]
    if paper.made is not None:
        told.created = told.modified = paper.made.astimezone(UTC).replace(tzinfo=None)


def _set_running(document: Any, paper: Paper) -> None:
    """The vendor above each page; below it what it is a page of, and its number."""
    section = document.sections[0]
    for part, inside in ((section.header, _paragraph(paper.vendor, bold=True)), (section.footer, _footer(paper))):
        old = part.paragraphs[0]._p
        (new,) = _parsed([inside])
        old.getparent().replace(old, new)


def _footer(paper: Paper) -> str:
    with translation.override(paper.language):
        pages = _("Page <pdf:pagenumber> of <pdf:pagecount>")
    look = f'<w:color w:val="{SOFT}"/><w:sz w:val="15"/>'
    fields = {"<pdf:pagenumber>": "PAGE", "<pdf:pagecount>": "NUMPAGES"}
    runs = [*_runs(paper.footer, look), f"<w:r><w:rPr>{look}</w:rPr><w:tab/></w:r>"]
    for part in re.split("(<pdf:[a-z]+>)", pages):
        if part in fields:
            runs.append(
                f'<w:fldSimple w:instr="{fields[part]}"><w:r><w:rPr>{look}</w:rPr><w:t>1</w:t></w:r></w:fldSimple>'
            )
        else:
            runs += _runs(part, look)
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{WIDTH_TWIPS}"/></w:tabs>'
    return f'<w:p><w:pPr><w:pStyle w:val="Footer"/>{tab}</w:pPr>{"".join(runs)}</w:p>'
