"""The drawn timeline keeps its labels apart, whatever a case's dates are."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from offboarding.timeline import DAY_SIZE, NARROW_TEXT, Band, Point, Story, text_width, wrapped
from offboarding.timeline_across import LEAST_WIDTH, OFFSET, across
from offboarding.timeline_down import DOT, down

DAY = date(2026, 1, 1)
WORDS = st.text(alphabet="Uppsägning åäö iWM漢字 <&>", min_size=1, max_size=80)
days = st.integers(0, 4000).map(lambda n: DAY + timedelta(days=n))
points = st.builds(Point, st.sampled_from(["notice", "latest", "ends"]), days, WORDS, WORDS.map(lambda text: text[:30]))
bands = st.builds(
    lambda one, other, lane: Band("service", min(one, other), max(one, other), "Service", lane),
    days, days, st.integers(0, 2),
)  # fmt: skip
stories = st.builds(
    Story, points, points, st.lists(points, max_size=12).map(tuple), st.lists(bands, max_size=4).map(tuple),
    st.lists(points, max_size=5).map(tuple),
)  # fmt: skip


def extent(label, width):
    """The pixels from left to right that a label's text takes."""
    x = label.x / 100 * width
    return (x + OFFSET, x + OFFSET + label.width) if label.above else (x - OFFSET - label.width, x - OFFSET)


@given(stories)
def test_no_label_touches_another_at_any_width_from_the_least_on(story):
    drawn = across(story)
    for width in (LEAST_WIDTH, 1000, 1920):
        for one, other in combinations(drawn.labels, 2):
            if one.above == other.above and one.row == other.row:
                (_left, end), (begin, _right) = sorted((extent(one, width), extent(other, width)))
                assert end <= begin, (one.title, other.title)


@given(stories)
def test_no_line_crosses_a_label(story):
    drawn = across(story)
    for width in (LEAST_WIDTH, 1920):
        for one in drawn.labels:
            for other in drawn.labels:
                if one.above == other.above and one.row > other.row:
                    left, right = extent(other, width)
                    assert not left < one.x / 100 * width < right


@given(stories)
def test_no_line_crosses_the_words_in_a_band_and_they_end_inside_it(story):
    drawn = across(story)
    for width in (LEAST_WIDTH, 1920):
        for band in drawn.stretches:
            left = band.title_from / 100 * width
            right = left + OFFSET + text_width(band.title, DAY_SIZE)
            if band.title:
                assert right <= (band.x + band.span) / 100 * width
                assert not any(left < label.x / 100 * width < right for label in drawn.labels)


def test_the_words_of_a_band_stand_behind_todays_line_where_it_would_cross_them():
    month = Band("window", DAY, DAY + timedelta(days=90), "Exports", 0)
    ends = Point("ends", DAY, "Service ends", "1 January")
    for days_in, moved in ((2, True), (60, False)):
        today = Point("today", DAY + timedelta(days=days_in), "Today", "")
        last = Point("latest", DAY + timedelta(days=90), "Deletion", "1 April")
        (band,) = across(Story(ends, today, (last,), (month,), ())).stretches
        assert band.title == "Exports"
        assert (band.title_from > band.x) is moved


@given(stories)
def test_everything_lies_inside_the_drawing(story):
    drawn = across(story)
    assert len(drawn.labels) == len(story.points) + 2
    for label in drawn.labels:
        left, right = extent(label, LEAST_WIDTH)
        assert 0 <= left <= right <= LEAST_WIDTH
        assert 0 <= label.line_from < label.title_y < label.when_y <= drawn.height
        assert label.line_to <= drawn.height
    for stretch in (*drawn.stretches, *drawn.dots):
        assert 0 <= stretch.x <= stretch.x + stretch.span <= 100
        assert drawn.bar <= stretch.y or stretch in drawn.dots
        assert stretch.y + stretch.height <= drawn.below


@given(stories)
def test_labels_below_begin_where_the_lanes_have_ended_and_words_down_stand_beside_them(story):
    drawn, narrow = across(story), down(story)
    assert all(label.title_y - 12 >= drawn.below for label in drawn.labels if not label.above)
    assert all(reach.x + reach.width <= narrow.text for reach in narrow.reaches)


@given(stories)
def test_downwards_no_dot_covers_another_nor_a_mark_nor_a_band_nor_a_word(story):
    drawn = down(story)
    first, last = drawn.steps[0].point.day, drawn.steps[-1].point.day
    assert {dot.kind for dot in drawn.dots} == {dot.kind for dot in story.dots if first <= dot.day <= last}
    assert all(other.y - dot.y >= DOT for dot, other in pairwise(drawn.dots))
    for dot in drawn.dots:
        assert max([17, *(reach.x + reach.width for reach in drawn.reaches)]) <= dot.x - DOT / 2
        assert dot.x + DOT / 2 <= drawn.text
        assert DOT / 2 <= dot.y <= drawn.height - DOT / 2


def test_downwards_dots_of_one_kind_on_one_day_are_one_and_tell_of_all():
    day = date(2026, 3, 1)
    term, today = Point("term", DAY, "Begins", "1 January"), Point("today", date(2026, 6, 1), "Today", "1 June")
    letters = tuple(Point("letter", day, title, "1 March") for title in ("Notice received", "Notice decided"))
    (dot,) = down(Story(term, today, (), dots=letters)).dots
    assert dot.name == "Notice received · 1 March\nNotice decided · 1 March"


@given(stories)
def test_later_days_never_lie_to_the_left(story):
    placed = sorted(across(story).labels, key=lambda label: label.point.day)
    assert [label.x for label in placed] == sorted(label.x for label in placed)


@given(stories)
def test_downwards_each_step_begins_where_the_one_before_has_ended(story):
    drawn = down(story)
    tops = [(step.lines[0][0] - 12, step.bottom) for step in drawn.steps]
    assert all(bottom <= top for (_top, bottom), (top, _bottom) in pairwise(tops))
    assert tops[-1][1] <= drawn.height
    assert [step.point.day for step in drawn.steps] == sorted(step.point.day for step in drawn.steps)
    assert all(0 <= reach.y <= reach.y + reach.height <= drawn.height for reach in drawn.reaches)


@given(WORDS)
def test_a_long_title_is_broken_into_lines_that_fit_a_phone_and_loses_nothing(text):
    lines = wrapped(text)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line, 13) <= NARROW_TEXT for line in lines)


def test_the_first_and_last_days_of_the_calendar_are_drawn():
    story = Story(
        Point("term", date.min, "Begins", "long ago"), Point("today", date.max, "Today", "late"),
        (Point("ends", date(2026, 12, 31), "Ends", "31 December 2026"),),
    )  # fmt: skip
    assert across(story).before
    assert down(story).height > 0


def test_a_term_of_many_years_leaves_room_for_its_end():
    story = Story(
        Point("term", date(2006, 1, 1), "Begins", "1 January 2006"),
        Point("today", date(2026, 12, 5), "Today", "5 December 2026"),
        (
            Point("latest", date(2026, 12, 1), "Latest day of notice", "1 December 2026"),
            Point("ends", date(2026, 12, 31), "Service ends", "31 December 2026"),
            Point("deletion", date(2027, 4, 1), "Deletion", "1 April 2027"),
        ),
    )
    drawn = across(story)
    latest, ends = (next(one.x for one in drawn.labels if one.point.kind == kind) for kind in ("latest", "ends"))
    assert drawn.before
    assert ends - latest > 10


def test_a_day_long_after_the_end_does_not_squeeze_the_story():
    story = Story(
        Point("term", date(2026, 1, 1), "Begins", ""), Point("today", date(2041, 1, 1), "Today", ""),
        (Point("ends", date(2026, 12, 31), "Service ends", ""), Point("deletion", date(2027, 4, 1), "Deletion", "")),
    )  # fmt: skip
    ends = next(one.x for one in across(story).labels if one.point.kind == "ends")
    assert ends > 50
