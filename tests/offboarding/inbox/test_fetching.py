"""``fetch_notices`` on a real IMAP server: what it takes in, where the mail goes, and what it says when it cannot."""

from __future__ import annotations

import datetime as dt

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


def test_an_empty_mailbox_says_nothing_and_gets_its_folders(fetch, mailbox):
    run = fetch()
    assert (run.code, run.said, run.wrong) == (0, "", "")
    assert {"Done", "Problem"} <= mailbox.folders()


def test_what_needs_a_person_moves_to_problem_and_nothing_is_said_of_its_content(fetch, mailbox, agreement):
    mailbox.deliver(written(sender="eve@elsewhere.example", subject="A secret"))
    run = fetch()
    assert (run.code, len(mailbox.folder("Problem")), mailbox.folder("INBOX")) == (0, 1, [])
    message = StoredMessage.objects.get()
    assert run.said == f"mail 1: message {message.pk} waits for a person: unmatched, nobody\n"


def test_mails_are_read_whatever_their_flags_and_keep_them(fetch, mailbox, agreement):
    for number, flags in enumerate((["\\Seen"], ["\\Flagged", "\\Answered"], ["\\Deleted"], [])):
        mailbox.deliver(written(f"Text {number}", number=str(number)), flags=flags)
    assert fetch().code == 0
    assert (StoredMessage.objects.count(), mailbox.folder("INBOX")) == (4, [])
    moved = [*mailbox.flags("Done"), *mailbox.flags("Problem")]
    kept = sorted(tuple(sorted(flags - {"\\Recent"})) for flags in moved)
    assert kept == [(), ("\\Answered", "\\Flagged"), ("\\Deleted",), ("\\Seen",)]


def test_receipt_is_when_the_mailbox_got_it(fetch, mailbox, agreement):
    arrived = dt.datetime(2026, 11, 1, 23, 59, 58, tzinfo=dt.UTC)
    mailbox.deliver(written(), at=arrived)
    fetch()
    assert TerminationNotice.objects.get().received_at == arrived


def test_the_same_mail_twice_in_the_mailbox_is_one_message_and_both_are_moved(fetch, mailbox, agreement):
    for _time in range(2):
        mailbox.deliver(written())
    run = fetch()
    assert "known already" in run.said
    assert (StoredMessage.objects.count(), TerminationNotice.objects.count()) == (1, 1)
    assert (len(mailbox.folder("Done")), mailbox.folder("INBOX")) == (2, [])


def test_folders_may_have_blanks_and_letters_beyond_ascii(fetch, mailbox, agreement):
    mailbox.deliver(written())
    mailbox.deliver(written(sender="eve@elsewhere.example", number="2"))
    url = mailbox.url.replace(
        "done=Done&problem=Problem", "done=Avslutade%20%C3%A4renden&problem=%C3%85tg%C3%A4rda%20%26"
    )
    assert fetch(url).code == 0
    for name in ('"Avslutade &AOQ-renden"', '"&AMU-tg&AOQ-rda &-"'):
        assert len(mailbox.folder(name)) == 1


def test_a_mail_that_fails_stays_and_does_not_stop_the_others(fetch, mailbox, agreement, monkeypatch):
    from offboarding import originals

    keep = originals.keep

    def failing(content, kind):
        if b"Text 1" in content.read():
            raise OSError("The storage is full.")
        return keep(content, kind)

    monkeypatch.setattr(originals, "keep", failing)
    mails = [written(f"Text {number}", number=str(number)) for number in range(3)]
    for raw in mails:
        mailbox.deliver(raw)
    run = fetch()
    assert run.code == 1
    assert "mail 2: stays, OSError: The storage is full." in run.wrong
    assert mailbox.folder("INBOX") == [mails[1]]
    assert StoredMessage.objects.count() == 2
    monkeypatch.undo()


def test_without_a_mailbox_in_the_settings_it_says_so(fetch, settings):
    from django.core.management import CommandError, call_command

    settings.INBOX = None
    with pytest.raises(CommandError, match="INBOX_URL is not set") as refused:
        call_command("fetch_notices")
    assert refused.value.returncode == 2


def test_a_wrong_password_is_one_sentence_without_the_password(fetch, mailbox):
    run = fetch(mailbox.url.replace(mailbox.password, "wrong-and-secret"))
    assert run.code == 2
    assert "does not let" in run.wrong
    assert "wrong-and-secret" not in run.wrong
    assert len(run.wrong.splitlines()) == 1


def test_a_password_beyond_ascii_is_refused_like_any_other(fetch, mailbox):
    run = fetch(mailbox.url.replace(mailbox.password, "l%C3%B6sen%22%5C"))
    assert (run.code, "does not let" in run.wrong) == (2, True)


def test_a_certificate_that_nobody_vouches_for_is_refused(fetch, mailbox):
    mailbox.deliver(written())
    run = fetch(mailbox.url.partition("&certificates=")[0])
    assert run.code == 2
    assert "certificate verify failed" in run.wrong
    assert not StoredMessage.objects.exists()


def test_without_tls_on_this_machine_it_works_too(fetch, mailbox, agreement):
    mailbox.deliver(written())
    assert fetch(mailbox.plain_url).code == 0
    assert StoredMessage.objects.count() == 1


def test_a_server_that_does_not_answer_is_one_sentence(fetch, mailbox):
    mailbox.halt()
    run = fetch()
    assert (run.code, "cannot be reached" in run.wrong) == (2, True)


def test_a_server_that_goes_in_the_middle_loses_nothing(fetch, mailbox, agreement, monkeypatch):
    from offboarding import inbox

    mails = [written(f"Text {number}", number=str(number)) for number in range(3)]
    for raw in mails:
        mailbox.deliver(raw)
    take_in = inbox.take_in

    def taking(content, **facts):
        if b"Text 1" in content.read():
            mailbox.halt()
        return take_in(content, **facts)

    monkeypatch.setattr(inbox, "take_in", taking)
    run = fetch()
    assert (run.code, "does not answer any more" in run.wrong) == (2, True)
    monkeypatch.undo()
    mailbox.run()
    assert fetch().code == 0
    assert StoredMessage.objects.count() == 3
    assert sorted([*mailbox.folder("Done"), *mailbox.folder("Problem")]) == sorted(mails)
    assert mailbox.folder("INBOX") == []
