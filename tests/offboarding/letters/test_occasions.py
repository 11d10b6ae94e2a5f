"""Every occasion, in both languages: complete, dated, kind to machines and people, and without a secret."""

from __future__ import annotations

import os
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import translation

from offboarding import letters
from offboarding.letter_writing import WITH_CALENDAR
from offboarding.mail_form import mail_of
from offboarding.models import Letter
from tests.offboarding.letters.occasions import NAMES, PLAN, TO_LEGAL, day_of, occasions

Occasion = Letter.Occasion
pytestmark = pytest.mark.django_db
EVERY = [(name, language) for name in NAMES for language in ("en", "sv")]
LINKS = re.compile(r"https?://[^\s\"<>]+")


class Words(HTMLParser):
    """The text of an HTML page, and its tags."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.silent = "", [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.text += " "
        self.silent = tag in ("style", "title")

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        self.text += "" if self.silent else data


@pytest.fixture
def write(agreement, anna, settings, time_machine):
    """``write(name, language)`` is the letter to Anna, or to Legal, on a fitting day."""
    settings.LEGAL_ADDRESS = "legal@vendor.example"

    def write(name, language="en"):
        anna.language = language
        anna.save()
        time_machine.move_to(day_of(name), tick=False)
        occasion, context = occasions(agreement)[name]
        legal = {"to": [], "addresses": [settings.LEGAL_ADDRESS], "language": language} if name in TO_LEGAL else {}
        (letter,) = letters.write(Occasion(occasion), agreement, key=name, context=context, **legal)
        if folder := os.environ.get("LETTERS_TO"):
            Path(folder, f"{name}.{language}.txt").write_text(f"{letter.subject}\n\n{letter.text}")
            Path(folder, f"{name}.{language}.html").write_text(letter.html)
        return letter

    return write


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


def test_the_list_of_letters_has_every_occasion(agreement):
    known = occasions(agreement)
    assert list(known) == NAMES
    assert {occasion for occasion, _context in known.values()} == set(Occasion.values)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_letter_says_who_what_and_the_reference_in_text_and_html_alike(write, agreement, name, language):
    letter = write(name, language)
    assert letter.language == language
    assert letter.subject.startswith(f"[{agreement.reference}] ")
    assert len(letter.subject) > len(agreement.reference) + 10
    seen = Words(letter.html).text
    reader = [] if name in TO_LEGAL else ["Anna Ek", f"/help/leaving/?language={language}"]
    for needed in (*reader, "Alice Academy", "A-2026", agreement.reference):
        assert needed in squeezed(letter.text), needed
        assert needed in squeezed(seen), needed
    heading = letter.subject.partition("] ")[2]
    assert re.findall(r"\w+", seen) == re.findall(r"\w+", f"{heading} {letter.text}"), "HTML and text say the same"
    for left_over in ("{{", "{%", "[dates]", "None", "%(", "&lt;", "&#x27;", "  \n"):
        assert left_over not in letter.text


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_letter_links_to_our_own_site_alone_and_has_no_secret(write, settings, name, language):
    letter = write(name, language)
    said = letter.text + letter.html + letter.calendar.replace("\r\n ", "")
    links = set(LINKS.findall(said))
    paths = {"/admin/"} if name in TO_LEGAL else {f"/help/leaving/?language={language}", "/case/", "/verify/"}
    assert links
    assert all(link.startswith(settings.SITE_URL) for link in links)
    assert not [link for link in links if not link.removeprefix(settings.SITE_URL).startswith(tuple(paths))]
    assert "token" not in said.lower()
    assert "signature" not in said.lower()
    tags = Words(letter.html).tags
    assert {tag for tag, _attrs in tags}.isdisjoint({"img", "script", "iframe", "form", "link", "object", "input"})
    assert not [attrs for _tag, attrs in tags if any(name.startswith("on") or name == "src" for name in attrs)]
    assert "url(" not in letter.html
    assert "@import" not in letter.html


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_letter_becomes_a_mail_that_machines_understand(write, agreement, settings, name, language):
    settings.VENDOR_NAME = "Lärarna & Söner, AB"
    letter = write(name, language)
    if letter.enclosure:
        storages["evidence"].delete(letter.enclosure)
        from django.core.files.base import ContentFile

        storages["evidence"].save(letter.enclosure, ContentFile(b"%PDF-1.7"))
    from email import policy
    from email.parser import BytesParser

    mail = BytesParser(policy=policy.default).parsebytes(mail_of(letter).message().as_bytes())
    assert mail["From"].addresses[0].display_name == "Lärarna & Söner, AB"
    assert mail["From"].addresses[0].addr_spec == settings.MAIL_FROM
    assert mail["To"] == ("legal@vendor.example" if name in TO_LEGAL else "anna@alice.example")
    local, _at, domain = settings.NOTICE_ADDRESS.partition("@")
    assert mail["Reply-To"] == f"{local}+{agreement.reference}@{domain}"
    assert mail["Message-ID"].startswith(f"<{agreement.reference}.")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == letter.subject
    alternatives = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert [squeezed(said) for said in alternatives] == [squeezed(letter.text), squeezed(letter.html)]
    attached = [part.get_content_type() for part in mail.iter_attachments()]
    wanted = (["text/calendar"] if letter.calendar else []) + (["application/pdf"] if letter.enclosure else [])
    assert attached == wanted
    assert bool(letter.calendar) == (letter.occasion in WITH_CALENDAR)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("decision_t", "dates", "window", "warn"))])
def test_dates_are_absolute_with_weekday_and_zone_and_each_says_why(write, name):
    said = squeezed(write(name).text)
    assert "Thursday 31 December 2026, until the end of the day, Swedish time (Europe/Stockholm)" in said
    assert "Wednesday 31 March 2027, until the end of the day, Swedish time (Europe/Stockholm)" in said
    assert "Thursday 1 April 2027, from the start of the day, Swedish time (Europe/Stockholm)" in said
    assert "because both parties agreed on that day" in said
    assert "90 days" in said


def test_a_moved_date_says_what_it_was_before(write):
    assert "Before: Monday 30 November 2026." in squeezed(write("dates_changed").text)


def test_an_acknowledgement_says_the_minute_that_counts(write):
    said = squeezed(write("acknowledgement").text)
    assert "Thursday 5 November 2026, 14:03, Swedish time (Europe/Stockholm)" in said


def test_weekdays_and_months_are_swedish_in_a_swedish_letter(write):
    said = squeezed(write("window_open", "sv").text)
    assert "torsdag 31 december 2026" in said
    assert "onsdag 31 mars 2027" in said


@pytest.mark.parametrize(("name", "days"), [("warning_30", "30 days"), ("warning_7", "7 days"), ("warning_1", "1 day")])
def test_a_warning_names_the_days_that_are_really_left(write, name, days):
    said = squeezed(write(name).text)
    assert f"{days} left" in said
    assert "Until Wednesday 31 March 2027 you can request an export" in said


@pytest.mark.parametrize("name", TO_LEGAL)
def test_a_task_for_legal_says_which_customer_by_when_and_where_and_that_the_customer_does_not_get_it(
    write, agreement, settings, name
):
    letter = write(name)
    _occasion, context = occasions(agreement)[name]
    said = squeezed(letter.text)
    page = PLAN if "page" in context else f"/admin/offboarding/agreement/{agreement.pk}/change/"
    assert f"This is where it is done: {settings.SITE_URL}{page}" in said
    assert "The customer does not get this letter." in said
    assert "Alice Academy" in letter.subject
    assert "/help/leaving/" not in letter.text + letter.html
    assert context.get("because", "") in said
    assert {date(2027, 4, 8): "Thursday 8 April 2027", date(2027, 5, 1): "Saturday 1 May 2027"}.get(
        context.get("due_on"), ""
    ) in said
    assert (letter.contact, letter.address) == (None, settings.LEGAL_ADDRESS)


def test_a_copy_to_attest_is_named_with_who_attests_it(write):
    letter = write("attestation")
    assert "backups" in letter.subject
    assert "Who has to attest it: Hosting AB." in squeezed(letter.text)


def test_a_warning_that_comes_too_late_does_not_promise_days(agreement, anna, time_machine):
    anna.language = "en"
    anna.save()
    time_machine.move_to("2027-04-03 10:00:00+00:00")
    (letter,) = letters.write(Occasion.WARNING_1, agreement, key="late")
    assert " left" not in letter.text
    assert "any day now" in squeezed(letter.text)


@pytest.mark.parametrize("name", NAMES)
def test_no_english_is_left_in_a_swedish_letter(write, name):
    with translation.override("sv"):
        if translation.gettext("Kind regards,") == "Kind regards,":
            pytest.skip("the Swedish words are not compiled: make messages")
    said = set(re.split(r"\n\n|\n- |\n  ", write(name, "sv").text))
    Letter.objects.all().delete()
    shared = said & set(re.split(r"\n\n|\n- |\n  ", write(name, "en").text))
    assert {part for part in shared if not part.startswith("http")} <= {""}
