"""Many verbs record at once, some give up, some are killed: one chain without gaps remains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from offboarding import journal
from offboarding.models import Customer, JournalEntry
from tests.offboarding.journal.ground import SAM, record, verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requires("postgresql")]


def test_outside_a_transaction_nothing_is_recorded():
    with pytest.raises(TransactionManagementError, match="belongs into the transaction"):
        journal.record("customer.added", actor=SAM)
    assert not JournalEntry.objects.exists()


def test_four_recorders_make_one_chain():
    barrier = threading.Barrier(4)

    def fifty() -> None:
        barrier.wait()
        try:
            for number in range(50):
                with transaction.atomic():
                    record(1 + number % 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(fifty) for _recorder in range(4)]:
            done.result()
    assert list(JournalEntry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 301))
    assert verify()[0] == 0


def test_a_verb_that_gives_up_leaves_neither_entry_nor_gap():
    record()
    with pytest.raises(RuntimeError, match="gives up"), transaction.atomic():
        Customer.objects.create(tenant_key="9", name="Nobody")
        record(3)
        raise RuntimeError("gives up")
    with transaction.atomic():
        record()
        with pytest.raises(RuntimeError, match="gives up"), transaction.atomic():
            record(2)
            raise RuntimeError("gives up")
        record()
    assert list(JournalEntry.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    assert not Customer.objects.exists()
    assert verify()[0] == 0


def test_a_recorder_waits_for_the_one_before_and_follows_it():
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record()
                inside.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    def quick() -> int:
        try:
            return record()[0].seq
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow)
        assert inside.wait(20)
        second = pool.submit(quick)
        time.sleep(0.3)
        assert not second.done()
        go_on.set()
        first.result(20)
        assert second.result(20) == 2


def test_killed_recorders_leave_a_chain_that_holds():
    code = (
        "import django; django.setup()\n"
        "from tests.offboarding.journal.ground import record\n"
        "while True: record(3); print('.', flush=True)"
    )
    environment = {**os.environ, "DATABASE_URL": _url()}
    for pause in (0.0, 0.013, 0.031, 0.047):
        recorders = [
            subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) for _two in range(2)
        ]
        for recorder in recorders:
            assert recorder.stdout is not None
            assert recorder.stdout.readline() == b".\n"
        time.sleep(pause)
        for recorder in recorders:
            recorder.send_signal(signal.SIGKILL)
            recorder.communicate()
    seqs = list(JournalEntry.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= 24
    assert len(seqs) % 3 == 0
    assert verify()[0] == 0


def _url() -> str:
    """The test's own database, for another process."""
    made = connection.settings_dict
    return f"postgresql://{made['USER']}@{made['HOST']}:{made['PORT']}/{made['NAME']}"
