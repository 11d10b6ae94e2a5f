"""The data map against the live schema: everything that nobody has decided about is a difference. Pure.

An export is not sealed and a deletion does not start while there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation
from exports.contents import ForeignKey
from exports.datamap import Collection, DatabaseStore


class Surprise(StrEnum):
    """What kind of difference it is."""

    NEW_TABLE = "new table"
    GONE_TABLE = "table gone"
    NEW_COLUMN = "new column"
    GONE_COLUMN = "column gone"
    TYPE_CHANGED = "type changed"
    RELATION = "not a plain table"
    PARTITION = "partition unlike its parent"
    TRIGGER = "trigger not reviewed"
    GONE_TRIGGER = "trigger gone"
    LARGE_OBJECTS = "large objects"
    AMBIGUOUS = "ambiguous name"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: ``table`` by its name in the map, ``column`` '' when it is about the table, '' for both when
    it is about the whole database; ``text`` says what is, ``advice`` what to do."""

    kind: Surprise
    table: str
    column: str
    text: str
    advice: str

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}: {self.text} {self.advice}".removeprefix(": ")


_KIND_ADVICE = {
    Relation.FOREIGN_TABLE: "Its rows live in another database: map that database as a store of its own and list "
    "this table under excluded with that reason.",
    Relation.MATERIALIZED_VIEW: "It keeps copies of rows until it is refreshed: list it under excluded and say how it "
    "is refreshed.",
    Relation.VIEW: "It only shows rows of other tables: list it under excluded, the tables are mapped themselves.",
    Relation.PARTITION: "It comes with its parent and would be exported twice: take it out of the map.",
}
_Ends = tuple[tuple[str, ...], str, str, tuple[str, ...]]
_ALIKE = 0.6
"""Share of common columns from which a table that came is perhaps one that went."""


def compare(store: DatabaseStore, catalogue: Catalogue) -> list[Difference]:
    """All differences between the map of one database and its live schema; [] when nothing is unknown."""
    return list(_Comparison(store, catalogue).differences())


class _Comparison:
    def __init__(self, store: DatabaseStore, catalogue: Catalogue) -> None:
        self.store = store
        self.catalogue = catalogue
        self.live = {
            place: table
            for place, table in catalogue.tables.items()
            if not store.schemas or (place[0] or "public") in store.schemas
        }
        self.mapped: dict[tuple[str, str], Collection] = {}
        self.gone: list[Collection] = []
        for collection in store.collections.values():
            place = (collection.schema or catalogue.default_schema, collection.name)
            if place in self.live:
                self.mapped[place] = collection
            else:
                self.gone.append(collection)
        self._families: dict[tuple[str, str], dict[_Ends, tuple[str, str]]] = {}
        self.excluded = {place: key for place, table in self.live.items() if (key := self.exclusion(table))}

    def exclusion(self, table: LiveTable) -> str:
        """The key under which a table is excluded, '' when it is not."""
        spelled = (table.key, f"{table.schema}.{table.name}")
        return next((key for key in spelled if key in self.store.excluded), "")

    def differences(self) -> Iterator[Difference]:
        unknown = [table for place, table in self.live.items() if not self.decided(table)]
        yield from self.names()
        for collection in self.gone:
            yield self.gone_table(collection, unknown)
        for table in unknown:
            yield self.new_table(table)
        for place, collection in self.mapped.items():
            yield from self.relation(collection, self.live[place])
            yield from self.columns(collection, self.live[place])
        for table in self.live.values():
            if table.relation is Relation.PARTITION and self.root(table) in self.mapped:
                yield from self.partition(table)
        yield from self.triggers()
        if self.catalogue.large_objects and not self.store.large_objects:
            yield Difference(
                Surprise.LARGE_OBJECTS, "", "",
                f"The database holds {self.catalogue.large_objects} large objects, which belong to no table.",
                "Find out whose they are; when they are not the customer's say why in large_objects.",
            )  # fmt: skip

    # Tables

    def root(self, table: LiveTable) -> tuple[str, str]:
        """The topmost table a partition belongs to."""
        while table.relation is Relation.PARTITION and table.parents:
            parent = self.catalogue.tables.get(table.parents[0])
            if parent is None:
                break
            table = parent
        return table.schema, table.name

    def decided(self, table: LiveTable) -> bool:
        place = (table.schema, table.name)
        if place in self.mapped or place in self.excluded:
            return True
        covered = table.relation is Relation.PARTITION and self.root(table) in self.mapped.keys() | self.excluded.keys()
        return covered and self.root(table) != place

    def names(self) -> Iterator[Difference]:
        for key in self.store.excluded:
            count = sum(1 for found in self.excluded.values() if found == key)
            if count == 0:
                yield Difference(
                    Surprise.GONE_TABLE, key, "", "It is excluded, but there is no such table.",
                    "If it was renamed decide about the new name; then take this one out of excluded.",
                )  # fmt: skip
            elif count > 1:
                yield Difference(
                    Surprise.AMBIGUOUS, key, "", f"{count} tables can be meant by this name under excluded.",
                    "Write the name with its schema.",
                )  # fmt: skip

    def gone_table(self, collection: Collection, unknown: list[LiveTable]) -> Difference:
        names = collection.fields.keys()
        alike = [
            (len(names & columns) / len(names | columns), table.key)
            for table in unknown
            if (columns := {column.name for column in table.columns})
        ]
        share, key = max(alike, default=(0.0, ""))
        advice = "Take it out of the map if it was dropped on purpose."
        if share >= _ALIKE:
            advice = f"Perhaps it was renamed to {key}, which has {share:.0%} of its columns."
        return Difference(Surprise.GONE_TABLE, collection.key, "", "It is in the map but not in the database.", advice)

    def new_table(self, table: LiveTable) -> Difference:
        advice = "Map it, or list it under excluded with a reason."
        kind = Surprise.NEW_TABLE
        if table.relation is not Relation.TABLE:
            kind = Surprise.NEW_TABLE if table.relation is Relation.PARTITIONED else Surprise.RELATION
            advice = _KIND_ADVICE.get(table.relation, advice)
        if table.relation is Relation.INHERITANCE_CHILD:
            parents = ", ".join(".".join(parent) for parent in table.parents)
            advice = f"It inherits from {parents}, whose export reads ONLY its own rows: map it too, or exclude it."
        if table.relation is Relation.PARTITION:
            advice = f"Its parent {'.'.join(self.root(table))} is neither mapped nor excluded: decide about that one."
        return Difference(kind, table.key, "", f"This {table.relation} is not in the map.", advice)

    def relation(self, collection: Collection, table: LiveTable) -> Iterator[Difference]:
        if table.relation in _KIND_ADVICE:
            text = f"It is mapped like a table, but it is a {table.relation}."
            yield Difference(Surprise.RELATION, collection.key, "", text, _KIND_ADVICE[table.relation])
        for part in self.live.values():
            if part.relation is Relation.FOREIGN_TABLE and (table.schema, table.name) in part.parents:
                text = f"Its part {part.key} is a foreign table: those rows live in another database."
                advice = "Map that database as a store of its own; this table cannot be exported with a foreign part."
                yield Difference(Surprise.RELATION, collection.key, "", text, advice)

    # Columns

    def columns(self, collection: Collection, table: LiveTable) -> Iterator[Difference]:
        live = {column.name: column for column in table.columns}
        gone = [field for field in collection.fields.values() if field.name not in live]
        new = [column for column in table.columns if column.name not in collection.fields]
        for field in gone:
            same = [column.name for column in new if self.same_type(field.type, column.type)]
            advice = "Take it out of the map if it was dropped on purpose."
            if same:
                advice = f"Perhaps it was renamed to {' or '.join(same)}, which has the same type."
            text = "The column is in the map but not in the table."
            yield Difference(Surprise.GONE_COLUMN, collection.key, field.name, text, advice)
        for column in new:
            text = f"The column ({column.type or 'without a type'}) is not in the map."
            advice = 'Add it to the fields, with secret = "…" if it must never leave.'
            yield Difference(Surprise.NEW_COLUMN, collection.key, column.name, text, advice)
        for field in collection.fields.values():
            if field.name in live and not self.same_type(field.type, live[field.name].type):
                text = f"The type is {live[field.name].type!r}, in the map it is {field.type!r}."
                advice = "See whether its values mean the same as before, then write the new type."
                yield Difference(Surprise.TYPE_CHANGED, collection.key, field.name, text, advice)

    def same_type(self, mapped: str, live: str) -> bool:
        """PostgreSQL spells a type in one way; what others keep of a declaration differs in case and blanks."""
        if self.catalogue.engine == "postgresql":
            return mapped == live
        return "".join(mapped.split()).casefold() == "".join(live.split()).casefold()

    def partition(self, table: LiveTable) -> Iterator[Difference]:
        parent = self.catalogue.tables.get(table.parents[0])
        if parent is None:
            return
        mine = {column.name: column for column in table.columns}
        for column in parent.columns:
            if not _alike(mine.get(column.name), column):
                text = f"This partition of {parent.key} has not its column {column.name} {column.type}."
                advice = "Make the partition like its parent; it cannot be read through it safely."
                yield Difference(Surprise.PARTITION, table.key, column.name, text, advice)
        mine_keys = {_ends(key) for key in table.foreign_keys}
        for ends, (name, owner) in self.family_keys(parent).items():
            if ends not in mine_keys:
                text = f"This partition lacks the foreign key {name} that {owner} has."
                advice = "Add it: until then rows without an owner can hide there."
                yield Difference(Surprise.PARTITION, table.key, ", ".join(ends[0]), text, advice)

    def family_keys(self, parent: LiveTable) -> dict[_Ends, tuple[str, str]]:
        """The foreign keys of a partitioned table and of all its partitions → (name, whose)."""
        place = (parent.schema, parent.name)
        if place not in self._families:
            family = [parent, *(table for table in self.catalogue.tables.values() if place in table.parents)]
            self._families[place] = {
                _ends(key): (key.name, table.key) for table in reversed(family) for key in table.foreign_keys
            }
        return self._families[place]

    # Triggers

    def triggers(self) -> Iterator[Difference]:
        found: set[str] = set()
        for place, table in self.live.items():
            covered = table.relation is Relation.PARTITION and self.root(table) in self.mapped
            for trigger in table.triggers:
                spelled = {f"{table.key}.{trigger}", f"{table.schema}.{table.name}.{trigger}"}
                found |= spelled
                if (place in self.mapped or covered) and not spelled & self.store.triggers.keys():
                    text = f"The trigger or rule {trigger} may copy rows to a place that is not in the map."
                    advice = f'Read it and write what was decided: triggers."{table.key}.{trigger}" = "…".'
                    yield Difference(Surprise.TRIGGER, table.key, "", text, advice)
        for key in self.store.triggers.keys() - found:
            text = "A decision about this trigger is in the map, but there is no such trigger."
            yield Difference(Surprise.GONE_TRIGGER, key, "", text, "If it was renamed read the new one; take this out.")


def _alike(mine: LiveColumn | None, column: LiveColumn) -> bool:
    return mine is not None and mine.type == column.type


def _ends(key: ForeignKey) -> _Ends:
    return key.columns, key.target_schema, key.target, key.target_columns
