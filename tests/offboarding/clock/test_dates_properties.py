"""The rules hold on every day: counted again with day numbers alone."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from offboarding.dates import (
    Cause,
    Decisions,
    Ending,
    Late,
    Mark,
    Milestones,
    Policy,
    PolicyError,
    Terms,
    is_timely,
    latest_notice_day,
    milestones,
    needs_decision,
    term_of,
)  # fmt: skip
from tests.offboarding.clock.contracts import ANY_TERMS, STOCKHOLM, notice

ONE_DAY = timedelta(days=1)
FIRST = date(2024, 1, 1)
EIGHT_YEARS = [FIRST + ONE_DAY * number for number in range(2922)]
zones = st.sampled_from(
    ["Europe/Stockholm", "Africa/Cairo", "Asia/Beirut", "America/Havana", "Pacific/Kiritimati", "Etc/GMT+12"]
).map(ZoneInfo)
some_days = st.sampled_from(EIGHT_YEARS)
all_terms = st.builds(
    lambda start, length, **more: Terms(start, start + timedelta(days=length), **more),
    start=some_days, length=st.integers(0, 1100), notice_days=st.integers(0, 365), window_days=st.integers(30, 365),
    auto_renews=st.booleans(), renewal_months=st.integers(1, 24),
)  # fmt: skip
act_terms = st.builds(
    lambda start, length, **more: Terms(start, start + timedelta(days=length), policy=Policy.DATA_ACT, **more),
    start=some_days, length=st.integers(0, 1100), notice_days=st.integers(0, 59), window_days=st.integers(30, 365),
    auto_renews=st.booleans(), renewal_months=st.integers(1, 24),
)  # fmt: skip


def count(terms: Terms, ending: Ending, zone: ZoneInfo = STOCKHOLM, **more) -> Milestones:
    return milestones(terms, ending, zone, contract=ANY_TERMS, **more)


def decided(terms: Terms, day: date, late: Late) -> Ending:
    return notice(day, late if needs_decision(terms, day) else None)


def numbers(found: Milestones) -> dict[Mark, int]:
    return {mark: found[mark].day.toordinal() for mark in Mark}


def test_every_last_day_of_eight_years_gives_the_dates_of_the_design():
    """All days, with notice days 0–365 and windows of 30–365 days going round at different pace."""
    for number, end in enumerate(EIGHT_YEARS):
        notice_days, window = number % 366, 30 + number % 336
        terms = Terms(end - timedelta(days=364), end, notice_days, window, auto_renews=False)
        latest, last, until, deletion = (count(terms, Ending(Cause.EXPIRY))[mark].day for mark in Mark)
        assert last == end
        assert latest.toordinal() == end.toordinal() - notice_days
        assert until.toordinal() == end.toordinal() + window
        assert deletion.toordinal() == end.toordinal() + window + 1


def test_all_notice_days_part_timely_from_late_on_the_very_day():
    for number, end in enumerate(EIGHT_YEARS):
        terms = Terms(end - timedelta(days=400), end, number % 366)
        latest = latest_notice_day(terms, end)
        assert (end - latest).days == number % 366
        assert is_timely(terms, latest)
        assert latest == end or not is_timely(terms, latest + ONE_DAY)


@given(terms=all_terms, day=some_days, late=st.sampled_from(Late), zone=zones)
def test_a_notice_ends_a_term_and_the_window_counts_from_the_later_day(terms, day, late, zone):
    found = count(terms, decided(terms, day, late), zone)
    last, until = found.service_ends.day, found.export_until.day
    assert term_of(terms, last).end == last
    assert until == max(last, day) + timedelta(days=terms.window_days)
    assert found.delete_from.day == until + ONE_DAY
    assert found.latest_notice.day == last - timedelta(days=terms.notice_days)
    assert Milestones.from_json(found.to_json()) == found
    assert found.delete_from.begins == found.export_until.ends > found.service_ends.begins


@given(terms=all_terms, day=some_days, late=st.sampled_from(Late))
def test_a_notice_that_is_sent_earlier_never_ends_later(terms, day, late):
    earlier, later = (numbers(count(terms, decided(terms, each, late))) for each in (day, day + ONE_DAY))
    if needs_decision(terms, day) and late is Late.NEXT_TERM:
        return  # the day after may lie in the next term, and in time for its end
    assert all(earlier[mark] <= later[mark] for mark in Mark)


@given(
    terms=all_terms, first=some_days, second=some_days, zone=zones, ways=st.tuples(*[st.sampled_from(Late)] * 2),
    more=st.integers(0, 400), less=st.none() | st.integers(1, 30),
)  # fmt: skip
def test_no_date_ever_moves_earlier_but_by_a_waiver(terms, first, second, zone, ways, more, less):
    before = count(terms, decided(terms, first, ways[0]), zone)
    longer = Decisions(export_until=before.export_until.day + timedelta(days=more))
    promised = count(terms, decided(terms, first, ways[0]), zone, decisions=longer, previous=before)
    again = count(terms, decided(terms, second, ways[1]), zone, previous=promised)
    for mark in (Mark.SERVICE_ENDS, Mark.EXPORT_UNTIL, Mark.DELETE_FROM):
        assert before[mark].day <= promised[mark].day <= again[mark].day
    assert again.export_until.day >= again.service_ends.day + timedelta(days=terms.window_days)
    if less is not None:
        waiver = Decisions(delete_from=again.service_ends.day + timedelta(days=less))
        waived = count(terms, decided(terms, second, ways[1]), zone, decisions=waiver, previous=again)
        assert waived.service_ends.day == again.service_ends.day < waived.delete_from.day == waiver.delete_from
        assert waived.export_until.day + ONE_DAY == waived.delete_from.day


@given(terms=act_terms, day=some_days, zone=zones)
def test_under_the_data_act_no_date_is_earlier_than_either_clock_gives(terms, day, zone):
    found = count(terms, notice(day), zone)
    contract_end = term_of(terms, day).end
    assert found.service_ends.day >= contract_end
    assert found.export_until.day >= max(contract_end, day) + timedelta(days=terms.window_days)
    if terms.auto_renews or day <= contract_end:
        transition_ends = day + timedelta(days=terms.notice_days + 30)
        assert found.service_ends.day == max(contract_end, transition_ends)
        assert found.export_until.day >= transition_ends + timedelta(days=30)
    assert found.delete_from.day == found.export_until.day + ONE_DAY


@given(terms=all_terms, given_day=some_days, moved=st.integers(-800, 800))
def test_an_extension_or_a_waiver_is_refused_or_done_exactly(terms, given_day, moved):
    plain = count(terms, decided(terms, given_day, Late.ACCEPTED))
    until = plain.export_until.day + timedelta(days=moved)
    try:
        found = count(terms, decided(terms, given_day, Late.ACCEPTED), decisions=Decisions(export_until=until))
    except PolicyError:
        assert moved < 0
    else:
        assert (found.export_until.day, found.delete_from.day) == (until, until + ONE_DAY)
    try:
        found = count(terms, decided(terms, given_day, Late.ACCEPTED), decisions=Decisions(delete_from=until))
    except PolicyError:
        assert until <= plain.service_ends.day or moved > 1
    else:
        assert (found.export_until.day, found.delete_from.day) == (until - ONE_DAY, until)
