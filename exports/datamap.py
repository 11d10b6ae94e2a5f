"""The data map: the declaration of every place and table that holds a tenant's data (DESIGN §5).

Pure values here; ``load`` reads and validates the TOML file (``datamap_file`` parses, ``datamap_rules`` checks what
must hold between the parts).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from exports.contents import Category
from exports.datamap_documents import Documents


class Ownership(StrEnum):
    """What erasure may later do with a collection's rows (export always takes a copy of the tenant's)."""

    TENANT = "tenant"
    """The rows belong to this tenant alone."""
    SHARED = "shared"
    """Several tenants use the same row: exported as a copy, erased only when unused by others."""
    REFERENCE = "reference"
    """The vendor's own rows: exported as context or not at all, never erased."""


@dataclass(frozen=True, slots=True)
class Through:
    """A semi-join: rows whose ``fields`` equal the ``references`` of rows in the tenant's part of ``collection``.

    It serves both directions: from child to parent (``course_id`` → ``courses.id``) and from a shared
    row to what uses it (``users.id`` ← ``memberships.user_id``). Composite keys stay whole.
    """

    collection: str
    fields: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows are the tenant's: rows matching **any** of the given ways.

    ``everything`` is allowed for reference collections only. ``where`` is SQL of the store's engine in
    which ``{tenant}`` stands for the tenant's key as a literal and ``{some_collection}`` for a
    subquery giving the tenant's rows of that collection.
    """

    tenant_field: str = ""
    through: tuple[Through, ...] = ()
    where: str = ""
    everything: bool = False


@dataclass(frozen=True, slots=True)
class FileLink:
    """The field holds the path of a file: ``prefix`` + value is its name in the file store ``store``."""

    store: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One column; ``type`` as the engine spells it, so that a change of type is noticed."""

    name: str
    type: str
    description: str = ""
    data_categories: tuple[str, ...] = ()
    secret: str = ""
    """Why the column never leaves the platform; '' when it does."""
    file: FileLink | None = None


class KeepingRule(StrEnum):
    """How long law keeps a collection; counted in ``retention.duties``."""

    FIXED = "fixed"
    """Through a day that somebody named."""
    YEARS = "years"
    """So many years to the day."""
    CALENDAR_YEARS = "calendar_years"
    """Through 31 December of so many years after the calendar year."""
    BOOKKEEPING = "bookkeeping"
    """Through so many calendar years after the one in which the financial year ended."""


class CountedFrom(StrEnum):
    """The day that a rule counts from."""

    SERVICE_ENDS = "service_ends"
    COLUMN = "column"
    """The last date in a field of the collection, among the tenant's rows."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Law keeps the collection's rows for a time, of every customer that leaves; until then they are not erased.

    ``ground`` says in a few words what keeps them, ``source`` where that can be read.
    """

    ground: str
    source: str
    rule: KeepingRule
    years: int | None = None
    until: date | None = None
    counted_from: CountedFrom = CountedFrom.SERVICE_ENDS
    counted_column: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """One table of a database store (fideslang: a Dataset's collection)."""

    key: str
    schema: str
    name: str
    category: Category
    ownership: Ownership
    scope: Scope
    fields: dict[str, Field]
    description: str = ""
    export: bool = True
    reason: str = ""
    """Why it is not exported; required when ``export`` is false."""
    retention: Retention | None = None


@dataclass(frozen=True, slots=True)
class TenantRow:
    """Where the tenant's own row stands: ``collection.field`` holds the tenant key, ``name_field`` its name.

    ``created_field`` says when the row was made: by it an erased tenant is told from another that got its key later.
    """

    collection: str
    field: str
    name_field: str = ""
    created_field: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseStore:
    """A database of the platform; its URL comes from the setting ``PLATFORM_URLS[key]``."""

    key: str
    tenant: TenantRow
    collections: dict[str, Collection]
    excluded: dict[str, str]
    """Tables that are not the customer's → reason."""
    schemas: tuple[str, ...] = ()
    """Schemas the check covers; () means the engine's default (PostgreSQL: every non-system schema)."""
    description: str = ""
    large_objects: str = ""
    """Why large objects in this database are not the customer's; '' when there must be none."""
    triggers: dict[str, str] = field(default_factory=dict)
    """Reviewed triggers, ``table.trigger`` → what was decided."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """All files whose name starts with ``prefix`` (``{tenant}`` is replaced by the tenant's key)."""

    prefix: str
    category: Category


@dataclass(frozen=True, slots=True)
class FileStore:
    """A file storage of the platform; ``storage`` is its alias in Django's ``STORAGES``."""

    key: str
    storage: str
    prefixes: tuple[Prefix, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class AttestedStore:
    """A copy this application cannot reach (backups, search index, sub-processors); somebody attests its end."""

    key: str
    description: str
    attested_by: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class DataMap:
    """The whole map; ``sha256`` is the hex digest of the file as read, frozen into every manifest."""

    path: Path
    sha256: str
    databases: dict[str, DatabaseStore]
    files: dict[str, FileStore]
    attested: dict[str, AttestedStore]
    description: str = ""
    documents: tuple[Documents, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a map: ``where`` names file, store, table and field, ``reason`` says what to do."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class DataMapError(Exception):
    """A map that cannot be used, with **all** its mistakes."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def load(path: Path) -> DataMap:
    """Read and validate the map at ``path``; raises ``DataMapError`` with every mistake found."""
    from exports import datamap_file  # it builds these values

    return datamap_file.load(path)
