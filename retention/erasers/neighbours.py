"""Rows that refer to those of a batch: the tenant's own are released from them, anybody else's stop the batch."""

from __future__ import annotations

from collections.abc import Collection

from retention.erasers.findings import BlockedError
from retention.erasers.keys import Keys
from retention.erasers.session import Session
from retention.erasers.structure import Action, Reference
from retention.erasers.targets import Target, Targets
from retention.erasers.usage import Usage


class Neighbours:
    """Looks at referring rows inside the batch's transaction, after its rows are locked.

    A lock on a row keeps everybody from referring to it anew, so what is not there now will not be there at the
    DELETE. Keys with NO ACTION and RESTRICT are left to the database, which refuses; those it would act on in silence
    (CASCADE, SET NULL, SET DEFAULT) are looked at here.
    """

    def __init__(self, session: Session, targets: Targets, keys: Keys) -> None:
        self.session, self.targets, self.keys = session, targets, keys
        self.usage = Usage(targets)
        broken = targets.order.broken if targets.order else ()
        self.broken = [link.reference for link in broken]

    def release(self, target: Target, source: str, condition: str) -> None:
        """Locks the rows, sets broken references to them to NULL, and sees that nothing else would be touched."""
        references = self.targets.references_to(target.place)
        broken = [reference for reference in references if reference in self.broken]
        silent = [reference for reference in references if reference.action.silent]
        if not (broken or silent):
            return
        if self.session.lock:
            self.session.rows(f"SELECT 1 FROM {source} WHERE {condition}{self.session.lock}")
        for reference in broken:
            if reference.action is not Action.SET_NULL:
                self._clear(reference, target, source, condition)
        for reference in silent:
            self._look(reference, target, source, condition)

    def check(self, target: Target, within: Collection[str]) -> None:
        """Before rows go together: nothing outside the group would be touched in silence."""
        for reference in self.targets.references_to(target.place):
            child = self.targets.by_place.get(self.targets.root(reference.child))
            if reference.action.silent and not (child and child.key in within):
                self._look(reference, target, target.source, target.predicate)

    def _referring(self, reference: Reference, target: Target, source: str, condition: str) -> tuple[str, str, str]:
        """(FROM item, alias, condition) of the rows outside the batch that refer to rows of it."""
        place = self.targets.root(reference.child)
        alias = self.targets.speak.name(place[1])
        listed = self.targets.listed(target.alias, reference.parent_columns)
        where = f"{self.targets.columns(alias, reference.columns)} IN (SELECT {listed} FROM {source} WHERE {condition})"
        if place == target.place:
            where += f" AND NOT ({condition})"
        return f"{self.targets.table(place)} AS {alias}", alias, where

    def _clear(self, reference: Reference, target: Target, source: str, condition: str) -> None:
        table, _, where = self._referring(reference, target, source, condition)
        child = self.targets.by_place[self.targets.root(reference.child)]
        own = self.keys.own(child, table, where)
        change = ", ".join(f"{self.targets.speak.name(name)} = NULL" for name in reference.clearable)
        self.session.change(f"UPDATE {table} SET {change} WHERE {where} AND ({own})", child.key)

    def _look(self, reference: Reference, target: Target, source: str, condition: str) -> None:
        table, _, where = self._referring(reference, target, source, condition)
        child = self.targets.by_place.get(self.targets.root(reference.child))
        if child and reference in self.broken and reference.action is Action.SET_NULL:
            where += f" AND ({self.keys.own(child, table, where)}) IS NOT TRUE"
        count = int(self.session.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])
        if count:
            name = child.key if child else ".".join(filter(None, reference.child))
            raise BlockedError(
                target.key,
                f"{count} rows of {name} refer to them ({reference.name}, ON DELETE {reference.action}) and would "
                "be changed or deleted with them.",
            )
