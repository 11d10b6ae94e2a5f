"""Writes the letters that become due by the calendar: exports can be requested, and 30, 7 and 1 days before deletion.

cron may be late, doubled or missed: what is due is selected with ``<=`` and written once per day it is about. Where
several warnings are due at once only the nearest is written; the others are recorded as overtaken, so that nobody
thinks that they were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from offboarding import letters
from offboarding.actors import Actor
from offboarding.dates import ClockError
from offboarding.letter_keys import key_of, reminder_key
from offboarding.letter_writing import WARNINGS
from offboarding.mail_addresses import new_message_id
from offboarding.models import Agreement, Letter

State, Occasion = Letter.State, Letter.Occasion
WRITER = Actor.machine("send_reminders")
DAYS = sorted(WARNINGS)
"""Nearest first: 1, 7, 30."""
WORST = [State.REFUSED, State.BOUNCED, State.UNCLEAR, State.OVERTAKEN, State.QUEUED, State.SENDING]
"""What a warning to several people has come to: the worst of what became of each."""


@dataclass
class Reminded:
    """How many letters were written; ``problems``: agreements whose dates cannot be read."""

    written: int = 0
    problems: list[str] = field(default_factory=list)


def write_due(today: date) -> Reminded:
    """Writes everything due on that day of the vendor's zone, each agreement in its own transaction."""
    done = Reminded()
    for occasion, agreements in _due(today):
        for pk in list(agreements.order_by("pk").values_list("pk", flat=True)):
            try:
                done.written += _remind(pk, occasion, today)
            except ClockError as error:
                done.problems.append(f"agreement {pk}: {error}")
    return done


def _due(today: date) -> list[tuple[Letter.Occasion, QuerySet[Agreement]]]:
    """For each reminder, the agreements for which it is the nearest and not yet written."""
    alive = Agreement.objects.filter(held_since=None, erased_at=None)
    window = alive.in_window(today).filter(~_written(Occasion.WINDOW_OPEN, "service_ends"))
    found: list[tuple[Letter.Occasion, QuerySet[Agreement]]] = [(Occasion.WINDOW_OPEN, window)]
    after: date | None = None
    for days in DAYS:
        until = today + timedelta(days=days)
        nearest = alive.filter(delete_from__lte=until)
        nearest = nearest.filter(delete_from__gt=after) if after else nearest
        found.append((WARNINGS[days], nearest.filter(~_written(WARNINGS[days], "delete_from"))))
        after = until
    return found


def _written(occasion: Letter.Occasion, day: str) -> Exists:
    """Whether somebody who is still there has been written to about that day."""
    begin = Concat(
        Value(f"{occasion.value}:"), Cast(OuterRef("pk"), CharField()), Value(":"), Cast(OuterRef(day), CharField()),
        Value(":"),
    )  # fmt: skip
    standing = Letter.objects.filter(agreement=OuterRef("pk"), occasion=occasion, contact__ended_at=None)
    return Exists(standing.filter(key__startswith=begin).exclude(state=State.CANCELLED))


@transaction.atomic
def _remind(pk: int, occasion: Letter.Occasion, today: date) -> int:
    """Looks again under the agreement's lock, because a decision may have come between."""
    agreement = letters.locked_agreement(pk)
    due = _due_now(agreement, today)
    if occasion not in (due[:1] if occasion in WARNINGS.values() else [_window_due(agreement, today)]):
        return 0
    before = set(agreement.letters.filter(occasion=occasion).values_list("pk", flat=True))
    put = letters.write(occasion, agreement, key=reminder_key(occasion, agreement))
    for letter in put:
        for earlier in due[1:] if occasion in WARNINGS.values() else []:
            _overtake(letter, earlier)
    return len([letter for letter in put if letter.pk not in before])


def _due_now(agreement: Agreement, today: date) -> list[Letter.Occasion]:
    """The warnings that are due, nearest first."""
    if agreement.held_since or agreement.erased_at or agreement.delete_from is None:
        return []
    left = (agreement.delete_from - today).days
    return [WARNINGS[days] for days in DAYS if left <= days]


def _window_due(agreement: Agreement, today: date) -> Letter.Occasion | None:
    if agreement.held_since or agreement.erased_at or agreement.service_ends is None or agreement.export_until is None:
        return None
    return Occasion.WINDOW_OPEN if agreement.service_ends < today <= agreement.export_until else None


def _overtake(by: Letter, occasion: Letter.Occasion) -> None:
    """A warning that was due earlier and has not gone out: recorded, never sent."""
    agreement = by.agreement
    assert agreement is not None
    letter, created = Letter.objects.get_or_create(
        key=key_of(occasion, agreement, reminder_key(occasion, agreement), by.address),
        defaults={
            "customer_id": by.customer_id,
            "agreement": agreement,
            "contact_id": by.contact_id,
            "address": by.address,
            "language": by.language,
            "occasion": occasion,
            "message_id": new_message_id(agreement.reference),
            "subject": by.subject,
            "state": State.OVERTAKEN,
            "written_at": by.written_at,
            "due_at": by.written_at,
        },
    )
    waiting = Letter.objects.filter(pk=letter.pk, state=State.QUEUED).update(state=State.OVERTAKEN)
    if created or waiting:
        letters.tell(letter, "letter.overtaken", actor=WRITER, by_letter=by.pk)


# What became of the warnings ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WarningFact:
    """One of the warnings before deletion, for ``retention``: ``state`` is a ``Letter.State``, empty where none stands.

    The worst of what became of it with each person who is still a contact; ``sent_at`` only where all of them got it,
    and then the moment of the last.
    """

    days: int
    due_on: date
    state: str = ""
    sent_at: datetime | None = None


def warnings_of(agreement: Agreement) -> list[WarningFact]:
    """The warnings about the present day of deletion, 30 days first; empty where there is no such day."""
    return warnings_of_many([agreement])[agreement.pk]


def warnings_of_many(agreements: Sequence[Agreement]) -> dict[int, list[WarningFact]]:
    """``warnings_of`` each, by the agreement's number, in one query."""
    told: dict[int, list[Letter]] = {agreement.pk: [] for agreement in agreements}
    standing = Letter.objects.filter(agreement__in=told, occasion__in=WARNINGS.values(), contact__ended_at=None)
    fields = ("agreement_id", "contact_id", "address", "state", "sent_at", "key")
    for letter in standing.exclude(state=State.CANCELLED).order_by("pk").only(*fields):
        told[letter.agreement_id or 0].append(letter)
    return {
        agreement.pk: [_fact(agreement, agreement.delete_from, days, told[agreement.pk]) for days in reversed(DAYS)]
        if agreement.delete_from
        else []
        for agreement in agreements
    }


def _fact(agreement: Agreement, delete_from: date, days: int, standing: Sequence[Letter]) -> WarningFact:
    begin = key_of(WARNINGS[days], agreement, delete_from.isoformat())
    newest = {letter.contact_id or letter.address: letter for letter in standing if letter.key.startswith(begin)}
    due_on = delete_from - timedelta(days=days)
    told = list(newest.values())
    worst = next((state for state in WORST if state in {letter.state for letter in told}), None)
    if worst is not None or not told:
        return WarningFact(days, due_on, worst.value if worst else "")
    return WarningFact(days, due_on, State.SENT.value, max(letter.sent_at for letter in told if letter.sent_at))
