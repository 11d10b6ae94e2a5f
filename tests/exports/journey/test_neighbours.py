"""Customers leave at the same time, share people and files, and never see each other's rows.

Every free text of the platform carries a word that only its owner's texts have (``create(…, canaries=True)``).
"""

from __future__ import annotations

import base64
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.exports.journey.package import Package
from tests.exports.journey.site import SAMPLE_MAPS, Site, told
from tests.parts import BASE_DIR

if TYPE_CHECKING:
    from exports.sample.platform import Summary, TenantSummary

WORKER = """
import sys, django
django.setup()
from exports import worker
print("ready", flush=True)
sys.stdin.readline()
sys.exit(not worker.run(int(sys.argv[1])))
"""


def spellings(word: str) -> Iterator[bytes]:
    """The word as it may stand in a file: plain, as hex, as UTF-16, and within base64 at any of three offsets."""
    plain = word.encode()
    yield from (plain, plain.hex().encode(), word.encode("utf-16-le"), word.encode("utf-16-be"))
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + plain)
        yield encoded[4 if offset else 0 : -4]


def contents(package: Package) -> Iterator[tuple[str, bytes]]:
    """Everything there is: volumes as they are (names in their directories too), each entry, and entries of entries."""
    for path in sorted(package.folder.iterdir()):
        if path.is_file():
            yield from _unpacked(path.name, path.read_bytes())


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    yield f"name of {name}", name.encode()
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield from _unpacked(f"{name}!{entry.filename}", archive.read(entry))


def holding(package: Package, word: str) -> list[str]:
    """Where a word stands, in any spelling."""
    wanted = list(spellings(word))
    return [name for name, data in contents(package) if any(spelling in data for spelling in wanted)]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    made: str = request.getfixturevalue("make_database")()
    return made


def run_at_once(one: Site, jobs: Iterable[Any]) -> None:
    """A worker process for each job; all begin at the same moment."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(job.pk)],
            cwd=BASE_DIR,
            env=one.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for job in jobs
    ]
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate(timeout=120)
    assert [worker.returncode for worker in workers] == [0] * len(workers)


def check_alone(package: Package, own: TenantSummary, summary: Summary) -> None:
    """All of the customer's own is in the package, and no word of anybody else."""
    assert package.counts == own.rows
    assert set(package.media_hashes()) == set(own.files)
    strangers = [tenant.canary for tenant in summary.tenants.values() if tenant is not own]
    for word in (*strangers, *summary.forbidden):
        assert holding(package, word) == [], word
    found = holding(package, own.canary)
    assert {".csv", ".json", ".xml", ".sql"} <= {Path(name).suffix for name in found}  # the search finds what is there
    assert any(".xlsx!xl/worksheets/" in name for name in found)
    assert any("/media/" in name for name in found)


def test_customers_exported_at_once_by_workers_of_their_own_hold_nothing_of_each_other(site, url, tmp_path):
    """Alice and Bob share people and files; the keys of Bob and of the large customer begin alike."""
    from django.core.files.storage import FileSystemStorage

    from exports.sample.platform import create

    summary = create(url, FileSystemStorage(tmp_path / "media"), size=6_000, canaries=True)
    alice, bob, large = (summary.tenants[word] for word in ("fjord", "quill", "nordic"))
    assert alice.files.keys() & bob.files.keys()
    assert bob.key.startswith(large.key)
    one = site({"platform": url}, SAMPLE_MAPS[url.partition(":")[0]], volume_bytes=600_000)
    waiting = {own.key: one.request(own.key, own.name) for own in (alice, bob, large)}
    run_at_once(one, waiting.values())

    for job in waiting.values():
        job.refresh_from_db()
        assert job.state == "complete", told(job)
    assert max(job.started_at for job in waiting.values()) < min(job.finished_at for job in waiting.values())
    assert len({job.worker for job in waiting.values()}) == 3
    packages = {own.key: one.package(waiting[own.key]) for own in (alice, bob, large)}
    for own in (alice, bob, large):
        check_alone(packages[own.key], own, summary)
    people = {key: {row["id"] for row in package.rows("users")} for key, package in packages.items()}
    assert people[alice.key] & people[bob.key]


def test_the_search_finds_a_word_in_every_spelling_and_place(tmp_path):
    """Else finding nothing would mean nothing."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/canarybob.xml", "nothing")
        book.writestr("xl/sheet.xml", "a canarybob b")
    with zipfile.ZipFile(tmp_path / "v.zip", "w", zipfile.ZIP_DEFLATED) as volume:
        volume.writestr("data/book.xlsx", inner.getvalue())
        volume.writestr("data/hex", b"canarybob".hex())
        volume.writestr("data/wide", "canarybob".encode("utf-16-le"))
        for offset in range(3):
            volume.writestr(f"data/base64-{offset}", base64.b64encode(b"x" * offset + b"canarybob and more"))
        volume.writestr("data/media/canarybob.png", b"")
        volume.writestr("data/clean", b"canary bob")
    found = {name.removeprefix("v.zip!data/") for name in holding(Package(tmp_path, {}), "canarybob")}
    assert found == {
        "book.xlsx",  # its directory has the name
        "book.xlsx!xl/sheet.xml",
        "name of v.zip!data/book.xlsx!xl/canarybob.xml",
        "hex",
        "wide",
        "base64-0",
        "base64-1",
        "base64-2",
        "v.zip",
        "name of v.zip!data/media/canarybob.png",
    }
