"""A contact finds the documents of its case on the self-service page, and nobody else's."""

from __future__ import annotations

import json

import pytest

from offboarding.models import Agreement, Contact, JournalEntry
from offboarding.signing import Signature, known_key_ids, verify
from retention.models import Certificate
from tests.offboarding.portal.visiting import account_of, text_of
from tests.retention.evidence.conftest import body_of, english, evidence, issued, recorded  # noqa: F401
from tests.retention.evidence.records import KEEPING, KEPT, TABLES, erased_run
from tests.retention.evidence.test_documents import hold
from tests.retention.runs.conftest import people  # noqa: F401 – fixture

EVENT = "certificate.fetched"


@pytest.fixture
def ada(recorded):  # noqa: F811
    return Contact.objects.create(customer=recorded.customer, name="Ada", email="ada@7.example", language="en")


@pytest.fixture
def certificate(recorded, issued):  # noqa: F811
    return issued(recorded)


@pytest.fixture
def visit(client, ada):
    """``visit("certificates/1/en/")``: what Ada gets below her agreement's page."""
    client.force_login(account_of(ada))
    reference = Agreement.objects.get(customer=ada.customer).reference
    return lambda rest="": client.get(f"/leaving/{reference}/{rest}")


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def fetched() -> list[dict]:
    return [entry.facts for entry in JournalEntry.objects.filter(event=EVENT).order_by("seq")]


def test_the_page_lists_the_certificate_what_remains_and_where_it_is_checked(certificate, visit):
    answer = visit()
    page, text = answer.content.decode(), text_of(answer)
    for kind in ("en", "sv", "json", "sig"):
        assert f"/certificates/{certificate.sequence}/{kind}/" in page
    for language in ("en", "sv"):
        assert f"/certificates/{certificate.sequence}/copy/{language}.docx" in page
    for said in ("Certificate of deletion", certificate.number, certificate.code, "What remains, why and until when"):
        assert said in text
    for one in json.loads(certificate.content)["remains"]:
        assert one["store"] in text
    assert json.loads(certificate.content)["verify"] in page
    assert "Only the newest" not in text


def test_the_originals_come_byte_for_byte_and_the_signature_fits(certificate, visit):
    for kind in ("en", "sv", "json"):
        answer = visit(f"certificates/{certificate.sequence}/{kind}/")
        assert body(answer) == body_of(certificate.documents[kind])
        assert "attachment" in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
    signature = Signature.from_json(body(visit(f"certificates/{certificate.sequence}/sig/")))
    verify(body_of(certificate.documents["json"]), signature, known_key_ids()[0])


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_copy_in_word_is_there_too(certificate, visit, language):
    answer = visit(f"certificates/{certificate.sequence}/copy/{language}.docx")
    assert body(answer).startswith(b"PK")
    assert f"{certificate.number}.{language}.docx" in answer["Content-Disposition"]


def test_the_first_fetch_of_each_person_is_written_down_without_a_name(certificate, visit, ada):
    for kind in ("en/", "en/", "json/", "copy/sv.docx"):
        visit(f"certificates/{certificate.sequence}/{kind}")
    assert fetched() == [{"certificate": certificate.pk, "number": certificate.number, "kind": "en"}]
    entry = JournalEntry.objects.get(event=EVENT)
    assert entry.actor == f"contact:{ada.pk}"
    assert f"Ada Certificate {certificate.number} was fetched." in text_of(visit())


def test_asking_without_taking_is_not_written_down(certificate, visit, client, ada):
    reference = Agreement.objects.get(customer=ada.customer).reference
    client.force_login(account_of(ada))
    assert client.head(f"/leaving/{reference}/certificates/{certificate.sequence}/en/").status_code == 200
    assert client.post(f"/leaving/{reference}/certificates/{certificate.sequence}/en/").status_code == 405
    assert fetched() == []


@pytest.mark.parametrize("rest", ["en/", "json/", "sig/", "copy/en.docx"])
def test_a_stranger_the_staff_and_who_is_not_signed_in_get_nothing(certificate, client, ada, bob, staff, rest):
    reference = Agreement.objects.get(customer=ada.customer).reference
    address = f"/leaving/{reference}/certificates/{certificate.sequence}/{rest}"
    assert client.get(address).status_code == 302
    bo = Contact.objects.create(customer=bob, name="Bo", email="bo@8.example")
    client.force_login(account_of(bo))
    assert client.get(address).status_code == 404
    theirs = Agreement.objects.create(
        customer=bob, number="B-1", term_start="2026-01-01", term_end="2026-12-31"
    ).reference
    assert client.get(f"/leaving/{theirs}/certificates/{certificate.sequence}/{rest}").status_code == 404
    client.force_login(staff)
    assert client.get(address).status_code == 404
    assert fetched() == []


def test_a_contact_that_may_not_see_any_more_gets_nothing(certificate, visit, ada):
    assert visit(f"certificates/{certificate.sequence}/en/").status_code == 200
    Contact.objects.filter(pk=ada.pk).update(may_see=False)
    assert visit(f"certificates/{certificate.sequence}/en/").status_code == 404


@pytest.mark.parametrize("rest", ["de/", "pdf/", "txt/", "copy/de.docx", "copy/en.pdf", "..%2Fen/"])
def test_there_are_no_other_documents(certificate, visit, rest):
    assert visit(f"certificates/{certificate.sequence}/{rest}").status_code == 404


def test_a_document_that_the_storage_lost_is_not_found_and_not_written_down(certificate, visit, evidence):  # noqa: F811
    evidence.delete(certificate.documents["en"]["name"])
    assert visit(f"certificates/{certificate.sequence}/en/").status_code == 404
    assert fetched() == []


def test_a_supplement_stands_beside_what_it_adds_to(recorded, issued, visit, undrawn, people):  # noqa: F811
    first = issued(recorded)
    done = {"attested_at": recorded.live_erased_at, "attested_by": people[0]}
    recorded.attestations.update(statement="Gone.", **done)
    second = issued(recorded, "copies_gone")
    answer = visit()
    assert answer.status_code == 200, answer.headers
    text = text_of(answer)
    assert first.number in text
    assert f"It adds to certificate {first.number}" in text
    assert second.number in text


def test_a_hold_that_nobody_may_know_of_is_not_told(transactional_db, evidence, people, issued, undrawn, client):  # noqa: F811
    from offboarding.models import Customer

    alice = Customer.objects.create(tenant_key="7", name="Alice Academy", language="en")
    run = erased_run(alice, people, tables=(*TABLES, *KEEPING), kept=KEPT)
    hold(alice, people, told=False)
    issued(run)
    ada = Contact.objects.create(customer=alice, name="Ada", email="ada@7.example", language="en")
    client.force_login(account_of(ada))
    text = text_of(client.get(f"/leaving/{run.agreement.reference}/"))
    assert "the law requires us to keep it" in text.lower() or "law requires" in text
    assert "court" not in text
    assert "legal hold" not in text


def test_before_the_certificate_is_issued_the_page_says_that_it_will_come(recorded, visit):  # noqa: F811
    assert "The signed certificate comes here as soon as it is issued." in text_of(visit())


def test_once_it_is_issued_the_certificate_comes_first(certificate, visit):
    assert text_of(visit()).index(certificate.code) < text_of(visit()).index("What happens next, and when")


def test_what_is_too_old_for_the_page_is_said_and_the_newest_stays(recorded, issued, visit, monkeypatch):  # noqa: F811
    monkeypatch.setattr("retention.portal_papers.MOST", 1)
    issued(recorded)
    newest = Certificate.objects.get()
    newest.pk, newest.sequence, newest.code, newest.sha256 = None, newest.sequence + 1, "later", "1" * 64
    newest.save()
    text = text_of(visit())
    assert "Only the newest 1 of each kind are shown here." in text
    assert newest.number in text
