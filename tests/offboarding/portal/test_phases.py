"""What the page says in every phase, in both languages, and what it keeps to itself."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from offboarding.phases import Phase
from offboarding.portal.standing import standing_of
from tests.offboarding.portal.phases import PHASES, bring, hold
from tests.offboarding.portal.visiting import text_of

HEADLINES = {
    "active": ("Your agreement is running", "notice must reach us by Tuesday 1 December 2026"),
    "notice_given": ("We have received your notice", "the service goes on as usual"),
    "ending": ("Your agreement is coming to its end", "to the end of Thursday 31 December 2026"),
    "export_window": ("Now is the time to take your data along", "Until Wednesday 31 March 2027"),
    "closing": ("The time for exports is over", "From Thursday 1 April 2027"),
    "held_untold": ("The time for exports is over", "From Thursday 1 April 2027"),
    "on_hold": ("Your data is kept for now", "we delete nothing"),
    "deleted": ("Your data is deleted", "We deleted it on Friday 9 April 2027"),
}


@pytest.fixture
def seen(enter, ada, hers, page, staff, time_machine):
    """``seen(phase, language)``: the page as Ada sees it then."""

    def look(phase, language="en"):
        bring(phase, hers, ada, staff, time_machine)
        browser = enter(ada)
        browser.cookies["django_language"] = language
        answer = browser.get(page())
        assert answer.status_code == 200
        return answer

    return look


@pytest.mark.parametrize("phase", PHASES)
def test_each_phase_says_where_the_case_stands_with_absolute_dates(seen, phase):
    text = text_of(seen(phase))
    for said in HEADLINES[phase]:
        assert said in text


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_phase_has_all_parts_in_their_order_one_h1_and_no_script_or_style_inside(seen, phase, language):
    answer = seen(phase, language)
    html = answer.content.decode()
    assert f'<html lang="{language}"' in html
    assert answer.headers["Content-Language"] == language
    assert re.findall(r'<h2 id="(\w+)"', html) == ["now", "next", "past", "documents", "people"]
    assert html.count("<h1") == 1
    assert 'class="timeline"' in html
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_hold_of_which_nobody_was_told_leaves_no_trace(seen, language, hers):
    assert hers.held_since is None
    html = seen("held_untold", language).content.decode()
    hers.refresh_from_db()
    assert hers.held_since is not None
    for trace in ("hold", "inquiry", "legal reasons", "spärr", "rättsliga", "hatch-across)"):
        assert trace not in re.sub(r"<pattern.*?</pattern>", "", html)


def test_whether_the_day_of_deletion_has_passed_is_said_and_not_left_open(seen, hers):
    text = text_of(seen("on_hold"))
    assert "although we might have done so from Thursday 1 April 2027 on" in text
    hers.delete_from = date(2027, 4, 3)
    assert "whatever the dates below say" in standing_of(hers, Phase.ON_HOLD, date(2027, 4, 2)).text


def test_each_colour_of_the_drawing_has_its_words_where_there_is_more_than_one(seen):
    assert "exports can be requested" in text_of(seen("export_window"))


def test_one_colour_needs_no_words(seen):
    assert 'class="legend"' not in seen("active").content.decode()


def test_a_reminder_says_how_long_before(seen):
    text = text_of(seen("ending"))
    for said in ("may be deleted in 30 days.", "may be deleted in 7 days.", "may be deleted in 1 day."):
        assert said in text


def test_once_the_data_is_deleted_nothing_invites_to_take_it(seen):
    assert "Take your data with you" not in text_of(seen("deleted"))


@pytest.mark.parametrize(
    ("phase", "said", "unsaid"),
    [
        ("active", "There are no documents yet.", "signed certificate"),
        ("notice_given", "That we have received it, and when.", "what was decided"),
        ("ending", "the signed certificate of it comes here", "There are no documents yet."),
    ],
)
def test_documents_promise_only_what_there_is_or_will_be(seen, phase, said, unsaid):
    text = text_of(seen(phase)).partition("Documents")[2]
    assert said in text
    assert unsaid not in text


def test_a_hold_that_the_customer_was_told_of_is_shown_without_its_reason(seen):
    text = text_of(seen("on_hold"))
    assert "There are legal reasons to keep it" in text
    assert "The data has to be kept for legal reasons" in text
    assert "inquiry" not in text


@pytest.mark.parametrize(("tell", "shown"), [(True, True), (False, False)])
def test_a_hold_while_service_still_runs_is_a_mark_for_who_was_told(seen, enter, ada, hers, page, tell, shown):
    seen("ending")
    hold(hers, tell=tell)
    text = text_of(enter(ada).get(page()))
    assert "Your agreement is coming to its end" in text
    assert ("Nothing is deleted until that ends, whatever the dates below say" in text) is shown


def test_a_release_is_told_only_to_who_was_told_of_the_hold(seen, hers, enter, ada, page):
    from offboarding import cases
    from offboarding.actors import Actor

    seen("held_untold")
    cases.release_hold(hers, actor=Actor.staff(1, "sam"), because="Over")
    assert "no longer has to be kept" not in text_of(enter(ada).get(page()))


def test_a_release_stays_untold_when_the_customer_is_told_of_another_hold_later(
    seen, hers, enter, ada, page, time_machine
):
    from offboarding import cases
    from offboarding.actors import Actor

    seen("held_untold")
    time_machine.move_to(datetime(2027, 4, 5, 9, tzinfo=UTC), tick=False)
    cases.release_hold(hers, actor=Actor.staff(1, "sam"), because="Over")
    time_machine.move_to(datetime(2027, 4, 7, 9, tzinfo=UTC), tick=False)
    hold(hers, tell=True)
    text = text_of(enter(ada).get(page()))
    assert "The data has to be kept for legal reasons" in text
    assert "no longer has to be kept" not in text


def test_a_hold_is_shown_from_the_day_the_customer_was_told_of_it_and_no_earlier_one(
    seen, hers, enter, ada, page, time_machine
):
    from tests.offboarding.case.conftest import agreement_of

    agreement_of(hers.customer, "A-2")
    seen("held_untold")
    time_machine.move_to(datetime(2027, 4, 7, 9, tzinfo=UTC), tick=False)
    hold(hers, tell=True)
    assert hers.held_since.day == 2
    browser = enter(ada)
    browser.cookies["django_language"] = "en"
    for address in (page(), "/leaving/"):
        html = browser.get(address).content.decode()
        assert re.search(r"\b7 Apr", html)
        assert not re.search(r"\b2 Apr", html)


def test_the_page_is_in_the_language_the_contact_is_written_to_until_it_chooses_another(enter, ada, page, eva):
    assert '<html lang="sv"' in enter(ada).get(page()).content.decode()
    eva.language = "en"
    eva.save()
    browser = enter(eva)
    assert '<html lang="en"' in browser.get(page()).content.decode()
    answer = browser.post("/i18n/setlang/", {"language": "sv", "next": page()})
    assert answer.url == page()
    assert '<html lang="sv"' in browser.get(page()).content.decode()


def test_the_calendar_file_holds_the_dates_as_the_page_says_them(seen, client, page):
    seen("ending")
    answer = client.get(page("calendar.ics"))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    for day in ("20261231", "20270331", "20270401"):
        assert f"DTSTART;VALUE=DATE:{day}" in answer.content.decode()


def test_without_dates_there_is_no_calendar_file(seen, client, page):
    assert "calendar.ics" not in seen("active").content.decode()
    assert client.get(page("calendar.ics")).status_code == 404
