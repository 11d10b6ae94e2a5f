"""A certificate is signed, drawn in both languages, and says what was done; nothing is issued that records do not bear
out, and what a certificate supplements it names."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from offboarding import pdf, signing
from offboarding.canonical import canonical
from tests.retention.evidence.conftest import body_of


def test_a_real_erasure_ends_with_a_certificate_that_counts_it(case, erased):
    from retention.models import Certificate

    certificate = Certificate.objects.get()
    content = json.loads(certificate.content)
    assert (content["plan"]["by"], content["approval"]["by"]) == ("pia", "ada")
    (database,) = [store for store in content["stores"] if store["kind"] == "table"]
    assert {one["name"]: one["gone"] for one in database["places"]} == {
        table: count for table, count in case.had.items() if table != "files"
    }
    assert {(one["left"], one["state"]) for one in database["places"]} == {(0, "done")}
    assert database["validation"] == "searched"
    assert [one["name"] for one in content["remains"] if one["what"] == "shared_rows"] == ["people"]
    assert [one["store"] for one in content["remains"] if one["what"] == "copy"] == ["backups"]
    letter = case.agreement.letters.get(occasion="deleted")
    assert letter.enclosure == certificate.documents["sv"]["name"]
    for part in (certificate.number, certificate.code, "/verify/"):
        assert part in letter.text


@pytest.fixture
def certificate(recorded, issued):
    return issued(recorded)


def test_it_is_signed_over_canonical_json(recorded, certificate):
    said = certificate.content.encode()
    content = json.loads(said)
    assert said == canonical(content)
    assert certificate.sha256 == hashlib.sha256(said).hexdigest()
    signature = signing.Signature.from_json(certificate.signature.encode())
    signing.verify(said, signature, signing.known_key_ids()[0])
    assert (content["number"], content["code"]) == (certificate.number, certificate.code)
    assert content["plan"]["sha256"] == recorded.plan.sha256 == certificate.plan_sha256
    assert content["customer"] == {"number": recorded.customer_id, "name": "Alice Academy", "tenant_key": "7"}
    assert {one["what"] for one in content["remains"]} >= {"freed_rows", "freed_files", "contacts", "evidence"}


def test_its_files_lie_outside_the_database_each_with_its_hash(certificate):
    assert set(certificate.documents) == {"json", "sv", "en"}
    for one in certificate.documents.values():
        body = body_of(one)
        assert (len(body), hashlib.sha256(body).hexdigest()) == (one["bytes"], one["sha256"])
        assert one["name"].startswith(f"certificates/C-000001-{certificate.sha256[:12]}")
    assert body_of(certificate.documents["json"]).decode() == certificate.content
    with storages["evidence"].open(f"certificates/C-000001-{certificate.sha256[:12]}.sig") as file:
        assert file.read().decode() == certificate.signature


@pytest.mark.parametrize(
    ("language", "phrases"),
    [("en", ("Certificate of deletion", "What remains, why and until when", "Logical deletion")), ("sv", ())],
)
def test_each_pdf_says_the_same_facts(certificate, language, phrases):
    text = pdf.text_of(body_of(certificate.documents[language]))
    for fact in ("C-000001", certificate.code, certificate.sha256, certificate.key_id, "Alice Academy", *phrases):
        assert pdf.says(text, fact)
    for cells in ("certificationUsers1 2001 20000", "learnerUsers18 25018 25000", "tenants/7/Courses4 3134 31300"):
        assert pdf.says(
            text, cells if language == "en" else cells.replace("Users", "Användare").replace("Courses", "Kurser")
        )


def test_a_certificate_belongs_into_the_transaction_of_what_it_certifies(recorded):
    from retention import certificates

    with pytest.raises(TransactionManagementError):
        certificates.issue(recorded)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"state": "running", "left": None, "verified_at": None}, "Not every step"),
        ({"state": "waiting", "left": None, "verified_at": None}, "Not every step"),
    ],
)
def test_no_certificate_before_every_step_is_done(recorded, wrong, words):
    from retention import certificates
    from retention.models import Certificate

    recorded.steps.filter(name="learner").update(**wrong)
    with pytest.raises(ValidationError, match=words), transaction.atomic():
        certificates.issue(recorded)
    assert Certificate.objects.count() == 0


@pytest.mark.parametrize("looked", [{"done_at": None, "passed": None}, {"passed": False}])
def test_no_certificate_before_somebody_has_looked_by_another_way(recorded, looked):
    from retention import certificates

    recorded.verifications.filter(after_days=0).update(**looked)
    with pytest.raises(ValidationError, match="looked independently"), transaction.atomic():
        certificates.issue(recorded)


def test_copies_are_not_called_gone_before_they_are_attested(recorded):
    from retention import certificates

    with pytest.raises(ValidationError, match="attested"), transaction.atomic():
        certificates.supplement(recorded, occasion="copies_gone")


def test_nothing_is_said_to_be_found_again_where_nothing_was(recorded):
    from retention import certificates

    with pytest.raises(ValidationError, match="found anything"), transaction.atomic():
        certificates.supplement(recorded, occasion="found_again")


def test_a_supplement_names_the_certificate_it_adds_to(recorded, certificate, issued, people):
    told = {"attested_by": people[0], "attested_at": timezone.now(), "statement": "The last tape was destroyed."}
    recorded.attestations.update(**told)
    supplement = issued(recorded, "copies_gone")
    content = json.loads(supplement.content)
    assert supplement.supplements == certificate
    assert content["supplements"] == {"number": "C-000001", "sha256": certificate.sha256}
    assert [(one["store"], one["by"], one["statement"]) for one in content["copies"]] == [
        ("backups", "pia", "The last tape was destroyed.")
    ]
    assert [one for one in content["remains"] if one["what"] == "copy"] == []
    assert pdf.says(pdf.text_of(body_of(supplement.documents["en"])), f"SHA-256 {certificate.sha256}")


def test_a_document_that_lost_a_count_is_not_issued(recorded, monkeypatch):
    from retention import certificates, documents
    from retention.models import Certificate

    shown = documents._store
    monkeypatch.setattr(documents, "_store", lambda store: {**shown(store), "pieces": []})
    with pytest.raises(pdf.PdfError, match="does not say"), transaction.atomic():
        certificates.issue(recorded)
    assert Certificate.objects.count() == 0


def test_the_document_drawn_anew_is_the_document_issued(certificate):
    from retention import documents

    for language in ("sv", "en"):
        assert documents.of_certificate(certificate, language) == body_of(certificate.documents[language])
