"""Full disks and a storage that damages: never complete, always told, mended by a retry."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils.html import escape

from tests.exports.journey.site import folder_storage, told
from tests.exports.journey.telling import check_told, page

TABLES_VOLUME, MEDIA_VOLUME, FIRST_VOLUME = "-002.zip", "-003.zip", "-001.zip"


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("mount is missing: apt-get install mount")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here; run as root: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, free: int) -> Path:
    """Leaves only so many bytes free."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - free))
    return ballast


@pytest.mark.parametrize("free", [16 * 1024, 300 * 1024], ids=["at the first bytes", "on the way"])
@pytest.mark.parametrize("which", ["work", "exports"])
def test_a_full_disk_ends_the_export_with_its_reason_and_a_retry_after_clearing_completes_it(
    place, client, alice, small_disk, which, free
):
    disk = {"EXPORT_WORK_DIR": small_disk / "work"} if which == "work" else {}
    one = place(exports=folder_storage(small_disk / "exports") if which == "exports" else None, **disk)
    ballast = fill(small_disk, free)
    job = one.export(alice.key)
    assert job.state == "failed", told(job)
    assert "No space left on device" in job.error
    assert escape(job.error) in page(client, one, job)
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == ["ballast"]
    ballast.unlink()
    package = one.package(one.retry(job))
    assert package.counts == alice.rows


# A storage that damages -------------------------------------------------------------------------------------------


class DamagingStorage(FileSystemStorage):
    """Keeps everything but one byte: flips a bit, once, in the first file whose name ends so."""

    harm: tuple[str, float] = "", 0.0
    """How the name ends, and where in the file (0–1)."""
    done: list[str]

    def _save(self, name: str, content: Any) -> str:
        stored = super()._save(name, content)
        ending, where = DamagingStorage.harm
        if stored.endswith(ending) and not DamagingStorage.done:
            path = Path(self.path(stored))
            data = bytearray(path.read_bytes())
            data[min(int(len(data) * where), len(data) - 1)] ^= 0x10
            path.write_bytes(data)
            DamagingStorage.done.append(stored)
        return stored


@pytest.mark.parametrize(
    ("ending", "where"),
    [
        *((TABLES_VOLUME, where) for where in (0.0, 0.3, 0.97, 1.0)),  # first header, data, directory, last byte
        *((MEDIA_VOLUME, where) for where in (0.3, 1.0)),
        *((FIRST_VOLUME, where) for where in (0.3, 0.97)),
        ("/manifest.json", 0.5),
        ("/manifest.json.sig", 0.5),
        ("/verify.py", 0.5),
    ],
)
def test_one_flipped_bit_in_the_storage_never_passes_as_complete(place, client, alice, tmp_path, ending, where):
    DamagingStorage.harm, DamagingStorage.done = (ending, where), []
    storage = folder_storage(tmp_path / "exports") | {"BACKEND": f"{__name__}.DamagingStorage"}
    one = place(exports=storage)
    job = one.export(alice.key)
    assert len(DamagingStorage.done) == 1
    if ending in (TABLES_VOLUME, MEDIA_VOLUME):
        check_told(client, one, job, ending.removesuffix(".zip"))
        if (ending, where) == (MEDIA_VOLUME, 0.3):
            assert any(files["read_back"] < files["written"] for files in job.statement["files"])
    else:
        assert job.state == "failed", told(job)
        assert ending.strip("/").removesuffix(".zip") in job.error
        assert not job.volumes.exists()
        assert not [path for path in (tmp_path / "exports").rglob("*") if path.is_file()]
        assert escape(job.error) in page(client, one, job)
    package = one.package(one.retry(job))
    assert package.counts == alice.rows
