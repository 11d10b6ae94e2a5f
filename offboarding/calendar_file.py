"""The milestones as a calendar file (RFC 5545): all-day events that a calendar updates in place, or takes away again.

An event keeps its UID for ever and each letter has a higher SEQUENCE, so that a calendar knows which word is the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from offboarding.milestones import Mark, Milestones
from offboarding.rule_words import sentence, title

PRODUCT = "-//Offboarding//Milestones//EN"
IN_CALENDAR = (Mark.SERVICE_ENDS, Mark.EXPORT_UNTIL, Mark.DELETE_FROM)


def published(
    milestones: Milestones, *, reference: str, number: str, domain: str, page: str, sequence: int, now: datetime
) -> str:
    """METHOD:PUBLISH with one event per milestone, in the active language; lines end with CRLF."""
    calendar = _calendar("PUBLISH")
    for mark in IN_CALENDAR:
        event = _event(f"{reference}-{mark.value}@{domain}".lower(), milestones[mark].day, sequence, now)
        event.add("summary", f"{title(mark)} – {number}")
        event.add("description", f"{sentence(milestones[mark].rule)} [{reference}]")
        event.add("url", page)
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    return _text(calendar)


def taken_back(earlier: str, *, sequence: int, now: datetime) -> str:
    """METHOD:CANCEL for every event of an earlier calendar; empty where there was none."""
    calendar = _calendar("CANCEL")
    for known in _events(earlier):
        event = _event(str(known["UID"]), known.decoded("DTSTART"), sequence, now)
        event.add("summary", str(known["SUMMARY"]))
        event.add("status", "CANCELLED")
        calendar.add_component(event)
    return _text(calendar) if calendar.subcomponents else ""


def method_of(calendar: str) -> str:
    """``PUBLISH`` or ``CANCEL``."""
    return str(Calendar.from_ical(calendar)["METHOD"])


def _events(text: str) -> Iterable[Event]:
    return [event for event in Calendar.from_ical(text).walk("VEVENT") if isinstance(event, Event)] if text else []


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(uid: str, day: date, sequence: int, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", sequence)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _text(calendar: Calendar) -> str:
    return calendar.to_ical().decode()
