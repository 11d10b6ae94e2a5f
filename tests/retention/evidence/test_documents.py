"""What stands on paper: certificates that keep something, supplements that found something, and plans."""

from __future__ import annotations

import json
import re

import pytest

from offboarding import pdf
from tests.retention.evidence.conftest import body_of
from tests.retention.evidence.records import DUTY, KEEPING, KEPT, TABLES, erased_run, place

LOCKED = place(
    "tenants/7/exams/", 90, locked=4, kept=12, kept_parts={"files": ["tenants/7/exams/a.pdf"]},
    parts_kept_by=[{"why": "hold", "number": 2}],
)  # fmt: skip
NAMED = {**place("named:courses", 17, shared=5), "named": True}


@pytest.fixture
def keeping(transactional_db, evidence, people):
    """An erasure of which a hold and a duty kept some."""
    from offboarding.models import Customer

    alice = Customer.objects.create(tenant_key="7", name="Ålands Lärcentrum & Söner AB", language="sv")
    return erased_run(alice, people, tables=(*TABLES, *KEEPING), kept=KEPT, places=(LOCKED, NAMED))


def hold(customer, people, *, told: bool, number: int = 2):
    from datetime import date

    from django.utils import timezone

    from retention.models import LegalHold
    from retention.reach import Reach

    return LegalHold.objects.create(
        pk=number, customer=customer, ground="court", reference="T 1-27", requested_by="The court", because="Asked.",
        reach=Reach(everything=True).to_json(), review_on=date(2027, 9, 1), told=told, placed_by=people[0],
        placed_at=timezone.now(),
    )  # fmt: skip


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_what_remains_stands_there_with_why_and_until_when(keeping, issued, people):
    hold(keeping.customer, people, told=True)
    certificate = issued(keeping)
    text = flat(pdf.text_of(body_of(certificate.documents["en"])))
    for line in (
        f"Rows (340) – platform: invoice retention duty 5: {DUTY} to the end of Saturday 31 December 2033",
        "Rows (940) – platform: invoice_line rows of “invoice”, which is kept, refer to it to the end of Saturday 31 "
        "December 2033",
        "Rows (77) – platform: message legal hold 2: court proceedings until the hold is released",
        "Some of the files (12) – media: tenants/7/exams/ legal hold 2: court proceedings until the hold is released",
        "Files that the storage has locked (4) – media: tenants/7/exams/",
        "Files that other customers use too (5) – media: named by rows, elsewhere",
        "Rows that other customers use too (7) – platform: tag",
        "Thursday 6 May 2027, when it is to be attested",
    ):
        assert pdf.says(text, line), line
    assert "■" not in text
    assert pdf.says(text, "neither cleared, purged nor destroyed")


def test_a_hold_that_nobody_may_know_of_is_not_told(keeping, issued, people):
    hold(keeping.customer, people, told=False)
    certificate = issued(keeping)
    assert "court" not in certificate.content
    reasons = [one["why"] for one in json.loads(certificate.content)["remains"] if one["name"] == "message"]
    assert reasons == [[{"why": "law"}]]
    text = pdf.text_of(body_of(certificate.documents["en"]))
    assert pdf.says(text, "the law requires us to keep it")
    assert "court" not in text
    assert not pdf.says(text, "until the hold is released")


def test_a_supplement_says_what_was_found_again_and_by_whom_it_may_be(recorded, issued):
    issued(recorded)
    found = [
        {"store": "platform", "place": "learner.org", "why": "x", "count": 3, "examples": ["42"], "certain": True},
        {"store": "platform", "place": "log.text", "why": "x", "count": 1, "examples": [], "certain": False},
    ]
    recorded.verifications.update(passed=False, found=found)
    certificate = issued(recorded, "found_again")
    assert "42" not in certificate.content.replace(certificate.sha256, "").partition('"found"')[2].partition("]")[0]
    text = pdf.text_of(body_of(certificate.documents["en"]))
    for line in (
        "Supplement: data was found again",
        "Data found again (3) – platform: learner.org",
        "Data that may be somebody else’s (1) – platform: log.text",
        "A separate search found data again",
    ):
        assert pdf.says(text, line), line


def test_a_name_in_another_script_is_shown_and_still_certified(transactional_db, evidence, people, issued):
    from offboarding.models import Customer

    name = "學院 Εταιρεία <b>שלום</b> Å"
    run = erased_run(Customer.objects.create(tenant_key="7", name=name, language="en"), people)
    certificate = issued(run)
    assert json.loads(certificate.content)["customer"]["name"] == name
    text = pdf.text_of(body_of(certificate.documents["en"]))
    assert "[U+5B78][U+9662] Εταιρεία" in text


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_plan_on_paper_says_what_goes_and_what_stays(keeping, language):
    from retention import documents

    drawn = documents.plan_pdf(keeping.plan, language)
    text = flat(pdf.text_of(drawn))
    for fact in (keeping.plan.sha256, "Ålands Lärcentrum & Söner AB", "AVT-2026-17", "learner", "invoice", DUTY, "ada"):
        assert pdf.says(text, fact)
    assert pdf.says(text, "18 250") or pdf.says(text, "18,250")
    assert "■" not in text
    assert documents.plan_pdf(keeping.plan, language) == drawn


def test_a_plan_that_cannot_be_carried_out_says_why(keeping):
    from retention import documents

    plan = keeping.plan
    plan.content["databases"][0]["refusals"] = [{"code": "no_way", "facts": {"table": "audit"}}]
    plan.content["databases"][0]["refused"] = {"no_way": 1}
    text = pdf.text_of(documents.plan_pdf(plan, "en"))
    assert pdf.says(text, "It cannot be carried out as things stand")
    assert pdf.says(text, "audit holds rows of the tenant, but the map does not say which")


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_copy_to_read_says_that_it_is_none_and_where_the_original_is_checked(keeping, issued, language):
    import io

    import docx

    from offboarding import word
    from retention import documents

    certificate = issued(keeping)
    paper = documents.copy_of(certificate, language)
    document = docx.Document(io.BytesIO(word.render(paper)))
    first = next(one.text for one in document.paragraphs[1:] if one.text)
    for fact in ("Word", certificate.number, certificate.code, json.loads(certificate.content)["verify"]):
        assert fact in first
    original = pdf.text_of(body_of(certificate.documents[language]))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert [one for one in cells if one and not pdf.says(original, one)] == []


def test_a_plan_in_word_says_what_its_pdf_says(keeping):
    import io

    import docx

    from offboarding import word
    from retention import documents, plan_paper

    document = docx.Document(io.BytesIO(word.render(plan_paper.paper(keeping.plan, "sv"))))
    text = pdf.text_of(documents.plan_pdf(keeping.plan, "sv"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert len(cells) > 50
    assert [one for one in cells if one and not pdf.says(text, one)] == []


def test_a_run_whose_search_found_something_unsure_is_not_said_to_have_found_nothing(keeping):
    from retention.enforcing_runs import line_of

    assert line_of(keeping).said.endswith("the live data is erased, and nothing was found any more.")
    keeping.verifications.update(passed=None)
    assert line_of(keeping).said.endswith("the live data is erased.")
