"""What follows from the last step of a run: nothing is marked before it was looked once more, then everything is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from offboarding.models import JournalEntry, Letter
from retention import documents, finishing
from retention.models import Certificate, DeletionPlan, DeletionRun, LegalHold, Verification
from retention.reach import Reach
from retention.stepping import BlockedByPolicyError
from tests.retention.afterwards.story import carried_out

pytestmark = pytest.mark.django_db(transaction=True)


def events() -> list[str]:
    return list(JournalEntry.objects.order_by("seq").values_list("event", flat=True))


def test_nothing_left_makes_the_run_live_erased_and_says_so_everywhere(run, agreement, platform, settings):
    before = platform.neighbours()
    assert finishing.live_erased(run)
    run.refresh_from_db()
    agreement.refresh_from_db()
    assert (run.state, run.live_erased_at) == ("live_erased", timezone.now())
    assert DeletionPlan.objects.get().state == "used"
    assert agreement.erased_at is not None
    looks = {look.after_days: (look.due_on, look.passed) for look in run.verifications.all()}
    assert looks == {
        0: (date(2027, 4, 5), True), 1: (date(2027, 4, 6), None), 7: (date(2027, 4, 12), None),
        30: (date(2027, 5, 5), None),
    }  # fmt: skip
    attested = {one.store: (one.due_on, one.attester) for one in run.attestations.all()}
    assert attested == {
        "backups": (date(2027, 5, 10), "Operations"), "newsletter": (date(2027, 4, 5), "Marketing"),
    }  # fmt: skip
    certificate = Certificate.objects.get()
    letter = Letter.objects.get(occasion="deleted")
    assert letter.enclosure == certificate.documents["sv"]["name"]
    assert not Path(settings.DELETION_WORK_DIR, f"run-{run.pk}").exists()
    assert events()[:2] == ["plan.made", "verification.passed"]
    erased = JournalEntry.objects.get(event="data.erased")
    assert (erased.facts["run"], erased.facts["sha256"]) == (run.pk, certificate.sha256)
    gone = JournalEntry.objects.get(event="run.live_erased").facts
    assert (gone["rows"], gone["files"]) == (1 + 15 + 20 + 6 + 6 + 5 + 3, 2)
    assert platform.neighbours() == before


def test_it_says_how_much_was_looked_at(run):
    finishing.live_erased(run)
    looked = Verification.objects.get(after_days=0).looked_at
    assert looked["databases"]["platform"]["tables"] == 7
    assert looked["databases"]["platform"]["keys"] > 7
    assert looked["files"] == {"media": {"places": 1, "emptied": 1}}
    assert looked["own"]["places"] == ["packages", "queued_tasks", "sessions", "task_results"]


def test_a_second_time_changes_nothing(run):
    finishing.live_erased(run)
    entries = len(events())
    assert finishing.live_erased(DeletionRun.objects.get())
    assert (len(events()), Certificate.objects.count()) == (entries, 1)


@pytest.mark.parametrize(
    ("late", "place"),
    [
        ('INSERT INTO settings (value) VALUES (\'{"organisation": "7"}\')', "settings.value"),
        ("INSERT INTO remarks (id, course, text) VALUES (2, NULL, 'an orphan')", "remarks.id"),
        ("INSERT INTO organisations VALUES (7, 'Alice Academy', '2020-02-01')", "organisations.id"),
    ],
    ids=["inside JSON", "an orphan by SET NULL", "the tenant's own row"],
)
def test_a_row_that_is_left_stops_it(run, agreement, platform, late, place):
    platform.do(late)
    with pytest.raises(finishing.LeftError, match=place):
        finishing.live_erased(run)
    agreement.refresh_from_db()
    assert agreement.erased_at is None
    assert (DeletionRun.objects.get().state, Certificate.objects.count()) == ("running", 0)
    assert Verification.objects.get(after_days=0).passed is False
    assert events() == ["plan.made", "verification.failed"]
    platform.do("DELETE FROM remarks WHERE id = 2; DELETE FROM organisations WHERE id = 7")
    platform.do("DELETE FROM settings WHERE value ->> 'organisation' = '7'")
    assert finishing.live_erased(run)


def test_a_file_that_is_left_stops_it(run, platform):
    platform.put("org/7/new.png")
    with pytest.raises(finishing.LeftError, match="org/7/"):
        finishing.live_erased(run)
    assert Verification.objects.get().found[0]["examples"] == ["org/7/new.png"]


def test_the_journal_never_learns_whose_keys_were_found(run, platform):
    platform.do("INSERT INTO organisations VALUES (7, 'Alice Academy', '2020-02-01')")
    with pytest.raises(finishing.LeftError):
        finishing.live_erased(run)
    assert "examples" not in str(JournalEntry.objects.get(event="verification.failed").facts)


def test_a_worker_that_lost_the_run_marks_nothing(run):
    DeletionRun.objects.update(epoch=2)
    assert not finishing.live_erased(run)
    assert (DeletionRun.objects.get().state, Certificate.objects.count()) == ("running", 0)


def test_a_hold_on_everything_keeps_the_case_open(run, alice, staff):
    hold = LegalHold.objects.create(
        customer=alice, ground="court", reference="T 1", requested_by="court", because="asked", placed_by=staff,
        reach=Reach(everything=True).to_json(), review_on=date(2027, 6, 1), placed_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(BlockedByPolicyError) as stopped:
        finishing.live_erased(run)
    assert [(one.code, one.facts["hold"]) for one in stopped.value.reasons] == [("hold", hold.pk)]
    assert (DeletionRun.objects.get().state, Certificate.objects.count()) == ("running", 0)


def test_nobody_waits_while_the_certificate_is_drawn(run, monkeypatch):
    """A hold takes the same locks; xhtml2pdf may need a minute for a long certificate."""
    drawn, whole = [], documents.certificate_pdf

    def drawing(*arguments, **named):
        drawn.append(connection.in_atomic_block)
        return whole(*arguments, **named)

    monkeypatch.setattr(documents, "certificate_pdf", drawing)
    assert finishing.live_erased(run)
    assert drawn == [False, False]


def test_what_a_run_that_was_given_up_deleted_is_looked_for_too(run, agreement, platform, charlie, settings):
    DeletionRun.objects.update(state="abandoned")
    DeletionPlan.objects.update(state="superseded")
    platform.do("INSERT INTO organisations VALUES (7, 'Alice Academy', '2020-02-01')")
    second = carried_out(agreement, charlie)
    platform.do("INSERT INTO remarks (id, course, text) VALUES (2, NULL, 'an orphan of the first')")
    with pytest.raises(finishing.LeftError, match=r"remarks\.id"):
        finishing.live_erased(second)
    platform.do("DELETE FROM remarks WHERE id = 2")
    assert finishing.live_erased(second)
    assert list(Path(settings.DELETION_WORK_DIR).iterdir()) == []
