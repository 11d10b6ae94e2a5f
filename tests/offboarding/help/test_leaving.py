"""Anybody may read what happens when a customer leaves, in both languages, with dates that the clock computed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model

PAGE = "/help/leaving/"


class Reader(HTMLParser):
    """The words of a page, and the tags that are open at its end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def words(client, language: str = "en") -> str:
    return Reader(client.get(PAGE, {"language": language}).content.decode()).text


def test_a_stranger_without_a_login_reads_it(client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "Leaving: what happens, when, in which formats" in answer.content.decode()


@time_machine.travel("2026-06-01T12:00:00Z")
def test_the_example_has_the_dates_that_the_terms_promise(client):
    text = words(client)
    for sentence in (
        "Your notice reaches us by Tuesday 1 December 2026",
        "The service runs to the end of Thursday 31 December 2026",
        "Last day to ask for an export Wednesday 31 March 2027",
        "Nothing is deleted before Thursday 1 April 2027",
    ):
        assert sentence in text


def test_the_numbers_are_those_of_the_terms(client):
    text = words(client)
    assert "at least 30 days before your term ends" in text
    assert "until 90 days have passed" in text
    assert f"For {settings.OBJECTION_DAYS} days any of them can object" in text


def test_every_scope_and_format_of_the_terms_is_named(client):
    text = words(client)
    for word in ("Users", "Courses", "Reports and analytics", "CSV, Excel", "JSON, XML", "PDF, Word", "Media", "SQL"):
        assert word in text


@time_machine.travel("2026-06-01T12:00:00Z")
def test_a_swedish_reader_gets_swedish_days_and_no_english_word_is_left(client):
    text = words(client, "sv")
    assert "torsdag 31 december 2026" in text
    sentences = re.compile(r"(?<=[.!?:]) ")
    english = {line for line in sentences.split(words(client, "en")) if len(line.split()) > 4}
    shared = english & set(sentences.split(text))
    assert shared == set()


def test_the_browsers_language_decides_where_none_is_chosen(client):
    answer = client.get(PAGE, headers={"accept-language": "sv-SE,sv;q=0.9,en;q=0.5"})
    assert answer.headers["Content-Language"] == "sv"
    assert '<html lang="sv"' in answer.content.decode()
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("language", ["xx", "../../etc/passwd", "<script>"])
def test_an_unknown_language_is_no_error_and_is_not_shown(client, language):
    answer = client.get(PAGE, {"language": language})
    assert answer.status_code == 200
    assert '<html lang="en"' in answer.content.decode()
    assert "<script" not in answer.content.decode()


def test_there_is_a_way_on_for_who_is_signed_in_and_for_who_is_not(client, db, staff):
    assert 'href="/leaving/sign-in/"' in client.get(PAGE).content.decode()
    client.force_login(get_user_model().objects.create(username="ada", email="ada@7.example"))
    assert 'href="/leaving/"' in client.get(PAGE).content.decode()
    client.force_login(staff)
    assert 'href="/admin/"' in client.get(PAGE).content.decode()


def test_it_is_only_read(client):
    assert client.post(PAGE).status_code == 405


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_page_is_closed_properly_and_asks_nothing_of_other_hosts(client, language):
    html = client.get(PAGE, {"language": language}).content.decode()
    assert Reader(html).open == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', html) == []
    assert "style=" not in html and "<script" not in html
