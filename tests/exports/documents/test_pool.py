"""Several processes: their documents come in order, one that dies is replaced, and none is left."""

from __future__ import annotations

import os
import signal

import pytest

from exports.documents import pool
from exports.documents.making import House
from tests.exports.documents.test_drawing import facts

HOUSE = House("Norrskär Akademi AB", "The vendor", "2026-11-22", "en")


@pytest.fixture
def two(settings, monkeypatch):
    settings.EXPORT_DOCUMENT_PROCESSES = 2
    monkeypatch.setattr(pool, "FEW", 1)


def tasks(count: int):
    for number in range(count):
        yield "certificate.html", facts(number=f"{number:04}"), "refused" if number == 3 else ""


def test_documents_come_in_the_order_they_were_asked_for_and_are_those_of_one_process(two, settings):
    with pool.Makers(["pdf", "docx"], HOUSE, 9) as makers:
        assert makers.processes == 2
        found = list(makers.made(tasks(9)))
        started = list(makers._started)
    assert [process.poll() is not None for process in started] == [True] * len(started)
    settings.EXPORT_DOCUMENT_PROCESSES = 1
    with pool.Makers(["pdf", "docx"], HOUSE, 0) as makers:
        assert makers.processes == 0
        assert list(makers.made(tasks(9))) == found
    assert [made.problem for made in found[3]] == ["refused", "refused"]


def test_a_process_that_is_killed_is_replaced_and_nothing_is_missing(two):
    with pool.Makers(["docx"], HOUSE, 30) as makers:
        found = []
        for number, made in enumerate(makers.made(tasks(30))):
            if number == 5:
                os.kill(makers._started[0].pid, signal.SIGKILL)
            found += made
        assert len(makers._started) >= 3
    assert sum(bool(made.data) for made in found) == 29
