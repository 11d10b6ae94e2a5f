"""A small real platform of alice and her neighbours, a job, and workers as processes that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.exports.drawn import drawn_once  # noqa: F401 – fixture

ROOT = Path(__file__).resolve().parents[3]
SIZE = 3_000
"""Rows of the whole platform: enough for several volumes, small enough to be exported many times."""


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    from django.core.files.storage import FileSystemStorage

    from exports.sample.platform import create

    folder = tmp_path_factory.mktemp("platform")
    url = f"sqlite:///{folder / 'platform.sqlite3'}"
    summary = create(url, FileSystemStorage(folder / "media"), size=SIZE, canaries=True)
    return {"url": url, "media": folder / "media", "summary": summary}


@pytest.fixture
def ground(transactional_db, platform, tmp_path, settings, drawn_once):  # noqa: F811
    """Everything one export needs, for this process and for workers beside it."""
    from django.conf import settings as loaded
    from django.db import connection

    database = connection.settings_dict
    if "postgresql" in database["ENGINE"]:
        place = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
        secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
        own = f"postgresql://{database['USER']}{secret}@{place}/{database['NAME']}"
    else:
        own = f"sqlite:///{database['NAME']}"
    settings.PLATFORM_URLS = {"platform": platform["url"]}
    settings.EXPORT_WORK_DIR = tmp_path / "work"
    settings.EXPORT_VOLUME_BYTES = 600_000
    settings.EXPORT_MAX_ATTEMPTS = 1_000
    settings.STORAGES = {
        **loaded.STORAGES,
        "exports": _folder(tmp_path / "exports"),
        "platform_media": _folder(platform["media"]),
    }
    environment = {
        **os.environ,
        "DATABASE_URL": own,
        "PLATFORM_URL": platform["url"],
        "STORAGE_PLATFORM_MEDIA_URL": f"file://{platform['media']}",
        "STORAGE_EXPORTS_URL": f"file://{tmp_path / 'exports'}",
        "EXPORT_WORK_DIR": str(tmp_path / "work"),
        "EXPORT_VOLUME_BYTES": "600000",
        "EXPORT_MAX_ATTEMPTS": "1000",
    }
    return {"environment": environment, "work": tmp_path / "work", "exports": tmp_path / "exports"}


def _folder(path: Path) -> dict:
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(path)}}


@pytest.fixture
def staff(transactional_db):
    from django.contrib.auth.models import User

    return User.objects.create_superuser("sam", "sam@example.org", "a long enough passphrase")


@pytest.fixture
def job(ground, platform, staff):
    from exports import jobs
    from offboarding.models import Customer

    tenant = platform["summary"].tenants["fjord"]
    alice = Customer.objects.create(tenant_key=tenant.key, name="Alice Academy")
    return jobs.request_export(alice, by=staff)


@pytest.fixture
def start(ground):
    """Starts a process of ours; ``start("-m", "module", …)``."""
    running: list[subprocess.Popen] = []

    def begin(*arguments: str, **extra) -> subprocess.Popen:
        environment = {**ground["environment"], **extra.pop("environment", {})}
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, **extra
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def lapse(settings):
    """Lets the lease of a dead worker run out without waiting for it."""

    def now(job) -> None:
        from django.utils import timezone

        from exports.models import ExportJob

        silent = timezone.now() - timedelta(seconds=settings.EXPORT_LEASE_SECONDS + 1)
        ExportJob.objects.filter(pk=job.pk, state="running").update(heartbeat_at=silent)

    return now


@pytest.fixture
def proved(ground, job, platform):
    """Checks that there is one complete package, that it verifies offline, and that nothing else is left anywhere."""

    def check() -> Path:
        from exports import worker

        worker.clear_up()
        job.refresh_from_db()
        assert job.state == "complete", (job.state, job.error, (job.statement or {}).get("problems"))
        folder = (ground["exports"] / job.manifest_name).parent
        stored = sorted(path for path in ground["exports"].rglob("*") if path.is_file())
        known = {ground["exports"] / volume.name for volume in job.volumes.all()}
        known |= {folder / name for name in ("manifest.json", "manifest.json.sig", "verify.py")}
        assert set(stored) == known
        assert not list(ground["work"].glob("*"))
        counted = {table["key"]: table["snapshot_rows"] for table in job.statement["tables"]}
        assert counted == platform["summary"].tenants["fjord"].rows
        gathered = ground["work"].parent / "gathered"
        gathered.mkdir(exist_ok=True)
        for path in known:
            (gathered / path.name).write_bytes(path.read_bytes())
        done = subprocess.run([sys.executable, str(gathered / "verify.py"), str(gathered)], capture_output=True)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        return gathered

    return check
