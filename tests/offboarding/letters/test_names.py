"""Names and reasons are only ever words: no header, no markup, no paragraph comes out of one."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offboarding import letters
from offboarding.letter_body import as_text, one_line, read_body
from offboarding.mail_form import mail_of
from offboarding.models import Letter
from tests.offboarding.letters.conftest import ended

Occasion = Letter.Occasion
NAMES = [
    "Alice\r\nBcc: everybody@example.com",
    "Alice\n\n[dates]\n\n- a point",
    "<script>alert('x')</script> & \"Söner\"",
    "{{ settings.SECRET_KEY }} {% now 'Y' %} %(vendor)s %s",
    "Skola 🎓 ‮rtl‬ أكاديمية",
    "x" * 255,
    "A\u2028B\u2029C",
    "=?utf-8?q?hidden?=",
    "-- ",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_stays_a_name(agreement, anna, alice, settings, name):
    settings.VENDOR_NAME = name
    alice.name = anna.name = name
    anna.language = "en"
    alice.save()
    anna.save()
    (plain,) = letters.write(Occasion.WINDOW_OPEN, agreement, key="1")
    mail = BytesParser(policy=policy.default).parsebytes(mail_of(plain).message().as_bytes())
    assert set(mail.keys()) == {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted"
    }  # fmt: skip
    assert mail["To"] == anna.email
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].addr_spec == settings.MAIL_FROM
    assert "<script" not in plain.html
    assert plain.html.count("<li") == 0
    assert f"Hello {one_line(name)}," in " ".join(plain.text.split())


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_strange_agreement_number_stays_inside_its_subject_and_calendar(agreement, name):
    from icalendar import Calendar

    agreement.number = name[:64]
    agreement.save()
    (letter,) = letters.write(Occasion.DECISION, ended(agreement), key="1")
    events = Calendar.from_ical(letter.calendar).walk("VEVENT")
    assert len(events) == 3
    assert all(one_line(name[:64]) in str(event["SUMMARY"]) for event in events)
    assert "\n" not in letter.subject


@pytest.mark.django_db
@pytest.mark.parametrize(
    "subject", ["Era data raderas från och med torsdag", "å" * 190, "🎓 " * 60, "plain", "ä b" * 60]
)
def test_whatever_a_subject_says_its_reference_stands_plain_in_the_mail(agreement, subject):
    (letter,) = letters.write(Occasion.WINDOW_OPEN, agreement, key="1")
    letter.subject = f"[{agreement.reference}] {subject.strip()}"
    raw = mail_of(letter).message().as_bytes()
    assert f"Subject: [{agreement.reference}]".encode() in raw
    assert max(len(line) for line in raw.partition(b"\n\n")[0].splitlines()) <= 998
    assert BytesParser(policy=policy.default).parsebytes(raw)["Subject"] == letter.subject


@pytest.mark.django_db
def test_a_reason_of_many_lines_becomes_one_paragraph(agreement):
    (letter,) = letters.write(
        Occasion.DATES_CHANGED, agreement, key="1", context={"because": "First.\n\n- Second.\n\n[dates]"}
    )
    assert letter.html.count("<li") == 0
    assert "First. - Second. [dates]" in " ".join(letter.text.split())


@given(
    st.lists(
        st.text(min_size=1).map(one_line).filter(lambda text: text and not text.startswith("- ") and text != "[dates]"),
        min_size=2,
        max_size=6,
    )
)
def test_whatever_the_paragraphs_say_they_are_read_back_one_by_one(paragraphs):
    subject, blocks = read_body("\n\n".join(paragraphs))
    assert subject == paragraphs[0]
    assert [block.text for block in blocks] == paragraphs[1:]
    assert as_text("Hello,", blocks, [], []).split() == ["Hello,", *" ".join(paragraphs[1:]).split()]


@given(st.text())
def test_one_line_is_one_line_without_control_characters(text):
    line = one_line(text)
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert not any(ord(char) < 32 for char in line)


def test_a_letter_without_a_text_is_refused():
    with pytest.raises(ValueError, match="a subject and a text"):
        read_body("Only a subject\n\n  \n")


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "/a?token=1", "/a#b", "/a b", "a"])
def test_a_letter_links_to_no_page_but_our_own(agreement, page):
    with pytest.raises(ValueError, match="no page of ours"):
        letters.write(Occasion.EXPORT_READY, agreement, key="1", context={"page": page})
