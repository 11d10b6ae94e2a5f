"""A walk over all rows of one table that are to go, kept up over many batches, and the size of the next batch."""

from __future__ import annotations

from collections import deque

from retention.erasers.findings import BusyError
from retention.erasers.session import Scan, Session, Stretch, Way
from retention.erasers.targets import Target, Targets

MOST_ROWS = 10_000
_FIRST = 1_000
_AIM = 1.0
"""Seconds that a batch should take: half of what it may."""
_PATIENCE = 5
_PAGES = 4000
"""A sweep reads no more of the table than this, whoever's rows lie there: 32 MiB."""


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
    """Gives the places of rows in chunks, holder by holder, and begins anew until a whole pass finds nothing.

    A row that is changed while the walk is on lies elsewhere afterwards; the next pass finds it. It goes in stretches
    where rows lie close together and in order, and row by row where they do not or where few are asked for.
    """

    def __init__(self, session: Session, targets: Targets, target: Target, way: Way) -> None:
        self.session, self.target, self.way = session, target, way
        self.holders = targets.holders(target)
        self.pending: deque[Stretch] = deque()
        self.scan: Scan | None = None
        self.index = -1
        self.seen = self.gone = self.idle = 0

    def take(self, most: int) -> list[Stretch]:
        """The next at most so many rows of one holder; [] when the pass is over."""
        while self._filled():
            chunk = self._chunk(most)
            if chunk:
                return chunk
            self._row_by_row()
        return []

    def _filled(self) -> bool:
        while not self.pending:
            if self.scan is None and not self._next():
                return False
            assert self.scan is not None
            self.pending.extend(self.scan.take())
            self.seen += len(self.pending)
            if not self.pending:
                self.scan.close()
                self.scan = None
        return True

    def _chunk(self, most: int) -> list[Stretch]:
        """Pending stretches of at most so many rows; [] where stretches will not do."""
        chunk: list[Stretch] = []
        rows = 0
        while self.pending and rows + self.pending[0].rows <= most:
            following = self.pending[0]
            if self.way is Way.STRETCHES and not _together(chunk, following):
                break
            chunk.append(self.pending.popleft())
            rows += following.rows
        return chunk

    def _row_by_row(self) -> None:
        """Begins the holder again in the other way; what is gone already will not be met."""
        self.way = Way.ROWS
        self.close()
        self.pending.clear()
        self._open()

    def put_back(self, places: list[Stretch]) -> None:
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
        self._open()
        return True

    def _open(self) -> None:
        self.scan = self.session.scan(self.source, self.target.alias, self.target.predicate, self.way)

    def close(self) -> None:
        """Lets go of what the server keeps for it."""
        if self.scan is not None:
            self.scan.close()
            self.scan = None


def _together(before: list[Stretch], following: Stretch) -> bool:
    """Whether a stretch can be deleted in one sweep with those before it: in order, with little in between."""
    (begin, _), (end, _) = _page((before[0] if before else following).first), _page(following.last)
    in_order = not before or _page(before[-1].last) < _page(following.first)
    return in_order and end - begin <= _PAGES


def _page(place: str) -> tuple[int, int]:
    """``(12,3)`` as numbers."""
    page, _, line = place[1:-1].partition(",")
    return int(page), int(line)
