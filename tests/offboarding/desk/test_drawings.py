"""The strip of what comes and the charts of the phases: nothing is lost, nothing stands outside."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from offboarding.coming_strip import BAR, strip
from offboarding.phase_chart import HEIGHT, chart

TODAY = date(2026, 11, 22)
offsets = st.integers(-20, 120)
counts = st.dictionaries(offsets.map(lambda n: TODAY + timedelta(days=n)), st.integers(0, 10**6), max_size=60)


@given(st.lists(counts, max_size=4))
def test_every_day_that_has_something_has_a_bar_inside_the_drawing(kinds):
    drawn = strip(TODAY, 90, [(f"k{n}", f"K{n}", one) for n, one in enumerate(kinds)], (30, 60, 90))
    assert len(drawn.lanes) == len(kinds)
    for lane, given_ in zip(drawn.lanes, kinds, strict=True):
        inside = {day: n for day, n in given_.items() if n and TODAY <= day < TODAY + timedelta(days=90)}
        assert {bar.day: bar.count for bar in lane.bars} == inside
        assert lane.total == sum(inside.values())
        for bar in lane.bars:
            assert 0 <= bar.x < 100
            assert 0 < bar.height <= BAR
            assert bar.y + bar.height == lane.base <= drawn.foot
            assert bar.y > lane.title_y


@given(counts)
def test_a_higher_count_never_has_a_lower_bar(days):
    (lane,) = strip(TODAY, 90, [("k", "K", days)]).lanes
    ordered = sorted(lane.bars, key=lambda bar: bar.count)
    assert [bar.height for bar in ordered] == sorted(bar.height for bar in ordered)


def test_months_weeks_and_spans_are_marked_where_they_begin():
    drawn = strip(TODAY, 90, [], (30, 60, 90))
    assert [tick.day for tick in drawn.months] == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert all(tick.day.weekday() == 0 for tick in drawn.weeks)
    assert [tick.day for tick in drawn.spans] == [date(2026, 12, 22), date(2027, 1, 21)]
    assert drawn.spans[0].left == "33.333%"


def _months(*found):
    return [(date(2026, number + 1, 1), one) for number, one in enumerate(found)]


@given(st.lists(st.none() | st.integers(0, 10**7), min_size=1, max_size=12))
def test_a_month_that_was_not_counted_is_a_gap_and_never_a_zero(found):
    drawn = chart(_months(*found))
    assert [bar.count for bar in drawn.bars] == found
    assert all(bar.height == 0 for bar in drawn.bars if not bar.count)
    assert all(0 < bar.height <= HEIGHT for bar in drawn.bars if bar.count)
    assert all(bar.y + bar.height == HEIGHT for bar in drawn.bars)


def test_a_change_is_told_only_where_both_months_are_counted():
    assert chart(_months(3, 5)).change == 2
    assert chart(_months(5, 0)).change == -5
    assert chart(_months(None, 5)).change is None
    assert chart(_months(5, None)).change is None
    assert chart(_months(5)).change is None
    assert chart([]).latest is None
