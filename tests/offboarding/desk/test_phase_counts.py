"""Agreements are counted by phase once a day, and months before the first count are left empty."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offboarding import phase_counts
from offboarding.models import Agreement, PhaseCount
from offboarding.phases import Phase
from tests.offboarding.desk.pages import first

TODAY = date(2026, 11, 23)


def _counted(day):
    return dict(PhaseCount.objects.filter(day=day).values_list("phase", "agreements"))


def test_every_phase_is_counted_also_those_that_nobody_is_in(hers, his):
    assert phase_counts.count(TODAY)
    found = _counted(TODAY)
    assert set(found) == set(Phase.values)
    assert sum(found.values()) == Agreement.objects.count()
    phased = Agreement.objects.with_phase(TODAY).values_list("phase", flat=True)
    assert found == {phase: list(phased).count(phase) for phase in Phase.values}
    assert found["active"] > 0
    assert found["deleted"] == 0


def test_again_on_the_same_day_nothing_is_counted_anew(hers):
    phase_counts.count(TODAY)
    before = _counted(TODAY)
    Agreement.objects.create(
        customer=hers.customer, number="X", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31)
    )
    with CaptureQueriesContext(connection) as asked:
        assert not phase_counts.count(TODAY)
    assert _counted(TODAY) == before
    assert sum("SELECT" in one["sql"] for one in asked.captured_queries) == 1
    assert phase_counts.count(date(2026, 11, 25)), "cron came two days later"
    assert sum(_counted(date(2026, 11, 25)).values()) == sum(before.values()) + 1


def test_what_another_process_has_counted_meanwhile_stays(hers, monkeypatch):
    phase_counts.count(TODAY)
    before = _counted(TODAY)
    monkeypatch.setattr(type(PhaseCount.objects.all()), "exists", lambda _rows: False)
    assert phase_counts.count(TODAY)
    assert _counted(TODAY) == before


def test_send_reminders_counts(hers):
    call_command("send_reminders")
    assert PhaseCount.objects.values("day").distinct().count() == 1


def _put(day, **counts):
    PhaseCount.objects.bulk_create(PhaseCount(day=day, phase=phase, agreements=n) for phase, n in counts.items())


@pytest.mark.django_db
def test_a_month_is_its_last_count_and_a_month_without_any_is_none():
    _put(date(2026, 9, 3), active=1)
    _put(date(2026, 9, 28), active=5, closing=2)
    _put(date(2026, 11, 2), active=7)
    _put(date(2025, 11, 30), active=99)
    _put(date(2026, 11, 30), active=1000)
    found = phase_counts.months(TODAY)
    assert [one.first for one in found] == [date(2025 + (11 + n) // 12, (11 + n) % 12 + 1, 1) for n in range(12)]
    assert found[-1].counts == {Phase.ACTIVE: 7}
    assert found[-1].counted_on == date(2026, 11, 2)
    assert found[-2].counts is None
    assert found[-3].counts == {Phase.ACTIVE: 5, Phase.CLOSING: 2}
    assert [one.counts for one in found[:-3]] == [None] * 9


def test_the_page_says_what_was_not_counted_and_shows_what_was(desk, hers):
    assert "Not counted yet" in first(desk)
    from django.utils import timezone

    phase_counts.count(timezone.localdate())
    page = first(desk)
    assert page.count("not counted yet") >= 11
    assert "As a table, month by month" in page
    assert "/admin/offboarding/agreement/?phase=closing" in page
