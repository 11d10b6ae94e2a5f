"""The mail servers the other tests stand on are real, fail as they are told, and leave nothing behind."""

from __future__ import annotations

import datetime as dt
import imaplib
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import imap_tools
import pytest
from django.core import mail

from tests import parts
from tests.servers.dovecot import Dovecot
from tests.servers.ground import ServerError
from tests.servers.smtp import Sink

RAW = b"From: alice@alice.example\r\nTo: leaving@vendor.example\r\nSubject: Upps\xe4gning\r\n\r\nbye\r\n"


def send(smtp, *recipients, raw=RAW, timeout=20):
    with smtplib.SMTP("127.0.0.1", smtp.port, timeout=timeout) as client:
        return client.sendmail("us@vendor.example", recipients or ("alice@alice.example",), raw)


# IMAP -----------------------------------------------------------------------------------------------------------------


def test_a_delivered_mail_lies_in_the_mailbox_byte_by_byte_with_its_date_and_flags(mailbox):
    at = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)
    mailbox.deliver(RAW, flags=["\\Seen"], at=at)
    assert mailbox.folder() == [RAW]
    assert "\\Seen" in mailbox.flags()[0]
    with mailbox.client() as client:
        client.select("INBOX", readonly=True)
        told = client.fetch("1", "(INTERNALDATE)")[1][0]
    assert "01-Mar-2026 12:30:00 +0000" in told.decode()


def test_every_mailbox_is_its_own(dovecot, mailbox):
    other = dovecot.make_mailbox()
    other.deliver(RAW)
    assert mailbox.folder() == []
    assert mailbox.folder("Done") == []


def test_imap_tools_moves_a_mail_over_tls(mailbox):
    mailbox.deliver(RAW)
    trust = ssl.create_default_context(cafile=str(mailbox.certificate))
    with imap_tools.MailBox("127.0.0.1", mailbox.server.port, ssl_context=trust).login(
        mailbox.user, mailbox.password
    ) as box:
        box.folder.create("Done")
        (found,) = box.uids()
        box.move(found, "Done")
    assert (mailbox.folder(), mailbox.folder("Done")) == ([], [RAW])
    assert mailbox.folders() == {"INBOX", "Done"}


def test_who_does_not_trust_the_certificate_gets_no_connection(mailbox):
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("127.0.0.1", mailbox.server.port, ssl_context=ssl.create_default_context())


def test_a_wrong_password_is_refused_also_without_tls(mailbox):
    with imaplib.IMAP4("127.0.0.1", mailbox.server.plain_port) as client:
        assert client.login(mailbox.user, mailbox.password)[0] == "OK"
    with imaplib.IMAP4("127.0.0.1", mailbox.server.plain_port) as client, pytest.raises(imaplib.IMAP4.error):
        client.login(mailbox.user, "wrong")


def test_the_mail_server_comes_back_with_its_mail(mailbox):
    mailbox.deliver(RAW)
    mailbox.halt()
    with pytest.raises(OSError):
        mailbox.folder()
    mailbox.run()
    assert mailbox.folder() == [RAW]


def test_a_closed_mail_server_is_gone():
    server = Dovecot(parts.need("dovecot"))
    directory = server.ground.directory
    server.make_mailbox().deliver(RAW)
    server.close()
    assert not directory.exists()


# SMTP -----------------------------------------------------------------------------------------------------------------


def test_a_sent_mail_is_kept_with_its_envelope(smtp):
    send(smtp, "alice@alice.example", "bob@bob.example")
    (kept,) = smtp.mails
    assert (kept.sender, kept.recipients) == ("us@vendor.example", ("alice@alice.example", "bob@bob.example"))
    assert kept.raw.startswith(RAW[:40])
    assert kept.parsed["To"] == "leaving@vendor.example"


def test_what_the_application_sends_really_goes_over_the_wire(smtp):
    assert mail.send_mail("Räksmörgås", "Text", "us@vendor.example", ["alice@alice.example"]) == 1
    assert smtp.mails_to("alice@alice.example")[0].parsed["Subject"] == "Räksmörgås"


@pytest.mark.parametrize("code", [550, 450])
def test_a_refused_address_gets_nothing_and_the_others_do(smtp, code):
    smtp.refuse("Alice@alice.example", code)
    assert send(smtp, "alice@alice.example", "bob@bob.example")["alice@alice.example"][0] == code
    assert [kept.recipients for kept in smtp.mails] == [("bob@bob.example",)]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(smtp)


def test_a_temporary_error_ends_after_so_many_times(smtp):
    smtp.answer(451, times=1)
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(smtp)
    assert caught.value.smtp_code == 451
    send(smtp)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("kept", [True, False])
def test_a_dropped_connection_leaves_the_sender_in_doubt(smtp, kept):
    smtp.drop(kept=kept)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp)
    assert len(smtp.mails) == kept


def test_a_stalled_server_lets_the_sender_wait(smtp):
    smtp.stall(20, kept=False)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(smtp, timeout=0.3)
    smtp.heal()
    send(smtp)
    assert len(smtp.await_mails(1)) == 1


def test_a_server_that_is_away_refuses_the_connection(smtp):
    smtp.halt()
    with pytest.raises(ConnectionRefusedError):
        send(smtp)
    smtp.run()
    send(smtp)
    with pytest.raises(ServerError, match="1 mails came, not 2"):
        smtp.await_mails(2, seconds=0.1)


def test_a_closed_sink_is_gone():
    sink = Sink()
    sink.close()
    assert not sink.ground.directory.exists()


def test_mail_servers_do_not_outlive_a_killed_test_run():
    script = (
        "import time; from tests import parts; from tests.servers.dovecot import Dovecot\n"
        "from tests.servers.smtp import Sink; dovecot = Dovecot(parts.need('dovecot')); sink = Sink()\n"
        "print(dovecot.port, sink.port, dovecot.ground.directory, sink.ground.directory, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as run:
        *ports, imap, smtp = run.stdout.readline().split()
        assert Path(imap).is_dir()
        assert Path(smtp).is_dir()
        run.kill()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (Path(imap).exists() or Path(smtp).exists()):
        time.sleep(0.05)
    assert not Path(imap).exists()
    assert not Path(smtp).exists()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(port)), timeout=5)
