"""Every date says in words why it is where it is: absolute days with their weekday, in the reader's language."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from offboarding import refusals, rule_words
from offboarding.dates import Decisions, Late, LateNoticeError, Mark, PolicyError, Rule
from offboarding.milestones import COUNTS, OTHER_CLOCK, RULES
from offboarding.refusals import ClockError
from tests.offboarding.clock.contracts import ACT_2026, clock, notice

ANY_DAY = "2026-12-31"


def any_rule(code: str, *others: str, count: int = 30) -> Rule:
    return Rule(code, {name: count if name in COUNTS else ANY_DAY for name in [*RULES[code], *others]})


def test_a_sentence_says_from_where_it_is_counted_and_why():
    found = clock()
    assert {mark: rule_words.sentence(found[mark].rule) for mark in Mark} == {
        Mark.LATEST_NOTICE: "Counted back 30 days from Thursday 31 December 2026, the last day of the term, because "
        "the agreement asks for that much notice.",
        Mark.SERVICE_ENDS: "Counted from Thursday 1 October 2026, when the notice was received, to the end of that "
        "term, Thursday 31 December 2026, because it came in time: the latest day was Tuesday 1 December 2026.",
        Mark.EXPORT_UNTIL: "Counted from Thursday 31 December 2026, the last day of service, because data can be "
        "requested for 90 days after it.",
        Mark.DELETE_FROM: "Counted from Wednesday 31 March 2027, the last day to request an export, because deletion "
        "may begin on the day after it at the earliest.",
    }


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_has_a_sentence_with_all_its_facts(code, language):
    with translation.override(language):
        words = rule_words.sentence(any_rule(code))
        day = {"en": "Thursday 31 December 2026", "sv": "torsdag 31 december 2026"}[language]
        assert day in words
        assert not re.search(r"[0-9]{4}-[0-9]{2}|%\(|[{}]", words)
        assert words.count(day) == len(RULES[code] - COUNTS)
        assert (" 30 " in words) == bool(RULES[code] & COUNTS)


@pytest.mark.parametrize("code", sorted(code for code, facts in RULES.items() if facts & COUNTS))
def test_one_day_is_not_many(code):
    assert re.search(r"\b1 day\b", rule_words.sentence(any_rule(code, count=1)))
    assert re.search(r"\b2 days\b", rule_words.sentence(any_rule(code, count=2)))


def test_the_rule_says_which_clock_won_and_what_the_other_gives():
    found = clock(ACT_2026)
    assert rule_words.sentence(found.service_ends.rule).endswith(
        "The Data Act's clock gives Monday 30 November 2026; the later day counts."
    )
    late = clock(ACT_2026, notice(date(2026, 12, 15)))
    assert rule_words.sentence(late.service_ends.rule).endswith(
        "The contract's own clock gives Thursday 31 December 2026; the later day counts."
    )
    assert set(rule_words.OTHER_CLOCKS) == OTHER_CLOCK


def test_a_kept_date_says_that_promises_do_not_move_earlier():
    later = clock(decisions=Decisions(export_until=date(2027, 5, 1)))
    assert rule_words.sentence(clock(previous=later).export_until.rule) == (
        "Kept on Saturday 1 May 2027, because a date already promised does not move earlier; counted anew it would be "
        "Wednesday 31 March 2027."
    )


def test_every_milestone_has_a_title():
    assert [rule_words.title(mark) for mark in Mark] == [
        "latest day for a timely notice", "service ends", "last day to request an export", "deletion not before",
    ]  # fmt: skip


def test_a_refusal_names_the_clause_and_has_its_days_in_words():
    with pytest.raises(PolicyError) as caught:
        clock(decisions=Decisions(export_until=date(2027, 3, 30)))
    assert rule_words.refusal(caught.value) == (
        "An extension to Tuesday 30 March 2027 would be earlier than Wednesday 31 March 2027, which is promised. "
        "(a promised date does not move earlier)"
    )
    with pytest.raises(LateNoticeError) as late:
        clock(ending=notice(date(2026, 12, 2)))
    assert rule_words.refusal(late.value) == (
        "The notice of Wednesday 2 December 2026 came after Tuesday 1 December 2026, the latest day; a person decides "
        "what it means."
    )


@pytest.mark.parametrize("reason", sorted(refusals.REASONS))
def test_every_reason_can_be_said(reason):
    names = set(re.findall(r"%\((\w+)\)s", refusals.REASONS[reason]))
    words = rule_words.refusal(ClockError("field", reason, **dict.fromkeys(names, ANY_DAY)))
    assert words.count("Thursday 31 December 2026") == len(names)


@given(text=st.text())
def test_what_a_stranger_wrote_is_never_taken_for_a_pattern(text):
    words = rule_words.refusal(ClockError("milestones", "unreadable", given=text + "%(x)s"))
    assert words == f"The stored values are not readable: {text}%(x)s."


def test_an_undecided_late_notice_can_be_told_in_both_outcomes():
    with pytest.raises(LateNoticeError) as caught:
        clock(ending=notice(date(2026, 12, 2)))
    words = {late: rule_words.sentence(found.service_ends.rule) for late, found in caught.value.outcomes.items()}
    assert "the next term, Friday 1 January 2027 to Friday 31 December 2027" in words[Late.NEXT_TERM]
    assert "accepted as timely" in words[Late.ACCEPTED]
