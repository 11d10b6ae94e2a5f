"""A mail of 50 MB is fetched in pieces, stored whole, and takes no more memory than a small one."""

from __future__ import annotations

import hashlib
import os

import pytest

from offboarding.models import StoredMessage
from tests.offboarding.inbox.conftest import written

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = 50 * 1024 * 1024
MEASURED = """
import django; django.setup()
from django.core.management import call_command
call_command("fetch_notices")
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peak(start) -> tuple[str, int]:
    """What a run of its own says, and the most memory it had, in KiB."""
    said, wrong = start("-c", MEASURED).communicate(timeout=300)
    assert said, wrong
    *lines, most = said.splitlines()
    return "\n".join(lines), int(most)


def test_a_mail_of_50_mb_is_stored_whole_in_flat_memory(start, mailbox, agreement, ground):
    mailbox.deliver(written())
    _said, small = peak(start)
    body = "\n".join(os.urandom(36).hex() for _line in range(SIZE // 73))
    raw = written(body, number="2")
    mailbox.deliver(raw)
    said, large = peak(start)
    assert "too_large" in said
    message = StoredMessage.objects.get(state="problem")
    assert (message.bytes, message.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert (message.subject, message.agreement) == ("Termination", agreement)
    assert hashlib.sha256((ground / message.storage_name).read_bytes()).hexdigest() == message.sha256
    assert large - small < 16 * 1024, f"{small} KiB for a small mail, {large} KiB for {SIZE} bytes"
    print(f"{small} KiB, {large} KiB")
