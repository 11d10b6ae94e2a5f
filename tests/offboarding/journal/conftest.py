"""An evidence storage for one test, so that no other test's heads lie there."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def evidence(settings, tmp_path) -> Path:
    folder = tmp_path / "evidence"
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": place}
    return folder / "journal" / "heads"
