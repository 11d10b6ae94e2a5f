"""Sends what is due in the outbox: each letter at most once, whatever becomes of this process or the mail server.

A letter is claimed (waiting → being sent) and that is committed before the server hears of it. What happens then is
either known – taken, refused, or not now – or it is not: the line broke after the mail had been handed over, or the
process died. What is not known stays with a person (``unclear``); a machine never sends it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from offboarding import clock, journal, letters
from offboarding.actors import Actor
from offboarding.letter_keys import still_so
from offboarding.mail_form import mail_of
from offboarding.mail_server import Answer, MailServer, Outcome
from offboarding.models import Letter

State = Letter.State
SENDER = Actor.machine("send_reminders")
DEAD_AFTER = timedelta(minutes=10)
"""A letter that is being sent for so long has lost its process: each step with the server ends within 30 seconds."""
PAUSES = [timedelta(minutes=minutes) for minutes in (5, 15, 60, 4 * 60, 12 * 60, 24 * 60, 24 * 60, 24 * 60)]
"""Before each new attempt; then the server is taken at its word (RFC 5321 §4.5.4.1: give up after some days)."""
AT_ONCE = 200
"""Letters looked up at a time."""
ENDS: dict[Outcome, tuple[Letter.State, str]] = {
    Outcome.TAKEN: (State.SENT, "letter.sent"),
    Outcome.REFUSED: (State.REFUSED, "letter.refused"),
    Outcome.UNKNOWN: (State.UNCLEAR, "letter.unclear"),
}


@dataclass
class Sent:
    """How many letters went which way; ``trouble`` is what the server said when no letter could go at all."""

    counts: dict[str, int] = field(default_factory=dict)
    trouble: str = ""

    def count(self, state: str) -> None:
        self.counts[state] = self.counts.get(state, 0) + 1


def send_due(now: datetime | None = None) -> Sent:
    """Sends everything that is due; safe beside another one. Stops where the server cannot be talked to at all.

    ``now``: what counts as due. RuntimeError inside a transaction: a claim has to be committed.
    """
    moment, sent = now or timezone.now(), Sent()
    _stop_abandoned(sent)
    with MailServer() as server:
        for letter in _due(moment):
            answer = _send(server, letter)
            sent.count(_close(letter, answer, moment).value)
            if answer.outcome is Outcome.NOBODY_THERE:
                sent.trouble = answer.text
                break
    return sent


def _due(now: datetime) -> Iterator[Letter]:
    """What is due, each claimed by us alone, oldest first."""
    while True:
        waiting = Letter.objects.to_send(now).order_by("due_at", "pk")
        found = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
        if not found:
            return
        for pk in found:
            if letter := claim(pk):
                yield letter


def claim(pk: int) -> Letter | None:
    """Takes one waiting letter, and commits that; None where somebody else did or it is not true any more."""
    with transaction.atomic(durable=True):
        claimed = Letter.objects.filter(pk=pk, state=State.QUEUED).update(
            state=State.SENDING, tried_at=timezone.now(), attempts=F("attempts") + 1
        )
        if not claimed:
            return None
        letter = Letter.objects.select_related("agreement").get(pk=pk)
        if letter.agreement is None or still_so(letter, letter.agreement, clock.today()):
            return letter
        letter.state, letter.key = State.CANCELLED, f"{letter.key}:cancelled-{letter.pk}"
        letter.save(update_fields=["state", "key"])
        facts = {"count": 1, "letters": [letter.pk], "occasions": [letter.occasion]}
        journal.record("letter.cancelled", actor=SENDER, reason="", facts=facts, **journal.case_of(letter.agreement))
        return None


def _send(server: MailServer, letter: Letter) -> Answer:
    try:
        mail = mail_of(letter)
        message: Any = mail.message()
        content = message.as_bytes(linesep="\r\n")
    except Exception as error:  # a storage may raise anything; nothing was sent
        return Answer(Outcome.REFUSED, f"The mail cannot be made: {type(error).__name__}: {error}")
    return server.send(mail, content)


@transaction.atomic
def _close(letter: Letter, answer: Answer, now: datetime) -> Letter.State:
    """Writes down what became of our attempt; a person who settled it meanwhile has the last word."""
    ours = Letter.objects.select_for_update(of=("self",)).filter(
        pk=letter.pk, attempts=letter.attempts, state__in=[State.SENDING, State.UNCLEAR]
    )
    if ours.first() is None:
        return State(Letter.objects.values_list("state", flat=True).get(pk=letter.pk))
    text = answer.text[: letters.MOST_ERROR]
    again = answer.outcome in (Outcome.NOT_NOW, Outcome.NOBODY_THERE)
    if again and letter.attempts <= len(PAUSES):
        due = max(now, timezone.now()) + PAUSES[letter.attempts - 1]
        ours.update(state=State.QUEUED, due_at=due, error=text)
        return State.QUEUED
    state, event = ENDS[Outcome.REFUSED if again else answer.outcome]
    taken = state is State.SENT
    ours.update(state=state, sent_at=timezone.now() if taken else None, error="" if taken else text)
    status = {} if taken else {"status": answer.code}
    letters.tell(letter, event, actor=SENDER, attempt=letter.attempts, **status)
    return state


def _stop_abandoned(sent: Sent) -> None:
    """What a dead process left: nobody knows whether the server has it."""
    for pk in Letter.objects.abandoned(timezone.now() - DEAD_AFTER).values_list("pk", flat=True):
        with transaction.atomic():
            letter = Letter.objects.select_for_update(of=("self",)).filter(pk=pk, state=State.SENDING).first()
            if letter is None:
                continue
            letter.state = State.UNCLEAR
            letter.error = "The process that sent it died before it knew what the mail server said."
            letter.save(update_fields=["state", "error"])
            letters.tell(letter, "letter.unclear", actor=SENDER, attempt=letter.attempts)
            sent.count(State.UNCLEAR.value)
