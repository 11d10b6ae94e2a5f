"""The dates that a notice would lead to, as the pages show them before anything is sent."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst

from offboarding.dates import Preview
from offboarding.online_notices import SHOWN, outcome_in_words
from offboarding.rule_words import day_in_words, sentence, title


def outcomes_of(found: Preview) -> list[dict[str, Any]]:
    """Each possible decision with its dates and their rules, the usual one first."""
    return [
        {
            "heading": outcome_in_words(late, found.timely),
            "dates": [
                {
                    "title": capfirst(title(mark)),
                    "day": day_in_words(dates[mark].day),
                    "why": sentence(dates[mark].rule),
                }
                for mark in SHOWN
            ],
        }
        for late, dates in found.outcomes.items()
    ]
