"""The live schema of a platform database as plain values, as far as mapping, export and erasure need it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from exports.contents import ForeignKey, Kind

_MADE = re.compile(r"(^|_)(created|inserted|registered|founded|opened|joined|signed_up)(_|$)", re.IGNORECASE)
_TIMES = (Kind.TIMESTAMPTZ, Kind.TIMESTAMP, Kind.DATE)


class Relation(StrEnum):
    """What a name in the catalogue is."""

    TABLE = "table"
    PARTITIONED = "partitioned table"
    PARTITION = "partition"
    INHERITANCE_CHILD = "inheritance child"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialised view"
    FOREIGN_TABLE = "foreign table"


@dataclass(frozen=True, slots=True)
class LiveColumn:
    """A column as it is now; ``type`` is the engine's own spelling (PostgreSQL: ``format_type``)."""

    name: str
    type: str
    kind: Kind
    nullable: bool
    sortable: bool = True
    """Whether the engine can order by it (PostgreSQL: json, xml and point cannot)."""
    generated: bool = False
    collatable: bool = False
    """Whether its order depends on a collation, so that a deterministic order needs an explicit one."""


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table or whatever looks like one."""

    schema: str
    name: str
    relation: Relation
    columns: tuple[LiveColumn, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    """(schema, name) of the tables it is a partition of or inherits from."""
    triggers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name a drafted data map gives it: schema-qualified outside the default schema."""
        return self.name if self.schema in ("", "public") else f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One database, as reflected; ``engine`` is ``postgresql``, ``sqlite`` or ``mysql``."""

    engine: str
    version: str
    tables: dict[tuple[str, str], LiveTable]
    """(schema, name) → table; engines without schemas use ''."""
    large_objects: int = 0

    @property
    def default_schema(self) -> str:
        """The schema that a map means when it names none."""
        return "public" if self.engine == "postgresql" else ""

    def find(self, schema: str, name: str) -> LiveTable | None:
        """The table a map calls by this schema ('' is the default one) and name."""
        return self.tables.get((schema or self.default_schema, name))


def made_at(columns: Iterable[LiveColumn]) -> str:
    """The first date or time whose name says that the row was made then; '' where none does."""
    return next((one.name for one in columns if one.kind in _TIMES and _MADE.search(one.name)), "")
