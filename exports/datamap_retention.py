"""Reads how long law keeps a collection, and checks that the rule can be counted. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date
from typing import TYPE_CHECKING

from exports.datamap import Collection, CountedFrom, KeepingRule, Ownership, Retention

if TYPE_CHECKING:
    from exports.datamap_file import Section

MOST_YEARS = 100
MOST_TEXT = 255
"""Characters: as long as the record of the duty can hold."""


def read(collection: Section) -> Retention | None:
    """The collection's ``retention``; None where the map says nothing of it."""
    section = collection.section("retention")
    if "retention" not in collection.values:
        return None
    retention = Retention(
        ground=section.text("ground", needed=True),
        source=section.text("source", needed=True),
        rule=section.choice("rule", KeepingRule, KeepingRule.FIXED, needed=True),
        years=section.take("years", int, 0) if "years" in section.values else None,
        until=section.take("until", date, date.max) if "until" in section.values else None,
        counted_from=section.choice("counted_from", CountedFrom, CountedFrom.SERVICE_ENDS),
        counted_column=section.text("counted_column"),
    )
    for key in ("ground", "source"):
        if len(getattr(retention, key)) > MOST_TEXT:
            section.wrong(key, f"is longer than {MOST_TEXT} characters")
    if retention.years is not None and not 0 <= retention.years <= MOST_YEARS:
        section.wrong("years", f"must be 0 to {MOST_YEARS} years")
    if section.values.get("rule") == retention.rule.value:
        for key, reason in _amiss(retention, section.values):
            section.wrong(key, reason)
    section.close()
    return retention


def _amiss(retention: Retention, given: Container[str]) -> Iterator[tuple[str, str]]:
    """What of the rule is missing, or means nothing beside it."""
    if retention.rule is KeepingRule.FIXED:
        if retention.until is None:
            yield "until", 'is missing: the last day of rule = "fixed"'
        for key in ("years", "counted_from", "counted_column"):
            if key in given:
                yield key, 'means nothing with rule = "fixed"'
        return
    if retention.years is None:
        yield "years", f'is missing: how many years does rule = "{retention.rule}" keep?'
    if retention.until is not None:
        yield "until", 'is only for rule = "fixed"'
    by_column = retention.counted_from is CountedFrom.COLUMN
    if by_column and not retention.counted_column:
        yield "counted_column", "is missing: which field of the collection holds the day?"
    if retention.counted_column and not by_column:
        yield "counted_column", 'is only for counted_from = "column"'


def check(collection: Collection) -> Iterator[tuple[str, str]]:
    """What does not fit the rest of the collection: (key, reason)."""
    retention = collection.retention
    if retention is None:
        return
    if collection.ownership is Ownership.REFERENCE:
        yield "", "the vendor's own rows are never erased; no duty needs to keep them"
    if retention.counted_column and retention.counted_column not in collection.fields:
        yield "counted_column", f"{retention.counted_column!r} is no field of it"
