"""The milestones as a calendar file (RFC 5545): all-day events that a calendar updates in place, or takes away again.

An event keeps its UID for ever and each letter has a higher SEQUENCE, so that a calendar knows which word is the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress

from offboarding.milestones import Mark, Milestones
from offboarding.rule_words import sentence, title

PRODUCT = "-//Offboarding//Milestones//EN"
IN_CALENDAR = (Mark.SERVICE_ENDS, Mark.EXPORT_UNTIL, Mark.DELETE_FROM)


@dataclass(frozen=True, slots=True)
class Issue:
    """Which word about an agreement this is: ``sequence`` grows with each, ``now`` is aware."""

    organizer: str
    """The vendor's mail address; its domain makes the UIDs ours."""
    sequence: int
    now: datetime


def published(milestones: Milestones, issue: Issue, *, reference: str, number: str, page: str) -> str:
    """METHOD:PUBLISH with one event per milestone, in the active language; lines end with CRLF."""
    calendar, domain = _calendar("PUBLISH"), issue.organizer.rpartition("@")[2]
    for mark in IN_CALENDAR:
        event = _event(f"{reference}-{mark.value}@{domain}".lower(), milestones[mark].day, issue)
        event.add("summary", f"{title(mark)} – {number}")
        event.add("description", f"{sentence(milestones[mark].rule)} [{reference}]")
        event.add("url", page)
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    return _text(calendar)


def taken_back(earlier: str, issue: Issue) -> str:
    """METHOD:CANCEL for every event of an earlier calendar; empty where there was none."""
    calendar = _calendar("CANCEL")
    for known in _events(earlier):
        event = _event(str(known["UID"]), known.decoded("DTSTART"), issue)
        event.add("summary", str(known["SUMMARY"]))
        event.add("status", "CANCELLED")
        calendar.add_component(event)
    return _text(calendar) if calendar.subcomponents else ""


def still_right(calendar: str, milestones: Milestones | None) -> bool:
    """Whether a published calendar names the days of these milestones; one that takes events back names none."""
    if method_of(calendar) != "PUBLISH":
        return True
    days = {event.decoded("DTSTART") for event in _events(calendar)}
    return milestones is not None and days == {milestones[mark].day for mark in IN_CALENDAR}


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


def _event(uid: str, day: date, issue: Issue) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", issue.now.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", issue.sequence)
    event.add("organizer", vCalAddress(f"mailto:{issue.organizer}"))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _text(calendar: Calendar) -> str:
    content: bytes = calendar.to_ical()
    return content.decode()
