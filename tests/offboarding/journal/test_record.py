"""What is recorded stands in one chain, sealed, with facts that say nothing about people."""

from __future__ import annotations

import pytest

from offboarding import journal, journal_words
from offboarding.actors import Actor
from offboarding.models import JournalEntry

SAM = Actor.staff(3, "sam")


@pytest.mark.django_db
def test_entries_follow_each_other_without_gaps():
    first = journal.record("notice.refused", actor=SAM, agreement=1, reason="too late", facts={"notice": 5})
    second = journal.record("customer.added", actor=Actor.machine("fetch_notices"), customer=2)
    assert (first.seq, second.seq) == (1, 2)
    assert (first.previous, second.previous) == ("0" * 64, first.hash)
    assert JournalEntry.objects.get(seq=1).facts == {"notice": 5}
    assert journal_words.sentence(first) == "Notice refused."
