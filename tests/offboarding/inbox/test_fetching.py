"""``fetch_notices`` on a real IMAP server: what it takes in, where the mail goes, and what it says when it cannot."""

from __future__ import annotations

import pytest

from offboarding.models import StoredMessage, TerminationNotice
from tests.offboarding.inbox.conftest import written

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mail_from_a_contact_becomes_a_notice_and_moves_to_done(fetch, mailbox, agreement, ground):
    raw = written()
    mailbox.deliver(raw)
    run = fetch()
    assert run.code == 0, run
    message, notice = StoredMessage.objects.get(), TerminationNotice.objects.get()
    assert (message.state, message.problems, notice.state, notice.needs) == ("matched", [], "received", [])
    assert (notice.agreement, notice.message, notice.contact.email) == (agreement, message, "anna@alice.example")
    assert (ground / message.storage_name).read_bytes() == raw
    assert (mailbox.folder("INBOX"), mailbox.folder("Done"), mailbox.folder("Problem")) == ([], [raw], [])
