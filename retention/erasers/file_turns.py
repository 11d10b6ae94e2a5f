"""The batches of one place: listed, asked about, deleted – from the beginning again until a listing finds nothing."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from exports.contents import Category
from retention.erasers.file_findings import Gone, NotDeletedError, SharedError, shown
from retention.erasers.file_inspection import groups
from retention.erasers.findings import BusyError, EraserError
from retention.erasers.judging import Judging, Verdict
from retention.erasers.places.place import MOST, Entry, Kind, Outcome
from retention.erasers.walking import Size

Guard = Callable[[], None]
_PATIENCE = 5


class Turn(ABC):
    """One place being worked off. ``seen``: entries that should go, in this pass; ``gone``: those that went."""

    name: str

    def __init__(self, judging: Judging) -> None:
        self.judging, self.place = judging, judging.place
        self.size = Size()
        self.seen = self.gone = self.idle = 0
        self.trouble: EraserError | None = None

    def batch(self, guard: Guard, most: int) -> Gone:
        """See ``FileEraser.delete_batch``."""
        self._complain()
        while True:
            try:
                going = self.following(guard, min(most, self.size.rows))
                if going is None and not self._begin_again():
                    return Gone()
                outcome = self._delete(going or [])
            except BaseException:
                self.close()
                self.seen = self.gone = 0
                raise
            if outcome.objects:
                return Gone(outcome.objects, outcome.bytes)
            self._complain()

    @abstractmethod
    def following(self, guard: Guard, most: int) -> list[Entry] | None:
        """The entries that go next, after ``guard`` was asked; None at the end of a pass."""

    @abstractmethod
    def left(self) -> int:
        """Entries that are there and should not be."""

    @abstractmethod
    def close(self) -> None:
        """Ends the pass that is on; the next batch begins a new one."""

    def _delete(self, going: list[Entry]) -> Outcome:
        if not going:
            return Outcome(0, 0, {})
        started = time.monotonic()
        outcome = self.place.delete(going)
        self.size.learn(len(going), time.monotonic() - started)
        self.seen += sum(entry.kind is not Kind.FOLDER for entry in going)
        self.gone += outcome.objects
        if outcome.failed:
            self.trouble = NotDeletedError({entry.path: reason for entry, reason in outcome.failed.items()})
        elif outcome.busy:
            self.trouble = BusyError(f"The file store is busy: {outcome.busy}")
        return outcome

    def _complain(self) -> None:
        """Raises what was wrong in the last batch, once what it did was told; then everything begins anew."""
        if self.trouble is not None:
            error, self.trouble = self.trouble, None
            self.close()
            self.seen = self.gone = 0
            raise error

    def _begin_again(self) -> bool:
        """At the end of a pass: whether another one is needed. Raises ``BusyError`` when passes lead nowhere."""
        self.close()
        if not self.seen:
            return False
        self.idle = 0 if self.gone else self.idle + 1
        self.seen = self.gone = 0
        if self.idle >= _PATIENCE:
            self.idle = 0
            raise BusyError(f"Files of {shown(self.name)} are there but cannot be deleted: somebody else changes them.")
        return True


class PrefixTurn(Turn):
    """Everything below one of the tenant's prefixes."""

    def __init__(self, judging: Judging, prefix: str) -> None:
        super().__init__(judging)
        self.name = prefix
        self.listing: Iterator[Entry] | None = None

    def following(self, guard: Guard, most: int) -> list[Entry] | None:
        if self.listing is None:
            self.listing = self.place.entries(self.name)
        entries = list(islice(self.listing, most))
        if not entries:
            return None
        guard()
        free, shared = self.judging.stopped(self.name, entries)
        if shared:
            raise SharedError(shared)
        return free

    def left(self) -> int:
        count = 0
        for group in groups(self.place.entries(self.name), MOST):
            files = [entry for entry in group if entry.kind is not Kind.FOLDER]
            free, shared = self.judging.stopped(self.name, files)
            count += len(free) + sum(entry.path in shared for entry in files)
            count += sum(entry.kind is Kind.FOLDER and not entry.size for entry in group)
        return count

    def close(self) -> None:
        if self.listing is not None:
            with suppress(AttributeError):
                self.listing.close()  # type: ignore[attr-defined]
        self.listing = None


class NamedTurn(Turn):
    """The files that rows of one category named outside the prefixes, at their last reference."""

    def __init__(self, judging: Judging, category: Category) -> None:
        super().__init__(judging)
        self.name, self.category = f"the rows of {category}", category
        self.after = 0

    def following(self, guard: Guard, most: int) -> list[Entry] | None:
        if not self.judging.more(self.category, self.after):
            return None
        guard()
        last, judged = next(self.judging.judged(self.category, self.after))
        going = [
            entry for path, verdict in judged.items() if verdict is Verdict.GOES for entry in self.judging.exactly[path]
        ]
        if len(going) <= most:
            self.after = last
        return going[:most]

    def left(self) -> int:
        return sum(
            len(self.judging.exactly[path])
            for _, judged in self.judging.judged(self.category)
            for path, verdict in judged.items()
            if verdict is Verdict.GOES
        )

    def close(self) -> None:
        self.after = 0
