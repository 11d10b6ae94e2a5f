"""What ``enforce_retention`` does, and in which order.

What only tidies up or looks comes first, then what has begun already, then what is due: a case that nothing stands
against gets its plan, Legal is asked to approve it, and once it is approved its run begins and is worked off here, so
that all goes on without the queue. Nothing waits inside; the next call goes on where this one was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from offboarding.models import Agreement
from retention import enforcing_after, enforcing_due, enforcing_runs, foreseeing
from retention.alone import Lock
from retention.enforcing_lines import Line, named, safely


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be worked through: everything due on ``today``, or one agreement's customer; at most ``limit`` due."""

    today: date
    agreement: Agreement | None = None
    limit: int | None = None

    @property
    def customer(self) -> int | None:
        """The only customer, by its number; None for all."""
        return None if self.agreement is None else self.agreement.customer_id


def work(wish: Wish, lock: Lock) -> Iterator[Line]:
    """Does it all once, a line per case. NotAloneError where the lock is lost on the way."""
    for about, stage in enforcing_after.stages(wish.today, wish.customer):
        lock.still()
        yield from safely(about, stage)
    for about, stage in enforcing_runs.stages(wish.customer):
        lock.still()
        yield from safely(about, stage)
    turns = enforcing_due.Turns(wish.today)
    for one in enforcing_due.chosen(wish.today, wish.agreement, wish.limit):
        yield from safely(named(one.agreement), partial(enforcing_due.advance, one, turns, lock))


def foresee(wish: Wish) -> Iterator[Line]:
    """What ``work`` would do, and everything that stands against it; changes nothing."""
    yield from foreseeing.lines(wish.today, wish.agreement, wish.limit)
