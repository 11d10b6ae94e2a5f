"""The numbers of certificates have no gap and no double, whoever issues at once, rolls back, is killed or restores."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction

pytestmark = pytest.mark.usefixtures("undrawn")


class Stopped(Exception):
    """Something after the certificate goes wrong."""


def files():
    return sorted(storages["evidence"].listdir("certificates")[1])


def test_twenty_at_once_get_twenty_numbers(recorded, issued):
    from retention.models import Certificate, DeletionRun

    def one(_n):
        try:
            return issued(DeletionRun.objects.get(pk=recorded.pk)).sequence
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        numbers = list(threads.map(one, range(20)))
    assert sorted(numbers) == list(range(1, 21))
    assert sorted(Certificate.objects.values_list("sequence", flat=True)) == list(range(1, 21))
    assert len(set(Certificate.objects.values_list("code", flat=True))) == 20


def test_a_rollback_leaves_no_gap_and_nothing_that_counts(recorded, issued):
    from retention import certificates
    from retention.models import Certificate

    with pytest.raises(Stopped), transaction.atomic():
        lost = certificates.issue(recorded)
        raise Stopped
    assert [name for name in files() if lost.sha256[:12] in name and name.endswith(".sig")] == []
    assert issued(recorded).number == lost.number == "C-000001"
    assert Certificate.objects.count() == 1


def test_a_kill_between_files_and_commit_leaves_the_next_one_clean(recorded, issued, monkeypatch):
    from retention import certificates

    with monkeypatch.context() as patch, pytest.raises(Stopped), transaction.atomic():
        patch.setattr(certificates, "_record", lambda *_: (_ for _ in ()).throw(Stopped))
        certificates.issue(recorded)
    left = set(files())
    certificate = issued(recorded)
    assert certificate.number == "C-000001"
    assert set(files()) > left
    assert [name for name in files() if name.endswith(".sig")] == [
        f"{one.number}-{one.sha256[:12]}.sig" for one in type(certificate).objects.order_by("sequence")
    ]


def test_a_kill_between_commit_and_signature_is_made_good_by_the_next(recorded, issued):
    certificate = issued(recorded)
    name = f"certificates/C-000001-{certificate.sha256[:12]}.sig"
    storages["evidence"].delete(name)
    issued(recorded)
    assert storages["evidence"].open(name).read().decode() == certificate.signature


def test_a_restored_database_gets_its_certificates_back_before_a_number_is_given_again(recorded, issued):
    from retention.models import Certificate

    issued(recorded)
    lost = issued(recorded)
    kept = {field.name: getattr(lost, field.name) for field in Certificate._meta.fields if field.name != "id"}
    Certificate.objects.filter(pk=lost.pk).delete()
    assert issued(recorded).number == "C-000003"
    back = Certificate.objects.get(sequence=2)
    assert {name: getattr(back, name) for name in kept} == kept


def test_a_number_that_two_signed_files_have_stops_everything(recorded, issued):
    storage, certificate = storages["evidence"], issued(recorded)
    for ending in (".json", ".sig"):
        body = storage.open(f"certificates/C-000001-{certificate.sha256[:12]}{ending}").read()
        storage.save(f"certificates/C-000001-{'0' * 12}{ending}", ContentFile(body))
    with pytest.raises(ValidationError, match="number of another"):
        issued(recorded)


def test_a_planted_file_stops_everything_rather_than_being_believed(recorded, issued):
    storage = storages["evidence"]
    storage.save(f"certificates/C-000009-{'0' * 12}.json", ContentFile(json.dumps({"number": "C-000009"}).encode()))
    storage.save(f"certificates/C-000009-{'0' * 12}.sig", ContentFile(b"{}"))
    with pytest.raises(ValidationError, match="no certificate of ours"):
        issued(recorded)


def test_nothing_is_written_over(recorded, issued):
    issued(recorded)
    before = {name: storages["evidence"].open(f"certificates/{name}").read() for name in files()}
    issued(recorded)
    assert {name: storages["evidence"].open(f"certificates/{name}").read() for name in before} == before


def test_codes_are_hard_to_guess_and_easy_to_type():
    import re

    from retention.certificates import new_code

    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
