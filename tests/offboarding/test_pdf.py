"""Documents as PDF: drawn with our own fonts and nothing else, read back, and the same bytes for the same facts."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pypdf
import pytest

from offboarding import pdf

LAYOUT = '{% extends "documents/layout.html" %}{% block title %}Åtta{% endblock %}{% block content %}'
MADE = datetime(2027, 4, 1, 8, 20, 1, tzinfo=UTC)


@pytest.fixture
def drawn(settings, tmp_path):
    """``drawn("<p>text</p>", name="Alice")``: the PDF of a page with that content."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]

    def draw(content: str, **context) -> bytes:
        (tmp_path / "one.html").write_text(f"{LAYOUT}{content}{{% endblock %}}")
        return pdf.render("one.html", {"vendor": "Lärbolaget", **context}, "sv", made=MADE)

    return draw


def fonts_of(document: bytes) -> set[str]:
    """The fonts that text is drawn in; ReportLab names Helvetica on each page without using it."""
    used = set()
    for page in pypdf.PdfReader(io.BytesIO(document)).pages:
        named = {name: str(font.get_object()["/BaseFont"]) for name, font in page["/Resources"]["/Font"].items()}

        def see(text, _matrix, _line, font, _size, named=named):
            if text.strip() and font is not None:
                used.add(str(font["/BaseFont"]))

        page.extract_text(visitor_text=see)
        assert all("+DejaVuSans" in font or font == "/Helvetica" for font in named.values())
    return used


def test_every_letter_of_europe_is_drawn_in_our_own_embedded_font(drawn):
    text = "Åäö ŁĄŻ ß Ellēniká Ελληνικά Кириллица Ђ € – “x” ½ ≤ ⇒"
    document = drawn("<p>{{ text }}</p><p><b>{{ text }}</b></p>", text=text)
    assert pdf.text_of(document).count(text) == 2
    assert {name.partition("+")[2] for name in fonts_of(document)} == {"DejaVuSans", "DejaVuSans-Bold"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("中 AB", "[U+4E2D] AB"),
        ("a\u202egpj.exe", "a[U+202E]gpj.exe"),
        ("soft\u00adhyphen", "soft[U+00AD]hyphen"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("𝔸", "[U+1D538]"),
        ("😀", "[U+1F600]"),
        ("nul\x01", "nul[U+0001]"),
        ("\ue000", "[U+E000]"),
        ("a\u030a", "å"),
        ("\ufffe", "[U+FFFE]"),
    ],
)
def test_what_the_font_lacks_or_nobody_can_see_is_named(drawn, typed, shown):
    text = pdf.text_of(drawn("<p>&lt;{{ typed }}&gt;</p>", typed=typed))
    assert f"<{shown}>" in text
    assert "■" not in text


def test_a_text_written_to_the_left_is_drawn_and_found_again(drawn):
    document = drawn("<p>{{ name }} (Haifa)</p>", name="שלום עולם")
    assert pdf.unread("<p>שלום עולם (Haifa)</p>", document) == []
    assert pdf.unread("<p>שלוש עולם (Haifa)</p>", document) != []


@pytest.mark.parametrize(
    "content",
    [
        '<img src="/etc/passwd">',
        '<img src="file:///etc/passwd">',
        '<img src="https://example.org/x.png">',
        '<style>@font-face { font-family: X; src: url("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"); }</style>',
        '<style>@import url("https://example.org/x.css");</style>',
    ],
)
def test_a_document_reads_nothing_but_its_own_fonts(drawn, content):
    with pytest.raises(pdf.PdfError, match="nothing but their own fonts"):
        drawn(content + "<p>text</p>")


def test_the_same_facts_give_the_same_bytes(drawn):
    first, second = (drawn("<p>{{ n }}</p>", n=5) for _ in range(2))
    assert first == second


def test_the_document_says_its_title_language_author_and_when_it_was_made(drawn):
    reader = pypdf.PdfReader(io.BytesIO(drawn("<p>text</p>")))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Åtta", "Lärbolaget")
    assert reader.metadata.creation_date == MADE
    assert reader.trailer["/Root"]["/Lang"] == "sv"


def test_a_long_table_runs_over_pages_that_repeat_its_head_and_are_numbered(drawn):
    rows = "{% for n in numbers %}<tr><td>rad {{ n }}</td><td>x</td></tr>{% endfor %}"
    table = f'<table class="list" repeat="1"><thead><tr><th>Huvud</th><th>x</th></tr></thead>{rows}</table>'
    pages = [one.extract_text() for one in pypdf.PdfReader(io.BytesIO(drawn(table, numbers=range(200)))).pages]
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert "Huvud" in text
        assert f"{number} av {len(pages)}" in text or f"{number} of {len(pages)}" in text
    assert [n for n in range(200) if sum(f"rad {n}\n" in f"{text}\n" for text in pages) != 1] == []


def test_a_paragraph_that_runs_over_the_end_of_a_page_is_read_back_whole(drawn):
    text = " ".join(f"ord{n}" for n in range(1500))
    assert pdf.unread(f"<p>{text}</p>", drawn("<p>{{ text }}</p>", text=text)) != []  # the footer stands in between
    assert len(pypdf.PdfReader(io.BytesIO(drawn("<p>{{ text }}</p>", text=text))).pages) > 1


def test_a_text_that_is_lost_on_the_way_is_noticed(drawn):
    with pytest.raises(pdf.PdfError, match="Missing first: “lost”"):
        drawn('<p>seen</p><p style="display: none">lost</p>')


def test_texts_that_changed_places_are_noticed(drawn):
    document = drawn("<p>first</p><p>second</p>")
    assert pdf.unread("<p>first</p><p>second</p>", document) == []
    assert pdf.unread("<p>second</p><p>first</p>", document) == ["first"]


def test_markup_in_a_name_is_text(drawn):
    text = pdf.text_of(drawn("<p>{{ name }}</p>", name='<b>&amp;<img src="/etc/passwd"> <pdf:pagenumber>'))
    assert '<b>&amp;<img src="/etc/passwd"> <pdf:pagenumber>' in text


def test_what_is_no_pdf_is_refused():
    with pytest.raises(pdf.PdfError, match="no PDF"):
        pdf.text_of(b"hello")
