"""A day begins at its first existing instant, also where clocks skip midnight; and has 23 to 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offboarding.calendar_days import end_of_day, hours_between, start_of_day
from offboarding.dates import Cause, Ending, Terms, milestones
from offboarding.refusals import ClockError

ONE_DAY = timedelta(days=1)
EIGHT_YEARS = [date(2024, 1, 1) + ONE_DAY * number for number in range(2922)]
ZONES = [
    "Europe/Stockholm", "Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Santiago", "America/New_York",
    "Pacific/Kiritimati", "Etc/GMT+12", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC",
]  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_every_day_of_eight_years_begins_where_the_day_before_ends(name):
    zone = ZoneInfo(name)
    hours = set()
    for day in EIGHT_YEARS:
        begins, ends = start_of_day(day, zone), end_of_day(day, zone)
        assert begins.date() == day
        assert (begins.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone).date() == day - ONE_DAY
        assert ends == start_of_day(day + ONE_DAY, zone)
        hours.add(hours_between(begins, ends))
    changing = {23, 24, 25} if name != "Australia/Lord_Howe" else {23.5, 24, 24.5}
    assert hours == ({24} if zone.utcoffset(datetime(2026, 1, 1)) == zone.utcoffset(datetime(2026, 7, 1)) else changing)


@pytest.mark.parametrize(
    ("name", "day", "instant"),
    [
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-24T01:00:00+03:00"),
        ("Asia/Beirut", date(2026, 3, 29), "2026-03-29T01:00:00+03:00"),
        ("America/Havana", date(2026, 3, 8), "2026-03-08T01:00:00-04:00"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T00:00:00-04:00"),
        ("Pacific/Kiritimati", date(2026, 12, 31), "2026-12-31T00:00:00+14:00"),
        ("Etc/GMT+12", date(2026, 12, 31), "2026-12-31T00:00:00-12:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-31T00:00:00+14:00"),
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T00:30:00-04:00"),
    ],
)
def test_a_day_begins_at_its_first_existing_instant(name, day, instant):
    assert start_of_day(day, ZoneInfo(name)).isoformat() == instant


def test_a_day_that_a_zone_skipped_has_no_hours():
    zone = ZoneInfo("Pacific/Apia")
    assert hours_between(start_of_day(date(2011, 12, 30), zone), end_of_day(date(2011, 12, 30), zone)) == 0


@given(
    end=st.sampled_from(EIGHT_YEARS), name=st.sampled_from(ZONES), window=st.integers(90, 365),
)  # fmt: skip
def test_the_window_is_whole_days_long_give_or_take_an_hour_of_summer_time(end, name, window):
    terms = Terms(date(2023, 1, 1), end, window_days=window, auto_renews=False)
    found = milestones(terms, Ending(Cause.EXPIRY), ZoneInfo(name))
    assert found.delete_from.begins == found.export_until.ends
    assert abs(found.window_hours - window * 24) <= 1
    assert found.service_ends.ends.date() == end + ONE_DAY


def test_deletion_after_a_window_that_ends_before_a_missing_midnight_begins_at_one():
    terms = Terms(date(2025, 1, 1), date(2026, 4, 23) - timedelta(days=90), auto_renews=False)
    found = milestones(terms, Ending(Cause.EXPIRY), ZoneInfo("Africa/Cairo"))
    assert found.delete_from.begins.isoformat() == "2026-04-24T01:00:00+03:00"


@pytest.mark.parametrize(
    ("instant", "day", "name"),
    [(end_of_day, date.max, "Pacific/Kiritimati"), (end_of_day, date.max, "Etc/GMT+12"),
     (start_of_day, date.min, "Etc/GMT-14"), (end_of_day, date.max, "UTC")],
)  # fmt: skip
def test_the_edges_of_the_calendar_are_refused_in_words(instant, day, name):
    with pytest.raises(ClockError, match="outside the calendar"):
        instant(day, ZoneInfo(name))
