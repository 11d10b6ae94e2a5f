"""Copies that we cannot reach: somebody attests by name that they are gone."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import storages
from django.utils import timezone

from offboarding.models import JournalEntry, Letter
from retention import attestations, finishing
from retention.models import Attestation

pytestmark = pytest.mark.django_db(transaction=True)

SCAN = ("Backup report 2027-05.PDF", b"%PDF-1.7 all gone")


@pytest.fixture
def erased(run):
    assert finishing.live_erased(run)
    return run


@pytest.fixture
def backups(erased):
    return erased.attestations.get(store="backups")


@pytest.fixture
def operator(charlie, permit):
    return permit(charlie, "attest_attestation")


def test_attesting_takes_a_permission(backups, charlie):
    with pytest.raises(PermissionDenied):
        attestations.attest(backups, by=charlie, statement="Gone.")


def test_a_statement_is_kept_with_its_evidence(backups, operator, erased_on):
    erased_on.move_to("2027-05-10T06:00:00Z")
    done = attestations.attest(backups, by=operator, statement=" The last backup was rotated out. ", evidence=SCAN)
    assert (done.attested_by, done.attested_at, done.statement) == (
        operator, timezone.now(), "The last backup was rotated out.",
    )  # fmt: skip
    assert done.evidence == f"attestations/{done.evidence_sha256[:2]}/{done.evidence_sha256}.pdf"
    with storages["evidence"].open(done.evidence) as file:
        assert file.read() == SCAN[1]
    told = JournalEntry.objects.get(event="attestation.done")
    assert (told.reason, told.facts["sha256"]) == (done.statement, done.evidence_sha256)


def test_copies_that_still_live_are_not_attested_away(backups, operator):
    with pytest.raises(ValidationError, match="10 May 2027") as refused:
        attestations.attest(backups, by=operator, statement="Gone.")
    assert refused.value.message_dict.keys() == {"early_because"}
    done = attestations.attest(
        backups, by=operator, statement="Gone.", early_because="We destroyed the tapes, see the protocol."
    )
    assert done.statement == "Gone.\n\nWe destroyed the tapes, see the protocol."


def test_nobody_attests_twice_or_without_a_word(erased, operator):
    newsletter = erased.attestations.get(store="newsletter")
    with pytest.raises(ValidationError, match="what was checked"):
        attestations.attest(newsletter, by=operator, statement="  ")
    attestations.attest(newsletter, by=operator, statement="Deleted in their console.")
    with pytest.raises(ValidationError, match="attested already"):
        attestations.attest(newsletter, by=operator, statement="Again.")


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"x" * (attestations.MOST_BYTES + 1), "too large")])
def test_a_file_that_is_no_evidence_is_refused(erased, operator, content, words):
    newsletter = erased.attestations.get(store="newsletter")
    with pytest.raises(ValidationError, match=words):
        attestations.attest(newsletter, by=operator, statement="Gone.", evidence=("a.txt", content))
    assert Attestation.objects.open().count() == 2


def test_evidence_that_was_changed_under_its_name_is_not_taken_for_it(backups, operator, erased_on):
    erased_on.move_to("2027-05-10T06:00:00Z")
    done = attestations.attest(backups, by=operator, statement="Gone.", evidence=SCAN)
    storages["evidence"].delete(done.evidence)
    from pathlib import Path

    Path(storages["evidence"].path(done.evidence)).write_bytes(b"forged")
    newsletter = Attestation.objects.get(store="newsletter")
    with pytest.raises(OSError, match="other bytes"):
        attestations.attest(newsletter, by=operator, statement="Gone.", evidence=SCAN)


def test_legal_is_asked_once_for_what_is_due(erased, settings):
    settings.LEGAL_ADDRESS = "legal@vendor.example"
    assert [letter.address for letter in attestations.remind(date(2027, 4, 5))] == ["legal@vendor.example"]
    assert attestations.remind(date(2027, 4, 5)) == []
    assert "newsletter" in Letter.objects.get(occasion="attestation").text
    assert attestations.remind(date(2027, 5, 9)) == []
    assert len(attestations.remind(date(2027, 6, 1))) == 1
    assert Letter.objects.filter(occasion="attestation").count() == 2


def test_a_run_that_was_reopened_waits_for_no_attestation(erased, backups, operator):
    type(erased).objects.update(state="reopened")
    assert attestations.remind(date(2027, 6, 1)) == []
    with pytest.raises(ValidationError, match="does not wait"):
        attestations.attest(backups, by=operator, statement="Gone.")
