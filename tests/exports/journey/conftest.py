"""Places for whole exports: per test, and per module for packages that many tests look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.exports.drawn import drawn_once  # noqa: F401 – fixture
from tests.exports.journey.site import SAMPLE_MAPS, Site, open_site


@pytest.fixture
def site(transactional_db, tmp_path: Path, drawn_once: None) -> Iterator[Callable[..., Site]]:  # noqa: F811
    """``site(urls, datamap, …)`` is an installation for this test (see ``open_site``)."""
    with ExitStack() as stack:
        yield lambda urls, datamap, **more: stack.enter_context(open_site(tmp_path, urls, datamap, **more))


@pytest.fixture(scope="module")
def committed(django_db_setup, django_db_blocker) -> Iterator[Any]:
    """Opens the application's database for fixtures of a whole module, and empties it when the module is done.

    Its tests need the mark ``django_db``: without any, pytest-django makes no database.
    """
    from django.core.management import call_command

    with django_db_blocker.unblock():
        yield
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> tuple[Path, Any]:
    """A platform as created, and what was created; each test takes a copy."""
    from django.core.files.storage import FileSystemStorage

    from exports.sample.platform import create

    folder = tmp_path_factory.mktemp("platform")
    url = f"sqlite:///{folder / 'platform.sqlite3'}"
    return folder, create(url, FileSystemStorage(folder / "media"), size=1_500)


@pytest.fixture
def alice(template):
    """What the platform holds of the customer that leaves."""
    return template[1].tenants["fjord"]


@pytest.fixture
def place(site, template, tmp_path) -> Callable[..., Site]:
    """``place(…)`` is an installation on a copy of the platform (see ``open_site``)."""
    shutil.copytree(template[0], tmp_path, dirs_exist_ok=True)
    return lambda **more: site(
        {"platform": f"sqlite:///{tmp_path / 'platform.sqlite3'}"}, SAMPLE_MAPS["sqlite"], **more
    )
