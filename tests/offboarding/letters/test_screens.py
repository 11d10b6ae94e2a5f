"""The letters' screens: the list, one letter, and the buttons that call the verbs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from offboarding import letters
from offboarding.models import Letter

Occasion, State = Letter.Occasion, Letter.State
pytestmark = pytest.mark.django_db
LIST = "/admin/offboarding/letter/"


@pytest.fixture
def letter(agreement, anna):
    anna.name = "<b>Anna</b>"
    anna.language = "en"
    anna.save()
    return letters.write(Occasion.DECISION, agreement, key="1")[0]


def page(letter, verb="change"):
    return reverse(f"admin:offboarding_letter_{verb}", args=[letter.pk])


def put(letter, state, **facts):
    Letter.objects.filter(pk=letter.pk).update(state=state, **facts)


def test_the_list_shows_to_whom_what_became_of_it_and_what_went_wrong(desk, letter):
    put(letter, "refused", error="550 no such user")
    shown = desk.get(LIST).content.decode()
    for words in ("anna@alice.example", "Notice decided", "state-refused", "550 no such user", "A-2026"):
        assert words in shown
    assert "<b>Anna</b>" not in shown


def test_the_list_asks_few_questions_however_long_it_is(desk, agreement, letter, django_assert_max_num_queries):
    for number in range(60):
        letters.write(Occasion.DECISION, agreement, key=f"more-{number}")
    with django_assert_max_num_queries(9):
        assert desk.get(LIST).status_code == 200


def test_letters_that_need_a_person_are_found(desk, agreement, letter):
    put(letter, "unclear")
    letters.write(Occasion.CONTINUES, agreement, key="1")
    shown = desk.get(LIST, {"person": "yes"}).content.decode()
    assert "Notice decided" in shown
    assert "1 letter" in shown


def test_the_page_shows_the_words_and_the_html_only_as_text(desk, letter):
    answer = desk.get(page(letter))
    shown = answer.content.decode()
    assert "Hello &lt;b&gt;Anna&lt;/b&gt;," in shown
    assert "&lt;!doctype html&gt;" in shown
    assert "BEGIN:VCALENDAR" in shown
    for forbidden in ("<iframe", "<b>Anna", "onload=", 'style="margin:0'):
        assert forbidden not in shown


@pytest.mark.parametrize("state", State.values)
def test_each_state_offers_what_can_be_done_with_it(desk, letter, state):
    put(letter, state, sent_at="2027-01-01T00:00:00Z")
    shown = desk.get(page(letter)).content.decode()
    assert (page(letter, "resend") in shown) == (state in ("sent", "refused", "bounced"))
    assert (page(letter, "settle") in shown) == (state in ("refused", "bounced", "unclear"))
    for verb in ("resend", "settle"):
        asked = desk.get(page(letter, verb))
        assert (asked.status_code == 200) == (page(letter, verb) in shown), "no form that leads to nothing"
        assert asked.status_code == 200 or asked["Location"] == page(letter)


def test_the_button_sends_a_letter_again(desk, letter):
    put(letter, "bounced")
    asked = desk.get(page(letter, "resend")).content.decode()
    assert "A warning counts the days anew" in asked
    assert letter.subject in asked
    assert Letter.objects.count() == 1, "looking writes nothing"
    answer = desk.post(page(letter, "resend"), follow=True)
    assert "written once more" in answer.content.decode()
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["overtaken", "queued"]


def test_a_refusal_of_the_verb_is_told(desk, letter):
    answer = desk.post(page(letter, "resend"), follow=True)
    assert "can be sent again" in answer.content.decode()
    assert Letter.objects.count() == 1


def test_a_person_says_what_became_of_it_and_why(desk, letter):
    put(letter, "unclear")
    assert "How do you know?" in desk.get(page(letter, "settle")).content.decode()
    assert "errorlist" in desk.post(page(letter, "settle"), {"arrived": "yes", "because": " "}).content.decode()
    desk.post(page(letter, "settle"), {"arrived": "yes", "because": "She called."})
    letter.refresh_from_db()
    assert letter.state == State.SENT


def test_a_letter_settled_meanwhile_is_told_in_the_form(desk, letter):
    put(letter, "sent", sent_at="2027-01-01T00:00:00Z")
    answer = desk.post(page(letter, "settle"), {"arrived": "yes", "because": "She called."})
    assert "Nothing is unclear about this letter." in answer.content.decode()


def test_nobody_adds_changes_or_deletes_a_letter_by_hand(desk, letter):
    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(page(letter), {"subject": "x"}).status_code == 403
    assert desk.get(page(letter, "delete")).status_code == 403


def test_who_may_only_look_gets_no_buttons_and_is_refused(client, charlie, permit, letter):
    put(letter, "refused")
    client.force_login(permit(charlie, "view_letter"))
    assert page(letter, "resend") not in client.get(page(letter)).content.decode()
    for answer in (client.post(page(letter, "resend")), client.get(page(letter, "settle"))):
        assert answer.status_code == 403
    assert Letter.objects.count() == 1


def test_a_stranger_sees_nothing(client, charlie, letter):
    client.force_login(charlie)
    assert [client.get(address).status_code for address in (LIST, page(letter))] == [403, 403]
    assert client.get(f"{LIST}999/change/").status_code == 403
