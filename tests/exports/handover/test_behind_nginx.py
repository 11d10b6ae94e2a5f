"""Downloads through a real nginx: it sends the files, the application says each time who may have them."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.storage import storages
from django.db import connection

from exports import delivery
from offboarding.models import JournalEntry
from tests.exports.handover.nginx import nginx
from tests.exports.handover.packages import CONTENT
from tests.exports.handover.serving import curl, served
from tests.offboarding.portal.visiting import account_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requires("nginx")]
WHOLE = CONTENT[1]
TAG = f'"{hashlib.sha256(WHOLE).hexdigest()}"'


@pytest.fixture(scope="module")
def site(postgres, django_db_setup, tmp_path_factory, program):
    folder = tmp_path_factory.mktemp("nginx")
    url = postgres.url(connection.settings_dict["NAME"])
    with (
        served(url, folder, DOWNLOAD_ACCEL_LOCATION="/packages/") as running,
        nginx(program("nginx"), running.address, storages["exports"].location, folder) as address,
    ):
        yield address


@pytest.fixture
def fetch(client, site, tmp_path, agreement, eva, package):
    """``fetch({"Range": "bytes=5-"})`` → status, headers and body of the large volume, as Eva."""
    job = package()
    get_name = f"alice-export-{job.pk}-002.zip"
    address = f"{site}/leaving/{agreement.reference}/exports/{job.pk}/files/{get_name}"

    def get(asked=None, *, who=eva, options=()):
        client.force_login(account_of(who))
        told = [part for name, value in (asked or {}).items() for part in ("--header", f"{name}: {value}")]
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        where = ("-D", "head", "-o", "body")
        (tmp_path / "body").write_bytes(b"")
        curl("--cookie", cookie, *where, *told, *options, address, folder=tmp_path)
        first, *lines = (tmp_path / "head").read_text().splitlines()
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        return int(first.split()[1]), headers, (tmp_path / "body").read_bytes()

    get.name, get.stored = get_name, job.volumes.get(number=2).name
    return get


def noted():
    return [entry.facts["start"] for entry in JournalEntry.objects.filter(event="export.downloaded").order_by("seq")]


def test_nginx_sends_the_whole_file_under_its_name_and_digest(fetch):
    status, headers, body = fetch()
    assert (status, body, headers["ETag"], headers["Accept-Ranges"]) == (200, WHOLE, TAG, "bytes")
    assert headers["Content-Disposition"].endswith(f'filename="{fetch.name}"')
    assert "Last-Modified" in headers, "the application's own answers have none: nginx read the file"
    assert noted() == [0]


@pytest.mark.parametrize("held", [{}, {"If-Range": TAG}])
def test_a_part_goes_on_where_the_transfer_broke(fetch, held):
    status, headers, body = fetch({"Range": "bytes=1000000-", **held})
    assert (status, body, headers["ETag"]) == (206, WHOLE[1_000_000:], TAG)
    assert headers["Content-Range"] == f"bytes 1000000-{len(WHOLE) - 1}/{len(WHOLE)}"
    assert noted() == [1_000_000]


@pytest.mark.parametrize("held", ['"another"', "Sat, 21 Nov 2026 10:00:00 GMT"])
def test_a_part_of_another_file_gets_the_whole_one(fetch, held):
    status, _headers, body = fetch({"Range": "bytes=5-", "If-Range": held})
    assert (status, body, noted()) == (200, WHOLE, [0])


def test_what_gives_nothing_away_is_no_download(fetch):
    status, headers, _body = fetch(options=["--head"])
    assert (status, headers["Content-Length"], headers["ETag"]) == (200, str(len(WHOLE)), TAG)
    status, headers, body = fetch({"Range": f"bytes={len(WHOLE)}-"})
    assert (status, headers["Content-Range"], body) == (416, f"bytes */{len(WHOLE)}", b"")
    status, _headers, body = fetch({"If-None-Match": TAG})
    assert (status, body) == (304, b"")
    delivery.remove([fetch.stored])
    assert fetch()[0] == 503
    assert noted() == []


def test_strangers_and_who_knows_the_place_get_nothing(fetch, bo, site, tmp_path):
    status, headers, body = fetch(who=bo)
    assert status == 404 and "ETag" not in headers and WHOLE[:64] not in body
    code = curl("--write-out", "%{http_code}", "-o", "x", f"{site}/packages/{fetch.stored}", folder=tmp_path).stdout
    assert code == "404"
    assert noted() == []
