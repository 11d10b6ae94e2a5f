"""The time a customer has to look at a package before silence counts as a receipt, and when it is reminded. Pure.

Days are calendar days in the vendor's zone; the day on which the package came is not counted.
"""

from __future__ import annotations

from datetime import date, timedelta

FAIR_DAYS = 14
"""Whole days to fetch and check a package; retention deletes nothing before they are over."""
REMINDER_DAYS = (7, 12)
"""Days after the package came on which who has said nothing is reminded."""
BEFORE_REMOVAL = 7
"""Days before the package is removed on which who has said nothing is told so."""


def answer_until(came: date) -> date:
    """The last day of the fair time; after it silence counts as a receipt."""
    return came + timedelta(FAIR_DAYS)


def reminder_due(came: date, removed_on: date, today: date) -> str:
    """Which reminder is due on ``today``: ``7``, ``12``, ``removal``, or '' for none.

    Only the nearest one: what cron has missed is not made good, and after the fair time nobody is asked to answer
    within it.
    """
    if removed_on - timedelta(BEFORE_REMOVAL) <= today < removed_on and today > answer_until(came):
        return "removal"
    if today > answer_until(came) or today >= removed_on:
        return ""
    return next((str(days) for days in reversed(REMINDER_DAYS) if came + timedelta(days) <= today), "")
