"""A first look shows agreements in every phase, made by the same verbs that staff and cron use."""

from __future__ import annotations

import pytest

from exports.sample import cases
from exports.sample.platform import TenantSummary
from offboarding import clock
from offboarding.models import Agreement, JournalEntry, Letter, TerminationNotice
from offboarding.phases import Phase

WORDS = {"fjord": "Fjärdviken", "quill": "Quillham", "nordic": "Norrskär", "empty": "Öde Kulle"}
TENANTS = {
    word: TenantSummary(str(number), name, {}, {}, "") for number, (word, name) in enumerate(WORDS.items(), start=1)
}


@pytest.fixture
def made(staff):
    return cases.make(TENANTS, staff)


def phases() -> dict[str, str]:
    return {one.number: one.phase for one in Agreement.objects.with_phase(clock.today())}


def test_every_phase_is_there(made):
    assert set(phases().values()) == set(Phase.values)


def test_the_customer_to_export_is_in_its_window(made):
    (agreement,) = made.agreements.all()
    assert phases()[agreement.number] == Phase.EXPORT_WINDOW


def test_made_again_nothing_is_entered_twice(made, staff):
    before = (Agreement.objects.count(), TerminationNotice.objects.count(), JournalEntry.objects.count())
    assert cases.make(TENANTS, staff) == made
    assert (Agreement.objects.count(), TerminationNotice.objects.count(), JournalEntry.objects.count()) == before


def test_a_late_notice_and_a_strangers_wait_for_a_person(made):
    waiting = {notice.agreement.number: notice for notice in TerminationNotice.objects.undecided()}
    assert set(waiting) == {"A-1005", "A-1010"}
    assert (waiting["A-1005"].needs, waiting["A-1010"].needs) == ([], ["sender_unknown"])
    assert {notice.message.source for notice in waiting.values()} == {"upload"}


def test_letters_lie_ready_in_both_languages_and_none_to_the_stranger(made):
    assert set(Letter.objects.values_list("language", flat=True)) == {"en", "sv"}
    assert not Letter.objects.filter(address__startswith="someone.else").exists()
