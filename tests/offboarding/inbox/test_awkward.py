"""Every awkward mail, delivered to one mailbox and fetched in one run: stored as it came, and each with its reasons."""

from __future__ import annotations

import hashlib

import pytest

from offboarding.mail_problems import Problem
from offboarding.models import Agreement, Contact, Customer, StoredMessage, TerminationNotice
from tests.offboarding.mail.awkward import AWKWARD
from tests.offboarding.mail.composing import ALICE, BOB, MOST_BYTES, NOTICE_ADDRESS, RECEIVED

pytestmark = pytest.mark.django_db(transaction=True)
DELIVERED = [mail for mail in AWKWARD if mail.make()]
"""All but the one of no bytes, which no IMAP server takes."""
SERVER_MENDS = {Problem.NUL_BYTES, Problem.HEADER_INJECTION, Problem.MALFORMED}
"""What an IMAP server may have mended before anybody reads the mail: NUL bytes, bare line breaks."""


@pytest.fixture
def cases(agreement, neighbour, settings):
    """The agreements that the awkward mails speak of, and the contacts who write them."""
    settings.NOTICE_ADDRESS = NOTICE_ADDRESS
    settings.INBOX_MAX_BYTES = MOST_BYTES
    Agreement.objects.filter(pk=agreement.pk).update(reference=ALICE)
    Agreement.objects.filter(pk=neighbour.pk).update(reference=BOB)
    alice = Customer.objects.get(pk=agreement.customer_id)
    Contact.objects.create(customer=alice, name="Alice", email="alice@alice.example", may_give_notice=True)


@pytest.fixture
def taken(monkeypatch):
    """The messages in the order of the mails; after each, its case stands as before, so that each meets the same."""
    from offboarding import inbox

    found: list[StoredMessage] = []
    take_in = inbox.take_in

    def taking(content, **facts):
        message = take_in(content, **facts)
        message.made_notice = message.agreement_id and TerminationNotice.objects.filter(message=message).exists()
        TerminationNotice.objects.update(state="withdrawn")
        found.append(message)
        return message

    monkeypatch.setattr(inbox, "take_in", taking)
    return found


def own_id(raw: bytes, number: int) -> bytes:
    """The mail with a Message-ID of its own where all have the same: else each but the first would be a twin."""
    return raw.replace(b"<notice-1@alice.example>", b"<notice-%d@alice.example>" % (number + 1000), 1)


def test_every_awkward_mail_is_stored_as_it_came_and_gets_its_reasons(fetch, mailbox, cases, taken, ground, tmp_path):
    for number, mail in enumerate(DELIVERED):
        mailbox.deliver(own_id(mail.make(), number), at=RECEIVED)
    run = fetch()
    assert run.code == 0, run.wrong
    assert len(taken) == len(DELIVERED)
    assert mailbox.folder("INBOX") == []
    kept = {hashlib.sha256(raw).hexdigest() for name in ("Done", "Problem") for raw in mailbox.folder(name)}
    assert kept == {message.sha256 for message in taken}
    for message in taken:
        content = (ground / message.storage_name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == message.sha256
    wrong = {mail.name: (mail.problems, message.problems) for mail, message in zip(DELIVERED, taken, strict=True)
             if not (set(mail.problems) - SERVER_MENDS) <= set(message.problems)}  # fmt: skip
    assert wrong == {}
    stopped = [mail.name for mail, message in zip(DELIVERED, taken, strict=True) if message.made_notice
               and any(Problem(code).blocking for code in message.problems)]  # fmt: skip
    assert stopped == []
    (tmp_path / "awkward.md").write_text(table(taken))


def test_the_mails_that_broke_other_programs_are_taken_in(fetch, mailbox, cases, shared_data, ground):
    mails = [path.read_bytes() for path in sorted((shared_data("eml") / "django-helpdesk").iterdir())]
    for raw in mails:
        mailbox.deliver(raw)
    run = fetch()
    assert run.code == 0, run.wrong
    assert mailbox.folder("INBOX") == []
    moved = {raw for name in ("Done", "Problem") for raw in mailbox.folder(name)}
    assert {(ground / message.storage_name).read_bytes() for message in StoredMessage.objects.all()} == moved
    assert len(moved) == len(mails)


def table(taken: list[StoredMessage]) -> str:
    """Markdown: each mail and what it got."""
    rows = ["| awkward mail | goes to | codes | case | what follows |", "|---|---|---|---|---|"]
    for mail, message in zip(DELIVERED, taken, strict=True):
        folder = "a person" if message.state == "problem" else "done"
        notice = "a notice" if message.made_notice else "–" if message.state == "problem" else "no notice"
        case = message.agreement.number if message.agreement else message.customer or "–"
        rows.append(f"| {mail} | {folder} | {', '.join(message.problems) or '–'} | {case} | {notice} |")
    return "\n".join([*rows, ""])
