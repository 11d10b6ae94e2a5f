"""What a deletion has to know of a live schema beyond the catalogue: references, triggers, policies. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from exports.catalogue import Catalogue
from offboarding.canonical import canonical, digest

Place = tuple[str, str]
"""(schema, name) of a table, as in ``Catalogue.tables``."""


class Action(StrEnum):
    """ON DELETE of a foreign key."""

    NO_ACTION = "NO ACTION"
    RESTRICT = "RESTRICT"
    CASCADE = "CASCADE"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"

    @property
    def silent(self) -> bool:
        """Whether the database changes the referring rows instead of refusing the deletion."""
        return self not in (Action.NO_ACTION, Action.RESTRICT)


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: ``columns`` of ``child`` name ``parent_columns`` of ``parent``.

    ``clearable`` are those that an UPDATE can set to NULL so that the row refers to nothing any more; () for none.
    ``watched``: an UPDATE of the child fires a trigger.
    """

    name: str
    child: Place
    columns: tuple[str, ...]
    parent: Place
    parent_columns: tuple[str, ...]
    action: Action = Action.NO_ACTION
    clearable: tuple[str, ...] = ()
    deferrable: bool = False
    indexed: bool = True
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """One database, as it was when it was read; mappings are by place."""

    catalogue: Catalogue
    references: tuple[Reference, ...]
    leaves: Mapping[Place, tuple[Place, ...]] = field(default_factory=dict)
    """Partitioned table → the tables that hold its rows; a table that is not here holds its own."""
    delete_triggers: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    hidden: frozenset[Place] = frozenset()
    """Tables whose row-level security applies to our role."""
    denied: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    """Privileges our role lacks."""
    sizes: Mapping[Place, int] = field(default_factory=dict)
    """Estimated rows of everybody."""
    role: str = ""
    placeless: frozenset[Place] = frozenset()
    """Tables whose rows have no number of their own (SQLite: WITHOUT ROWID)."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides about order and refusals; sizes and versions do not count."""
        facts = {
            "tables": [
                [
                    *place,
                    table.relation.value,
                    list(table.primary_key),
                    [[column.name, column.type, column.nullable, column.generated] for column in table.columns],
                    sorted(table.triggers),
                ]
                for place, table in sorted(self.catalogue.tables.items())
            ],
            "references": sorted(str(sorted(asdict(reference).items())) for reference in self.references),
            "leaves": [
                [*place, [list(leaf) for leaf in sorted(leaves)]] for place, leaves in sorted(self.leaves.items())
            ],
            "triggers": [[*place, *names] for place, names in sorted(self.delete_triggers.items())],
            "hidden": [list(place) for place in sorted(self.hidden)],
            "denied": [[*place, *names] for place, names in sorted(self.denied.items())],
        }
        return digest(canonical(facts))

    def held_in(self, place: Place) -> tuple[Place, ...]:
        """The tables that hold the rows of this one."""
        return self.leaves.get(place, (place,))
