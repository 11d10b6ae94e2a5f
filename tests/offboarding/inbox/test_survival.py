"""Whatever kills a run, and whenever: every mail is stored once, makes one notice, and lies in the right folder."""

from __future__ import annotations

import random
import signal
import time

import pytest

from offboarding.models import Agreement, Letter, StoredMessage, TerminationNotice
from tests.offboarding.inbox.conftest import written

DYING = "tests.offboarding.inbox.dying_fetch"
pytestmark = pytest.mark.django_db(transaction=True)


class Round:
    """One delivery of three mails – a notice, the same words again, a stranger's – and what must come of them."""

    mails = 3
    """Two leave out the one that says the same words again."""

    def __init__(self, mailbox, ground, agreement: Agreement) -> None:
        self.mailbox, self.ground, self.agreement = mailbox, ground, agreement
        self.done: list[bytes] = []
        self.problem: list[bytes] = []

    def deliver(self, name: str) -> None:
        TerminationNotice.objects.filter(duplicate_of__isnull=False).delete()
        TerminationNotice.objects.all().delete()
        Letter.objects.all().delete()
        StoredMessage.objects.filter(duplicate_of__isnull=False).delete()
        StoredMessage.objects.all().delete()
        notice, again = (written(f"We leave. {name}", number=f"{name}-{number}") for number in range(2))
        strange = written("Hello", sender="eve@elsewhere.example", number=f"{name}-3")
        for raw in (notice, strange, again)[: self.mails]:
            self.mailbox.deliver(raw)
        self.done += [notice, again][: self.mails - 1]
        self.problem.append(strange)

    def prove(self, *, moved_at_once: bool = False) -> None:
        """``moved_at_once``: the mail server may have left a copy for each session that moved the same mail."""
        assert self.mailbox.folder("INBOX") == []
        for folder, mails in (("Done", self.done), ("Problem", self.problem)):
            found = self.mailbox.folder(folder)
            assert sorted(set(found) if moved_at_once else found) == sorted(mails)
        assert StoredMessage.objects.count() == self.mails
        for message in StoredMessage.objects.all():
            assert (self.ground / message.storage_name).read_bytes() in {*self.done, *self.problem}
        states = TerminationNotice.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["received", "duplicate"][: self.mails - 1]
        assert Letter.objects.count() == self.mails  # to both contacts, and for the duplicate to its sender


@pytest.fixture
def round_of(mailbox, ground, agreement):
    return Round(mailbox, ground, agreement)


def _next_run(fetch):
    """The run after a killed one, whose session at the database may end a moment after it."""
    run = fetch()
    while "another" in run.said:
        time.sleep(0.1)
        run = fetch()
    assert run.code == 0, run


def _killed_at_each_border(start, fetch, round_of, *more: str) -> int:
    border, met, round_of.mails = 0, 1, 2
    while border < met:
        border += 1
        round_of.deliver(str(border))
        process = start("-m", DYING, str(border), *more)
        output, wrong = process.communicate(timeout=120)
        if process.returncode == 0:
            met = int(output.splitlines()[-1])
            break
        assert process.returncode == -signal.SIGKILL, wrong
        met = border + 1
        _next_run(fetch)
        round_of.prove()
    round_of.prove()
    print(f"killed at {border - 1} borders")
    return border


@pytest.mark.slow
def test_a_run_killed_at_each_border_in_turn_loses_and_doubles_nothing(start, fetch, round_of):
    assert _killed_at_each_border(start, fetch, round_of) > 40


@pytest.mark.slow
def test_nor_does_one_on_a_server_that_only_copies(start, fetch, round_of, monkeypatch):
    from offboarding import mailbox

    prepare = mailbox.Box.prepare

    def without_move(box):
        prepare(box)
        box._client.capabilities = tuple(set(box._client.capabilities) - {"MOVE"})

    monkeypatch.setattr(mailbox.Box, "prepare", without_move)
    assert _killed_at_each_border(start, fetch, round_of, "copying") > 50


@pytest.mark.parametrize("more", [(), ("copying",)], ids=["moving", "copying"])
def test_an_undisturbed_run_takes_in_everything_once(start, round_of, more):
    round_of.deliver("quiet")
    output, wrong = start("-m", DYING, "0", *more).communicate(timeout=120)
    assert output, wrong
    round_of.prove()


@pytest.mark.slow
def test_twenty_kills_at_random_moments_lose_and_double_nothing(start, fetch, round_of):
    chance = random.Random(7)
    kills = 0
    while kills < 20:
        round_of.deliver(f"random-{kills}")
        process = start("manage.py", "fetch_notices")
        time.sleep(chance.uniform(0.8, 2.6))
        if process.poll() is None:
            process.kill()
            kills += 1
        process.wait()
        _next_run(fetch)
        round_of.prove()


def test_two_runs_at_once_take_in_everything_once(start, round_of):
    round_of.deliver("both")
    runs = [start("manage.py", "fetch_notices") for _ in range(2)]
    said = [process.communicate(timeout=120) for process in runs]
    assert [process.returncode for process in runs] == [0, 0], said
    round_of.prove()


def test_two_runs_that_do_not_know_of_each_other_take_in_everything_once(start, round_of):
    """As on a database without the lock: each mail is taken in once all the same."""
    round_of.deliver("blind")
    blind = (
        "import contextlib, sys, django; django.setup();"
        "from django.core.management import call_command;"
        "from offboarding.management.commands import fetch_notices as f;"
        "f._alone = contextlib.contextmanager(lambda: (yield True));"
        "call_command('fetch_notices')"
    )
    runs = [start("-c", blind) for _ in range(3)]
    for process in runs:
        process.communicate(timeout=120)
    last, wrong = start("-m", DYING, "0").communicate(timeout=120)
    assert last, wrong
    round_of.prove(moved_at_once=True)


def test_uids_that_mean_something_else_after_a_kill_harm_nothing(start, fetch, round_of, mailbox):
    """The server forgets its UIDs (another UIDVALIDITY) between a run that died and the next one."""
    round_of.deliver("uids")
    process = start("-m", DYING, "25")
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    mailbox.halt()
    folder = mailbox.server.ground.directory / "mail" / mailbox.user / "Maildir"
    for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
        (folder / name).unlink(missing_ok=True)
    mailbox.run()
    _next_run(fetch)
    round_of.prove()
