"""The page costs few queries whatever the case holds, and is made anew as soon as anything has happened."""

from __future__ import annotations

from django.utils import timezone

from tests.offboarding.portal.phases import ending
from tests.offboarding.portal.visiting import text_of

MOST_QUERIES, AGAIN = 18, 8


def test_a_full_case_takes_few_queries_and_the_same_state_again_still_fewer(
    enter, ada, hers, page, staff, django_assert_max_num_queries
):
    from offboarding import assistance, notices
    from offboarding.models import JournalEntry

    ending(hers, ada, staff)
    for number in range(30):
        notices.record(hers, channel="letter", received_at=timezone.now(), by=staff, because=f"{number}", contact=ada)
        assistance.request(hers, scope=f"help {number}", by=staff)
    browser = enter(ada)
    browser.get("/help/leaving/")
    with django_assert_max_num_queries(MOST_QUERIES):
        first = browser.get(page())
    with django_assert_max_num_queries(AGAIN):
        again = browser.get(page())
    assert text_of(first) == text_of(again)
    assert first.content.decode().count('<li><span class="who">') == 8
    assert JournalEntry.objects.filter(agreement=hers.pk).count() > 90


def test_the_history_is_turned_page_by_page_to_its_beginning(enter, ada, hers, page, staff):
    from offboarding import assistance

    for number in range(60):
        assistance.request(hers, scope=f"help {number}", by=staff)
    browser = enter(ada)
    first = browser.get(page("history/"))
    older = first.context["history"][-1].seq
    assert len(first.context["history"]) == 50
    second = browser.get(page("history/"), {"before": older})
    assert len(second.context["history"]) == 10
    assert not second.context["more"]
    assert browser.get(page("history/"), {"before": "9" * 40}).status_code == 200


def test_whatever_happens_is_on_the_page_at_once(enter, ada, eva, hers, page, staff, time_machine):
    from offboarding import contacts, notices

    browser = enter(ada)
    browser.cookies["django_language"] = "en"
    assert "Your agreement is running" in text_of(browser.get(page()))
    notice = notices.record(hers, channel="letter", received_at=timezone.now(), by=staff, because="Stamp", contact=ada)
    assert "We have received your notice" in text_of(browser.get(page()))
    notices.decide(notice, "timely", by=staff)
    assert "Your agreement is coming to its end" in text_of(browser.get(page()))
    contacts.change(eva, by=staff, name="Eva Nyman")
    assert "Eva Nyman" in text_of(browser.get(page()))
    assert "in 41 days" in text_of(browser.get(page()))
    time_machine.move_to("2026-11-21T09:00:00+00:00", tick=False)
    assert "in 40 days" in text_of(enter(ada).get(page()))
    browser.cookies["django_language"] = "sv"
    assert "torsdag 31 december 2026" in text_of(browser.get(page()))


def test_what_one_contact_sees_is_not_shown_to_another(enter, ada, eva, page, hers):
    def offers(contact):
        return f'href="{page("notice/")}"' in enter(contact).get(page()).content.decode()

    assert [offers(ada), offers(eva), offers(ada), offers(eva)] == [True, False, True, False]
