"""Whatever kills a sender, and however many run at once: every letter is sent once, or a person is asked about it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from offboarding import letters
from offboarding.models import Contact, JournalEntry, Letter
from offboarding.posting import DEAD_AFTER
from tests.offboarding.letters.conftest import agreement_of, ended
from tests.offboarding.letters.dying_sender import BORDERS

ROOT = Path(__file__).resolve().parents[3]
Occasion, State = Letter.Occasion, Letter.State
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(smtp):
    """``start(border)`` runs a sender beside this process, over the same database and mail server."""
    database = connection.settings_dict
    if "postgresql" in database["ENGINE"]:
        place = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
        own = f"postgresql://{database['USER']}:{database['PASSWORD']}@{place}/{database['NAME']}"
    else:
        own = f"sqlite:///{database['NAME']}"
    running = []

    def begin(border="none"):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.offboarding.letters.dying_sender", border],
            cwd=ROOT, env={**os.environ, "DATABASE_URL": own, "EMAIL_URL": smtp.url},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def due(alice, anna, john):
    """An agreement whose window has just opened: two letters are due, none is written."""
    today = timezone.localdate()
    return ended(agreement_of(alice, "A-2026"), today - timedelta(days=1))


def finish(start):
    """A healthy run, ten minutes after whatever happened."""
    Letter.objects.filter(state=State.SENDING).update(tried_at=timezone.now() - DEAD_AFTER - timedelta(seconds=1))
    process = start()
    out, _err = process.communicate(timeout=60)
    assert process.returncode == 0, out


def check(smtp, count):
    """The whole promise, from the outbox, the journal and what really arrived."""
    arrived = Counter(mail.parsed["Message-ID"] for mail in smtp.mails)
    states = dict(Letter.objects.values_list("message_id", "state"))
    assert len(states) == count
    assert set(states.values()) <= {State.SENT, State.UNCLEAR}
    assert all(arrived[name] == 1 for name, state in states.items() if state == State.SENT)
    assert all(number == 1 for number in arrived.values()), "none arrived twice"
    assert arrived.keys() <= states.keys()
    told = Counter(JournalEntry.objects.filter(event__in=["letter.sent", "letter.unclear"]).values_list(
        "facts__letter", flat=True))  # fmt: skip
    assert told == Counter(list(Letter.objects.values_list("pk", flat=True)))
    return Counter(states.values())


@pytest.mark.parametrize("border", BORDERS[:-1])
def test_a_sender_killed_at_any_border_loses_nothing_and_sends_nothing_twice(start, smtp, due, border):
    process = start(border)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    finish(start)
    states = check(smtp, count=2)
    in_the_dark = border in ("claimed", "introduced", "handed_over", "closing")
    assert states == ({"sent": 1, "unclear": 1} if in_the_dark else {"sent": 2})


def test_three_senders_at_once_write_and_send_each_letter_once(start, smtp, due):
    with transaction.atomic():
        for number in range(50):
            letters.write(Occasion.DECISION, due, key=str(number))
    for process in [start(), start(), start()]:
        out, _err = process.communicate(timeout=120)
        assert process.returncode == 0, out
    assert check(smtp, count=102) == {"sent": 102}


@pytest.mark.slow
def test_thirty_kills_at_random_moments_send_nothing_twice(start, smtp, due):
    Contact.objects.filter(name="John Ash").delete()
    with transaction.atomic():
        for number in range(400):
            letters.write(Occasion.DECISION, due, key=str(number))
    chance, killed = random.Random(11), 0
    for _kill in range(30):
        process = start()
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.15))
        process.kill()
        process.wait()
        killed += process.returncode == -signal.SIGKILL
        Letter.objects.filter(state=State.SENDING).update(tried_at=timezone.now() - DEAD_AFTER - timedelta(seconds=1))
    finish(start)
    states = check(smtp, count=401)
    assert killed >= 20, "the kills came while there was work"
    assert states[State.UNCLEAR] <= killed
