"""The calendar writes: the window is open, and 30, 7 and 1 days before deletion – late, doubled or missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from offboarding import letters
from offboarding.models import Agreement, JournalEntry, Letter
from offboarding.posting import send_due
from offboarding.reminders import warnings_of, write_due
from tests.offboarding.letters.conftest import ended

Occasion, State = Letter.Occasion, Letter.State
pytestmark = pytest.mark.django_db
DELETE_FROM = date(2027, 4, 1)


def rows(agreement):
    """What stands in the outbox about this agreement."""
    found = agreement.letters.order_by("pk").values_list("occasion", "state")
    return [(str(occasion), str(state)) for occasion, state in found]


def before(days):
    return DELETE_FROM - timedelta(days=days)


def test_every_letter_comes_on_its_day_and_once(agreement, neighbour):
    Agreement.objects.filter(pk=neighbour.pk).update(held_since=timezone.now())
    day, came = date(2026, 12, 1), []
    while day < date(2027, 4, 20):
        if write_due(day).written:
            came.append((day.isoformat(), agreement.letters.latest("pk").occasion))
        assert write_due(day).written == 0, "cron that is doubled writes nothing more"
        day += timedelta(days=1)
    assert came == [
        ("2027-01-01", "window_open"),
        ("2027-03-02", "warning_30"),
        ("2027-03-25", "warning_7"),
        ("2027-03-31", "warning_1"),
    ]
    assert rows(neighbour) == []


@pytest.mark.parametrize(
    ("left", "written", "overtaken"),
    [
        (25, "warning_30", []),
        (5, "warning_7", ["warning_30"]),
        (1, "warning_1", ["warning_7", "warning_30"]),
        (-3, "warning_1", ["warning_7", "warning_30"]),
    ],
)
def test_after_a_pause_only_the_nearest_is_written_and_the_others_stand_as_overtaken(
    agreement, time_machine, left, written, overtaken
):
    Agreement.objects.filter(pk=agreement.pk).update(service_ends=date(2026, 12, 31))
    letters.write(Occasion.WINDOW_OPEN, agreement, key="2026-12-31")
    Letter.objects.update(state=State.SENT, sent_at=timezone.now())
    time_machine.move_to(datetime.combine(before(left), datetime.min.time(), UTC) + timedelta(hours=12), tick=False)
    write_due(before(left))
    assert rows(agreement)[1:] == [(written, "queued"), *((name, "overtaken") for name in overtaken)]
    in_english = letters.written(
        letters.Occurrence(Occasion(written), agreement, {}, timezone.now()), language="en", name=""
    )
    assert (f"{left} day" in in_english.text) == (left > 0)
    assert ("any day now" in in_english.text) == (left < 0)


def test_a_warning_that_still_waits_is_overtaken_by_the_next(agreement, smtp):
    write_due(before(30))
    write_due(before(7))
    assert rows(agreement)[1:] == [("warning_30", "overtaken"), ("warning_7", "queued")]
    assert JournalEntry.objects.filter(event="letter.overtaken").count() == 1


@pytest.mark.parametrize("fact", ["held_since", "erased_at"])
def test_nothing_is_written_about_data_that_is_held_or_gone(agreement, fact):
    Agreement.objects.filter(pk=agreement.pk).update(**{fact: timezone.now()})
    for day in (date(2027, 1, 1), before(30), before(1), before(-100)):
        assert write_due(day).written == 0
    assert rows(agreement) == []


def test_nothing_is_written_about_an_agreement_without_dates(agreement):
    Agreement.objects.filter(pk=agreement.pk).update(
        ending="", milestones={}, service_ends=None, export_until=None, delete_from=None
    )
    assert write_due(before(1)).written == 0


def test_a_hold_that_comes_after_a_warning_was_written_keeps_it_from_going_out(agreement, smtp, time_machine):
    time_machine.move_to(datetime(2027, 3, 2, 12, tzinfo=UTC), tick=False)
    write_due(before(30))
    Agreement.objects.filter(pk=agreement.pk).update(held_since=timezone.now())
    assert send_due().counts == {}
    assert (smtp.mails, {state for _occasion, state in rows(agreement)}) == ([], {"cancelled"})


def test_a_day_that_moves_later_makes_a_new_warning_and_cancels_the_one_that_waits(agreement, smtp, time_machine):
    time_machine.move_to(datetime(2027, 3, 2, 12, tzinfo=UTC), tick=False)
    write_due(before(30))
    send_due()
    time_machine.move_to(datetime(2027, 3, 25, 12, tzinfo=UTC), tick=False)
    write_due(before(7))
    ended(agreement, export_until=date(2027, 5, 31))
    letters.write(Occasion.DATES_CHANGED, agreement, key="extension-1")
    assert rows(agreement)[2:] == [("warning_7", "cancelled"), ("dates_changed", "queued")]
    assert [fact.state for fact in warnings_of(agreement)] == ["", "", ""]
    assert write_due(before(0)).written == 0
    assert write_due(date(2027, 5, 2)).written == 1
    assert rows(agreement)[-1] == ("warning_30", "queued")


def test_a_new_contact_is_warned_when_nobody_who_was_warned_is_left(agreement, anna, alice):
    from offboarding.models import Contact

    write_due(before(30))
    anna.ended_at = timezone.now()
    anna.save()
    assert write_due(before(29)).written == 0
    assert list(Agreement.objects.unreachable()) == [agreement]
    assert JournalEntry.objects.filter(event="letter.nobody").count() == 2, "the window and the warning, once each"
    write_due(before(28))
    assert JournalEntry.objects.filter(event="letter.nobody").count() == 2
    Contact.objects.create(customer=alice, name="Eva", email="eva@alice.example")
    assert write_due(before(28)).written == 2
    assert not Agreement.objects.unreachable().exists()


def test_dates_that_cannot_be_read_stop_that_agreement_alone_and_the_command_says_so(agreement, neighbour, smtp):
    Agreement.objects.filter(pk=agreement.pk).update(milestones={"zone": "Nowhere"})
    reminded = write_due(date(2027, 1, 1))
    assert reminded.written == 1
    assert len(reminded.problems) == 1
    assert rows(agreement) == []
    assert rows(neighbour) == [("window_open", "queued")]


def test_the_command_writes_and_sends_and_is_silent_when_there_is_nothing(agreement, smtp, time_machine, capsys):
    time_machine.move_to(datetime(2027, 3, 25, 12, tzinfo=UTC), tick=False)
    call_command("send_reminders")
    assert capsys.readouterr().out == "written: 2\nsent: 2\n"
    call_command("send_reminders")
    assert capsys.readouterr().out == ""
    Agreement.objects.filter(pk=agreement.pk).update(milestones={})
    Letter.objects.filter(occasion="window_open").delete()
    call_command("send_reminders")
    Letter.objects.filter(occasion="window_open").delete()
    Agreement.objects.filter(pk=agreement.pk).update(milestones={"zone": 1})
    with pytest.raises(CommandError, match=f"agreement {agreement.pk}: milestones"):
        call_command("send_reminders")


def test_what_became_of_the_warnings_is_a_fact_for_the_deletion(agreement, anna, john, smtp, time_machine):
    smtp.refuse(john.email)
    time_machine.move_to(datetime(2027, 3, 2, 12, tzinfo=UTC), tick=False)
    write_due(before(30))
    assert [(fact.days, fact.due_on, fact.state) for fact in warnings_of(agreement)] == [
        (30, before(30), "queued"), (7, before(7), ""), (1, before(1), "")
    ]  # fmt: skip
    send_due()
    assert warnings_of(agreement)[0].state == "refused", "the worst of what became of it"
    john.ended_at = timezone.now()
    john.save()
    fact = warnings_of(agreement)[0]
    assert (fact.state, fact.sent_at) == ("sent", timezone.now())
