"""The dry run: every reason not to begin, and exact counts in the order of deletion."""

from __future__ import annotations

from collections.abc import Iterator

from exports import drift
from exports.catalogue import made_at
from exports.datamap import DatabaseStore
from exports.dialects import dialect
from exports.scope import ScopeError, tenant_row_sql
from exports.sources.reflection import reflect
from exports.sources.snapshot import Snapshot
from offboarding.canonical import canonical, digest
from retention.erasers import structure_postgresql, structure_sqlite
from retention.erasers.findings import (
    Broken,
    Code,
    Findings,
    Identity,
    Refusal,
    RefusedError,
    TableFinding,
    Unindexed,
)
from retention.erasers.needs import needs
from retention.erasers.structure import Action, Reference, Structure
from retention.erasers.targets import Target, Targets
from retention.erasers.usage import Usage

TOGETHER_ROWS = 10_000
"""The most rows that one transaction may delete."""
_SAMPLES = 25
_ROW_SECONDS = 0.00002
_READ_SECONDS = 0.0000001
"""Measured on two small cores: one row deleted, and one row of an unindexed table read in vain."""
_READERS = {"postgresql": structure_postgresql.read, "sqlite": structure_sqlite.read}


def read_structure(snapshot: Snapshot) -> Structure:
    """The live schema with all that a deletion has to know of it."""
    return _READERS[snapshot.engine](snapshot, reflect(snapshot))


class Inspection:
    """One look at one store through one snapshot, so that all counts belong together."""

    def __init__(self, store: DatabaseStore, snapshot: Snapshot, tenant_key: str, gone: Identity | None = None) -> None:
        self.store, self.snapshot, self.tenant_key, self.gone = store, snapshot, tenant_key, gone
        self.structure = read_structure(snapshot)
        self.refusals = [
            Refusal(Code.DRIFT, {"difference": str(found)}) for found in drift.compare(store, self.structure.catalogue)
        ]

    def findings(self) -> Findings:
        """Everything; without counts where the map cannot be trusted or rows are hidden from us."""
        if self.refusals:
            return self.refused()
        hidden = (Code.ROW_SECURITY, Code.PRIVILEGE)
        if not self.look() or any(refusal.code in hidden for refusal in self.refusals):
            return self.refused()
        identity = self.identity()
        order = self.targets.order
        if order is None or identity is None or not self.refusals_allow_counting():
            return self.refused(identity)
        for reference, parent in self.endangering():
            self.refusals += self.strangers(reference, parent)
        tables = tuple(self.tables())
        self.refusals += self.too_many_together({found.table: found.rows for found in tables})
        rows = {found.table: found.rows for found in tables}
        return Findings(
            identity=identity,
            tables=tables,
            refusals=tuple(self.refusals),
            unindexed=tuple(self.unindexed(rows)),
            broken=tuple(
                Broken(link.child, link.reference.name, link.parent, link.reference.clearable) for link in order.broken
            ),
            reference=tuple(key for key in self.store.collections if key not in self.targets.by_key),
            structure=self.structure.fingerprint,
            needs=needs(self.targets),
        )

    def look(self) -> bool:
        """What the shape of the database alone refuses; False when not even conditions can be made."""
        try:
            self.targets = Targets(self.store, self.structure, self.tenant_key)
        except ScopeError as error:
            self.refusals.append(Refusal(Code.SCOPE, {"table": self.store.key, "reason": str(error)}))
            return False
        self.usage = Usage(self.targets)
        self.refusals += [*self.targets.refusals, *self.obstacles()]
        return True

    def shape(self) -> Targets:
        """The targets; raises ``RefusedError`` for everything that needs no counting to be refused."""
        if not self.refusals:
            self.look()
        if self.refusals:
            raise RefusedError(tuple(self.refusals))
        return self.targets

    def refused(self, identity: Identity | None = None) -> Findings:
        return Findings(identity, (), tuple(self.refusals), structure=self.structure.fingerprint)

    def refusals_allow_counting(self) -> bool:
        """Whether conditions are exact, so that numbers mean something beside the refusals."""
        return not any(refusal.code in (Code.NO_WAY, Code.SCOPE, Code.SHARED_UNKNOWN) for refusal in self.refusals)

    def obstacles(self) -> Iterator[Refusal]:
        """What would lie, run or be forbidden: policies, triggers, privileges."""
        broken = {link.reference.child for link in self.targets.order.broken} if self.targets.order else set()
        mapped = {self.targets.predicates.live(c).key: c.key for c in self.store.collections.values()}
        for place, live in self.structure.catalogue.tables.items():
            root = self.targets.root(place)
            key = mapped.get(self.structure.catalogue.tables[root].key, "")
            if not key:
                continue
            if place in self.structure.hidden:
                yield Refusal(Code.ROW_SECURITY, {"table": live.key, "role": self.structure.role})
            if root not in self.targets.by_place:
                continue
            for trigger in self.structure.delete_triggers.get(place, ()):
                yield Refusal(Code.TRIGGER, {"table": live.key, "trigger": trigger})
            needed = {"SELECT", "DELETE"} | ({"UPDATE"} if root in broken or self.locks(root) else set())
            for privilege in self.structure.denied.get(place, ()):
                if privilege in needed:
                    facts = {"table": live.key, "role": self.structure.role, "privilege": privilege}
                    yield Refusal(Code.PRIVILEGE, facts)

    def locks(self, place: tuple[str, str]) -> bool:
        """Whether rows are locked before they go, which needs the right to change them."""
        target = self.targets.by_place[place]
        return target.shared or any(reference.action.silent for reference in self.targets.references_to(place))

    # The tenant's own row

    def identity(self) -> Identity | None:
        row = self.store.tenant
        found = self.snapshot.query(tenant_row_sql(self.store, self.tenant_key, self.snapshot.engine))
        facts: dict[str, str | int] = {"table": row.collection, "field": row.field, "key": self.tenant_key}
        if len(found) > 1:
            self.refusals.append(Refusal(Code.MANY_TENANTS, facts | {"count": len(found)}))
            return None
        if not found and self.gone is not None and self.gone.key == self.tenant_key:
            return self.gone
        if not found or found[0][0] != self.tenant_key:
            self.refusals.append(Refusal(Code.NO_TENANT, facts))
            return None
        name, column = found[0][1] or "", self.created_column()
        created = self.created(column) if column else ""
        known = [self.store.key, row.collection, row.field, self.tenant_key, name, column, created]
        return Identity(self.tenant_key, name, column, created, digest(canonical(known)))

    def created_column(self) -> str:
        """When the tenant's row was made: the column that the map names, else the first that looks like it."""
        row = self.store.tenant
        return row.created_field or made_at(
            self.targets.predicates.live(self.store.collections[row.collection]).columns
        )

    def created(self, column: str) -> str:
        speak = dialect(self.snapshot.engine)
        target = self.targets.predicates.live(self.store.collections[self.store.tenant.collection])
        alias = speak.name(target.name)
        key = f"CAST({alias}.{speak.name(self.store.tenant.field)} AS TEXT)"
        rows = self.snapshot.query(
            f"SELECT CAST({alias}.{speak.name(column)} AS TEXT) FROM {self.targets.predicates.relation(target)} "
            f"WHERE {key} = {self.targets.predicates.literal}"
        )
        return rows[0][0] or "" if rows else ""

    # Rows

    def number(self, source: str, condition: str) -> int:
        return int(self.snapshot.query(f"SELECT count(*) FROM {source} WHERE {condition}")[0][0] or 0)

    def tables(self) -> Iterator[TableFinding]:
        """The turns in order, each followed by what goes with it."""
        assert self.targets.order is not None
        for turn in self.targets.order.turns:
            for key in turn:
                yield from self.table(key, turn[0] if key != turn[0] else "")

    def table(self, key: str, goes_with: str) -> Iterator[TableFinding]:
        target = self.targets.by_key[key]
        rows = self.number(target.source, target.predicate)
        kept = 0
        if target.shared and rows:
            kept = self.number(target.source, f"({target.predicate}) AND {self.usage.used(target)}")
        going = rows - kept
        seconds = round(going * _ROW_SECONDS, 1)
        yield TableFinding(key, going, kept, target.shared, goes_with, seconds, self.samples(target) if going else ())
        for rider, _ in self.targets.riders(key):
            yield from self.table(rider.key, goes_with or key)

    def samples(self, target: Target) -> tuple[tuple[str, ...], ...]:
        """The first and the last keys of the rows that go."""
        key = target.live.primary_key
        if not key:
            return ()
        condition = f"({target.predicate})"
        if target.shared:
            condition += f" AND NOT {self.usage.used(target)}"
        names = [f"{target.alias}.{self.targets.speak.name(name)}" for name in key]
        select = ", ".join(f"CAST({name} AS TEXT)" for name in names)
        found: dict[tuple[str, ...], None] = {}
        for way in ("", " DESC"):
            order = ", ".join(f"{name}{way}" for name in names)
            sql = f"SELECT {select} FROM {target.source} WHERE {condition} ORDER BY {order} LIMIT {_SAMPLES}"
            found |= dict.fromkeys(tuple(value or "" for value in row) for row in self.snapshot.query(sql))
        return tuple(found)

    # Rows of others

    def endangering(self) -> Iterator[tuple[Reference, Target]]:
        """The foreign keys by which a deletion can meet rows of others. Shared rows go only when nothing uses them."""
        for target in self.targets.by_key.values():
            if not target.shared:
                for reference in self.targets.references_to(target.place):
                    yield reference, target

    def strangers(self, reference: Reference, parent: Target) -> Iterator[Refusal]:
        foreign = self.usage.foreign(reference, parent)
        if not foreign:
            return
        source, where = self.usage.refers(reference, parent, parent.predicate)
        count = self.number(source, f"{where} AND ({foreign})")
        if not count:
            return
        child = self.structure.catalogue.tables[self.targets.root(reference.child)]
        shown = child.primary_key or reference.columns
        names = [f"{self.targets.speak.name(child.name)}.{self.targets.speak.name(name)}" for name in shown]
        select = ", ".join(f"CAST({name} AS TEXT)" for name in names)
        rows = self.snapshot.query(f"SELECT {select} FROM {source} WHERE {where} AND ({foreign}) ORDER BY 1 LIMIT 3")
        examples = [", ".join(f"{name} {value}" for name, value in zip(shown, row, strict=True)) for row in rows]
        code = Code.NULLED if reference.action.silent else Code.BLOCKED
        facts: dict[str, str | int] = {
            "table": parent.key,
            "child": child.key,
            "name": reference.name,
            "count": count,
            "action": str(reference.action),
            "examples": "; ".join(examples),
        }
        yield Refusal(Code.CASCADES if reference.action is Action.CASCADE else code, facts)

    # What is slow, and what must be done at once

    def unindexed(self, rows: dict[str, int]) -> Iterator[Unindexed]:
        for target in self.targets.by_key.values():
            for reference in self.targets.references_to(target.place):
                if reference.indexed or not rows.get(target.key):
                    continue
                child = self.structure.catalogue.tables[reference.child]
                speak = self.targets.speak
                columns = ", ".join(speak.name(name) for name in reference.columns)
                plain = self.snapshot.engine == "postgresql" and reference.child not in self.structure.leaves
                how = "INDEX CONCURRENTLY" if plain else "INDEX"
                named = f" {speak.name('_'.join((child.name, *reference.columns)))}" if not plain else ""
                table = self.targets.table(reference.child).removeprefix("ONLY ")
                seconds = rows[target.key] * self.structure.sizes.get(reference.child, 0) * _READ_SECONDS
                statement = f"CREATE {how}{named} ON {table} ({columns});"
                yield Unindexed(child.key, reference.name, target.key, statement, round(seconds, 1))

    def too_many_together(self, rows: dict[str, int]) -> Iterator[Refusal]:
        order = self.targets.order
        assert order is not None
        for turn in order.turns:
            count = sum(rows[key] for key in turn)
            if set(turn) & order.together and count > TOGETHER_ROWS:
                keys = [
                    f"{link.key}.{reference.name}"
                    for link in (self.targets.by_key[key] for key in turn)
                    for reference in self.targets.references_to(link.place)
                    if reference.child in {self.targets.by_key[key].place for key in turn}
                ]
                facts: dict[str, str | int] = {"tables": ", ".join(turn), "keys": ", ".join(keys)}
                yield Refusal(Code.TOGETHER, facts | {"count": count, "most": TOGETHER_ROWS})
