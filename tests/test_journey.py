"""The whole story of a case, on real servers: a mail arrives, a person decides, everybody gets the same dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
import time_machine
from django.core.management import call_command
from django.utils import translation
from icalendar import Calendar

from offboarding import clock, journal, notices
from offboarding.journal_words import sentence
from offboarding.mail_configuration import inbox
from offboarding.models import Agreement, Contact, Letter, StoredMessage, TerminationNotice
from offboarding.phases import Phase, phase_of

pytestmark = pytest.mark.django_db(transaction=True)

Decision, State = TerminationNotice.Decision, TerminationNotice.State
TERM = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}
PROMISED = (date(2026, 12, 31), date(2027, 3, 31), date(2027, 4, 1))


@pytest.fixture(autouse=True)
def evidence(settings, tmp_path):
    """Signed heads of this test's journal, and of no other's."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": place}


@pytest.fixture
def agreement(alice):
    return Agreement.objects.create(customer=alice, number="AVT-2026-17", **TERM)


@pytest.fixture
def neighbours(bob):
    Contact.objects.create(customer=bob, name="Bob", email="bob@bob.example", may_give_notice=True)
    return Agreement.objects.create(customer=bob, number="AVT-2026-18", **TERM)


@pytest.fixture
def alva(alice):
    return Contact.objects.create(customer=alice, name="Alva Ek", email="alva@alice.example", may_give_notice=True)


@pytest.fixture
def axel(alice):
    return Contact.objects.create(customer=alice, name="Axel By", email="axel@alice.example")


def dates_of(agreement: Agreement) -> tuple[date | None, ...]:
    agreement.refresh_from_db()
    return agreement.service_ends, agreement.export_until, agreement.delete_from


def post(smtp) -> dict[str, list[EmailMessage]]:
    """Sends what is due, as cron does; the mails by their recipient."""
    smtp.clear()
    call_command("send_reminders")
    got: dict[str, list[EmailMessage]] = {}
    for mail in smtp.mails:
        got.setdefault(mail.recipients[0], []).append(mail.parsed)
    return got


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def calendar_of(mail: EmailMessage) -> Calendar:
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_payload(decode=True))


def a_notice(agreement: Agreement) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Alva Ek <Alva@Alice.example>", "notices@example.org"
    mail["Subject"], mail["Message-ID"] = f"Uppsägning av {agreement.number}", "<uppsagning-1@alice.example>"
    mail["Date"] = datetime(2026, 10, 1, 8, tzinfo=UTC)
    mail.set_content("Hej!\n\nVi förnyar inte avtalet.\n\nVänliga hälsningar\nAlva Ek\n")
    return mail.as_bytes(policy=SMTP)


def test_from_a_mail_to_the_end_of_the_window(agreement, neighbours, alva, axel, staff, mailbox, smtp, settings):
    settings.INBOX = inbox(mailbox.url)
    everybody = {alva.email, axel.email}
    untouched = Agreement.objects.filter(pk=neighbours.pk).values().get()

    with time_machine.travel("2026-10-01T09:00:00Z"):
        raw = a_notice(agreement)
        mailbox.deliver(raw, at=datetime(2026, 10, 1, 8, 30, tzinfo=UTC))
        call_command("fetch_notices")
        assert (mailbox.folder("INBOX"), mailbox.folder("Done")) == ([], [raw])
        message = StoredMessage.objects.get()
        first = TerminationNotice.objects.get()
        assert (first.state, first.agreement, first.contact, first.needs) == (State.RECEIVED, agreement, alva, [])
        assert first.received_at == datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
        assert message.notice == first
        assert phase_of(agreement, clock.today()) == Phase.NOTICE_GIVEN
        acknowledged = post(smtp)
        assert alva.email in acknowledged
        assert agreement.reference in acknowledged[alva.email][0]["Subject"]

    with time_machine.travel("2026-10-02T12:00:00Z"):
        notices.decide(first, Decision.TIMELY, by=staff)
        assert dates_of(agreement) == PROMISED
        decided = post(smtp)
        assert set(decided) == everybody
        for mail in (mails[0] for mails in decided.values()):
            for day in ("torsdag 31 december 2026", "onsdag 31 mars 2027", "torsdag 1 april 2027"):
                assert day in text_of(mail).lower()
            assert calendar_of(mail)["METHOD"] == "PUBLISH"
        assert phase_of(agreement, clock.today()) == Phase.ENDING

    with time_machine.travel("2026-10-20T12:00:00Z"):
        notices.withdraw(first, contact=alva, because="Vi stannar.")
        assert dates_of(agreement) == (None, None, None)
        continued = post(smtp)
        assert set(continued) == everybody
        assert calendar_of(continued[axel.email][0])["METHOD"] == "CANCEL"
        assert phase_of(agreement, clock.today()) == Phase.ACTIVE

    with time_machine.travel("2026-11-20T12:00:00Z"):
        received = datetime(2026, 11, 19, 9, tzinfo=UTC)
        because = "Inkomststämpeln på brevet."
        second = notices.record(
            agreement, channel="letter", received_at=received, by=staff, because=because, contact=alva
        )
        assert second.state == State.RECEIVED
        notices.decide(second, Decision.TIMELY, by=staff)
        assert dates_of(agreement) == PROMISED
        assert set(post(smtp)) == everybody
        assert post(smtp) == {}

    with time_machine.travel("2027-01-01T06:00:00Z"):
        opened = post(smtp)
        assert set(opened) == everybody
        assert "onsdag 31 mars 2027" in text_of(opened[axel.email][0]).lower()
        assert post(smtp) == {}
        assert phase_of(agreement, clock.today()) == Phase.EXPORT_WINDOW

    for moment in ("2027-03-02T06:00:00Z", "2027-03-25T06:00:00Z", "2027-03-31T06:00:00Z"):
        with time_machine.travel(moment):
            warned = post(smtp)
            assert {address: len(mails) for address, mails in warned.items()} == dict.fromkeys(everybody, 1)
            assert "torsdag 1 april 2027" in text_of(warned[alva.email][0]).lower()

    with time_machine.travel("2027-04-01T06:00:00Z"):
        assert phase_of(agreement, clock.today()) == Phase.CLOSING
        assert list(Agreement.objects.due_for_deletion(clock.today())) == [agreement]
        call_command("verify_journal")

    assert_the_journal_tells_it(agreement)
    assert Agreement.objects.filter(pk=neighbours.pk).values().get() == untouched
    assert not Letter.objects.filter(address="bob@bob.example").exists()


def assert_the_journal_tells_it(agreement: Agreement) -> None:
    entries = journal.entries_of(agreement, limit=500)[::-1]
    story = [entry.event for entry in entries if not entry.event.startswith("letter.")]
    assert story == [
        "notice.received", "message.stored", "notice.accepted", "dates.set", "notice.withdrawn", "dates.cleared",
        "notice.received", "notice.accepted", "dates.set",
    ]  # fmt: skip
    with translation.override("sv"):
        told = [sentence(entry) for entry in entries]
    assert any("1 oktober 2026" in line for line in told)
