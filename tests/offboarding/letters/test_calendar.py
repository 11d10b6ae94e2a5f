"""The calendar file: another program reads the days, moves them with a later letter, and takes them away again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from offboarding import letters
from offboarding.models import Letter
from tests.offboarding.letters.conftest import ended

Occasion = Letter.Occasion
pytestmark = pytest.mark.django_db


def read(letter):
    """Method and events by UID, as another program sees them."""
    calendar = Calendar.from_ical(letter.calendar)
    assert (calendar["VERSION"], calendar["CALSCALE"]) == ("2.0", "GREGORIAN")
    assert calendar["PRODID"]
    assert not calendar.errors
    return str(calendar["METHOD"]), {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def day(event):
    return event.decoded("DTSTART")


@pytest.fixture
def decided(agreement):
    return letters.write(Occasion.DECISION, agreement, key="1")[0]


def test_each_milestone_is_a_whole_day_with_its_rule(decided, agreement, settings):
    method, events = read(decided)
    domain = settings.NOTICE_ADDRESS.rpartition("@")[2]
    assert method == "PUBLISH"
    assert {uid: day(event) for uid, event in events.items()} == {
        f"r-aaaa-2026-service_ends@{domain}": date(2026, 12, 31),
        f"r-aaaa-2026-export_until@{domain}": date(2027, 3, 31),
        f"r-aaaa-2026-delete_from@{domain}": date(2027, 4, 1),
    }
    for event in events.values():
        assert type(day(event)) is date, "an all-day event has no time"
        assert event.decoded("DTEND") == day(event) + timedelta(days=1)
        assert event["DTSTAMP"].dt.tzinfo is not None
        assert str(event["ORGANIZER"]) == f"mailto:{settings.NOTICE_ADDRESS}"
        assert (event["TRANSP"], event["STATUS"]) == ("TRANSPARENT", "CONFIRMED")
        assert "A-2026" in event["SUMMARY"]
        assert agreement.reference in event["DESCRIPTION"]


def test_its_lines_are_as_the_standard_wants_them(decided):
    lines = decided.calendar.encode().split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    assert lines[-1] == b""


def test_a_later_letter_moves_the_same_events(decided, agreement):
    ended(agreement, export_until=date(2027, 6, 30))
    (moved,) = letters.write(Occasion.DATES_CHANGED, agreement, key="2")
    (_method, first), (method, then) = read(decided), read(moved)
    assert method == "PUBLISH"
    assert first.keys() == then.keys()
    (uid,) = [uid for uid in then if "export_until" in uid]
    assert day(then[uid]) == date(2027, 6, 30)
    assert all(then[uid]["SEQUENCE"] > first[uid]["SEQUENCE"] for uid in then)


def test_an_agreement_that_continues_takes_every_event_back(decided, agreement):
    agreement.ending, agreement.milestones = "", {}
    agreement.service_ends = agreement.export_until = agreement.delete_from = None
    agreement.save()
    (letter,) = letters.write(Occasion.CONTINUES, agreement, key="2")
    (_method, first), (method, then) = read(decided), read(letter)
    assert method == "CANCEL"
    assert {uid: day(event) for uid, event in then.items()} == {uid: day(event) for uid, event in first.items()}
    assert {str(event["STATUS"]) for event in then.values()} == {"CANCELLED"}
    assert all(then[uid]["SEQUENCE"] > first[uid]["SEQUENCE"] for uid in then)


def test_where_no_calendar_was_ever_sent_none_is_taken_back(agreement):
    (letter,) = letters.write(Occasion.CONTINUES, agreement, key="1")
    assert letter.calendar == ""


def test_the_calendar_speaks_the_reader_s_language(agreement, anna, john):
    swedish, english = letters.write(Occasion.DECISION, agreement, key="1")
    assert (swedish.language, english.language) == ("sv", "en")
    assert "Thursday 31 December 2026" in str(Calendar.from_ical(english.calendar).walk("VEVENT")[0]["DESCRIPTION"])
    assert "torsdag 31 december 2026" in str(Calendar.from_ical(swedish.calendar).walk("VEVENT")[0]["DESCRIPTION"])


def test_a_mail_carries_it_byte_for_byte(decided):
    from email import policy
    from email.parser import BytesParser

    from offboarding.mail_form import mail_of

    mail = BytesParser(policy=policy.default).parsebytes(mail_of(decided).message().as_bytes())
    (part,) = mail.iter_attachments()
    assert part.get_payload(decode=True).decode() == decided.calendar
    assert part["Content-Type"].params["method"] == "PUBLISH"
    assert part.get_filename() == "dates.ics"


def test_the_time_of_writing_is_in_utc_whatever_our_zone_is(agreement, time_machine):
    time_machine.move_to(datetime(2026, 7, 1, 12, tzinfo=UTC), tick=False)
    (letter,) = letters.write(Occasion.DECISION, agreement, key="summer")
    assert "DTSTAMP:20260701T120000Z" in letter.calendar
