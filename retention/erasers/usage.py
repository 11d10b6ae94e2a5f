"""SQL that tells rows of others: shared rows that somebody else uses, and rows of others that refer to ours. Pure."""

from __future__ import annotations

from retention.erasers.structure import Reference
from retention.erasers.targets import Target, Targets, Use


class Usage:
    """``used`` looks ahead, while the tenant's rows still stand; ``used_now`` when they are gone."""

    def __init__(self, targets: Targets) -> None:
        self.targets = targets
        self._used: dict[str, str] = {}

    def used(self, target: Target) -> str:
        """The condition that somebody else uses the (tenant's) shared row, while everything still stands."""
        if target.key not in self._used:
            self._used[target.key] = "1 = 0"  # a circle of shared rows: each is asked about once
            ways = [self._in_use(target, use) for use in self.targets.uses(target)]
            if target.key in self.targets.rides:
                through = self.targets.rides[target.key]
                owner = self.targets.by_key[through.collection]
                kept = f"({owner.predicate}) IS NOT TRUE OR {self.used(owner)}"
                ways.append(self._among(target, through.fields, owner, through.references, kept))
            self._used[target.key] = "(" + " OR ".join(ways or ["1 = 0"]) + ")"
        return self._used[target.key]

    def _in_use(self, target: Target, use: Use) -> str:
        user = self.targets.by_place.get(use.place)
        alias = self.targets.speak.name(use.place[1])
        condition = self.not_going(user, within=target) if user else "1 = 1"
        return (
            f"{self.targets.columns(target.alias, use.own)} IN (SELECT {self.targets.listed(alias, use.columns)} "
            f"FROM {self.targets.table(use.place)} AS {alias} "
            f"WHERE {self.targets.filled(alias, use.columns)} AND ({condition}))"
        )

    def _among(
        self, target: Target, own: tuple[str, ...], other: Target, columns: tuple[str, ...], condition: str
    ) -> str:
        return (
            f"{self.targets.columns(target.alias, own)} IN (SELECT {self.targets.listed(other.alias, columns)} "
            f"FROM {other.source} WHERE {self.targets.filled(other.alias, columns)} AND ({condition}))"
        )

    def not_going(self, target: Target, within: Target | None = None) -> str:
        """The condition that a row of a target stays: somebody else's, or shared and used."""
        stays = f"({target.predicate}) IS NOT TRUE"
        return f"{stays} OR {self.used(target)}" if target.shared and target is not within else stays

    def used_now(self, target: Target) -> str:
        """The condition that anybody uses the shared row, or something that belongs to it, at this moment."""
        ways = [self._exists(target, target.alias, use) for use in self.targets.uses(target)]
        for rider, through in self.targets.riders(target.key):
            inner = self.used_now(rider)
            if inner != "(1 = 0)":
                ways.append(self._among(target, through.references, rider, through.fields, inner))
        return "(" + " OR ".join(ways or ["1 = 0"]) + ")"

    def _exists(self, target: Target, alias: str, use: Use) -> str:
        speak = self.targets.speak
        pairs = zip(use.columns, use.own, strict=True)
        same = [f"used_by.{speak.name(theirs)} = {alias}.{speak.name(own)}" for theirs, own in pairs]
        if use.place == target.place:
            keys = [f"used_by.{speak.name(name)} = {alias}.{speak.name(name)}" for name in target.live.primary_key]
            same.append(f"NOT ({' AND '.join(keys)})")
        return f"EXISTS (SELECT 1 FROM {self.targets.table(use.place)} AS used_by WHERE {' AND '.join(same)})"

    def refers(self, reference: Reference, parent: Target, condition: str) -> tuple[str, str]:
        """FROM item and WHERE of the rows that refer to rows of ``parent`` which meet ``condition``."""
        place = self.targets.root(reference.child)
        alias = self.targets.speak.name(place[1])
        where = (
            f"{self.targets.columns(alias, reference.columns)} IN "
            f"(SELECT {self.targets.listed(parent.alias, reference.parent_columns)} FROM {parent.source} "
            f"WHERE {condition})"
        )
        return f"{self.targets.table(place)} AS {alias}", where

    def foreign(self, reference: Reference, parent: Target) -> str:
        """The condition on a referring row that it is not going itself; '' where that cannot be."""
        child = self.targets.by_place.get(self.targets.root(reference.child))
        if child is None:
            return "1 = 1"
        if not child.shared:
            for through in child.collection.scope.through:
                ends = through.collection, through.fields, through.references
                if ends == (parent.key, reference.columns, reference.parent_columns):
                    return ""
        return self.not_going(child)
