"""A file over HTTP: whole, in part, unchanged, gone; who gets it, and what the journal says of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from exports import delivery, jobs
from exports.models import ExportJob
from offboarding.journal_words import sentence
from offboarding.models import JournalEntry
from tests.exports.handover.packages import CONTENT
from tests.offboarding.portal.visiting import account_of, text_of


@pytest.fixture
def fetch(client, agreement, package, eva):
    """``fetch(Range="bytes=5-")``: Eva's request for the second volume of a package."""
    job = package()
    client.force_login(account_of(eva))
    name = f"alice-export-{job.pk}-002.zip"

    def ask(method="get", name=name, **headers):
        headers = {key.replace("_", "-"): value for key, value in headers.items()}
        return getattr(client, method)(f"/leaving/{agreement.reference}/exports/{job.pk}/files/{name}", headers=headers)

    ask.job, ask.name, ask.tag = job, name, f'"{hashlib.sha256(CONTENT[1]).hexdigest()}"'
    return ask


def body(answer):
    return answer.getvalue()


def noted():
    return [
        (one.facts["volume"], one.facts["start"])
        for one in JournalEntry.objects.filter(event="export.downloaded").order_by("seq")
    ]


def test_the_whole_file_with_what_a_browser_needs_to_keep_and_to_go_on(fetch):
    got = fetch()
    assert (got.status_code, body(got)) == (200, CONTENT[1])
    told = got.headers
    assert (told["ETag"], told["Accept-Ranges"], told["Content-Length"]) == (fetch.tag, "bytes", str(len(CONTENT[1])))
    assert told["Content-Disposition"] == f'attachment; filename="{fetch.name}"'
    assert (told["Content-Type"], told["X-Content-Type-Options"]) == ("application/zip", "nosniff")
    assert "private" in told["Cache-Control"] and "Content-Encoding" not in told


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=1048000-", 1048000, 1048575), ("bytes=-10", 1048566, 1048575)],
)
def test_a_part(fetch, asked, first, last):
    got = fetch(Range=asked)
    assert (got.status_code, got["Content-Range"]) == (206, f"bytes {first}-{last}/{len(CONTENT[1])}")
    assert body(got) == CONTENT[1][first : last + 1]
    assert (got["Content-Length"], got["ETag"]) == (str(last - first + 1), fetch.tag)


def test_several_parts_are_politely_answered_with_all(fetch):
    got = fetch(Range="bytes=0-1,5-6")
    assert got.status_code == 200 and body(got) == CONTENT[1]


def test_a_part_beyond_the_end(fetch):
    got = fetch(Range=f"bytes={len(CONTENT[1])}-")
    assert (got.status_code, got["Content-Range"], got.content) == (416, f"bytes */{len(CONTENT[1])}", b"")
    assert noted() == []


def test_a_part_only_of_the_same_file(fetch):
    assert fetch(Range="bytes=5-", If_Range=fetch.tag).status_code == 206
    assert fetch(Range="bytes=5-", If_Range='"other"').status_code == 200
    assert fetch(Range="bytes=5-", If_Range=f"W/{fetch.tag}").status_code == 200


def test_what_the_reader_has_already_is_not_sent_and_not_noted(fetch):
    got = fetch(If_None_Match=fetch.tag)
    assert (got.status_code, got.content, got["ETag"]) == (304, b"", fetch.tag)
    assert fetch(If_None_Match='"other"').status_code == 200
    assert fetch(If_None_Match=fetch.tag, Range="bytes=0-5").status_code == 304
    assert len(noted()) == 1


def test_head_says_the_same_and_gives_nothing(fetch):
    got = fetch("head")
    assert (got.status_code, got["Content-Length"], got["ETag"], body(got)) == (
        200,
        str(len(CONTENT[1])),
        fetch.tag,
        b"",
    )
    part = fetch("head", Range="bytes=5-9")
    assert (part.status_code, part["Content-Length"], body(part)) == (206, "5", b"")
    assert noted() == []


def test_nothing_else_than_reading_is_answered(fetch):
    assert {fetch(method).status_code for method in ("post", "put", "delete", "patch")} == {405}


def test_a_transfer_is_noted_once_however_many_pieces_it_comes_in(fetch):
    for start in (0, 100, 5000, 900):
        fetch(Range=f"bytes={start}-{start + 9}")
    assert noted() == [(2, 0)]
    (entry,) = JournalEntry.objects.filter(event="export.downloaded")
    assert sentence(entry) == (
        f"Volume 2 of export {fetch.job.pk} was downloaded, from byte 0 of {len(CONTENT[1])} on."
    )
    fetch()
    assert noted() == [(2, 0), (2, 0)], "from the beginning it is a new transfer"


def test_no_piece_is_fetched_unnoted(fetch):
    fetch(Range="bytes=1-")
    fetch(Range="bytes=2-")
    assert noted() == [(2, 1)]
    fetch(name=fetch.name.replace("002", "001"), Range="bytes=7-")
    assert noted() == [(2, 1), (1, 7)]
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        fetch(Range="bytes=500-")
    assert noted()[-1] == (2, 500)


def test_another_persons_transfer_is_another(fetch, client, lea):
    fetch()
    lea.may_confirm = True
    lea.save()
    client.force_login(account_of(lea))
    fetch(Range="bytes=5-")
    assert len({one.actor for one in JournalEntry.objects.filter(event="export.downloaded")}) == 2


@pytest.mark.parametrize(("right", "status"), [("may_request", 200), ("may_confirm", 200), ("may_give_notice", 403)])
def test_to_see_the_case_is_not_enough_to_fetch_everything(fetch, client, lea, right, status):
    setattr(lea, right, True)
    lea.save()
    client.force_login(account_of(lea))
    assert fetch().status_code == status


def test_rights_are_asked_on_every_request(fetch, eva):
    assert fetch().status_code == 200
    eva.may_request = eva.may_confirm = False
    eva.save()
    assert fetch(Range="bytes=5-").status_code == 403
    eva.ended_at = timezone.now()
    eva.save()
    assert fetch(Range="bytes=5-").status_code in (302, 404)


def test_a_removed_package_is_gone_and_says_so(fetch, staff):
    jobs.expire(fetch.job, by=staff)
    got = fetch()
    assert got.status_code == 410 and "No link brings it back." in text_of(got)
    assert got["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("state", ["queued", "running", "incomplete", "cancelled", "failed"])
def test_a_customer_gets_no_file_of_what_is_not_whole(fetch, state):
    ended = {"finished_at": None} if state in ("queued", "running") else {}
    now = timezone.now()
    ExportJob.objects.update(state=state, error="x", epoch=1, heartbeat_at=now, started_at=now, **ended)
    assert fetch().status_code == 404


@pytest.mark.parametrize("name", ["nothing.zip", "..%2F..%2Fetc%2Fpasswd", "alice-export-1-002.zip%00", "manifest"])
def test_no_other_name_leads_anywhere(fetch, name):
    assert fetch(name=name).status_code == 404


def test_a_volume_that_is_not_verified_is_not_there(fetch):
    fetch.job.volumes.filter(number=2).update(state="planned")
    assert fetch().status_code == 404
    assert fetch.name not in fetch(name=f"export-{fetch.job.pk}.sha256").content.decode()


def test_the_list_of_fingerprints_and_the_proofs(fetch):
    sums = fetch(name=f"export-{fetch.job.pk}.sha256")
    assert sums.content.decode().splitlines()[1] == f"{hashlib.sha256(CONTENT[1]).hexdigest()}  {fetch.name}"
    assert sums["Content-Type"].startswith("text/plain")
    assert fetch(name=f"export-{fetch.job.pk}.sha256", Range="bytes=3-5").content == sums.content[3:6]
    for name in ("manifest.json", "manifest.json.sig", "verify.py"):
        assert body(fetch(name=name)) == name.encode()
    assert noted() == []


def test_a_file_that_the_storage_lost_is_an_error_and_no_download(fetch):
    delivery.remove([fetch.job.volumes.get(number=2).name])
    assert fetch().status_code == 503
    assert noted() == []


def test_a_file_that_is_shorter_than_its_record_breaks_off_and_makes_nothing_up(fetch):
    path = Path(delivery.storage().path(fetch.job.volumes.get(number=2).name))
    path.write_bytes(CONTENT[1][:1000])
    with pytest.raises(OSError, match="shorter"):
        body(fetch())


def test_nginx_is_told_where_the_file_lies_when_it_sends_them(fetch, settings):
    settings.DOWNLOAD_ACCEL_LOCATION = "/packages/"
    got = fetch(Range="bytes=5-")
    stored = fetch.job.volumes.get(number=2).name
    assert (got.status_code, got["X-Accel-Redirect"], got.content) == (200, f"/packages/{stored}", b"")
    assert got["ETag"].strip('"') == fetch.job.volumes.get(number=2).sha256
    assert got["Content-Disposition"].startswith("attachment")
    assert noted() == [(2, 5)]


def test_nginx_is_not_told_of_what_is_gone_or_lies_outside_the_file(fetch, settings):
    settings.DOWNLOAD_ACCEL_LOCATION = "/packages/"
    outside = fetch(Range=f"bytes={len(CONTENT[1])}-")
    delivery.remove([fetch.job.volumes.get(number=2).name])
    gone = fetch()
    assert (outside.status_code, gone.status_code) == (416, 503)
    assert not outside.has_header("X-Accel-Redirect") and not gone.has_header("X-Accel-Redirect")
    assert noted() == []


def test_staff_download_with_the_permission_and_are_named_in_the_journal(client, charlie, permit, package):
    job = package(state="incomplete")
    address = f"/admin/exports/exportjob/{job.pk}/files/alice-export-{job.pk}-001.zip"
    client.force_login(permit(charlie, "view_exportjob"))
    assert client.get(address).status_code == 403
    client.force_login(permit(charlie, "download_exportjob"))
    assert body(client.get(address)) == CONTENT[0]
    assert JournalEntry.objects.get(event="export.downloaded").actor.endswith(":charlie")
