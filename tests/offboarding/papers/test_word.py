"""Papers as Word documents: what they say, read back by python-docx and, where there is one, by LibreOffice."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from offboarding import pdf, word
from offboarding.paper import Column, Facts, Grid, Heading, Page, Paper, Points, Text, Wrong, widths

LONG = "Öster" * 16
COLUMNS = [Column("Tabell", 60), Column("Rader", 40, number=True)]


def paper(*blocks, title="Raderingsplan 7", language="sv") -> Paper:
    return Paper(title, language, "Lärbolaget & Co", "Lärbolaget · R-1", blocks, datetime(2027, 4, 1, tzinfo=UTC))


def opened(made: Paper):
    return docx.Document(io.BytesIO(word.render(made)))


def says(document) -> str:
    """Every text of the body, in order, runs and all."""
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p")))


def test_every_block_is_there_in_order_with_its_style():
    document = opened(
        paper(
            Text("Det här sägs.", "lead"), Heading("Vad"), Heading("Var", 3), Points(["ett", Wrong("två")]),
            Facts([("Kund", "Alice <b> & Söner")]), Grid(COLUMNS, [("users", "12")], total=("Alla", "12")), Page(),
            Text("Slut."),
        )
    )  # fmt: skip
    said = [line for line in says(document).split("\n") if line]
    assert said == [
        "Raderingsplan 7", "Det här sägs.", "Vad", "Var", "ett", "två", "Kund", "Alice <b> & Söner", "Tabell", "Rader",
        "users", "12", "Alla", "12", "Slut.",
    ]  # fmt: skip
    styles = {p.text: p.style.name for p in document.paragraphs if p.text}
    assert (styles["Raderingsplan 7"], styles["Vad"], styles["Var"]) == ("Title", "Heading 1", "Heading 2")
    assert styles["ett"] == "List Bullet"


def test_what_is_wrong_is_red_and_bold():
    document = opened(paper(Grid(COLUMNS, [("users", Wrong("11 (12 skrivna)"))])))
    (run,) = document.tables[0].cell(1, 1).paragraphs[0].runs
    assert run.bold
    assert str(run.font.color.rgb) == "A8201A"


def test_it_says_whose_it_is_in_which_language_and_when_it_was_made():
    document = opened(paper(Text("x")))
    told = document.core_properties
    assert (told.title, told.author, told.language) == ("Raderingsplan 7", "Lärbolaget & Co", "sv")
    assert told.created == datetime(2027, 4, 1, tzinfo=UTC)
    assert told.comments == ""
    languages = {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"sv-SE"}


def test_each_page_has_the_vendor_above_and_its_number_below():
    (section,) = opened(paper(Text("x"))).sections
    assert section.header.paragraphs[0].text == "Lärbolaget & Co"
    footer = section.footer.paragraphs[0]
    assert footer.text.startswith("Lärbolaget · R-1\tSida ")
    assert [one.get(qn("w:instr")) for one in footer._p.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)


def test_the_head_of_a_table_stands_on_each_page():
    table = opened(paper(Grid(COLUMNS, [("users", "1")] * 200))).tables[0]
    assert [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows[:2]] == [True, False]


def test_a_long_table_is_whole():
    made = word.render(paper(Grid(COLUMNS, [(f"t{number}", str(number)) for number in range(10_000)])))
    rows = docx.Document(io.BytesIO(made)).tables[0]._tbl.tr_lst
    assert len(rows) == 10_001
    assert [text.text for text in rows[-1].iter(qn("w:t"))] == ["t9999", "9999"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("nul\x01", "nul[U+0001]"), ("a\u202egpj", "a[U+202E]gpj"), ("\ufffe", "[U+FFFE]"), ("a\u030a", "å"),
     ("學院 😀", "學院 😀"), ("]]>&amp;", "]]>&amp;"), ("\ud800", "[U+D800]")],
)  # fmt: skip
def test_what_xml_cannot_hold_or_nobody_sees_is_named(typed, shown):
    assert shown in says(opened(paper(Text(typed), Facts([(typed, typed)]))))


def test_what_is_written_to_the_left_is_a_run_of_its_own():
    (paragraph,) = (p for p in opened(paper(Text("Kund: שלום עולם (Haifa)"))).paragraphs if "Kund" in p.text)
    assert [(run.text, run.font.rtl) for run in paragraph.runs] == [
        ("Kund: ", None), ("שלום עולם", True), (" (Haifa)", None),
    ]  # fmt: skip


def test_a_row_that_does_not_fit_its_columns_is_refused():
    with pytest.raises(ValueError, match="3 cells does not fit 2"):
        Grid(COLUMNS, [("a", "b", "c")])


@pytest.mark.parametrize("others", range(1, 8))
def test_widths_make_a_whole(others):
    assert sum(widths(40, others)) == 100
    assert len(widths(40, others)) == others + 1


def test_pdf_and_word_say_the_same():
    both = paper(
        Text(f"Det här sägs om {LONG}.", "lead"), Heading("Vad"), Facts([("Kund", LONG)], seal=True, codes=["Kund"]),
        Points([f"ett {LONG}", Wrong("fel")]), Grid(COLUMNS, [(LONG, Wrong("1"))], total=("Alla", "1")),
    )  # fmt: skip
    drawn = pdf.text_of(pdf.of_paper(both))
    for line in filter(None, says(opened(both)).split("\n")):
        assert pdf.says(drawn, line), line


def test_a_table_begins_below_its_heading_though_it_does_not_end_there():
    grid = Grid(COLUMNS, [(f"tabell_{number}", "1") for number in range(60)])
    drawn = pdf.of_paper(paper(*[Text("x")] * 20, Heading("Tabeller"), grid))
    first = pypdf.PdfReader(io.BytesIO(drawn)).pages[0].extract_text()
    assert "Tabeller" in first
    assert "tabell_3" in first
    assert "tabell_59" not in first


def test_a_heading_never_stands_alone_at_the_end_of_a_page():
    for lines in range(42, 50):
        drawn = pdf.of_paper(paper(*[Text("x")] * lines, Heading("Tabeller"), Grid(COLUMNS, [("users", "1")] * 9)))
        pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawn)).pages]
        (headed,) = (page for page in pages if "Tabeller" in page)
        assert "users" in headed, f"after {lines} lines"


@pytest.mark.requires("soffice", "writer")
def test_libreoffice_opens_it_and_reads_every_word(tmp_path, program):
    grid = Grid(COLUMNS, [(f"tabell_{number}", str(number)) for number in range(80)])
    both = paper(Text("שלום Åäö"), Heading("Tabeller"), grid, Facts([("Kund", LONG)]))
    (tmp_path / "one.docx").write_bytes(word.render(both))
    done = subprocess.run(
        [program("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "one.docx")],
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = pdf.text_of((tmp_path / "one.pdf").read_bytes())
    for wanted in ("tabell_79", "Tabeller", "Sida 1 av 2", LONG):
        assert pdf.says(text, wanted), wanted
