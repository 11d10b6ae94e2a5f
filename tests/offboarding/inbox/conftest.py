"""Alice's agreement with her contacts, bob's beside it, a real mailbox, and mails as people write them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[3]
NOTICES = "notices@vendor.example"


@pytest.fixture(autouse=True)
def ground(settings, tmp_path):
    """A storage of this test's own, and the address that notices are sent to."""
    settings.NOTICE_ADDRESS = NOTICES
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "uploads")},
        },
    }
    return tmp_path / "uploads"


@pytest.fixture
def agreement(alice):
    """Alice's: her head may give notice, her clerk may not."""
    from offboarding.models import Agreement, Contact

    Contact.objects.create(customer=alice, name="Anna Head", email="anna@alice.example", may_give_notice=True)
    Contact.objects.create(customer=alice, name="Axel Clerk", email="axel@alice.example")
    return Agreement.objects.create(
        customer=alice, number="ALICE-2026", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31)
    )


@pytest.fixture
def neighbour(bob):
    """Bob's agreement, to which nothing may happen."""
    from offboarding.models import Agreement, Contact

    Contact.objects.create(customer=bob, name="Bo Head", email="bo@bob.example", may_give_notice=True)
    return Agreement.objects.create(
        customer=bob, number="BOB-2026", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31)
    )


def written(
    text: str = "We terminate our agreement.",
    *,
    sender: str = "Anna Head <anna@alice.example>",
    to: str = NOTICES,
    subject: str = "Termination",
    number: str = "1",
    more: str = "",
) -> bytes:
    """A plain mail; ``number`` makes its Message-ID, ``more`` are further header lines."""
    lines = f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: Sun, 22 Nov 2026 04:00:00 +0100\n"
    lines += f"Message-ID: <{number}@alice.example>\n{more}Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    return lines.replace("\n", "\r\n").encode()


@dataclass
class Run:
    """What one run of the command said, and how it ended."""

    said: str
    wrong: str
    code: int


@pytest.fixture
def fetch(mailbox, settings):
    """Runs ``fetch_notices`` on the mailbox, or on the one that a URL names."""
    from offboarding import mail_configuration

    def run(url: str = "") -> Run:
        settings.INBOX = mail_configuration.inbox(url or mailbox.url)
        said, wrong = io.StringIO(), io.StringIO()
        try:
            call_command("fetch_notices", stdout=said, stderr=wrong)
        except CommandError as error:
            return Run(said.getvalue(), f"{wrong.getvalue()}{error}", error.returncode)
        return Run(said.getvalue(), wrong.getvalue(), 0)

    return run


@pytest.fixture
def start(mailbox, ground):
    """Starts a run as a process of its own; ``start("-m", "module", …)``."""
    from django.db import connection

    database = connection.settings_dict
    if "postgresql" not in database["ENGINE"]:
        pytest.skip("needs PostgreSQL, which several processes share")
    place = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}{secret}@{place}/{database['NAME']}",
        "STORAGE_DEFAULT_URL": f"file://{ground}",
        "INBOX_URL": mailbox.url,
        "NOTICE_ADDRESS": NOTICES,
    }
    running: list[subprocess.Popen] = []

    def begin(*arguments: str, **more: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env={**environment, **more},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.fixture
def take_in():
    """Takes in one mail as the command would."""
    from django.utils import timezone

    from offboarding import inbox
    from offboarding.actors import Actor

    def take(raw: bytes, **more):
        facts = {"received_at": timezone.now(), "source": "mailbox", "actor": Actor.machine("fetch_notices")} | more
        return inbox.take_in(raw, **facts)

    return take
