"""Help with the transfer, and the wish to have the data deleted earlier."""

from __future__ import annotations

from datetime import date

import pytest

from tests.offboarding.portal.phases import ending
from tests.offboarding.portal.visiting import hidden_in, text_of

DAY = "2027-02-01"


@pytest.fixture
def browser(enter, ada):
    """Ada's browser, in English."""
    ada.language = "en"
    ada.save()
    return enter(ada)


def test_help_is_asked_for_once_however_often_the_button_is_pressed(browser, page, hers, ada, eva):
    for _click in range(2):
        answer = browser.post(page("help/"), {"scope": "Load our results"}, follow=True)
        assert "Your request has reached us" in text_of(answer)
    assert hers.assistance.get().requested_by == ada
    assert hers.letters.filter(occasion="assistance").count() == 2
    assert "Help with moving: asked for" in text_of(browser.get(page()))


def test_an_offer_is_accepted_and_the_separate_agreement_stays_for_staff(browser, page, hers, staff):
    from offboarding import assistance
    from offboarding.models import JournalEntry

    browser.post(page("help/"), {"scope": "Load our results"})
    asked = assistance.offer(hers.assistance.get(), by=staff, estimated_hours=8, charged=True)
    shown = text_of(browser.get(page(f"help/{asked.pk}/")))
    assert "We estimate 8 hours of work. The work is charged for." in shown
    for _click in range(2):
        assert "You have said yes" in text_of(browser.post(page(f"help/{asked.pk}/"), {"do": "accept"}, follow=True))
    asked.refresh_from_db()
    assert asked.state == "offered"
    assert JournalEntry.objects.filter(agreement=hers.pk, event="assistance.accepted").count() == 1
    assert "Help with moving: offer accepted" in text_of(browser.get(page()))
    assert assistance.agree(asked, by=staff, separate_agreement="SA-1").state == "agreed"


def test_help_is_not_asked_for_beside_an_offer_that_waits_for_its_answer(browser, page, hers, staff):
    from offboarding import assistance

    assert "Ask for help …" in text_of(browser.get(page()))
    browser.post(page("help/"), {"scope": "Load our results"})
    asked = assistance.offer(hers.assistance.get(), by=staff, estimated_hours=8, charged=True)
    text = text_of(browser.get(page()))
    assert "See the offer and answer" in text
    assert "Ask for" not in text.partition("See the offer")[2].partition("Ask for earlier")[0]
    assistance.accept(asked, contact=asked.requested_by)
    assert "Ask for more help …" in text_of(browser.get(page()))


def test_who_need_not_give_notice_is_told_so_and_not_invited(browser, page, hers):
    button = f'<a class="button" href="{page("notice/")}"'
    assert button in browser.get(page()).content.decode()
    hers.auto_renews = False
    hers.save()
    answer = browser.get(page())
    assert "the agreement ends by itself. You see the dates" in text_of(answer)
    assert button not in answer.content.decode()


def test_an_offer_is_declined_once(browser, page, hers, staff):
    from offboarding import assistance

    browser.post(page("help/"), {"scope": "Load our results"})
    asked = assistance.offer(hers.assistance.get(), by=staff, estimated_hours=8, charged=False)
    for _click in range(2):
        assert "You have said no" in text_of(browser.post(page(f"help/{asked.pk}/"), {"do": "decline"}, follow=True))
    asked.refresh_from_db()
    assert asked.state == "declined"
    texts = hers.letters.filter(occasion="assistance", key__contains="-declined").values_list("text", flat=True)
    assert all("was declined" in text and "We cannot help" not in text for text in texts if "Hello" in text)


def test_an_answer_that_is_neither_yes_nor_no_changes_nothing(browser, page, hers, staff):
    from offboarding import assistance

    browser.post(page("help/"), {"scope": "Load our results"})
    asked = assistance.offer(hers.assistance.get(), by=staff, estimated_hours=8, charged=False)
    assert browser.post(page(f"help/{asked.pk}/"), {}).status_code == 422
    asked.refresh_from_db()
    assert asked.state == "offered"


def test_who_may_not_request_sees_who_may(enter, eva, page, hers):
    browser = enter(eva)
    browser.cookies["django_language"] = "en"
    assert "For you it is done by: Ada." in text_of(browser.get(page("help/")))
    assert browser.post(page("help/"), {"scope": "x"}).status_code == 403
    assert not hers.assistance.exists()


# An earlier deletion --------------------------------------------------------------------------------------------------


@pytest.fixture
def ends(hers, ada, staff):
    """Ends on 31 December 2026; nothing is deleted before 1 April 2027."""
    ending(hers, ada, staff)
    return hers


def sign(browser, page, **values):
    """Reads what is given up, and signs."""
    shown = browser.post(page("earlier/"), {"do": "read", "delete_from": DAY})
    signed = {"do": "sign", "delete_from": DAY, "token": hidden_in(shown, "token"), "name": "Ada",
              "customer_name": "Alice Academy", "sure": "on", **values}  # fmt: skip
    return browser.post(page("earlier/"), signed, follow=True), signed


def test_what_is_given_up_is_read_before_it_is_signed(browser, page, ends):
    text = text_of(browser.post(page("earlier/"), {"do": "read", "delete_from": DAY}))
    assert "from Monday 1 February 2027 on, and no longer only from Thursday 1 April 2027 on" in text
    assert "We give up 59 days" in text
    assert "until Sunday 31 January 2027 only" in text
    assert not ends.waivers.exists()


def test_the_signature_is_kept_as_an_original_all_contacts_learn_of_it_and_two_people_must_approve(
    browser, page, ends, ada, eva, staff, lea
):
    from offboarding import messages, waivers

    answer, signed = sign(browser, page, name=" ada ", customer_name="ALICE  Academy")
    assert "You have signed." in text_of(answer)
    waiver = ends.waivers.get()
    assert (waiver.state, waiver.asked_by, waiver.recorded_by) == ("open", ada, None)
    with messages.opened(waiver.document) as original:
        kept = original.read().decode()
    for said in ("Monday 1 February 2027", "We give up 59 days", "Signed: ada, for ALICE  Academy".replace("  ", " ")):
        assert said in kept
    assert set(ends.letters.filter(occasion="waiver").values_list("contact", flat=True)) == {ada.pk, eva.pk}
    browser.post(page("earlier/"), signed)
    assert ends.waivers.count() == 1
    ends.refresh_from_db()
    assert ends.delete_from == date(2027, 4, 1)
    waivers.approve_waiver(waivers.approve_waiver(waiver, by=staff), by=lea)
    ends.refresh_from_db()
    assert ends.delete_from == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": "Eva"}, "name"), ({"customer_name": "Bob School"}, "customer_name"), ({"sure": ""}, "sure")],
)
def test_a_wrong_signature_is_refused_at_its_field_and_the_rest_stays(browser, page, ends, wrong, field):
    answer, signed = sign(browser, page, **wrong)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in html
    assert "We give up 59 days" in html
    assert all(f'value="{signed[name]}"' in html for name in ("name", "customer_name"))
    assert not ends.waivers.exists()


@pytest.mark.parametrize(
    ("day", "said"),
    [("2027-04-01", "a waiver is for an earlier day"), ("2026-12-31", "Nothing is deleted while service runs"),
     ("soon", "valid date")],
)  # fmt: skip
def test_a_day_that_cannot_be_is_refused_at_its_field(browser, page, ends, day, said):
    answer = browser.post(page("earlier/"), {"do": "read", "delete_from": day})
    assert answer.status_code == 422
    assert 'id="id_delete_from_error"' in answer.content.decode()
    assert said in text_of(answer)


def test_another_day_than_the_one_read_is_not_signed(browser, page, ends):
    answer, _signed = sign(browser, page, delete_from="2027-01-05")
    assert answer.status_code == 422
    assert not ends.waivers.exists()


def test_who_may_not_confirm_cannot_sign(enter, eva, page, ends, browser):
    _answer, signed = sign(browser, page, name="wrong")
    assert enter(eva).post(page("earlier/"), {**signed, "name": "Eva"}).status_code in (403, 422)
    assert enter(eva).post(page("earlier/"), {"do": "read", "delete_from": DAY}).status_code == 422
    assert not ends.waivers.exists()
