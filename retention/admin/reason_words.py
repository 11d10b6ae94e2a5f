"""Reasons against a deletion as a page shows them: in words, with what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from retention import policy_words
from retention.codes import Blocker, Code
from retention.next_step import TIME_ALONE
from retention.remedies import WHAT_TO_DO


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: ``text`` says it, ``remedy`` what to do; ``person`` where nothing happens without somebody."""

    text: str
    remedy: str
    person: bool


def in_words(reasons: Iterable[Blocker]) -> list[Reason]:
    """Each reason, in the order of the policy."""
    return [
        Reason(policy_words.sentence(one), str(WHAT_TO_DO.get(one.code, "")), one.code not in TIME_ALONE)
        for one in reasons
    ]


def told(stopped_by: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """What a run's row keeps of why it stopped; a code that is not known any more stands as it is."""
    found: list[Reason] = []
    for one in stopped_by:
        try:
            found += in_words([Blocker(Code(one["code"]), one["facts"])])
        except (ValueError, KeyError):
            found.append(Reason(str(one.get("code", one)), "", person=True))
    return found
