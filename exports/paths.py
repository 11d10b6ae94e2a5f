"""Finds, by the foreign keys of a live schema, how every table leads to the tenant. Pure; proposals, not decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from exports.catalogue import Catalogue, LiveTable, Relation
from exports.contents import ForeignKey

Place = tuple[str, str]


class Found(Enum):
    """How a table leads to the tenant."""

    OWNED = "by foreign keys towards the tenant"
    SHARED = "by foreign keys of the tenant's rows that point to it"
    OVER_SHARED = "only over tables that several tenants share"
    NOT_AT_ALL = "not by any foreign key"


@dataclass(frozen=True)
class Way:
    """One way of a table: its own ``tenant_field``, or over another table by a whole key."""

    tenant_field: str = ""
    over: Place = ("", "")
    fields: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    steps: int = 0
    nullable: bool = False


@dataclass
class Proposal:
    """What is proposed for one table: any of ``ways``; ``others`` are possible too or lead in a circle."""

    table: LiveTable
    found: Found = Found.NOT_AT_ALL
    ways: list[Way] = field(default_factory=list)
    others: list[Way] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    """Columns without a foreign key that are called like other tables' tenant fields."""


def propose(catalogue: Catalogue, tenant: Place, column: str) -> dict[Place, Proposal]:
    """A proposal for every table that holds rows of its own, nearest to the tenant first."""
    search = _Search(catalogue)
    search.towards(tenant, column)
    search.backwards()
    search.over_shared()
    search.alike()
    order = list(Found)
    return dict(
        sorted(
            search.proposals.items(),
            key=lambda item: (
                item[0] != tenant,
                order.index(item[1].found),
                item[1].ways[0].steps if item[1].ways else 0,
                item[0],
            ),
        )
    )


class _Search:
    def __init__(self, catalogue: Catalogue) -> None:
        holders = (Relation.TABLE, Relation.PARTITIONED, Relation.INHERITANCE_CHILD)
        self.proposals = {
            place: Proposal(table) for place, table in catalogue.tables.items() if table.relation in holders
        }
        self.keys: dict[Place, list[ForeignKey]] = {place: list(_keys(catalogue, place)) for place in self.proposals}
        self.pointing: dict[Place, list[tuple[Place, ForeignKey]]] = defaultdict(list)
        for place, keys in self.keys.items():
            for key in keys:
                self.pointing[key.target_schema, key.target].append((place, key))

    def towards(self, tenant: Place, column: str) -> None:
        """Breadth first from the tenant's row along the foreign keys that point towards it."""
        first = self.proposals[tenant]
        first.found, first.ways = Found.OWNED, [Way(tenant_field=column)]
        self.spread_field(tenant)
        level = [place for place, proposal in self.proposals.items() if proposal.found is Found.OWNED]
        while level:
            reached: dict[Place, list[Way]] = defaultdict(list)
            for target in level:
                for place, key in self.pointing[target]:
                    if self.proposals[place].found is Found.NOT_AT_ALL:
                        reached[place].append(self.way(place, key))
            for place, ways in reached.items():
                self.proposals[place].found, self.proposals[place].ways = Found.OWNED, [min(ways, key=_preference)]
            level = sorted(reached)
        for place, proposal in self.proposals.items():
            if proposal.found is Found.OWNED and place != tenant:
                proposal.others = sorted(set(self.ways(place, Found.OWNED)) - set(proposal.ways), key=_preference)

    def spread_field(self, tenant: Place) -> None:
        """A key that carries the tenant's key along makes the child's column a tenant field as well."""
        level = [tenant]
        while level:
            reached: dict[Place, list[Way]] = defaultdict(list)
            for target in level:
                for place, key in self.pointing[target]:
                    way = self.way(place, key)
                    if way.tenant_field and self.proposals[place].found is Found.NOT_AT_ALL:
                        reached[place].append(way)
            for place, ways in reached.items():
                self.proposals[place].found, self.proposals[place].ways = Found.OWNED, [min(ways, key=_preference)]
            level = sorted(reached)

    def way(self, place: Place, key: ForeignKey) -> Way:
        target = self.proposals[key.target_schema, key.target]
        columns = {column.name: column for column in self.proposals[place].table.columns}
        tenant_field = target.ways[0].tenant_field if target.ways else ""
        if tenant_field in key.target_columns:
            column = key.columns[key.target_columns.index(tenant_field)]
            return Way(tenant_field=column, nullable=columns[column].nullable)
        nullable = any(columns[name].nullable for name in key.columns)
        steps = target.ways[0].steps + 1 if target.ways else 1
        return Way("", (key.target_schema, key.target), key.columns, key.target_columns, steps, nullable)

    def ways(self, place: Place, over: Found) -> Iterator[Way]:
        for key in self.keys[place]:
            target = self.proposals.get((key.target_schema, key.target))
            if target is not None and target.found is over and target is not self.proposals[place]:
                yield self.way(place, key)

    def backwards(self) -> None:
        """Tables that rows of the tenant point to: several tenants may use the same row."""
        users = [place for place, proposal in self.proposals.items() if proposal.found is Found.OWNED]
        rounds: list[Place] = []
        while users:
            reached = {
                target
                for place in users
                for key in self.keys[place]
                if (target := (key.target_schema, key.target)) in self.proposals
                and self.proposals[target].found is Found.NOT_AT_ALL
            }
            for place in reached:
                self.proposals[place].found = Found.SHARED
            users = sorted(reached)
            rounds += users
        needs: dict[Place, set[Place]] = defaultdict(set)
        for place in rounds:
            proposal = self.proposals[place]
            for user, key in self.pointing[place]:
                if user == place or self.proposals[user].found not in (Found.OWNED, Found.SHARED):
                    continue
                way = Way("", user, key.target_columns, key.columns)
                circular = place in _closure(needs, user)
                (proposal.others if circular else proposal.ways).append(way)
                if not circular:
                    needs[place].add(user)

    def over_shared(self) -> None:
        """Tables that point to nothing but shared rows: whether those rows are the tenant's, a person must say."""
        level = {Found.SHARED}
        while True:
            reached = {
                place: ways
                for place, proposal in self.proposals.items()
                if proposal.found is Found.NOT_AT_ALL
                and (ways := [way for found in level for way in self.ways(place, found)])
            }
            for place, ways in reached.items():
                self.proposals[place].found = Found.OVER_SHARED
                self.proposals[place].others = sorted(set(ways), key=_preference)
            if not reached:
                return
            level = {Found.SHARED, Found.OVER_SHARED}

    def alike(self) -> None:
        """Columns called like the tenant fields of tables that have a key."""
        names = {
            proposal.ways[0].tenant_field
            for proposal in self.proposals.values()
            if proposal.found is Found.OWNED and proposal.ways[0].tenant_field not in ("", "id")
        }
        for proposal in self.proposals.values():
            if proposal.found in (Found.NOT_AT_ALL, Found.OVER_SHARED):
                proposal.alike = [column.name for column in proposal.table.columns if column.name in names]


def _keys(catalogue: Catalogue, place: Place) -> Iterator[ForeignKey]:
    """The table's own foreign keys, and those that were declared on its partitions only."""
    seen = set()
    family = [place]
    while family:
        here = family.pop()
        for key in catalogue.tables[here].foreign_keys:
            ends = (key.columns, key.target_schema, key.target, key.target_columns)
            if ends not in seen:
                seen.add(ends)
                yield key
        if catalogue.tables[here].relation in (Relation.PARTITIONED, Relation.PARTITION):
            family += [child for child, table in catalogue.tables.items()
                       if table.relation is Relation.PARTITION and here in table.parents]  # fmt: skip


def _preference(way: Way) -> tuple[bool, int, bool, int, tuple[str, ...], Place]:
    return (
        not way.tenant_field,
        way.steps,
        way.nullable,
        len(way.fields),
        way.fields or (way.tenant_field,),
        way.over,
    )


def _closure(needs: dict[Place, set[Place]], start: Place) -> set[Place]:
    seen, todo = {start}, [start]
    while todo:
        for place in needs.get(todo.pop(), ()):
            if place not in seen:
                seen.add(place)
                todo.append(place)
    return seen
