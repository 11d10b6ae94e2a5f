"""Whatever is not as it must be: the job never says complete, a person is told what and why, and can act on it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import escape

from tests.exports.journey.site import problems_of, told
from tests.exports.journey.telling import check_told, page


def change(ground: Path, sql: str) -> None:
    with closing(sqlite3.connect(ground / "platform.sqlite3")) as connection, connection:
        connection.execute(sql)


# The platform changed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("appears", "goes", "name"),
    [
        ("ALTER TABLE users ADD COLUMN nickname TEXT", "ALTER TABLE users DROP COLUMN nickname", "users.nickname"),
        ("CREATE TABLE badges (user_id INTEGER, title TEXT)", "DROP TABLE badges", "badges"),
        (
            "ALTER TABLE teams RENAME COLUMN name TO title",
            "ALTER TABLE teams RENAME COLUMN title TO name",
            "teams.title",
        ),
    ],
    ids=["a new column", "a new table", "a renamed column"],
)
def test_what_the_map_does_not_know_stops_the_export_until_a_person_decides(
    place, client, alice, tmp_path, appears, goes, name
):
    one = place()
    change(tmp_path, appears)
    job = one.export(alice.key)
    check_told(client, one, job, name)
    assert [unknown["store"] for unknown in job.statement["unknown"]] == ["platform"] * len(job.statement["unknown"])
    assert not [path for path in (tmp_path / "exports").rglob("*") if path.is_file()]
    change(tmp_path, goes)
    assert one.package(one.retry(job)).counts == alice.rows


# Files ------------------------------------------------------------------------------------------------------------


def referenced(alice, ground: Path) -> str:
    """A file that a row of the customer names."""
    with closing(sqlite3.connect(ground / "platform.sqlite3")) as connection:
        sql = "SELECT pdf_path FROM certifications WHERE organisation_id = ? AND pdf_path IS NOT NULL"
        (path,) = connection.execute(sql, [alice.key]).fetchone()
    assert path in alice.files
    return str(path)


def test_a_missing_file_is_accepted_by_name_in_the_admin_and_then_the_package_says_who_and_why(
    place, client, alice, tmp_path
):
    from exports.models import MissingFile

    one = place()
    path = referenced(alice, tmp_path)
    (tmp_path / "media" / path).unlink()
    job = one.export(alice.key)
    check_told(client, one, job, path)
    (missing,) = MissingFile.objects.all()
    assert (missing.path, missing.referenced_by, missing.accepted_by) == (path, "certifications.pdf_path", None)
    assert path in client.get("/admin/exports/missingfile/").content.decode()

    # trying again without a decision changes nothing, and what there is says itself that it is not complete
    job = one.retry(job)
    check_told(client, one, job, path)
    done = one.fetch(job).verify()
    assert done.returncode == 2, done.stdout
    assert path in done.stdout

    chosen = {"action": "accept_selected", "_selected_action": [missing.pk]}
    client.post("/admin/exports/missingfile/", chosen | {"because": ""})
    missing.refresh_from_db()
    assert missing.accepted_by is None
    client.post("/admin/exports/missingfile/", chosen | {"because": "cleared away in 2024 on the customer's wish"})
    assert client.post(f"/admin/exports/exportjob/{job.pk}/retry/").status_code == 302
    job.refresh_from_db()
    assert job.state == "queued"
    package = one.package(one.run(job))
    (lost,) = [entry for outcome in package.statement["files"] for entry in outcome["missing"]]
    assert (lost["path"], lost["accepted_by"]) == (path, "sam")
    assert lost["accepted_because"] == "cleared away in 2024 on the customer's wish"
    assert set(package.media_hashes()) == alice.files.keys() - {path}
    paper = package.files["completeness.html"].read_text()
    assert "sam" in paper
    assert escape("cleared away in 2024 on the customer's wish") in paper


def test_an_accepted_file_does_not_excuse_another_one(place, client, alice, tmp_path):
    from exports import jobs
    from exports.models import MissingFile

    one = place()
    path = referenced(alice, tmp_path)
    (tmp_path / "media" / path).unlink()
    job = one.export(alice.key)
    jobs.accept_missing(list(MissingFile.objects.all()), by=one.staff, because="gone for good")
    other = referenced_logo(alice, tmp_path)
    (tmp_path / "media" / other).unlink()
    job = one.retry(job)
    check_told(client, one, job, other)
    assert not any(path in text for text in problems_of(job))


def referenced_logo(alice, ground: Path) -> str:
    with closing(sqlite3.connect(ground / "platform.sqlite3")) as connection:
        (path,) = connection.execute("SELECT logo_path FROM organisations WHERE id = ?", [alice.key]).fetchone()
    return str(path)


@contextmanager
def before_copying(monkeypatch, act: Callable[[], None]) -> Iterator[None]:
    """Lets something happen between the listing of the files and the copying of them, once."""
    from exports import build

    write_media = build.write_media

    def acting(*args: Any, **kwargs: Any) -> Any:
        act()
        return write_media(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(build, "write_media", acting)
        yield


def test_a_file_that_vanishes_between_listing_and_copying_is_named_and_found_again_by_a_retry(
    place, client, alice, tmp_path, monkeypatch
):
    one = place()
    path = referenced(alice, tmp_path)
    file, kept = tmp_path / "media" / path, tmp_path / "kept"
    with before_copying(monkeypatch, lambda: file.rename(kept)):
        job = one.export(alice.key)
    check_told(client, one, job, path)
    kept.rename(file)
    package = one.package(one.retry(job))
    assert set(package.media_hashes()) == alice.files.keys()


def test_a_file_that_is_written_to_while_it_is_read_is_named_and_a_quiet_one_is_taken(
    place, client, alice, tmp_path, monkeypatch
):
    one = place()
    path = f"org/{alice.key}/film.mp4"
    file = tmp_path / "media" / path
    file.write_bytes(bytes(40 * 1024**2))
    stop = threading.Event()

    def write() -> None:
        with file.open("r+b", buffering=0) as stream:
            while not stop.wait(0.001):
                stream.seek(0)
                stream.write(b"x")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        job = one.export(alice.key)
    finally:
        stop.set()
        writer.join()
    check_told(client, one, job, path)
    package = one.package(one.retry(job))
    assert path in package.media_hashes()


@pytest.mark.parametrize("key", ["no-such-tenant", "17 ", "017", "1", "17' OR '1'='1"])
def test_a_key_that_is_no_tenants_fails_and_names_it(place, client, key):
    one = place()
    job = one.export(key)
    assert (job.state, job.volumes.count()) == ("failed", 0), told(job)
    assert key in job.error
    assert escape(job.error) in page(client, one, job)


def test_the_empty_tenant_gets_a_complete_package_with_headers_and_without_rows(place, template):
    empty = template[1].tenants["empty"]
    one = place()
    package = one.package(one.export(empty.key, "Empty Ltd"))
    assert package.counts == empty.rows
    nothing = [table for table in package.tables if not table["snapshot_rows"]]
    assert len(nothing) > 20
    for table in nothing:
        assert package.rows(table["key"]) == []
        for suffix in (".csv", ".json", ".xml", ".xlsx"):
            assert package.parts(table, suffix)
