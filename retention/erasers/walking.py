"""A walk over all rows of one table that are to go, kept up over many batches, and the size of the next batch."""

from __future__ import annotations

from collections import deque

from retention.erasers.findings import BusyError
from retention.erasers.session import Scan, Session
from retention.erasers.targets import Target, Targets

MOST_ROWS = 10_000
_FIRST = 1_000
_AIM = 1.0
"""Seconds that a batch should take: half of what it may."""
_PATIENCE = 5


class Size:
    """How many rows the next batch takes, by what the last one took."""

    def __init__(self) -> None:
        self.rows = _FIRST

    def learn(self, rows: int, seconds: float) -> None:
        """After a batch of so many rows: at most twice as many, never so many that it takes longer than it should."""
        if rows:
            fitting = int(rows * _AIM / max(seconds, 0.001))
            self.rows = max(1, min(MOST_ROWS, fitting, max(2 * rows, self.rows)))

    def shrink(self) -> None:
        """After a batch that took too long."""
        self.rows = max(1, self.rows // 4)


class Walk:
    """Gives places in chunks, holder by holder, and begins anew until a whole pass finds nothing.

    A row that is changed while the walk is on lies elsewhere afterwards; the next pass finds it.
    """

    def __init__(self, session: Session, targets: Targets, target: Target, *, backwards: bool) -> None:
        self.session, self.target, self.backwards = session, target, backwards
        self.holders = targets.holders(target)
        self.pending: deque[str] = deque()
        self.scan: Scan | None = None
        self.index = -1
        self.seen = self.gone = self.idle = 0

    def take(self, most: int) -> list[str]:
        """The next places of one holder; [] when the pass is over."""
        while not self.pending:
            if self.scan is None and not self._next():
                return []
            assert self.scan is not None
            self.pending.extend(self.scan.take(MOST_ROWS))
            self.seen += len(self.pending)
            if not self.pending:
                self.scan.close()
                self.scan = None
        return [self.pending.popleft() for _ in range(min(most, len(self.pending)))]

    def put_back(self, places: list[str]) -> None:
        """They were not deleted after all."""
        self.pending.extendleft(reversed(places))

    @property
    def source(self) -> str:
        """The FROM item in which the places taken last lie."""
        return self.holders[self.index][1]

    def begin_again(self) -> bool:
        """At the end of a pass: whether another one is needed. Raises ``BusyError`` when passes lead nowhere."""
        if not self.seen:
            return False
        self.idle = 0 if self.gone else self.idle + 1
        if self.idle >= _PATIENCE:
            raise BusyError(f"Rows of {self.target.key} are there but cannot be deleted: somebody else changes them.")
        self.index, self.seen, self.gone = -1, 0, 0
        return True

    def _next(self) -> bool:
        self.index += 1
        if self.index >= len(self.holders):
            return False
        self.scan = self.session.scan(self.source, self.target.alias, self.target.predicate, backwards=self.backwards)
        return True

    def close(self) -> None:
        """Lets go of what the server keeps for it."""
        if self.scan is not None:
            self.scan.close()
            self.scan = None
