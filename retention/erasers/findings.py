"""What the database eraser finds, refuses and raises: plain values, words in English with facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from retention.erasers.file_codes import FILE_WORDS, FileCode

Facts = Mapping[str, str | int]


class Code(StrEnum):
    """Why nothing may be deleted."""

    DRIFT = "drift"
    ENGINE = "engine"
    NO_TENANT = "no_tenant"
    MANY_TENANTS = "many_tenants"
    NO_WAY = "no_way"
    SCOPE = "scope"
    NO_KEY = "no_key"
    NO_PLACE = "no_place"
    SHARED_UNKNOWN = "shared_unknown"
    CYCLE = "cycle"
    TOGETHER = "together"
    TRIGGER = "trigger"
    ROW_SECURITY = "row_security"
    PRIVILEGE = "privilege"
    BLOCKED = "blocked"
    CASCADES = "cascades"
    NULLED = "nulled"


WORDS: dict[StrEnum, str] = {
    Code.DRIFT: "The database and its map differ. %(difference)s",
    Code.ENGINE: "Rows in a %(engine)s database cannot be erased by this application; PostgreSQL and SQLite are known.",
    Code.NO_TENANT: "%(table)s has no row whose %(field)s is %(key)s.",
    Code.MANY_TENANTS: "%(table)s has %(count)s rows that might be meant by %(key)s.",
    Code.NO_WAY: "%(table)s holds rows of the tenant, but the map does not say which: give it a way to the tenant.",
    Code.SCOPE: "No exact condition can be made for %(table)s: %(reason)s",
    Code.NO_KEY: "%(table)s has no primary key, so the rows to be deleted cannot be remembered until their turn comes.",
    Code.NO_PLACE: "%(table)s has neither a row number nor another way to name single rows: give it one.",
    Code.SHARED_UNKNOWN: "The rows of %(table)s are shared, but nothing in the map or the database says who uses them: "
    "name in through what uses a row.",
    Code.CYCLE: "%(tables)s refer to each other in a circle in which every foreign key is NOT NULL and not "
    "deferrable (%(keys)s): no order of deletion satisfies them. Make one of them DEFERRABLE or nullable.",
    Code.TOGETHER: "%(tables)s can only be deleted in one transaction, which may have %(most)s rows, but hold "
    "%(count)s of the tenant (%(keys)s). Make one of the foreign keys nullable.",
    Code.TRIGGER: "The trigger or rule %(trigger)s on %(table)s runs when rows are deleted and may copy them or stop "
    "the deletion.",
    Code.ROW_SECURITY: "Row-level security hides rows of %(table)s from %(role)s, so that counts would be wrong: use a "
    "role with BYPASSRLS.",
    Code.PRIVILEGE: "%(role)s may not %(privilege)s in %(table)s.",
    Code.BLOCKED: "%(count)s rows of %(child)s that are not the tenant's refer to rows of %(table)s that are "
    "(%(name)s); the database would refuse the deletion. For example %(examples)s.",
    Code.CASCADES: "%(count)s rows of %(child)s that are not the tenant's would be deleted with rows of %(table)s "
    "(%(name)s, ON DELETE CASCADE). For example %(examples)s.",
    Code.NULLED: "%(count)s rows of %(child)s that are not the tenant's would lose their reference to rows of "
    "%(table)s (%(name)s, ON DELETE %(action)s). For example %(examples)s.",
    **FILE_WORDS,
}
"""What each code says, in English and with the facts' names; whoever shows it translates the template."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why not a single row or file may go; ``table`` is its key in the map, where it is about a table."""

    code: Code | FileCode
    facts: Facts = field(default_factory=dict)

    def __str__(self) -> str:
        return WORDS[self.code] % self.facts


@dataclass(frozen=True, slots=True)
class Identity:
    """The tenant's own row: its key, its name, and when it was made (the text of ``created_column``, '' for neither).

    ``fingerprint`` is the SHA-256 of all of these: a key that was given to somebody else has another one.
    """

    key: str
    name: str
    created_column: str
    created: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class TableFinding:
    """One table in its turn of deletion; counts are exact and of the tenant's rows.

    ``rows`` go and ``kept`` stay because others use them (shared tables only). With ``goes_with`` the table has no
    turn of its own: its rows go in the batches of that table. ``samples`` are primary keys as text, the first and the
    last ones, to be searched for afterwards.
    """

    table: str
    rows: int
    kept: int = 0
    shared: bool = False
    goes_with: str = ""
    seconds: float = 0.0
    samples: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Unindexed:
    """A foreign key without an index on its referencing side: every row deleted from ``table`` reads all of ``child``.

    ``statement`` is the ``CREATE INDEX`` that helps; ``seconds`` an estimate of what its absence costs.
    """

    child: str
    name: str
    table: str
    statement: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """A foreign key of a circle that is set to NULL, row by row, in the batch that deletes what it refers to."""

    child: str
    name: str
    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """Rows of ``table`` mean nothing, or cannot be found again, without rows of ``other``: they refer to them by the
    foreign key ``name``, or as the map says ('')."""

    table: str
    other: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """A dry run. Nothing may be deleted unless ``refusals`` is empty; ``tables`` are in the order of deletion.

    ``structure`` is a hash of everything the order was decided by: tables, keys, triggers, policies, privileges.
    """

    identity: Identity | None
    tables: tuple[TableFinding, ...]
    refusals: tuple[Refusal, ...]
    unindexed: tuple[Unindexed, ...] = ()
    broken: tuple[Broken, ...] = ()
    reference: tuple[str, ...] = ()
    """Tables of the map that hold the vendor's own rows and are never erased from."""
    structure: str = ""
    needs: tuple[Need, ...] = ()
    """Between the tables that rows are deleted from: what a table that stays takes along."""

    @property
    def turns(self) -> tuple[str, ...]:
        """The tables to give to ``delete_batch``, in this order."""
        return tuple(found.table for found in self.tables if not found.goes_with)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Rows that the independent search still found; not ``certain`` when they may be somebody else's who names the
    tenant, or shared and in use."""

    table: str
    column: str
    why: str
    count: int
    examples: tuple[str, ...]
    certain: bool = True


class EraserError(Exception):
    """The eraser stops; nothing of the current batch is gone. ``str()`` is a sentence for people."""


class RefusedError(EraserError):
    """Deletion may not begin or go on; ``refusals`` are all the reasons."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("\n".join(map(str, refusals)))
        self.refusals = refusals


class ChangedError(EraserError):
    """The database is no longer as it was inspected: make a new plan."""


class BusyError(EraserError):
    """Somebody holds the rows, or the server is away for a moment: try again."""


class SlowError(EraserError):
    """A single row takes longer than a batch may: most often an index is missing."""


class BlockedError(EraserError):
    """Rows of somebody else refer to the rows of the batch; ``table`` is whose rows could not go."""

    def __init__(self, table: str, reason: str) -> None:
        super().__init__(f"Rows of {table} cannot go: {reason}")
        self.table, self.reason = table, reason
