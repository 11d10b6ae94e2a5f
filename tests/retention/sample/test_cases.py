"""A first look shows agreements in every phase, made by the verbs that staff and cron use, each on its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from exports.sample.platform import TenantSummary
from offboarding import clock, reminders
from offboarding.models import Agreement, JournalEntry, Letter, TerminationNotice
from offboarding.phases import Phase
from retention.models import LegalHold
from retention.sample import cases
from retention.sample.playing import clock_at

WORDS = {"fjord": "Fjärdviken", "quill": "Quillham", "nordic": "Norrskär", "empty": "Öde Kulle"}
TENANTS = {
    word: TenantSummary(str(number), name, {}, {}, "") for number, (word, name) in enumerate(WORDS.items(), start=1)
}


@pytest.fixture
def made(staff, tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return cases.make(TENANTS, staff)


def phases() -> dict[str, str]:
    return {one.number: one.phase for one in Agreement.objects.with_phase(clock.today())}


def test_every_phase_is_there_but_the_last_which_a_real_erasure_makes(made):
    assert set(phases().values()) == set(Phase.values) - {Phase.DELETED}
    (agreement,) = made.agreements.all()
    assert phases()[agreement.number] == Phase.EXPORT_WINDOW, "its data is exported"
    waiting = {notice.agreement.number: notice for notice in TerminationNotice.objects.undecided()}
    assert set(waiting) == {"A-1005", "A-1010"}
    assert (waiting["A-1005"].needs, waiting["A-1010"].needs) == ([], ["sender_unknown"])
    assert {notice.message.source for notice in waiting.values()} == {"upload"}


def test_each_thing_happened_on_its_day_so_that_who_is_to_be_erased_was_really_warned(made):
    for number in (cases.READY, cases.ERASED):
        warnings = reminders.warnings_of(Agreement.objects.get(number=number))
        assert [(one.state, clock.local_day(one.sent_at) == one.due_on) for one in warnings] == [("sent", True)] * 3
    hold = LegalHold.objects.get()
    agreement = hold.customer.agreements.get()
    assert hold.keeps.whole
    assert agreement.held_since is not None
    assert clock.local_day(hold.placed_at) < agreement.delete_from
    times = list(JournalEntry.objects.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)
    assert times[0] < timezone.now() - timedelta(days=365)
    assert set(Letter.objects.values_list("language", flat=True)) == {"en", "sv"}
    assert not Letter.objects.filter(address__startswith="someone.else").exists()


def test_made_again_nothing_is_entered_twice(made, staff):
    assert cases.played()
    before = (Agreement.objects.count(), TerminationNotice.objects.count(), JournalEntry.objects.count())
    assert cases.make(TENANTS, staff) == made
    assert (Agreement.objects.count(), TerminationNotice.objects.count(), JournalEntry.objects.count()) == before


def test_the_clock_is_set_back_and_goes_on_from_there_and_comes_back(db):
    before = timezone.now()
    with clock_at(before - timedelta(days=100)):
        first = timezone.now()
        assert timedelta(0) <= first - (before - timedelta(days=100)) < timedelta(minutes=1)
        assert timezone.now() >= first
    assert timezone.now() >= before
