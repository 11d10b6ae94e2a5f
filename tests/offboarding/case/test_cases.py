"""Facts that other packages tell: a hold, its release, the deletion."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from offboarding import cases, notices
from offboarding.actors import Actor
from offboarding.models import Letter
from tests.offboarding.case.telling import events, given, last, letters_of, refused

LAWYER = Actor.machine("enforce_retention")
DUE = datetime(2027, 4, 1, 0, 0, tzinfo=UTC)


def signed_heads():
    """The files of all heads of the journal, each with its signature."""
    evidence = storages["evidence"]
    return set(evidence.listdir("journal/heads")[1]) if evidence.exists("journal/heads") else set()


def test_a_hold_is_told_only_where_law_allows_it(fixed, ada):
    held = cases.place_hold(fixed, actor=LAWYER, because="A secret investigation.", tell=False)
    assert (held.held_since, letters_of(fixed)) == (timezone.now(), {})
    cases.release_hold(fixed, actor=LAWYER, because="Closed.")
    assert letters_of(fixed) == {}
    cases.place_hold(fixed, actor=LAWYER, because="A lawsuit.", tell=True)
    assert letters_of(fixed) == {("hold", "ada"): 1}
    assert "lawsuit" not in Letter.objects.get().text
    cases.release_hold(fixed, actor=LAWYER, because="Closed.")
    assert letters_of(fixed) == {("hold", "ada"): 2}
    assert events(fixed)[-2:] == ["hold.placed", "hold.released"]


def test_a_second_hold_counts_from_the_first_and_is_written_down(fixed, time_machine):
    first = cases.place_hold(fixed, actor=LAWYER, because="One.", tell=False).held_since
    time_machine.move_to(datetime(2026, 12, 1, tzinfo=UTC), tick=False)
    assert cases.place_hold(fixed, actor=LAWYER, because="Two.", tell=True).held_since == first
    assert events(fixed).count("hold.placed") == 2
    assert letters_of(fixed) == {("hold", "ada"): 1}


def test_what_is_not_held_cannot_be_released_and_a_hold_has_a_reason(fixed):
    with refused("agreement", "not on hold"):
        cases.release_hold(fixed, actor=LAWYER, because="x")
    with refused("because"):
        cases.place_hold(fixed, actor=LAWYER, because="", tell=False)


def test_nothing_is_marked_deleted_before_its_day_without_an_end_or_on_hold(hers, fixed, time_machine):
    with refused("agreement", "No end is set"):
        cases.mark_erased(hers, actor=LAWYER)
    with refused("agreement", "before Thursday 1 April 2027"):
        cases.mark_erased(fixed, actor=LAWYER)
    time_machine.move_to(DUE, tick=False)
    cases.place_hold(fixed, actor=LAWYER, because="A lawsuit.", tell=False)
    with refused("agreement", "on hold"):
        cases.mark_erased(fixed, actor=LAWYER)
    fixed.refresh_from_db()
    assert fixed.erased_at is None


def test_the_deletion_is_told_with_its_certificate_and_the_journal_is_signed(
    fixed, ada, time_machine, django_capture_on_commit_callbacks
):  # fmt: skip
    time_machine.move_to(DUE, tick=False)
    name = storages["evidence"].save("certificates/c.pdf", ContentFile(b"%PDF-1.7"))
    heads = (
        set(storages["evidence"].listdir("journal/heads")[1]) if storages["evidence"].exists("journal/heads") else set()
    )
    with django_capture_on_commit_callbacks(execute=True):
        erased = cases.mark_erased(fixed, actor=LAWYER, enclosure=name)
    assert erased.erased_at == timezone.now()
    assert Letter.objects.get(occasion="deleted").enclosure == name
    assert last(fixed, "data.erased").facts == {"delete_from": "2027-04-01"}
    assert len(signed_heads() - heads) == 2


def test_after_the_deletion_nothing_can_be_decided_and_a_notice_only_refused(fixed, ada, staff, time_machine):
    time_machine.move_to(DUE, tick=False)
    cases.mark_erased(fixed, actor=LAWYER)
    for verb in (cases.mark_erased, lambda case, actor: cases.place_hold(case, actor=actor, because="x", tell=True)):
        with refused("agreement", "is deleted"):
            verb(fixed, actor=LAWYER)
    notice = given(fixed, ada)
    with refused("notice", "only be refused"):
        notices.decide(notice, "timely", by=staff)
    assert notices.decide(notice, "refused", by=staff, because="All is gone.").state == "refused"


@pytest.mark.parametrize("verb", [cases.place_hold, cases.release_hold])
def test_who_held_and_released_stands_in_the_journal(fixed, verb):
    cases.place_hold(fixed, actor=Actor.staff(7, "lea"), because="A lawsuit.", tell=False)
    if verb is cases.release_hold:
        cases.release_hold(fixed, actor=Actor.staff(7, "lea"), because="A settlement.")
    entry = last(fixed, "hold.placed" if verb is cases.place_hold else "hold.released")
    assert (entry.actor, entry.reason) == (
        "staff:7:lea", "A lawsuit." if verb is cases.place_hold else "A settlement.",
    )  # fmt: skip
