"""Which tables a table cannot do without when it stays: what it refers to, and what says whose its rows are. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from exports.datamap_rules import sources
from retention.erasers.findings import Need
from retention.erasers.targets import Targets


def needs(targets: Targets) -> tuple[Need, ...]:
    """Everything between two tables of the deletion, each pair and foreign key once, in a fixed order.

    By foreign keys, also those of partitions; by the ways of the map that say whose the rows are; and by its ways to
    shared rows, which their users need.
    """
    found = {*_by_keys(targets), *_by_ways(targets), *_by_use(targets)}
    return tuple(sorted(found, key=lambda need: (need.table, need.other, need.name)))


def _by_keys(targets: Targets) -> Iterator[Need]:
    for reference in targets.structure.references:
        child = targets.by_place.get(targets.root(reference.child))
        parent = targets.by_place.get(targets.root(reference.parent))
        if child is not None and parent is not None and child is not parent:
            yield Need(child.key, parent.key, reference.name)


def _by_ways(targets: Targets) -> Iterator[Need]:
    for key, target in targets.by_key.items():
        for source in sources(target.collection):
            if source in targets.by_key and source != key:
                yield Need(key, source)


def _by_use(targets: Targets) -> Iterator[Need]:
    for key, target in targets.by_key.items():
        for use in targets.uses(target) if target.shared else ():
            user = targets.by_place.get(use.place)
            if user is not None and user is not target:
                yield Need(user.key, key)
