"""Our own database is restored to an earlier day: the signed heads say so until a person has declared why."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from offboarding import journal_restores
from offboarding.models import JournalEntry
from tests.offboarding.journal.ground import TABLE, record, tamper, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def restored(evidence):
    """Five entries were verified twice on the way; the database is back at the second."""
    record(3)
    assert verify()[0] == 0
    record(2)
    assert verify()[0] == 0
    tamper(f"DELETE FROM {TABLE} WHERE seq > 2")
    return sorted(path.name for path in evidence.iterdir())


def test_a_restore_that_nobody_declared_is_an_alarm(restored):
    code, said = verify()
    assert code == 1 and "cut off" in said
    record(4)
    code, said = verify()
    assert code == 1 and "recomputed" in said


def test_a_declared_restore_is_recorded_and_the_journal_holds_again(restored, evidence):
    record(4)
    lost = journal_restores.declare("Disk failure on 3 May; backup of 2 May.")
    assert [head.seq for head in lost] == [3, 6]
    code, said = verify()
    assert code == 0, said
    assert "lost, as was declared: 2." in said
    entry = JournalEntry.objects.get(event="journal.restored")
    assert (entry.reason, entry.facts["count"]) == ("Disk failure on 3 May; backup of 2 May.", 2)
    assert set(restored) < {path.name for path in evidence.iterdir()}, "the lost heads stay"


def test_the_command_declares_and_verifies_at_once(restored):
    from django.core.management import call_command

    call_command("verify_journal", "--restored", "Backup of 2 May.")
    assert JournalEntry.objects.filter(event="journal.restored").count() == 1


def test_what_is_cut_off_after_the_declaration_is_an_alarm_again(restored):
    journal_restores.declare("Backup of 2 May.")
    assert verify()[0] == 0
    record(2)
    assert verify()[0] == 0
    last = JournalEntry.objects.order_by("-seq").first().seq
    tamper(f"DELETE FROM {TABLE} WHERE seq > {last - 2}")
    assert verify()[0] == 1


def test_a_declaration_cannot_be_widened_afterwards(restored):
    journal_restores.declare("Backup of 2 May.")
    tamper(f"UPDATE {TABLE} SET facts = jsonb_set(facts, '{{heads}}', '[]') WHERE event = 'journal.restored'")
    assert verify()[0] == 1


def test_nothing_lost_is_nothing_to_declare(evidence):
    record(3)
    assert verify()[0] == 0
    with pytest.raises(ValidationError, match="No signed head"):
        journal_restores.declare("For the sake of it.")
    with pytest.raises(ValidationError, match="Say when"):
        journal_restores.declare(" ")
