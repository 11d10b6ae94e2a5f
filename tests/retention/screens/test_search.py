"""Certificates and exports in the header's search: by their keys, and by the name that the customer had."""

from __future__ import annotations

import pytest

from tests.retention.screens.cases import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(records):
    return records.certificate()


@pytest.mark.parametrize("key", ["number", "code", "sha256"])
def test_a_certificates_key_opens_it(desk, certificate, key):
    value = getattr(certificate, key)
    for typed in {value, value.lower(), f" {value} ", value if key != "code" else value.replace("-", "")}:
        assert desk.get("/admin/search/", {"q": typed}).url == page_of(certificate)


def test_a_certificate_is_found_by_the_name_that_the_customer_had(desk, certificate):
    (found,) = [
        kind for kind in desk.get("/admin/search/", {"q": certificate.customer_name[:6]}).context["found"]
        if str(kind.kind) == "Certificates"
    ]  # fmt: skip
    assert [hit.title for hit in found.hits] == [certificate.number]


def test_who_may_not_look_at_certificates_finds_none(person, certificate):
    browser = person("view_agreement")
    assert browser.get("/admin/search/", {"q": certificate.number}).context["found"] == []


def test_an_export_is_opened_by_its_number(desk, alice, staff):
    from exports import jobs

    job = jobs.request_export(alice, by=staff)
    assert desk.get("/admin/search/", {"q": f"#{job.pk}"}).url == f"/admin/exports/exportjob/{job.pk}/change/"
