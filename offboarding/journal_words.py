"""What may stand in the journal, and how it reads: event → sentence in the active language.

Every event is declared once with its facts. The lowest package's stand in ``journal_events``; an upper package
adds its own with ``declare`` when it starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding.journal_chain import checked_facts
from offboarding.journal_events import EVENTS
from offboarding.journal_kinds import Event, Fact, Kind, fits, read
from offboarding.models import Contact, JournalEntry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_EVENT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")

_GROUPS: dict[str, StrOrPromise] = {
    "notice": gettext_lazy("notices"),
    "agreement": gettext_lazy("agreements"),
    "dates": gettext_lazy("dates"),
    "window": gettext_lazy("export windows"),
    "waiver": gettext_lazy("waivers"),
    "transition": gettext_lazy("transitions (Data Act)"),
    "hold": gettext_lazy("holds"),
    "data": gettext_lazy("deletion"),
    "letter": gettext_lazy("letters"),
    "message": gettext_lazy("messages"),
    "assistance": gettext_lazy("help with transfers"),
    "contact": gettext_lazy("contacts"),
    "customer": gettext_lazy("customers"),
    "token": gettext_lazy("tokens"),
    "journal": gettext_lazy("the journal itself"),
}
_declared: dict[str, Event] = {}


def declare(events: Mapping[str, Event], groups: Mapping[str, StrOrPromise] | None = None) -> None:
    """Adds events; ValueError for a code that is malformed or declared differently already.

    ``groups`` names what the codes' first parts are about: ``{"export": _("exports")}``.
    """
    _GROUPS.update(groups or {})
    for code, event in events.items():
        if not _EVENT.fullmatch(code) or len(code) > 60:
            raise ValueError(f"{code!r} is no event's code, such as notice.received.")
        if _declared.setdefault(code, event) is not event:
            raise ValueError(f"The event {code!r} is declared twice.")


def declared() -> Mapping[str, Event]:
    """All events, by code."""
    return _declared


def groups() -> dict[str, StrOrPromise]:
    """What events are about: the first part of their codes, and what it is called."""
    return {group: _GROUPS.get(group, group) for group in dict.fromkeys(code.split(".")[0] for code in _declared)}


def checked(event: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they will stand; ValueError for an event or a fact that is not declared, missing or malformed."""
    kind = _declared.get(event)
    if kind is None:
        raise ValueError(f"The journal knows no event {event!r}; declare it in journal_events.")
    if unknown := sorted(facts.keys() - kind.facts.keys()):
        raise ValueError(f"{event} has no fact {', '.join(unknown)}; it has {', '.join(kind.facts) or 'none'}.")
    if missing := sorted(kind.needed - facts.keys()):
        raise ValueError(f"{event} needs the fact {', '.join(missing)}: its sentence shows it.")
    kept = checked_facts(facts)
    for name, value in kept.items():
        if not fits(kind.facts[name].kind, value):
            raise ValueError(f"{event}: the fact {name!r} is {value!r}, which is no {kind.facts[name].kind.value}.")
    return kept


# How it reads ---------------------------------------------------------------------------------------------------------


def sentence(entry: JournalEntry) -> str:
    """The entry in one sentence of the active language; an event nobody declares any more shows its code."""
    event = _declared.get(entry.event)
    if event is None:
        return entry.event
    return str(event.sentence % shown_facts(entry))


def shown_facts(entry: JournalEntry) -> dict[str, Any]:
    """The entry's facts as its sentence shows them; none for an event nobody declares any more."""
    event = _declared.get(entry.event)
    return {name: _shown(fact, entry.facts.get(name)) for name, fact in event.facts.items()} if event else {}


def _shown(fact: Fact, value: Any) -> Any:
    if value is None or value == "" or value == []:
        return 0 if fact.kind is Kind.COUNT else "–"
    if fact.kind is Kind.DAY and (day := read(date, value)):
        return date_format(day, "DATE_FORMAT")
    if fact.kind is Kind.MOMENT and (moment := read(datetime, value)):
        return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    if fact.kind is Kind.HASH:
        return str(value)[:12]
    if fact.kind is Kind.FLAG:
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return fact.between.join(_in_words(fact, item) for item in value)
    return value if fact.kind in (Kind.COUNT, Kind.ID) and not fact.words else _in_words(fact, value)


def _in_words(fact: Fact, value: Any) -> str:
    return str((fact.words or {}).get(str(value), value))


MACHINES: dict[str, StrOrPromise] = {
    "fetch_notices": gettext_lazy("automatic intake of mail"),
    "send_reminders": gettext_lazy("automatic sending of letters"),
    "verify_journal": gettext_lazy("automatic check of the journal"),
    "run_jobs": gettext_lazy("automatic export"),
    "enforce_retention": gettext_lazy("automatic deletion"),
    "worker": gettext_lazy("automatic export"),
    "letters": gettext_lazy("automatic"),
    "register": gettext_lazy("automatic"),
}
"""How the commands and workers are called; ``MACHINES["name"] = …`` adds one."""


def who(entry: JournalEntry, names: Mapping[int, str] | None = None) -> str:
    """The actor in words; ``names`` gives contacts' names by id where many entries are shown at once."""
    kind, _colon, rest = entry.actor.partition(":")
    if kind == "staff":
        return rest.partition(":")[2] or rest
    if kind == "contact" and rest.isdecimal():
        found = names if names is not None else contact_names([entry])
        return found.get(int(rest)) or _("contact %(number)s") % {"number": rest}
    return str(MACHINES.get(rest, rest))


def contact_names(entries: list[JournalEntry]) -> dict[int, str]:
    """The names of the contacts who acted, as far as their rows are still there; one query."""
    wanted = {entry.actor.removeprefix("contact:") for entry in entries if entry.actor.startswith("contact:")}
    ids = [int(number) for number in wanted if number.isdecimal() and len(number) < 19]
    return dict(Contact.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


declare(EVENTS)
