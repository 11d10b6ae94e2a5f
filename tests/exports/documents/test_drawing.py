"""PDFs: the same from a form made ready as the plain way, readable back, closed to files and addresses."""

from __future__ import annotations

import io

import pypdf
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from exports.documents import pdf_text, templates
from exports.documents.drawing import Press, _plainly
from exports.documents.making import House, Maker
from exports.documents.markup import Markup, letters
from offboarding.pdf import PdfError, drawable

HOUSE = House("Norrskär Akademi AB", "The vendor", "2026-11-22", "en")


def facts(name: str = "Åsa Öberg", title: str = "Fire safety", number: str = "0042") -> dict:
    return {
        "title": f"Certificate {number}",
        "row": {"number": number, "issued_on": "2026-07-01", "valid_until": "", "version_number": "3"},
        "holder": {"full_name": name},
        "course": {"title": title, "code": "FS-1"},
        "customer": HOUSE.customer,
        "vendor": HOUSE.vendor,
        "made": HOUSE.made,
    }


def page(**more: str) -> str:
    return templates.page("certificate.html", facts(**more), "en")


@pytest.fixture(scope="module")
def press() -> Press:
    found = Press()
    found.pdf(page())
    return found


def read(pdf: bytes) -> str:
    """By a general reader."""
    return "\n".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    "name",
    [
        "Bo Ek",
        "Ελένη Παπαδοπούλου",
        "Фёдор Смирнов",
        "A" * 60,
        " ".join(["Karl-Gustaf Emanuel von der Lancken"] * 4),
        'Quillham & O\'Dare "Skills" Ltd',
    ],
)
def test_a_page_from_a_form_made_ready_has_the_very_bytes_of_the_plain_way(press, name):
    before = press.reused
    pdf, named = press.pdf(page(name=name, title=name[::-1]))
    assert press.reused == before + 1
    assert pdf == _plainly(Markup(page(name=name, title=name[::-1]), drawable))
    assert named == ""
    assert letters(name) in letters(read(pdf))


@pytest.mark.parametrize(
    "name", ["محمد عبد الله الفارسي", "שלום עולם", "Vie\u0302\u0323t", "x\u0304y", "a\u00a0b", "Åsa محمد Öberg"]
)
def test_a_name_that_needs_more_than_letters_one_after_the_other_takes_the_plain_way_and_is_not_lost(press, name):
    before = press.reused
    pdf, named = press.pdf(page(name=name))
    assert press.reused in (before, before + 1)
    assert named == ""
    assert "\u25a0" not in read(pdf)
    fonts = {font for one in pypdf.PdfReader(io.BytesIO(pdf)).pages for font in one["/Resources"]["/Font"]}
    assert all("+" in font for font in fonts - {"/F1"}), "only embedded fonts"


def test_what_no_font_draws_is_named_and_told(press):
    pdf, named = press.pdf(page(name="李 明 🎓", title="bell \x07"))
    assert "[U+674E] [U+660E] [U+1F393]" in read(pdf)
    assert "[U+0007]" in read(pdf)
    assert set(named) == set("李明🎓\x07")


@trials(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_text_at_all_gives_a_document_that_says_it_or_its_numbers(press, text):
    pdf, _named = press.pdf(page(name=f"x{text}x"))
    ours = "".join(pdf_text.pages(pdf))
    assert "\u25a0" not in ours
    assert "Zq" not in ours or "Zq" in text


@pytest.mark.parametrize(
    "reach",
    ['<img src="/etc/passwd">', '<img src="file:///etc/hostname">', '<img src="http://127.0.0.1:9/x.png">',
     '<link rel="stylesheet" href="/etc/passwd">',
     '<style>@font-face { font-family: X; src: url("/etc/passwd"); }</style>'],
)  # fmt: skip
def test_a_template_reaches_no_file_and_no_address(reach, tmp_path, settings):
    settings.DOCUMENT_TEMPLATES = str(tmp_path)
    templates.engine.cache_clear()
    (tmp_path / "reaching.html").write_text(f"<html><head></head><body><p>{{{{ title }}}}</p>{reach}</body></html>")
    (made,) = Maker().make("reaching.html", facts(), ["pdf"], HOUSE)
    templates.engine.cache_clear()
    assert made.data == b""
    assert "nothing but their own fonts" in made.problem


def test_data_is_never_markup(press):
    evil = '<img src="/etc/passwd"><pdf:nextpage><script>x</script>'
    pdf, _named = press.pdf(page(name=evil))
    assert letters(evil) in letters(read(pdf))
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1


def test_a_name_that_a_template_asks_for_in_vain_is_a_problem_and_not_an_empty_place(tmp_path, settings):
    settings.DOCUMENT_TEMPLATES = str(tmp_path)
    templates.engine.cache_clear()
    (tmp_path / "asking.html").write_text("<p>{{ row.nmuber }}</p>")
    found = Maker().make("asking.html", facts(), ["pdf", "docx"], HOUSE)
    templates.engine.cache_clear()
    assert [made.problem for made in found] == [
        "asking.html: the template asks for row.nmuber, which this document does not have"
    ] * 2


def test_a_text_that_got_lost_on_paper_is_noticed(press, monkeypatch):
    monkeypatch.setattr("exports.documents.drawing._pages", lambda pdf: [read(pdf).replace("Öberg", "Berg")])
    with pytest.raises(PdfError, match="Missing first: “Åsa Öberg”"):
        press.pdf(page())


def test_our_own_reader_says_what_a_general_one_says(press):
    for name in ("Åsa (Öberg) \\ [x]", "Фёдор", "e\u0301 ő"):
        pdf, _named = press.pdf(page(name=name))
        assert sorted(letters("".join(pdf_text.pages(pdf)))) == sorted(letters(read(pdf)))


def test_the_frame_and_the_seal_are_drawn_and_no_pictures_of_dots(press):
    pdf, _named = press.pdf(page())
    resources = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]
    assert "/Image" not in str(resources.get("/XObject", ""))
