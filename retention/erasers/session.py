"""A connection that may delete: what the eraser asks of an engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Any, NamedTuple

BATCH_SECONDS = 2.0
"""No statement of a batch runs longer; it is cancelled, and the batch made smaller."""
ALONE_SECONDS = 4.0
"""How long one waits for another batch of the same tenant: a dead worker's last statement is over by then."""
LOCK_SECONDS = 1.0
"""How long a batch waits for rows that somebody else has locked."""


class Way(Enum):
    """How a table is walked over."""

    STRETCHES = "in stretches of many rows, as they lie"
    ROWS = "row by row"
    BACKWARDS = "row by row, the last first"


class Stretch(NamedTuple):
    """Rows of the tenant that lie between two places, both included; a single row when they are the same."""

    rows: int
    first: str
    last: str


class Session(ABC):
    """One connection; ``transaction`` commits at its end or leaves nothing.

    Errors are those of ``findings``: ``BusyError`` for locks and lost connections, ``TimeoutError`` for a statement
    that took too long, ``BlockedError`` where a foreign key refuses.
    """

    engine: str
    sweeps = False
    """Whether rows can be walked over in stretches."""
    lock = ""
    """What is added to a SELECT so that nobody can change its rows or refer to them until the transaction ends."""

    @abstractmethod
    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The whole answer to a small question."""

    @abstractmethod
    def texts(self, sql: str) -> Iterator[str]:
        """One column of text of an answer of any length; memory stays flat."""

    @abstractmethod
    def change(self, sql: str, table: str) -> int:
        """Runs one statement and tells how many rows it met; ``table`` names the place in errors."""

    @abstractmethod
    def transaction(self, table: str) -> AbstractContextManager[None]:
        """A transaction whose statements are limited in time from ``limit`` on."""

    @abstractmethod
    def alone(self, owner: str) -> None:
        """Waits until no other transaction works for this owner, also one whose process is dead; then none begins."""

    @abstractmethod
    def limit(self) -> None:
        """From here to the end of the transaction no statement may take longer than a batch."""

    @abstractmethod
    def defer(self) -> None:
        """Foreign keys that can be are checked only when the transaction commits."""

    @abstractmethod
    def scan(self, source: str, alias: str, condition: str, way: Way) -> Scan:
        """Where the rows are that meet the condition now; memory does not grow with their number."""

    @abstractmethod
    def among(self, alias: str, found: Sequence[Stretch]) -> str:
        """The condition that a row lies in one of these stretches; other rows may lie there too."""

    @abstractmethod
    def tidy(self, source: str) -> bool:
        """Clears away what deleted rows leave in the table and its indexes; False where that is not ours to do."""

    @abstractmethod
    def close(self) -> None: ...


class Scan(ABC):
    """A walk over the places of rows, begun once and continued over many transactions."""

    @abstractmethod
    def take(self) -> list[Stretch]:
        """The next some thousand rows; [] at the end."""

    @abstractmethod
    def close(self) -> None: ...
