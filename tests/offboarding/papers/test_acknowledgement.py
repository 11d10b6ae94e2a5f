"""The acknowledgement of a notice says what the letters say, in either language, to those who may see the notice."""

from __future__ import annotations

import pytest

from offboarding import notices, pdf
from offboarding.models import Letter, TerminationNotice
from offboarding.notice_paper import acknowledgement
from offboarding.paper import Grid, Text
from tests.offboarding.case.conftest import ada, eva, hers, lea, november  # noqa: F401 – fixtures
from tests.offboarding.case.telling import given

BASE = "/admin/offboarding/terminationnotice"


def said(paper) -> str:
    return pdf.text_of(pdf.of_paper(paper))


@pytest.fixture
def notice(hers, ada):  # noqa: F811
    return given(hers, ada)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_an_open_notice_is_acknowledged_in_the_words_of_its_letter(notice, language):
    customer = notice.agreement.customer
    customer.contacts.update(language=language)
    Letter.objects.all().delete()
    from django.db import transaction

    from offboarding import letters

    with transaction.atomic():
        (letter, *_more) = letters.write(
            Letter.Occasion.ACKNOWLEDGEMENT, notice.agreement, key="again", context={"notice": notice}
        )
    told = [block.text for block in acknowledgement(notice, language).blocks if isinstance(block, Text)]
    written = " ".join(letter.text.split())
    assert len(told) == 3
    assert [text for text in told if " ".join(text.split()) not in written] == []


def test_it_says_who_what_and_when(notice):
    paper = acknowledgement(notice, "en")
    text = said(paper)
    for fact in ("Alice Academy", "A-1", notice.agreement.reference, "20 November 2026, 10:00", "e-mail", "Ada"):
        assert pdf.says(text, fact), fact
    assert paper.language == "en"
    assert notice.agreement.reference in paper.footer


def test_a_decided_notice_gives_the_dates_that_follow(notice, staff):
    notices.decide(notice, TerminationNotice.Decision.TIMELY, by=staff)
    notice.refresh_from_db()
    paper = acknowledgement(notice, "sv")
    (grid,) = (block for block in paper.blocks if isinstance(block, Grid))
    days = " ".join(row[1] for row in grid.rows)
    for day in ("1 december 2026", "31 december 2026", "31 mars 2027", "1 april 2027"):
        assert day in days
    assert pdf.says(said(paper), "godtagen")


def test_a_refused_notice_says_why_and_gives_no_dates(notice, staff):
    notices.decide(notice, TerminationNotice.Decision.REFUSED, by=staff, because="It is about another agreement.")
    notice.refresh_from_db()
    paper = acknowledgement(notice, "en")
    assert [block for block in paper.blocks if isinstance(block, Grid)] == []
    assert pdf.says(said(paper), "It is about another agreement.")


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_the_page_of_a_notice_offers_it_and_the_link_gives_it(notice, desk, language, kind, begins):
    address = f"{BASE}/{notice.pk}/paper/{language}.{kind}"
    assert address in desk.get(f"{BASE}/{notice.pk}/change/").content.decode()
    answer = desk.get(address)
    assert answer.content.startswith(begins)
    name = f"acknowledgement-{notice.agreement.reference}-{notice.pk}.{language}.{kind}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


@pytest.mark.parametrize("form", ["de.pdf", "en.html", "en.PDF", "EN.pdf"])
def test_there_are_no_other_forms(notice, desk, form):
    assert desk.get(f"{BASE}/{notice.pk}/paper/{form}").status_code == 404


def test_it_is_for_those_who_may_see_the_notice_and_post_does_nothing(notice, client, charlie, permit):
    address = f"{BASE}/{notice.pk}/paper/en.pdf"
    assert client.get(address).status_code == 302
    client.force_login(charlie)
    assert client.get(address).status_code == 403
    client.force_login(permit(charlie, "view_terminationnotice"))
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    assert client.get(f"{BASE}/999999/paper/en.pdf").status_code == 404
