"""Two people, or two machines, act on one case at the same moment: real transactions, one order, one truth."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from offboarding import cases, journal_words, notices, windows
from offboarding.actors import Actor
from offboarding.models import JournalEntry, Letter, TerminationNotice, Waiver
from tests.offboarding.case.telling import days_of, events, given, letters_of
from tests.offboarding.case.test_windows import document, waiver  # noqa: F401 – fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """What each gave, or the ValidationError that it got; all begin at the same moment, each in its own connection."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            connection.ensure_connection()
            gate.wait()
            results[number] = act()
        except ValidationError as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "somebody waits for ever"
    return results


def refusals(results):
    return [result for result in results if isinstance(result, ValidationError)]


def test_of_two_people_who_decide_one_wins_and_the_other_is_told_why_not(hers, ada, staff, lea):
    notice = given(hers, ada)
    results = at_once(
        lambda: notices.decide(notice, "timely", by=staff),
        lambda: notices.decide(notice, "refused", by=lea, because="Not signed."),
    )
    (refusal,) = refusals(results)
    assert "does not wait for a decision" in refusal.message_dict["notice"][0]
    notice.refresh_from_db()
    assert (notice.state == "accepted") == (days_of(hers) is not None)
    assert letters_of(hers)["decision", "ada"] == 1
    assert len([event for event in events(hers) if event in ("notice.accepted", "notice.refused")]) == 1


def test_of_many_notices_at_once_one_counts_and_the_others_say_the_same(hers, ada):
    results = at_once(*[lambda: given(hers, ada)] * 6)
    assert refusals(results) == []
    first = TerminationNotice.objects.get(state="received")
    assert TerminationNotice.objects.filter(state="duplicate", duplicate_of=first).count() == 5
    assert letters_of(hers) == {("acknowledgement", "ada"): 6, ("acknowledgement", "eva"): 1}


def test_withdrawn_while_somebody_decides_it_leaves_no_dates_behind(hers, ada, staff):
    notice = given(hers, ada)
    at_once(
        lambda: notices.withdraw(notice, because="We stay.", contact=ada),
        lambda: notices.decide(notice, "timely", by=staff),
    )
    notice.refresh_from_db()
    assert (notice.state, days_of(hers)) == ("withdrawn", None)
    assert not Letter.objects.filter(occasion="decision", state="queued").exists()


def test_two_people_approve_a_waiver_at_once_and_it_is_approved_by_two(fixed, waiver, staff, lea):  # noqa: F811
    results = at_once(
        lambda: windows.approve_waiver(waiver, by=staff), lambda: windows.approve_waiver(waiver, by=lea)
    )  # fmt: skip
    approved = Waiver.objects.get()
    assert refusals(results) == []
    assert (approved.state, approved.first_approved_by_id != approved.second_approved_by_id) == ("approved", True)
    assert days_of(fixed)[2] == "2027-01-15"


def test_the_same_person_twice_at_once_is_still_one_person(fixed, waiver, staff):  # noqa: F811
    results = at_once(*[lambda: windows.approve_waiver(waiver, by=staff)] * 2)
    assert len(refusals(results)) == 1
    assert Waiver.objects.get().state == "open"


def test_a_hold_and_the_second_approval_at_once_never_leave_deletion_earlier_unseen(
    fixed, waiver, staff, lea  # noqa: F811
):  # fmt: skip
    windows.approve_waiver(waiver, by=staff)
    at_once(
        lambda: cases.place_hold(fixed, actor=Actor.machine("enforce_retention"), because="x", tell=False),
        lambda: windows.approve_waiver(waiver, by=lea),
    )
    order = [event for event in events(fixed) if event in ("hold.placed", "waiver.approved")]
    assert order in (["hold.placed"], ["waiver.approved", "hold.placed"])
    fixed.refresh_from_db()
    assert fixed.held_since is not None


def test_two_agreements_go_on_side_by_side_and_the_journal_keeps_one_chain(hers, fixed, ada, staff):
    first, second = given(hers, ada), given(fixed, ada)
    results = at_once(
        lambda: notices.decide(first, "timely", by=staff), lambda: notices.decide(second, "timely", by=staff)
    )  # fmt: skip
    assert refusals(results) == []
    entries = list(JournalEntry.objects.order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert all(journal_words.sentence(entry) != entry.event for entry in entries)
