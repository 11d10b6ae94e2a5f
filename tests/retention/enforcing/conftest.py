"""Alice's data is due and nobody has done anything yet; cron is called as cron calls it."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import translation

from tests.retention.runs.conftest import case, ground, people, places, start  # noqa: F401 – fixtures


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def nothing_drawn(undrawn):
    """What certificates look like is told in evidence."""


@pytest.fixture
def cron(ground):  # noqa: F811
    """``cron("--dry-run")`` → exit code and the lines it printed, plans, runs and holds numbered from 1."""

    def call(*arguments: str) -> tuple[int, list[str]]:
        out = StringIO()
        try:
            call_command("enforce_retention", *arguments, stdout=out)
        except CommandError as error:
            return error.returncode, _renumbered(out.getvalue())
        return 0, _renumbered(out.getvalue())

    return call


def _renumbered(text: str) -> list[str]:
    for word, model in {"plan": "DeletionPlan", "run": "DeletionRun", "Hold": "LegalHold"}.items():
        numbers = apps.get_model("retention", model).objects.order_by("pk").values_list("pk", flat=True)
        known = {str(pk): str(place) for place, pk in enumerate(numbers, 1)}
        text = re.sub(rf"\b{word} (\d+)", lambda found, word=word, known=known: f"{word} {known[found[1]]}", text)
    return text.splitlines()
