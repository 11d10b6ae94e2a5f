"""A tenant that came back is left alone because a person said why; that holds for a time, and nothing is erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from offboarding.models import JournalEntry
from retention import resurrections
from retention.models import DeletionRun, Resurrection
from retention.resurrections import DISMISSED_DAYS
from tests.retention.evidence import backups
from tests.retention.evidence.test_backup import reapply, restored, work

pytestmark = pytest.mark.requires("pg_dump")
WHY = "A rehearsal of the restore; that database is thrown away tonight."


@pytest.fixture
def found(case, run, tmp_path) -> Resurrection:
    """Alice is erased, and an old backup brings her back."""
    backup = backups.take(case.world.url, tmp_path / "platform.dump")
    work(run)
    restored(case, backup)
    assert reapply()[0] == 1
    return Resurrection.objects.get()


def test_it_is_left_alone_with_who_and_why_and_comes_up_again_when_that_is_old(case, found):
    runs = DeletionRun.objects.count()
    resurrections.dismiss(found, by=case.approver, because=f"  {WHY} ")
    found.refresh_from_db()
    assert (found.state, found.settled_by, found.settled_because) == ("dismissed", case.approver, WHY)
    entry = JournalEntry.objects.get(event="tenant.dismissed")
    assert (entry.reason, entry.customer, entry.agreement) == (WHY, case.alice.pk, case.agreement.pk)
    assert entry.facts == {"resurrection": found.pk}
    alarms = case.agreement.letters.filter(occasion="alarm")
    code, said = reapply()
    assert code == 1 and "tenant 7 came back" in said, "the data is there, and the command does not keep that quiet"
    assert (Resurrection.objects.count(), alarms.count()) == (1, 1), "but nobody is alarmed again"
    assert case.world.left() == case.had and DeletionRun.objects.count() == runs
    with time_machine.travel(timezone.now() + timedelta(days=DISMISSED_DAYS, hours=1)):
        assert reapply()[0] == 1
    assert alarms.count() == 2
    assert sorted(Resurrection.objects.values_list("state", flat=True)) == ["dismissed", "found"]


@pytest.mark.parametrize("because", ["", "   "])
def test_without_a_reason_it_still_waits(case, found, because):
    with pytest.raises(ValidationError, match="Say why"):
        resurrections.dismiss(found, by=case.approver, because=because)
    found.refresh_from_db()
    assert (found.state, found.settled_by) == ("found", None)
    assert not JournalEntry.objects.filter(event="tenant.dismissed").exists()


def test_only_who_may_confirm_may_leave_it_alone_and_only_once(case, found):
    with pytest.raises(PermissionDenied):
        resurrections.dismiss(found, by=case.planner.__class__.objects.create(username="charlie"), because=WHY)
    resurrections.dismiss(found, by=case.approver, because=WHY)
    with pytest.raises(ValidationError, match="does not wait"):
        resurrections.dismiss(found, by=case.approver, because="Again.")
    with pytest.raises(ValidationError, match="does not wait"):
        resurrections.confirm(found, by=case.approver, typed_name="Alice Academy")
    assert JournalEntry.objects.filter(event="tenant.dismissed").count() == 1
