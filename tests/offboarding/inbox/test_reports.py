"""Mail servers report on letters of ours: what came back is marked, what is unclear waits for a person."""

from __future__ import annotations

import pytest

from offboarding.models import Letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(take_in, agreement):
    """A letter of ours that went out: the acknowledgement of a notice."""
    from django.utils import timezone

    from tests.offboarding.inbox.conftest import written

    take_in(written())
    Letter.objects.update(state="sent", sent_at=timezone.now())
    return Letter.objects.get(address="anna@alice.example")


def report(letter_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    text = f"""From: MAILER-DAEMON@mx.example
To: notices@vendor.example
Subject: Undelivered Mail
Date: Sun, 22 Nov 2026 04:00:00 +0100
Message-ID: <{action}{status}@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It was not delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; anna@alice.example
{f"Action: {action}" if action else "X-No: action"}
{f"Status: {status}" if status else "X-No: status"}

--b
Content-Type: text/rfc822-headers

Message-ID: <{letter_id.strip("<>")}>
Subject: Your notice

--b--
"""
    return text.replace("\n", "\r\n").encode()


def test_a_letter_that_came_back_is_marked_and_the_report_is_put_to_its_case(take_in, letter, agreement):
    message = take_in(report(letter.message_id))
    letter.refresh_from_db()
    assert letter.state == "bounced"
    assert (message.state, message.agreement) == ("matched", agreement)
    assert "bounced" in message.problems
    assert agreement.notices.count() == 1


def test_a_letter_that_is_only_late_stays_sent(take_in, letter):
    message = take_in(report(letter.message_id, action="delayed", status="4.4.1"))
    letter.refresh_from_db()
    assert (letter.state, message.state) == ("sent", "matched")


def test_a_report_that_does_not_say_what_became_of_the_letter_waits_for_a_person(take_in, letter, agreement):
    message = take_in(report(letter.message_id, action="", status=""))
    letter.refresh_from_db()
    assert (letter.state, message.state, message.agreement) == ("sent", "problem", agreement)


def test_a_report_on_somebody_elses_mail_waits_for_a_person_and_changes_no_letter(take_in, letter):
    message = take_in(report("no-letter-of-ours@elsewhere.example"))
    letter.refresh_from_db()
    assert (letter.state, message.state, message.agreement) == ("sent", "problem", None)


def test_the_same_report_twice_marks_once(take_in, letter):
    assert take_in(report(letter.message_id)) == take_in(report(letter.message_id))


def test_the_reports_page_leads_to_the_letter(take_in, letter, desk):
    message = take_in(report(letter.message_id))
    page = desk.get(f"/admin/offboarding/storedmessage/{message.pk}/change/").content.decode()
    assert f"/admin/offboarding/letter/{letter.pk}/change/" in page
    assert "5.1.1 failed" in page
