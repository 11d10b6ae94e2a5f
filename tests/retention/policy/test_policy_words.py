"""Every reason is told in words that a person can act on, with days and numbers where they belong."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from offboarding.models import Letter
from offboarding.refusals import Fact
from retention import policy_words
from retention.codes import FACTS, Blocker, Code, blocker
from retention.policy import blockers
from retention.policy_letters import OVERTAKEN, SENT, TROUBLE
from tests.retention.policy.cases import GOOD, TODAY, but
from tests.retention.policy.wrongs import WRONGS

TEXTS = {"ground", "what"}
COUNTS = {"days", "fair_days", "count", "limit", "seconds"}


def any_fact(name: str, count: int) -> Fact:
    if name == "date":
        return "delete_from"
    if name in policy_words.DAYS:
        return "2026-12-31"
    return "a <b> %s" if name in TEXTS else count


def any_blocker(code: Code, count: int = 30) -> Blocker:
    return Blocker(code, {name: any_fact(name, count) for name in FACTS[code]})


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_with_all_its_facts(code: Code, language: str):
    with translation.override(language):
        words = policy_words.sentence(any_blocker(code))
        assert (words.endswith(".") and words[0].isupper()) or words.startswith("30 ")
        assert not re.search(r"[0-9]{4}-[0-9]{2}|%\(", words)
        day = {"en": "Thursday 31 December 2026", "sv": "torsdag 31 december 2026"}[language]
        assert words.count(day) == len(FACTS[code] & policy_words.DAYS)
        for name in FACTS[code] & TEXTS:
            assert str(any_fact(name, 30)) in words
        if FACTS[code] - policy_words.DAYS - TEXTS - {"date"}:
            assert re.search(r"\b30\b", words)


def test_every_code_has_exactly_one_sentence():
    groups = [policy_words.THE_CASE, policy_words.WHAT_STAYS, policy_words.EXPORTS, policy_words.WARNINGS,
              policy_words.THE_PLAN, policy_words.THE_MACHINE]  # fmt: skip
    assert sorted(code for group in groups for code in group) == sorted(Code) == sorted(policy_words.SENTENCES)


@pytest.mark.parametrize("code", [code for code in Code if FACTS[code] & COUNTS])
def test_one_is_not_many(code: Code):
    with translation.override("en"):
        one, two = (policy_words.sentence(any_blocker(code, count)) for count in (1, 2))
    assert one != two.replace("2 ", "1 ").replace("2", "1") or "day " in one
    assert not re.search(r"\b1 (days|seconds|rows|places|other customers)\b", one)
    assert not re.search(r"\b2 (day|second|row|place|other customer)\b", two)


def test_a_missing_date_is_named_as_on_every_screen():
    with translation.override("en"):
        words = policy_words.sentence(blocker(Code.DATE_MISSING, date="delete_from"))
    assert words == "A date is not set: deletion not before. What is not set is never due."


def test_no_export_in_particular_has_words_of_its_own():
    with translation.override("en"):
        assert policy_words.sentences(blockers(but(GOOD, "exports", None), TODAY)) == [
            "It is not known whether exports were requested."
        ]


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.title)
def test_everything_that_is_found_can_be_told(wrong):
    found = blockers(wrong.apply(GOOD), wrong.today)
    assert all(policy_words.sentences(found))


@pytest.mark.parametrize("facts", [{}, {"hold": 1, "what": "x", "more": 2}, {"what": "x"}])
def test_a_reason_with_other_facts_than_its_code_has_is_none(facts: dict[str, Fact]):
    with pytest.raises(ValueError, match="hold_unmatched"):
        Blocker(Code.HOLD_UNMATCHED, facts)


def test_the_policy_knows_every_state_of_a_letter():
    assert {*TROUBLE, SENT, OVERTAKEN} == {"", *Letter.State.values}
