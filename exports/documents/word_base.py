"""The part of a Word file that all documents of one template share, made once by python-docx. No Django.

Styles come from the template's own style sheet, headings are Word's own, pages are numbered by fields; then a document
is only its text in the ready package, which takes a hundredth of building it through the library.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from exports.documents.looks import paragraph_properties, run_properties, sheet

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_CHART_REFERENCE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_OWN = ("word/document.xml", "word/footer1.xml", "docProps/core.xml")
HEADINGS = {"h1": "Heading1", "h2": "Heading2", "h3": "Heading3"}
MARGINS = {"portrait": (20.0, 22.0), "landscape": (32.0, 31.0)}
"""Millimetres at the sides, and above and below."""


@dataclass(frozen=True, slots=True)
class Base:
    """``package`` holds every part but those that differ; the texts of these stand before and after what is new."""

    package: bytes
    before: str
    after: str
    footer: tuple[str, str]


def style_id(name: str) -> str:
    """The style of a class of the sheet."""
    return f"Class{''.join(part.capitalize() for part in name.split('-'))}"


@lru_cache(maxsize=32)
def base(css: str, page: str, language: str, charts: int) -> Base:
    """The shared part for a style sheet, a page (``portrait`` or ``landscape``), a language and so many charts."""
    stream = io.BytesIO()
    _document(css, page, language).save(stream)
    parts = {}
    with zipfile.ZipFile(stream) as package:
        for name in package.namelist():
            parts[name] = package.read(name)
    before, after = _around(parts["word/document.xml"].decode(), "<w:body>", "<w:sectPr")
    footer = _around(parts["word/footer1.xml"].decode(), "<w:p>", "</w:ftr>")
    _add_charts(parts, charts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            if name not in _OWN:
                package.writestr(entry(name), data)
    return Base(out.getvalue(), before, after, (footer[0].removesuffix("<w:p>"), footer[1]))


def entry(name: str) -> zipfile.ZipInfo:
    """A part without a time of its own, so that the same document gives the same bytes."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def core_properties(title: str, author: str, made: str, language: str) -> str:
    """``docProps/core.xml``; the values are escaped already, ``made`` is like 2026-07-01."""
    times = "".join(
        f'<dcterms:{one} xsi:type="dcterms:W3CDTF">{made}T00:00:00Z</dcterms:{one}>' for one in ("created", "modified")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
        f"{times}<dc:language>{language_tag(language)}</dc:language></cp:coreProperties>"
    )


def language_tag(language: str) -> str:
    """``sv`` → ``sv-SE``."""
    return "sv-SE" if language == "sv" else "en-GB"


def _document(css: str, page: str, language: str) -> Any:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    document = docx.Document()
    section = document.sections[0]
    wide, high = (297, 210) if page == "landscape" else (210, 297)
    section.orientation = WD_ORIENT.LANDSCAPE if page == "landscape" else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(wide), Mm(high)
    sides, ends = MARGINS[page]
    section.left_margin = section.right_margin = Mm(sides)
    section.top_margin = section.bottom_margin = Mm(ends)
    section.footer.is_linked_to_previous = False
    _style(document, css, language)
    return document


def _style(document: Any, css: str, language: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml

    looks, styles = sheet(css), document.styles
    for tag in ("lang",):
        for found in styles.element.iter(f"{{{_W}}}{tag}"):
            found.set(f"{{{_W}}}val", language_tag(language))
    body = looks.look("p", ()) | looks.look("body", ())
    wanted = {"Normal": body | looks.look("p", ())}
    wanted |= {f"Heading {tag[1]}": looks.look("p", ()) | looks.look(tag, ()) for tag in HEADINGS}
    for name in looks.classes:
        style = styles.add_style(name.capitalize(), WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.element.set(f"{{{_W}}}styleId", style_id(name))
        wanted[style.name] = looks.look("p", (name,))
    for name, look in wanted.items():
        element = styles[name].element
        for tag in ("pPr", "rPr"):
            for old in element.findall(f"{{{_W}}}{tag}"):
                keep = old.find(f"{{{_W}}}outlineLvl")
                element.remove(old)
                if keep is not None:
                    look = look | {"outline": keep.get(f"{{{_W}}}val")}
        outline = f'<w:outlineLvl w:val="{look["outline"]}"/>' if "outline" in look else ""
        keep_next = "<w:keepNext/><w:keepLines/>" if outline and "-pdf-keep-with-next" not in look else ""
        xml = f'<w:pPr xmlns:w="{_W}">{keep_next}{paragraph_properties(look)}{outline}</w:pPr>'
        element.append(parse_xml(xml))
        element.append(parse_xml(f'<w:rPr xmlns:w="{_W}">{run_properties(look)}</w:rPr>'))


def _around(text: str, start: str, end: str) -> tuple[str, str]:
    """What stands up to and including ``start``, and from ``end`` on."""
    return text[: text.index(start) + len(start)], text[text.rindex(end) :]


def _add_charts(parts: dict[str, bytes], charts: int) -> None:
    types, references = "", ""
    for number in range(1, charts + 1):
        types += f'<Override PartName="/word/charts/chart{number}.xml" ContentType="{_CHART}"/>'
        references += f'<Relationship Id="chart{number}" Type="{_CHART_REFERENCE}" Target="charts/chart{number}.xml"/>'
    for name, added, end in (
        ("[Content_Types].xml", types, b"</Types>"),
        ("word/_rels/document.xml.rels", references, b"</Relationships>"),
    ):
        parts[name] = parts[name].replace(end, added.encode() + end)
