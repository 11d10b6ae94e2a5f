"""Over real HTTP: gunicorn's plain workers on one side, curl and sha256sum on the other."""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.request import Request, urlopen

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from exports import delivery, jobs
from offboarding.models import JournalEntry
from tests.exports.handover.packages import CONTENT
from tests.exports.handover.serving import curl, served
from tests.offboarding.portal.visiting import account_of

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = bytes(range(256)) * 4 * 6000  # 6 MB


@pytest.fixture(scope="module")
def site(postgres, django_db_setup, tmp_path_factory):
    with served(postgres.url(connection.settings_dict["NAME"]), tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "downloads"
    made.mkdir()
    return made


@pytest.fixture
def cookie(client, eva):
    client.force_login(account_of(eva))
    return f"sessionid={client.cookies['sessionid'].value}"


def command_of(client, agreement, job, site):
    """The one line that the page shows, with the address of the running application."""
    page = client.post(f"/leaving/{agreement.reference}/exports/{job.pk}/key/")
    line = unescape(re.search(r"<pre[^>]*>(curl.*?)</pre>", page.content.decode(), re.S)[1])
    return line.replace("http://localhost:8000", site.address)


def run(line, folder):
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True)


def notes():
    return list(JournalEntry.objects.filter(event="export.downloaded").order_by("seq"))


def test_a_transfer_that_breaks_goes_on_where_it_stopped(site, folder, cookie, agreement, package):
    job = package(content=(CONTENT[0], LARGE))
    name = f"alice-export-{job.pk}-002.zip"
    address = f"{site.address}/leaving/{agreement.reference}/exports/{job.pk}/files/{name}"
    with urlopen(Request(address, headers={"Cookie": cookie})) as sent:
        (folder / name).write_bytes(sent.read(1_000_001))  # then the line breaks
    curl("--fail", "--cookie", cookie, "-C", "-", "-O", address, folder=folder)
    assert (folder / name).read_bytes() == LARGE
    curl("--cookie", cookie, "-C", "-", "-O", address, folder=folder)
    assert (folder / name).read_bytes() == LARGE, "what is there whole is left as it is"
    assert [entry.facts["start"] for entry in notes()] == [0]


def test_the_line_on_the_page_fetches_and_checks_everything(site, folder, client, cookie, agreement, package):
    job = package(content=(CONTENT[0], LARGE))
    line = command_of(client, agreement, job, site)
    assert "sessionid" not in line and cookie.partition("=")[2] not in line
    done = run(line, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 2
    assert (folder / f"alice-export-{job.pk}-002.zip").read_bytes() == LARGE
    again = run(line, folder)
    assert again.returncode == 0, again.stderr
    assert {entry.actor for entry in notes()} == {f"contact:{agreement.customer.contacts.get().pk}"}


def test_the_line_notices_a_file_that_was_damaged_on_the_way(site, folder, client, cookie, agreement, package):
    job = package()
    line = command_of(client, agreement, job, site)
    assert run(line, folder).returncode == 0
    (folder / f"alice-export-{job.pk}-001.zip").write_bytes(b"x" * len(CONTENT[0]))
    found = run(line, folder)
    assert found.returncode != 0 and f"alice-export-{job.pk}-001.zip: FAILED" in found.stdout


def test_signing_out_ends_the_key_and_a_link_alone_gives_nothing(site, folder, client, cookie, agreement, package):
    job = package()
    line = command_of(client, agreement, job, site)
    bare = re.search(r"http\S+001\.zip", line)[0]
    got = curl("--location", "--write-out", "%{http_code} %{url_effective}", "-o", "x", bare, folder=folder)
    assert "/leaving/sign-in/" in got.stdout
    assert (folder / "x").read_bytes()[:2] != CONTENT[0][:2]
    Session.objects.all().delete()
    refused = run(line, folder)
    assert refused.returncode != 0 and "401" in refused.stderr
    assert not list(folder.glob("*.zip"))
    assert notes() == []


def test_many_fetch_at_once_and_each_gets_its_own_whole(site, folder, cookie, agreement, package):
    job = package(content=(CONTENT[0], LARGE))
    address = f"{site.address}/leaving/{agreement.reference}/exports/{job.pk}/files/alice-export-{job.pk}-002.zip"

    def fetch(number):
        curl("--fail", "--cookie", cookie, "-o", f"{number}.zip", address, folder=folder)
        return (folder / f"{number}.zip").read_bytes() == LARGE

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(fetch, range(16)))
    assert len(notes()) == 16


def test_a_package_that_is_removed_meanwhile_is_gone(site, folder, cookie, agreement, package, staff):
    job = package()
    address = f"{site.address}/leaving/{agreement.reference}/exports/{job.pk}/files/alice-export-{job.pk}-002.zip"
    jobs.expire(job, by=staff)
    got = curl("--cookie", cookie, "--write-out", "%{http_code}", "-o", "x", address, folder=folder)
    assert got.stdout == "410"


def test_memory_stays_flat_however_large_the_file(site, folder, cookie, agreement, package):
    job = package()
    volume = job.volumes.get(number=2)
    size = 400 * 1024**2
    with open(delivery.storage().path(volume.name), "r+b") as file:  # noqa: PTH123 – the storage's path
        file.truncate(size)
    volume.bytes = size
    volume.save()
    address = f"{site.address}/leaving/{agreement.reference}/exports/{job.pk}/files/alice-export-{job.pk}-002.zip"
    curl("--fail", "--cookie", cookie, "--range", "0-9", "-o", "/dev/null", address, folder=folder)
    before = site.most_memory()
    got = curl(
        "--fail", "--cookie", cookie, "--write-out", "%{size_download}", "-o", "/dev/null", address, folder=folder
    )
    assert int(got.stdout) == size
    assert site.most_memory() - before < 30
