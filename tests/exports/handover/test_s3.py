"""Packages on S3: the browser is sent there with an address for this one file, which ends after a minute."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from exports import serving
from offboarding.configuration import Environment
from offboarding.models import JournalEntry, Letter
from tests import parts
from tests.exports.handover.packages import CONTENT
from tests.exports.handover.serving import curl
from tests.offboarding.portal.visiting import account_of
from tests.servers.ceph import Ceph


@pytest.fixture(scope="module")
def ceph():
    """A real gateway, which checks signatures and their time."""
    gateway = Ceph(parts.need("radosgw"))
    yield gateway
    gateway.close()


@pytest.fixture(params=["s3", pytest.param("ceph", marks=pytest.mark.slow)])
def bucket(request, settings):
    """A bucket as the ``exports`` storage, moto's and the gateway's."""
    server = request.getfixturevalue(request.param)
    storage = Environment(Path())._storage(server.storage_url(server.make_bucket()))
    settings.STORAGES = settings.STORAGES | {"exports": storage}


@pytest.fixture
def sent_to(client, bucket, agreement, package, eva):
    """``sent_to(Range=…)``: where Eva's request for the second volume is sent."""
    job = package()
    client.force_login(account_of(eva))
    name = f"alice-export-{job.pk}-002.zip"
    address = f"/leaving/{agreement.reference}/exports/{job.pk}/files/{name}"

    def ask(method="get", **headers):
        return getattr(client, method)(address, headers=headers)

    ask.job, ask.name = job, name
    return ask


def fetched(address, **headers):
    with urlopen(Request(address, headers=headers)) as answer:
        return answer.status, answer.headers, answer.read()


def test_the_address_is_made_for_one_click_and_gives_the_file_under_its_name(sent_to, client):
    got = sent_to()
    assert (got.status_code, got["Cache-Control"], got["Referrer-Policy"]) == (302, "private, no-store", "no-referrer")
    assert int(parse_qs(urlsplit(got.url).query)["X-Amz-Expires"][0]) <= 120
    status, told, body = fetched(got.url)
    assert (status, body) == (200, CONTENT[1])
    assert told["Content-Disposition"] == f'attachment; filename="{sent_to.name}"'
    assert JournalEntry.objects.get(event="export.downloaded").facts["start"] == 0
    page = client.get(f"/leaving/{sent_to.job.customer.agreements.get().reference}/").content.decode()
    assert "X-Amz" not in page and not Letter.objects.filter(text__contains="X-Amz").exists()


def test_a_transfer_goes_on_with_a_new_address(sent_to, tmp_path):
    (tmp_path / "x").write_bytes(CONTENT[1][:1000])
    got = sent_to(Range="bytes=1000-")
    curl("--fail", "-C", "-", "-o", "x", got.url, folder=tmp_path)
    assert (tmp_path / "x").read_bytes() == CONTENT[1]
    assert JournalEntry.objects.get(event="export.downloaded").facts["start"] == 1000


@pytest.mark.slow
@pytest.mark.parametrize("bucket", ["ceph"], indirect=True)  # moto checks no signatures
def test_the_address_is_for_this_file_alone_and_ends(sent_to, monkeypatch):
    monkeypatch.setattr(serving, "LINK_SECONDS", 2)
    address = sent_to().url
    assert fetched(address)[0] == 200
    with pytest.raises(HTTPError) as refused:
        fetched(address.replace("-002.zip", "-001.zip", 1))
    assert refused.value.code == 403
    time.sleep(4)
    with pytest.raises(HTTPError) as refused:
        fetched(address)
    assert refused.value.code == 403


def test_head_is_answered_here_without_the_tag_that_s3_would_not_know(sent_to):
    got = sent_to("head")
    assert (got.status_code, got["Content-Length"]) == (200, str(len(CONTENT[1])))
    assert "ETag" not in got
    assert not JournalEntry.objects.filter(event="export.downloaded").exists()


def test_who_may_not_fetch_is_sent_nowhere(sent_to, client, lea, bo):
    for contact, status in ((lea, 403), (bo, 404)):
        client.force_login(account_of(contact))
        assert sent_to().status_code == status
