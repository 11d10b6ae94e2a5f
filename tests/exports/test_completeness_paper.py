"""The completeness statement as PDF and Word: the figures and words of the page in the package."""

from __future__ import annotations

import io
import re

import docx
import pytest
from lxml import html

from exports import completeness_paper, cover
from exports.manifest import problems
from offboarding import pdf, word
from offboarding.paper import Grid, Wrong
from tests.exports.shown import State, job_in, page_of, statement
from tests.exports.test_cover import BAD, GOOD


def drawn(made) -> str:
    return pdf.text_of(pdf.of_paper(made))


@pytest.mark.parametrize("said", [GOOD, BAD], ids=["complete", "incomplete"])
def test_whatever_the_page_in_the_package_says_the_paper_says(said):
    page = html.fromstring(cover.page(said)).find(".//main")
    text = drawn(completeness_paper.paper(said, said.language))
    for one in page.itertext():
        if one.strip(" ()\n"):
            assert pdf.says(text, one.strip(" ()\n")), one


@pytest.mark.parametrize(("language", "verdict"), [("en", "Complete."), ("sv", "Komplett.")])
def test_it_can_be_had_in_the_other_language_than_the_package_is_in(language, verdict):
    made = completeness_paper.paper(GOOD, language)
    assert made.language == language
    assert pdf.says(drawn(made), verdict)


def test_what_is_missing_is_named_first_and_what_differs_is_red():
    made = completeness_paper.paper(BAD, "en")
    text = drawn(made)
    for problem in problems(BAD):
        assert pdf.says(text, problem.text("en"))
    marked = [cell for block in made.blocks if isinstance(block, Grid) for row in block.rows for cell in row]
    (wrong,) = (cell.text for cell in marked if isinstance(cell, Wrong))
    assert wrong == "1\u202f054 (1\u202f055 written)"


def test_pdf_and_word_have_the_same_figures():
    made = completeness_paper.paper(BAD, "sv")
    tables = docx.Document(io.BytesIO(word.render(made))).tables
    cells = [cell.text for table in tables for row in table.rows for cell in row.cells]
    text = drawn(made)
    assert [one for one in cells if one and not pdf.says(text, one)] == []
    assert any(re.search("18.234", one) for one in cells)


def test_the_page_of_an_export_offers_it_once_it_has_a_statement(desk, alice, bob, staff):
    done, waits = job_in(State.COMPLETE, alice, staff, statement=statement()), job_in(State.QUEUED, bob, staff)
    address = "/admin/exports/exportjob/{}/paper/sv.docx"
    assert address.format(done.pk) in desk.get(page_of(done)).content.decode()
    assert address.format(waits.pk) not in desk.get(page_of(waits)).content.decode()
    answer = desk.get(address.format(done.pk))
    assert answer.status_code == 200
    assert f"completeness-{done.pk}.sv.docx" in answer["Content-Disposition"]
    assert desk.get(address.format(waits.pk)).status_code == 404


def test_it_is_for_those_who_may_look_at_exports(client, charlie, permit, alice, staff):
    done = job_in(State.COMPLETE, alice, staff, statement=statement())
    address = f"/admin/exports/exportjob/{done.pk}/paper/en.pdf"
    client.force_login(charlie)
    assert client.get(address).status_code == 403
    client.force_login(permit(charlie, "view_exportjob"))
    assert client.get(address).content.startswith(b"%PDF")
