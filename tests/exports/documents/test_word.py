"""Word documents: whole, styled, in their language, with charts and drawings that Word draws itself."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from lxml import etree

from exports.documents import templates, word
from exports.documents.making import House
from tests.exports.documents.test_drawing import facts

HOUSE = House("Norrskär Akademi AB", "The vendor", "2026-11-22", "sv")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FIGURE = {
    "figure": "activity", "title": "Activity & more", "chart": "lines", "measure": "count", "monthly": True,
    "labels": ["2026-01", "2026-02"], "series": [["<log in>", ["3", ""]], ["search", ["0", "12.5"]]],
}  # fmt: skip
BARS = FIGURE | {
    "figure": "issued",
    "chart": "bars",
    "monthly": False,
    "labels": ["Åsa & \x07 Co", "李"],
    "series": [["", ["3", "4"]]],
}


def certificate(**more: str) -> bytes:
    told = facts(**more)
    data, _named = word.docx(
        templates.page("certificate.html", told, "sv"), told, "sv", "2026-11-22", templates.drawing
    )
    return data


def usage() -> bytes:
    told = facts() | {"activity": FIGURE} | {"row": {"name": "Öde Kulle"}}
    told |= {name: BARS | {"figure": name} for name in ("enrolled_per_course", "completed_per_course")}
    told |= {
        name: FIGURE | {"figure": name, "chart": "bars"} for name in ("enrolled_per_month", "certificates_per_month")
    }
    data, _named = word.docx(
        templates.page("usage_report.html", told, "sv"), told, "sv", "2026-11-22", templates.drawing
    )
    return data


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert len(package.namelist()) == len(set(package.namelist()))
        return {name: package.read(name) for name in package.namelist()}


def test_every_part_is_xml_and_the_package_opens():
    for data in (certificate(), usage()):
        for name, content in parts(data).items():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(content)
        document = docx.Document(io.BytesIO(data))
        assert document.core_properties.title == "Certificate 0042"
        assert document.core_properties.language == "sv-SE"
        assert document.core_properties.author == "The vendor"


def test_headings_are_words_own_and_the_language_is_set():
    document = docx.Document(io.BytesIO(usage()))
    headings = [one.style.name for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings == ["Heading 1", *["Heading 2"] * 5]
    languages = {one.get(f"{W}val") for one in document.styles.element.iter(f"{W}lang")}
    assert languages == {"sv-SE"}
    assert b'w:instr=" PAGE "' in parts(usage())["word/footer1.xml"]


def test_charts_hold_their_numbers_and_can_be_drawn_by_word():
    found = parts(usage())
    charts = [content for name, content in sorted(found.items()) if name.startswith("word/charts/")]
    assert len(charts) == 5
    first = etree.fromstring(charts[0])
    texts = [one.text for one in first.iter("{http://schemas.openxmlformats.org/drawingml/2006/chart}v")]
    assert "<log in>" in texts
    assert "12.5" in texts
    assert b"/word/charts/chart5.xml" in found["[Content_Types].xml"]


@pytest.mark.parametrize("name", ["李 明 🎓", "محمد عبد الله", "שלום", "Ελένη", "<b>Bo</b> & 'Co'", "e\u0301"])
def test_every_script_stands_as_itself(name):
    document = docx.Document(io.BytesIO(certificate(name=name)))
    assert name in [paragraph.text for paragraph in document.paragraphs]


def test_what_xml_cannot_hold_is_named_and_told():
    told = facts(name="bell \x07 \x00", number="4\x0b2")
    page = templates.page("certificate.html", told, "en")
    data, named = word.docx(page, told, "en", "2026-11-22", templates.drawing)
    assert "bell [U+0007] [U+0000]" in [one.text for one in docx.Document(io.BytesIO(data)).paragraphs]
    assert "\x07" in named
    assert docx.Document(io.BytesIO(data)).core_properties.title == "Certificate 4[U+000B]2"


def test_the_same_facts_give_the_same_bytes():
    assert certificate() == certificate()


def texts_of(body: str) -> tuple[list[str], list[str]]:
    """Paragraphs and cells of a page with this body."""
    page = f"<html><head><title>T</title></head><body>{body}</body></html>"
    document = docx.Document(io.BytesIO(word.docx(page, {"activity": FIGURE}, "en", "2026-11-22", str)[0]))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [one.text.strip() for one in document.paragraphs if one.text.strip()], cells


def test_what_a_template_puts_into_no_paragraph_is_not_lost():
    body = "before <p>one</p>two <b>bold</b> three<div>four</div><blockquote>five</blockquote><h4>six</h4>after"
    assert texts_of(body)[0] == ["before", "one", "two bold three", "four", "five", "six", "after"]
    chart = word.docx('<body><div><img data-figure="activity"></div></body>', {"activity": FIGURE}, "en", "", str)[0]
    assert b'r:id="chart1"' in parts(chart)["word/document.xml"]


def test_points_of_lists_have_their_marks_and_a_list_in_a_list_stands_further_in():
    body = "<ul><li>one<ol><li>first</li><li><p>second</p></li></ol>still one</li><li>two</li></ul><p>after</p>"
    assert texts_of(body)[0] == ["•\tone", "1.\tfirst", "2.\tsecond", "still one", "•\ttwo", "after"]
    assert texts_of("<table><tr><td><ul><li>one</li><li>two</li></ul></td></tr></table>")[1] == ["• one\n• two"]
    document = docx.Document(io.BytesIO(word.docx(f"<body>{body}</body>", {}, "en", "2026-11-22", str)[0]))
    left = [one.paragraph_format.left_indent for one in document.paragraphs if one.text.strip()]
    assert [indent.twips if indent else 0 for indent in left] == [360, 720, 720, 360, 360, 0]


def test_paragraphs_of_a_cell_stay_in_it():
    assert texts_of("<table><tr><td><p>one</p><p>two</p></td><td>x</td></tr></table>") == ([], ["one\ntwo", "x"])


@pytest.mark.requires("soffice", "writer")
def test_libreoffice_opens_both_samples_and_prints_what_they_say(tmp_path: Path, program):
    (tmp_path / "certificate.docx").write_bytes(certificate(name="Åsa 李 Öberg"))
    (tmp_path / "usage.docx").write_bytes(usage())
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = [program("soffice"), home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, *map(str, tmp_path.glob("*.docx"))], check=True, capture_output=True, timeout=300)
    (page,) = pypdf.PdfReader(tmp_path / "certificate.pdf").pages
    assert "Öberg" in page.extract_text()
    assert page.mediabox.width > page.mediabox.height
    text = "\n".join(one.extract_text() for one in pypdf.PdfReader(tmp_path / "usage.pdf").pages)
    assert "Öde Kulle" in text
    assert "Activity & more" in text
