"""Alice's data is due, planned and approved; bob is her neighbour. The platform and our own database are real.

Everything has happened in a past that is over, so that workers in processes of their own need no other clock.
Models are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.retention.machine.world import MAP, World
from tests.retention.runs.case import Case

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def nothing_drawn(undrawn):
    """What certificates look like is told in evidence."""


@pytest.fixture
def places(transactional_db, tmp_path, settings):
    """Storages and folders of this test alone."""
    folders = {name: tmp_path / name for name in ("default", "exports", "evidence", "platform_media")}
    for path in folders.values():
        path.mkdir()
    settings.STORAGES = {**settings.STORAGES, **{name: _folder(path) for name, path in folders.items()}}
    settings.DELETION_WORK_DIR, settings.EXPORT_WORK_DIR = tmp_path / "deletion", tmp_path / "work"
    return folders


@pytest.fixture
def ground(places, postgres, settings):
    """A platform for this process and for workers beside it."""
    from django.db import connection

    world = World.create(postgres, places["platform_media"])
    settings.DATA_MAP, settings.PLATFORM_URLS = MAP, {"platform": world.url}
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    world.environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}{secret}@{place}/{database['NAME']}",
        "DATA_MAP": str(MAP),
        "PLATFORM_URL": world.url,
        "DELETION_WORK_DIR": str(settings.DELETION_WORK_DIR),
        "EXPORT_WORK_DIR": str(settings.EXPORT_WORK_DIR),
        **{f"STORAGE_{name.upper()}_URL": f"file://{path}" for name, path in places.items()},
    }
    yield world
    world.drop()


def _folder(path: Path) -> dict:
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(path)}}


@pytest.fixture
def people(transactional_db):
    """Who plans and who approves."""
    from django.contrib.auth.models import User

    return [
        User.objects.create(username=name, is_staff=True, is_superuser=True, password="!") for name in ("pia", "ada")
    ]


@pytest.fixture
def case(ground, people):
    """Alice's case on a day when nothing stands against the deletion."""
    return Case(ground, *people)


@pytest.fixture
def run(case):
    """A run that waits for a worker."""
    return case.start(case.approved(case.planned()))


@pytest.fixture
def start(ground):
    """Starts a process of ours; ``start("-m", "module", …)``."""
    running: list[subprocess.Popen] = []

    def begin(*arguments: str, **environment: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env={**ground.environment, **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def workers(start, settings):
    """``workers(run, "after", 0.5)`` works on the run in a process of its own, after the lease of the one before it has
    run out; how that process ended."""
    from datetime import timedelta

    from django.utils import timezone

    from retention.models import DeletionRun

    parent = start("-m", "tests.retention.runs.dying_worker", "7")
    assert parent.stdout.readline() == "ready\n"

    def work(run, *how) -> int:
        silent = timezone.now() - timedelta(seconds=settings.DELETION_LEASE_SECONDS + 1)
        DeletionRun.objects.filter(pk=run.pk, state="running").update(heartbeat_at=silent)
        print(run.pk, *how, file=parent.stdin, flush=True)
        return int(parent.stdout.readline())

    return work
