"""The tables a tenant's rows are deleted from: whose rows, in which order, and who else uses them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from exports.catalogue import LiveTable, Relation
from exports.datamap import Collection, DatabaseStore, Ownership, Through
from exports.datamap_rules import sources
from exports.dialects import dialect
from exports.predicates import Predicates, ScopeError, qualified
from retention.erasers.findings import Code, Refusal
from retention.erasers.order import Link, Order, arrange
from retention.erasers.structure import Action, Place, Reference, Structure


@dataclass(frozen=True, slots=True)
class Target:
    """One collection whose rows go: those of ``source``, a FROM item, that meet ``predicate`` when called ``alias``."""

    key: str
    collection: Collection
    live: LiveTable
    source: str
    alias: str
    predicate: str

    @property
    def place(self) -> Place:
        return self.live.schema, self.live.name

    @property
    def shared(self) -> bool:
        """Whether rows stay that others use."""
        return self.collection.ownership is Ownership.SHARED


@dataclass(frozen=True, slots=True)
class Use:
    """Rows of ``place`` use a shared row: their ``columns`` equal its ``own``."""

    place: Place
    columns: tuple[str, ...]
    own: tuple[str, ...]


class Targets:
    """All targets of one store for one tenant; ``refusals`` are what was found wrong while they were put together."""

    def __init__(self, store: DatabaseStore, structure: Structure, tenant_key: str) -> None:
        self.store, self.structure = store, structure
        self.engine = structure.catalogue.engine
        self.speak = dialect(self.engine)
        self.refusals: list[Refusal] = []
        self.by_key: dict[str, Target] = {}
        self.predicates = Predicates(store, structure.catalogue, tenant_key)
        for collection in store.collections.values():
            if collection.ownership is not Ownership.REFERENCE:
                self._add(collection)
        self.by_place = {target.place: target for target in self.by_key.values()}
        self.rides = {key: through for key, target in self.by_key.items() if (through := self._belongs(target))}
        self.order = self._arrange()
        self._check_keys()

    def _add(self, collection: Collection) -> None:
        scope = collection.scope
        if not (scope.tenant_field or scope.through or scope.where):
            self.refusals.append(Refusal(Code.NO_WAY, {"table": collection.key}))
            return
        try:
            live = self.predicates.live(collection)
            self.by_key[collection.key] = Target(
                collection.key,
                collection,
                live,
                self.predicates.relation(live),
                self.speak.name(live.name),
                self.predicates.predicate(collection),
            )
        except ScopeError as error:
            self.refusals.append(Refusal(Code.SCOPE, {"table": collection.key, "reason": str(error)}))

    # Spelling

    def columns(self, alias: str, names: tuple[str, ...]) -> str:
        """``alias.a`` or ``(alias.a, alias.b)``."""
        listed = ", ".join(f"{alias}.{self.speak.name(name)}" for name in names)
        return listed if len(names) == 1 else f"({listed})"

    def filled(self, alias: str, names: tuple[str, ...]) -> str:
        """The condition that none of the columns is NULL."""
        return " AND ".join(f"{alias}.{self.speak.name(name)} IS NOT NULL" for name in names)

    def listed(self, alias: str, names: tuple[str, ...]) -> str:
        """A SELECT list."""
        return ", ".join(f"{alias}.{self.speak.name(name)}" for name in names)

    def table(self, place: Place) -> str:
        """The quoted name; with ONLY where other tables inherit from it."""
        only = "ONLY " if place in self.predicates.inherited else ""
        return only + qualified(self.engine, *place)

    def holders(self, target: Target) -> list[tuple[str, str]]:
        """What holds the target's rows: (table with its schema, FROM item under the target's alias)."""
        only = "ONLY " if self.engine == "postgresql" else ""
        names = [qualified(self.engine, *place) for place in self.structure.held_in(target.place)]
        return [(name, f"{only}{name} AS {target.alias}") for name in names]

    # Relations between targets

    def root(self, place: Place) -> Place:
        """The topmost table that a partition belongs to."""
        table = self.structure.catalogue.tables[place]
        while table.relation is Relation.PARTITION and table.parents:
            table = self.structure.catalogue.tables[table.parents[0]]
        return table.schema, table.name

    def references_to(self, place: Place) -> list[Reference]:
        """The foreign keys that refer to the table or to one of its partitions, from wherever."""
        return [reference for reference in self.structure.references if self.root(reference.parent) == place]

    def _belongs(self, target: Target) -> Through | None:
        """The way by which rows of a shared table belong to a shared row (a user's settings), and go with it."""
        if not target.shared:
            return None
        for through in target.collection.scope.through:
            owner = self.by_key.get(through.collection)
            if owner is None or owner is target or not owner.shared:
                continue
            mine = {(r.columns, r.parent_columns) for r in self.references_to(owner.place) if r.child == target.place}
            theirs = {(r.parent_columns, r.columns) for r in self.references_to(target.place) if r.child == owner.place}
            ends = through.fields, through.references
            if ends in mine or (ends not in theirs and owner.live.primary_key == through.references):
                return through
        return None

    def head(self, key: str) -> str:
        """The table in whose batches the rows go: itself, unless they belong to shared rows."""
        while key in self.rides:
            key = self.rides[key].collection
        return key

    def riders(self, key: str) -> list[tuple[Target, Through]]:
        """The tables whose rows belong to rows of this one."""
        return [(self.by_key[rider], way) for rider, way in self.rides.items() if way.collection == key]

    def uses(self, target: Target) -> list[Use]:
        """Everything that may use a row of a shared table, without what belongs to it."""
        riding = {rider.place for rider, _ in self.riders(target.key)}
        found = [
            Use(self.root(reference.child), reference.columns, reference.parent_columns)
            for reference in self.references_to(target.place)
            if self.root(reference.child) not in riding
        ]
        for through in target.collection.scope.through:
            user = self.store.collections[through.collection]
            place = (user.schema or self.structure.catalogue.default_schema, user.name)
            if self.rides.get(target.key) != through and place not in riding and place != target.place:
                found.append(Use(place, through.references, through.fields))
        return list(dict.fromkeys(found))

    # Order

    def _arrange(self) -> Order | None:
        heads = [key for key in self.by_key if key not in self.rides]
        before = {
            (key, self.head(source))
            for key, target in self.by_key.items()
            if not target.shared
            for source in self._sources(key, set())
        }
        needed = {
            (self.head(user.key), self.head(target.key))
            for target in self.by_key.values()
            if target.shared
            for use in self.uses(target)
            if (user := self.by_place.get(use.place)) and not user.shared
        }
        if self.store.tenant.collection not in heads:
            return None
        try:
            return arrange(heads, self._links(), sorted(before), self.store.tenant.collection, sorted(needed))
        except ValueError as error:
            self.refusals.append(Refusal(Code.SCOPE, {"table": self.store.key, "reason": str(error)}))
            return None

    def _sources(self, key: str, seen: set[str]) -> set[str]:
        """The targets whose rows say, over any number of steps, whose the rows of this one are."""
        for source in sources(self.store.collections[key]):
            if source in self.by_key and source not in seen:
                seen.add(source)
                self._sources(source, seen)
        return seen

    def source_heads(self, key: str) -> set[str]:
        """The turns in which what says whose the rows of this table are goes away."""
        return {self.head(source) for source in self._sources(key, set())}

    def _links(self) -> Iterator[Link]:
        for reference in self.structure.references:
            child = self.by_place.get(self.root(reference.child))
            parent = self.by_place.get(self.root(reference.parent))
            if child is None or parent is None:
                continue
            ends = self.head(child.key), self.head(parent.key)
            if ends[0] == ends[1] and (child is not parent or child.shared):
                continue
            firm = replace(reference, clearable=(), action=Action.NO_ACTION) if child.shared else reference
            yield Link(*ends, firm)

    @property
    def remembered(self) -> list[Target]:
        """Targets whose keys are kept from the beginning, because their turn comes after what says whose they are."""
        loose = self.order.remembered if self.order else frozenset()
        return [
            target for key, target in self.by_key.items() if key not in self.rides and (target.shared or key in loose)
        ]

    def _check_keys(self) -> None:
        for target in self.remembered:
            if not target.live.primary_key:
                self.refusals.append(Refusal(Code.NO_KEY, {"table": target.key}))
        for target in self.by_key.values():
            if target.place in self.structure.placeless:
                self.refusals.append(Refusal(Code.NO_PLACE, {"table": target.key}))
            by_where = target.collection.scope.where or not target.collection.scope.through
            if target.shared and target.key not in self.rides and (by_where or not self.uses(target)):
                self.refusals.append(Refusal(Code.SHARED_UNKNOWN, {"table": target.key}))
        for circle in self.order.circles if self.order else ():
            tables = sorted({link.child for link in circle})
            keys = ", ".join(sorted(f"{link.child}.{link.reference.name}" for link in circle))
            self.refusals.append(Refusal(Code.CYCLE, {"tables": ", ".join(tables), "keys": keys}))
