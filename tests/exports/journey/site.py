"""One installation of ours for a test: a platform, storages, a work directory, and exports through verbs and worker."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import exports.sample
from tests.exports.journey.package import Package

SAMPLE_MAPS = {
    "sqlite": Path(exports.sample.__file__).parent / "datamap.toml",
    "postgresql": Path(exports.sample.__file__).parent / "datamap.postgresql.toml",
}


def folder_storage(path: Path) -> dict[str, Any]:
    """A folder as a value of ``STORAGES``."""
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(path)}}


@dataclass
class Site:
    """``export`` does all that a person and a worker do; ``package`` fetches the result as a customer would."""

    ground: Path
    urls: Mapping[str, str]
    settings: dict[str, Any] = field(repr=False)

    @property
    def work(self) -> Path:
        return Path(self.settings["EXPORT_WORK_DIR"])

    @property
    def staff(self) -> Any:
        from django.contrib.auth.models import User

        return User.objects.filter(username="sam").first() or User.objects.create_superuser(
            "sam", "sam@example.org", "a long enough passphrase"
        )

    def request(self, tenant_key: str, name: str = "Alice Academy", **choices: Any) -> Any:
        """A job that waits."""
        from exports import jobs
        from offboarding.models import Customer

        customer, _made = Customer.objects.get_or_create(tenant_key=tenant_key, defaults={"name": name})
        return jobs.request_export(customer, by=self.staff, **choices)

    def run(self, job: Any) -> Any:
        """The job after one turn of a worker; nothing of it may be left in the work directory."""
        from exports import worker

        assert worker.run(job.pk)
        job.refresh_from_db()
        assert not list(self.work.glob("*"))
        return job

    def retry(self, job: Any) -> Any:
        from exports import jobs

        return self.run(jobs.retry(job, by=self.staff))

    def export(self, tenant_key: str, name: str = "Alice Academy", **choices: Any) -> Any:
        return self.run(self.request(tenant_key, name, **choices))

    def package(self, job: Any) -> Package:
        """The complete package of a job, fetched and verified offline."""
        assert job.state == "complete", told(job)
        package = self.fetch(job)
        done = package.verify()
        assert done.returncode == 0, done.stdout + done.stderr
        return package

    def fetch(self, job: Any) -> Package:
        """Everything the job left in the storage, in one folder."""
        from exports import delivery

        folder = self.ground / f"fetched-{job.pk}-{job.epoch}"
        folder.mkdir()
        for name in delivery.stored_below(job.folder):
            with delivery.opened(name) as stream:
                (folder / Path(name).name).write_bytes(stream.read())
        return Package(folder, job.statement)

    def environment(self) -> dict[str, str]:
        """The same installation for a process beside this one (folders only)."""
        stores = self.settings["STORAGES"]
        return {
            **os.environ,
            "DATABASE_URL": own_database_url(),
            "DATA_MAP": str(self.settings["DATA_MAP"]),
            **{"PLATFORM_URL" if k == "platform" else f"PLATFORM_{k.upper()}_URL": url for k, url in self.urls.items()},
            "STORAGE_PLATFORM_MEDIA_URL": f"file://{stores['platform_media']['OPTIONS']['location']}",
            "STORAGE_EXPORTS_URL": f"file://{stores['exports']['OPTIONS']['location']}",
            "EXPORT_WORK_DIR": str(self.work),
            "EXPORT_VOLUME_BYTES": str(self.settings["EXPORT_VOLUME_BYTES"]),
        }


@contextmanager
def open_site(
    ground: Path,
    urls: Mapping[str, str],
    datamap: Path,
    *,
    media: dict[str, Any] | None = None,
    exports: dict[str, Any] | None = None,
    volume_bytes: int = 64 * 1024**2,
    **more: Any,
) -> Iterator[Site]:
    """Settings for one platform; ``media`` and ``exports`` are storages, folders below ``ground`` when not given."""
    from django.conf import settings
    from django.test import override_settings

    changed = {
        "PLATFORM_URLS": dict(urls),
        "DATA_MAP": datamap,
        "EXPORT_WORK_DIR": ground / "work",
        "EXPORT_VOLUME_BYTES": volume_bytes,
        "STORAGES": {
            **settings.STORAGES,
            "exports": exports or folder_storage(ground / "exports"),
            "platform_media": media or folder_storage(ground / "media"),
        },
        **more,
    }
    with override_settings(**changed):
        yield Site(ground, urls, changed)


def own_database_url() -> str:
    """The application's own test database, for another process."""
    from django.db import connection

    database = connection.settings_dict
    if "postgresql" not in database["ENGINE"]:
        return f"sqlite:///{database['NAME']}"
    place = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgresql://{database['USER']}{secret}@{place}/{database['NAME']}"


def told(job: Any) -> tuple[str, str, list[str]]:
    """What the job says about itself, for assertions: state, error, problems."""
    return job.state, job.error, problems_of(job)


def problems_of(job: Any) -> list[str]:
    return [problem["text_en"] for problem in (job.statement or {}).get("problems", [])]
