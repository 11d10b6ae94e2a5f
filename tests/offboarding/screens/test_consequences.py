"""A form says beforehand what its verb will do: the very dates and letters, and why something cannot be done."""

from __future__ import annotations

import re
from datetime import date

from offboarding.dates import Mark
from offboarding.models import Agreement, JournalEntry, Letter, TerminationNotice
from tests.offboarding.screens.cases import form_of, page_of, scan


def text_of(answer):
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def later(client, staff, time_machine, day):
    """A browser of sam's on another day; a session does not live through weeks."""
    time_machine.move_to(f"{day}T10:00:00Z", tick=False)
    client.force_login(staff)
    return client


def outcomes_of(answer):
    return {str(outcome.title): outcome for outcome in answer.context["outcomes"]}


def days_of(outcome):
    return [shown.day for shown in outcome.days]


def test_deciding_shows_the_dates_of_every_decision_and_then_exactly_those_come(
    client, cases, staff, ada, eva, time_machine
):
    desk = later(client, staff, time_machine, "2026-12-08")
    notice = cases.notice()
    answer = desk.get(form_of(notice, "decide"))
    outcomes = outcomes_of(answer)
    assert list(outcomes) == ["late, for the end of the next term", "late, accepted as timely", "refused"]
    assert days_of(outcomes["late, for the end of the next term"])[0] == date(2027, 12, 31)
    accepted = outcomes["late, accepted as timely"]
    assert days_of(accepted) == [date(2026, 12, 31), date(2027, 3, 31), date(2027, 4, 1)]
    assert not outcomes["refused"].days
    assert accepted.letters[0].addresses == tuple(sorted([ada.email, eva.email]))
    assert "Wednesday 31 March 2027" in text_of(answer)
    cases.agreement.refresh_from_db()
    assert cases.agreement.service_ends is None, "nothing has moved yet"
    desk.post(form_of(notice, "decide"), {"decision": "late_accepted", "because": "Post was on strike"})
    cases.agreement.refresh_from_db()
    agreement = cases.agreement
    assert days_of(accepted) == [agreement.service_ends, agreement.export_until, agreement.delete_from]
    told = Letter.objects.filter(occasion=Letter.Occasion.DECISION).values_list("address", flat=True)
    assert tuple(sorted(told)) == accepted.letters[0].addresses


def test_a_notice_that_nobody_has_vouched_for_says_so_at_each_decision(desk, cases):
    notice = cases.notice(contact=None, sender="x@y.example")
    answer = desk.get(form_of(notice, "decide"))
    assert f'<a href="{form_of(notice, "vouch")}">Vouch for the sender</a>' in answer.content.decode()
    outcomes = outcomes_of(answer)
    assert "vouch" in outcomes["timely"].refused[0]
    assert not outcomes["refused"].refused, "it can still be refused"


def test_withdrawing_says_that_the_dates_go_and_which_letters_are_called_off(desk, cases):
    notice = cases.decided()
    (outcome,) = desk.get(form_of(notice, "withdraw")).context["outcomes"]
    assert outcome.cleared
    assert [one.occasion for one in outcome.letters] == ["agreement continues"]
    called_off = {address for one in outcome.cancelled for address in one.addresses}
    desk.post(form_of(notice, "withdraw"), {"because": "They stay"})
    really = Letter.objects.filter(state=Letter.State.CANCELLED).values_list("address", flat=True)
    assert called_off == set(really) != set()


def test_recording_a_notice_shows_what_each_decision_would_mean(desk, cases):
    outcomes = outcomes_of(desk.get(form_of(cases.agreement, "record-notice")))
    timely = outcomes["Received then, it is timely"]
    assert days_of(timely) == [date(2026, 12, 31), date(2027, 3, 31), date(2027, 4, 1)]
    assert not TerminationNotice.objects.exists()


def test_a_second_notice_is_told_to_say_the_same_as_the_first(desk, cases):
    cases.notice()
    assert "linked to it as saying the same" in text_of(desk.get(form_of(cases.agreement, "record-notice")))


def test_other_days_can_be_tried_before_anything_is_done(desk, cases):
    agreement = cases.ending()
    answer = desk.post(form_of(agreement, "extend"), {"until": "2027-06-30", "because": "", "show": "1"})
    assert answer.context["form"].errors["because"]
    answer = desk.post(form_of(agreement, "extend"), {"until": "2027-06-30", "because": "Asked", "show": "1"})
    (outcome,) = answer.context["outcomes"]
    assert days_of(outcome)[1:] == [date(2027, 6, 30), date(2027, 7, 1)]
    assert [shown.before for shown in outcome.days] == [None, date(2027, 3, 31), date(2027, 4, 1)]
    assert "instead of 31 March 2027" in text_of(answer)
    agreement.refresh_from_db()
    assert agreement.export_until == date(2027, 3, 31)


def test_the_second_approval_of_a_waiver_shows_the_earlier_dates(desk, cases, lea):
    from offboarding import windows

    waiver = cases.waiver()
    windows.approve_waiver(waiver, by=lea)
    (outcome,) = desk.get(form_of(waiver, "approve")).context["outcomes"]
    assert days_of(outcome)[2] == date(2027, 2, 1)
    assert outcome.days[2].before == date(2027, 4, 1)
    answer = desk.post(form_of(waiver, "approve"), {}, follow=True)
    assert "You have approved the waiver." in text_of(answer)
    cases.agreement.refresh_from_db()
    assert cases.agreement.delete_from == date(2027, 2, 1)


def test_the_same_person_cannot_approve_twice_and_gets_no_button_for_it(desk, cases, staff):
    from offboarding import windows

    waiver = windows.approve_waiver(cases.waiver(), by=staff)
    page = desk.get(page_of(cases.agreement)).content.decode()
    assert form_of(waiver, "approve") not in page
    assert "a second person has to approve it" in page
    answer = desk.post(form_of(waiver, "approve"), {})
    assert answer.context["form"].non_field_errors() == ["You have approved it already; a second person has to."]


def test_where_nobody_is_written_to_the_form_says_it(desk, cases, ada, eva):
    from offboarding import contacts

    notice = cases.notice()
    for person in (ada, eva):
        contacts.end(person, by=cases.sam, because="Gone")
    assert "Nobody is written to." in text_of(desk.get(form_of(notice, "decide")))


def test_looking_at_forms_leaves_no_trace_even_in_the_journal(desk, cases):
    notice = cases.decided()
    before = JournalEntry.objects.count(), Letter.objects.count(), Agreement.objects.values_list("milestones").get(
        pk=cases.agreement.pk
    )  # fmt: skip
    for _time in range(2):
        for record, verb in ((notice, "withdraw"), (cases.agreement, "renew"), (cases.agreement, "terminate")):
            assert desk.get(form_of(record, verb)).context["outcomes"]
    assert before == (
        JournalEntry.objects.count(), Letter.objects.count(),
        Agreement.objects.values_list("milestones").get(pk=cases.agreement.pk),
    )  # fmt: skip


def test_a_form_that_makes_no_sense_any_more_leads_back_and_says_so(desk, cases):
    notice = cases.decided()
    answer = desk.get(form_of(notice, "decide"), follow=True)
    assert answer.redirect_chain == [(page_of(cases.agreement), 302)]
    assert "“Decide the notice” is not possible as things stand now." in text_of(answer)
    answer = desk.post(form_of(notice, "decide"), {"decision": "timely"})
    assert answer.context["form"].non_field_errors() == ["This notice does not wait for a decision."]


def test_a_file_is_kept_only_when_the_form_is_sent(desk, cases):
    from offboarding.models import StoredMessage

    data = {"channel": "letter", "received_at": "2026-11-18T10:00", "because": "Stamp", "file": scan("one")}
    desk.post(form_of(cases.agreement, "record-notice"), {**data, "show": "1"})
    assert not StoredMessage.objects.exists()
    desk.post(form_of(cases.agreement, "record-notice"), {**data, "file": scan("one")})
    message = StoredMessage.objects.get()
    assert (message.agreement, message.file_name) == (cases.agreement, "Uppsägning.pdf")
    assert cases.agreement.notices.get().message == message


def test_switching_charges_are_warned_of_where_the_law_forbids_them(client, cases, staff, time_machine):
    cases.agreement.policy = "data_act"
    cases.agreement.save()
    asked, desk = cases.help(), later(client, staff, time_machine, "2026-11-21")
    assert "may not exceed our own costs" in text_of(desk.get(form_of(asked, "offer")))
    desk = later(client, staff, time_machine, "2027-01-12")
    assert "is not allowed from Tuesday 12 January 2027" in text_of(desk.get(form_of(asked, "offer")))


def test_the_rules_stand_in_words_beside_their_dates(desk, cases):
    cases.decided()
    text = text_of(desk.get(page_of(cases.agreement)))
    assert len(Mark) == 4
    for words in ("Thursday 31 December 2026", "in 41 days", "Counted from", "because it came in time"):
        assert words in text
