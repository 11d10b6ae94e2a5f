"""A contact gives notice – after it has seen the dates –, takes it back, and objects."""

from __future__ import annotations

from datetime import date

import pytest

from tests.offboarding.portal.phases import ending, notice_of
from tests.offboarding.portal.visiting import hidden_in, text_of

WORDS = "Vi slutar vid årsskiftet.\nTack!"


@pytest.fixture
def browser(enter, ada):
    """Ada's browser, in English."""
    ada.language = "en"
    ada.save()
    return enter(ada)


@pytest.fixture
def looked(browser, page):
    """The page with the dates, which she has seen."""

    def look(words=WORDS):
        return browser.post(page("notice/"), {"do": "preview", "words": words})

    return look


def send(browser, page, looked, **values):
    """The tick and the button."""
    shown = {"words": hidden_in(looked, "words"), "token": hidden_in(looked, "token")}
    return browser.post(page("notice/"), {"do": "send", **shown, "sure": "on", **values}, follow=True)


def test_the_dates_are_seen_before_anything_is_sent(looked, hers):
    text = text_of(looked())
    assert "it is in time: the latest day is Tuesday 1 December 2026" in text
    for day in ("Thursday 31 December 2026", "Wednesday 31 March 2027", "Thursday 1 April 2027"):
        assert day in text
    assert WORDS.replace("\n", " ") in text
    assert not hers.notices.exists()


def test_a_late_notice_says_what_late_means_and_shows_both_outcomes(looked, hers, time_machine, enter, ada, page):
    time_machine.move_to("2026-12-10T09:00:00+00:00", tick=False)
    text = text_of(enter(ada).post(page("notice/"), {"do": "preview", "words": ""}))
    assert "it is late: the latest day was Tuesday 1 December 2026" in text
    assert text.index("Friday 31 December 2027") < text.index("If we accept the late notice all the same")
    assert "Thursday 31 December 2026" in text


def test_the_notice_is_received_now_by_this_contact_with_an_original_and_an_acknowledgement(
    browser, page, looked, hers, ada, eva
):
    from offboarding import messages
    from offboarding.models import JournalEntry

    answer = send(browser, page, looked())
    assert "Your notice has reached us" in text_of(answer)
    notice = hers.notices.get()
    assert (notice.channel, notice.state, notice.contact, notice.needs) == ("portal", "received", ada, [])
    assert notice.message.source == "portal"
    with messages.opened(notice.message) as original:
        kept = original.read().decode()
    for said in (WORDS, "Alice Academy", "Ada <ada@7.example>", hers.reference, "Service ends: Thursday 31 December"):
        assert said in kept
    assert set(hers.letters.filter(occasion="acknowledgement").values_list("contact", flat=True)) == {ada.pk, eva.pk}
    entry = JournalEntry.objects.get(agreement=hers.pk, event="notice.received")
    assert entry.actor == f"contact:{ada.pk}"


def test_sending_twice_is_one_notice(browser, page, looked, hers):
    shown = looked()
    send(browser, page, shown)
    assert "Your notice has reached us" in text_of(send(browser, page, shown))
    assert hers.notices.count() == 1
    assert hers.messages.count() == 1


def test_a_form_whose_notice_was_taken_back_gives_no_new_one_by_itself(browser, page, looked, hers, ada):
    from offboarding import notices

    shown = looked()
    send(browser, page, shown)
    notices.withdraw(hers.notices.get(), because="Not meant", contact=ada)
    again = send(browser, page, shown)
    assert "This form was sent before" in text_of(again)
    assert hers.notices.count() == 1
    send(browser, page, again)
    assert list(hers.notices.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "received"]


def test_without_the_tick_nothing_is_sent_and_the_words_stay(browser, page, looked, hers):
    answer = send(browser, page, looked(), sure="")
    assert answer.status_code == 422
    assert "Nothing was sent" in text_of(answer)
    assert 'aria-describedby="id_sure_error"' in answer.content.decode()
    assert hidden_in(answer, "words").replace("\r", "") == WORDS
    assert not hers.notices.exists()
    send(browser, page, answer)
    assert hers.notices.count() == 1


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_form_that_we_did_not_show_only_shows_the_dates(browser, page, looked, hers, token):
    answer = send(browser, page, looked(), token=token)
    assert answer.status_code == 422
    assert "look at the dates again" in text_of(answer)
    assert not hers.notices.exists()


def test_dates_that_have_changed_meanwhile_are_shown_again(browser, page, looked, hers, time_machine):
    shown = looked()
    hers.term_end = date(2027, 3, 31)
    hers.save()
    answer = send(browser, page, shown)
    assert "The dates have changed since you saw them" in text_of(answer)
    assert not hers.notices.exists()


def test_terms_that_the_clock_refuses_lead_to_a_person(browser, page, looked, hers):
    shown = looked()
    hers.notice_days = 60
    hers.save()
    for answer in (browser.get(page("notice/")), looked(), send(browser, page, shown)):
        assert "We cannot count the dates of this agreement here. Please write to us" in text_of(answer)
    assert browser.get(page()).status_code == 200
    assert not hers.notices.exists()


def test_another_contacts_form_cannot_be_sent(browser, page, looked, hers, eva, enter):
    eva.may_give_notice = True
    eva.save()
    shown = looked()
    assert send(enter(eva), page, shown).status_code == 422
    assert not hers.notices.exists()


def test_who_may_not_give_notice_sees_who_can_and_cannot_send_it_either(enter, eva, page, looked, hers):
    shown = looked()
    browser = enter(eva)
    browser.cookies["django_language"] = "en"
    assert "For you it is done by: Ada." in text_of(browser.get(page()))
    assert "For you it is done by: Ada." in text_of(browser.get(page("notice/")))
    for step in ("preview", "send"):
        answer = browser.post(
            page("notice/"), {"do": step, "words": "", "token": hidden_in(shown, "token"), "sure": "on"}
        )
        assert answer.status_code in (403, 422)
    assert not hers.notices.exists()


def test_a_second_notice_is_not_offered(browser, page, hers, ada, staff):
    notice_of(hers, ada, staff)
    assert "A notice has been given already." in text_of(browser.get(page("notice/")))
    assert browser.post(page("notice/"), {"do": "preview", "words": ""}).status_code == 422


def test_get_never_acts(browser, page, hers, looked):
    shown = looked()
    browser.get(page("notice/"), {"do": "send", "token": hidden_in(shown, "token"), "sure": "on"})
    assert not hers.notices.exists()


def test_a_notice_is_taken_back_with_a_reason_while_service_runs(browser, page, hers, ada, staff):
    notice = ending(hers, ada, staff)
    address = page(f"notice/{notice.pk}/withdraw/")
    refused = browser.post(address, {"because": " "})
    assert refused.status_code == 422
    assert 'id="id_because_error"' in refused.content.decode()
    for _click in range(2):
        assert "The notice is taken back" in text_of(browser.post(address, {"because": "We stay"}, follow=True))
    hers.refresh_from_db()
    assert hers.service_ends is None


def test_after_the_last_day_of_service_it_is_too_late_to_take_it_back(enter, ada, page, hers, staff, time_machine):
    notice = ending(hers, ada, staff)
    time_machine.move_to("2027-01-01T09:00:00+00:00", tick=False)
    browser = enter(ada)
    browser.cookies["django_language"] = "en"
    assert "cannot be taken back any more" in text_of(browser.get(page(f"notice/{notice.pk}/withdraw/")))
    answer = browser.post(page(f"notice/{notice.pk}/withdraw/"), {"because": "We stay"})
    assert answer.status_code == 422
    notice.refresh_from_db()
    assert notice.state == "accepted"


def test_any_contact_objects_until_the_last_day_for_it(enter, eva, page, hers, ada, staff, time_machine):
    notice = ending(hers, ada, staff)
    browser = enter(eva)
    browser.cookies["django_language"] = "en"
    address = page(f"notice/{notice.pk}/object/")
    for _click in range(2):
        assert "Your objection has reached us" in text_of(browser.post(address, {"text": "Not agreed"}, follow=True))
    notice.refresh_from_db()
    assert notice.objection == "Not agreed"
    assert "An objection is being looked at" in text_of(browser.get(page()))


def test_an_objection_that_comes_too_late_is_refused_with_the_typed_words_kept(
    enter, eva, page, hers, ada, staff, time_machine
):
    notice = ending(hers, ada, staff)
    time_machine.move_to("2026-11-28T09:00:00+00:00", tick=False)
    browser = enter(eva)
    browser.cookies["django_language"] = "en"
    answer = browser.post(page(f"notice/{notice.pk}/object/"), {"text": "Not agreed"})
    assert "Objections were possible until Friday 27 November 2026" in text_of(answer)
    notice.refresh_from_db()
    assert notice.objected_at is None


def test_another_agreements_notice_is_not_found(browser, page, bo, his, staff):
    from offboarding.models import TerminationNotice

    number = (TerminationNotice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    for rest in ("withdraw", "object"):
        assert browser.get(page(f"notice/{number}/{rest}/")).status_code == 404
