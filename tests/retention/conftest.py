"""The ground for all tests of deletion."""

from __future__ import annotations

import pytest
from django.utils import timezone

from retention import clocks


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch):
    """Tests travel in time and the database server cannot: its clock goes along. ``test_clocks`` asks the real one."""
    monkeypatch.setattr(clocks, "database_now", timezone.now)


@pytest.fixture
def undrawn(monkeypatch):
    """Certificates without their drawings, which take a second each, where only numbers and files are looked at."""
    from retention import documents

    monkeypatch.setattr(documents, "certificate_pdf", lambda *_said, **_signed: b"not drawn")
