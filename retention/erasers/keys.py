"""Rows named by their primary keys, as literals that the platform's engine wrote itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention.erasers.remembering import Remembered
from retention.erasers.session import Session
from retention.erasers.targets import Target, Targets


class Keys:
    """The keys of one store that are remembered, and SQL made of them. ``owner`` is the store's and tenant's name."""

    def __init__(self, session: Session, targets: Targets, remembered: Remembered, owner: str) -> None:
        self.session, self.targets, self.remembered, self.owner = session, targets, remembered, owner
        self.kept = {target.key: target for target in targets.remembered if target.live.primary_key}
        for key in targets.rides:
            if targets.by_key[key].live.primary_key:
                self.kept[key] = targets.by_key[key]

    def remember_before(self, *turns: str) -> None:
        """Keeps the keys of all rows that nothing will say whose they are when rows of these tables have gone.

        To be called after it is settled which rows go and before the first does: rows that came in between are kept
        too, and rows that went meanwhile do no harm.
        """
        for key, target in self.kept.items():
            if set(turns) & (self.targets.source_heads(key) | {self.targets.head(key)}):
                sql = f"SELECT {self.literal(target)} FROM {target.source} WHERE {target.predicate}"
                self.remembered.add(self.owner, key, self.session.texts(sql))

    def literal(self, target: Target) -> str:
        """An expression that gives the row's key as a literal."""
        types = {column.name: column.type for column in target.live.columns}
        parts = []
        for name in target.live.primary_key:
            column = f"{target.alias}.{self.targets.speak.name(name)}"
            if self.session.engine == "postgresql":
                parts.append(f"quote_literal({column}::text) || {self.targets.speak.literal('::' + types[name])}")
            else:
                parts.append(f"quote({column})")
        return "'(' || " + " || ', ' || ".join(parts) + " || ')'"

    def condition(self, target: Target, keys: Sequence[str]) -> str:
        """The condition that a row has one of these keys, and has not been handed to another tenant meanwhile."""
        named = f"{self.targets.columns(target.alias, target.live.primary_key)} IN (VALUES {', '.join(keys)})"
        field = target.collection.scope.tenant_field
        if not field or target.shared:
            return named
        mine = self.targets.predicates.equals(target.live, field)
        return f"{named} AND ({target.alias}.{self.targets.speak.name(field)} IS NULL OR {mine})"

    def after(self, key: str, number: int, most: int) -> list[tuple[int, str]]:
        """The next remembered keys of a table."""
        return self.remembered.after(self.owner, key, number, most)

    def groups(self, key: str) -> Iterable[list[str]]:
        """All remembered keys of a table, some thousand at a time."""
        return self.remembered.groups(self.owner, key)

    def own(self, target: Target, source: str, where: str) -> str:
        """The condition that a row of the target, among those that meet ``where``, is the tenant's."""
        if target.key not in self.kept:
            return target.predicate
        found = [key for (key,) in self.session.rows(f"SELECT {self.literal(target)} FROM {source} WHERE {where}")]
        known = [key for key in found if self.remembered.knows(self.owner, target.key, key)]
        return self.condition(target, known) if known else "1 = 0"
