"""A contact may have the acknowledgement of its customer's notices on paper, and of nobody else's."""

from __future__ import annotations

import pytest

from offboarding import pdf
from tests.offboarding.case.telling import given


@pytest.fixture
def notice(hers, ada):
    return given(hers, ada)


@pytest.mark.parametrize(("form", "begins"), [("en.pdf", b"%PDF"), ("sv.docx", b"PK")])
def test_the_acknowledgement_is_linked_and_comes_in_either_language(notice, ada, enter, page, form, begins):
    browser, address = enter(ada), page(f"notice/{notice.pk}/paper/{form}")
    assert address in browser.get(page()).content.decode()
    answer = browser.get(address)
    assert answer.content.startswith(begins)
    assert answer["Content-Language"] == form[:2]
    assert "no-store" in answer["Cache-Control"]


def test_it_says_what_the_customer_was_told(notice, ada, enter, page):
    text = pdf.text_of(enter(ada).get(page(f"notice/{notice.pk}/paper/sv.pdf")).content)
    assert pdf.says(text, "Vi har tagit emot er uppsägning")


def test_somebody_elses_notice_is_not_found(notice, bo, his, enter, page):
    browser = enter(bo)
    assert browser.get(page(f"notice/{notice.pk}/paper/en.pdf")).status_code == 404
    assert browser.get(f"/leaving/{his.reference}/notice/{notice.pk}/paper/en.pdf").status_code == 404


@pytest.mark.parametrize("form", ["en.html", "de.pdf", "en."])
def test_there_are_no_other_forms(notice, ada, enter, page, form):
    assert enter(ada).get(page(f"notice/{notice.pk}/paper/{form}")).status_code == 404


def test_who_is_not_signed_in_is_asked_to(notice, client, page):
    assert client.get(page(f"notice/{notice.pk}/paper/en.pdf"))["Location"].startswith("/leaving/sign-in/")
