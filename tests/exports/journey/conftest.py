"""Places for whole exports: per test, and per module for packages that many tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.exports.journey.site import Site, open_site


@pytest.fixture
def site(transactional_db, tmp_path: Path) -> Iterator[Callable[..., Site]]:
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
