"""The order of deletion: children before parents, and rows before what says whose they are. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from retention.erasers.structure import Action, Reference

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key between two tables of the deletion, by their keys in the map."""

    child: str
    parent: str
    reference: Reference

    @property
    def breakable(self) -> int | None:
        """How little it costs to break: 0 the database does it, 1 an UPDATE, 2 one that fires triggers; None never."""
        if self.reference.action is Action.SET_NULL and self.reference.clearable:
            return 0
        if self.reference.clearable:
            return 2 if self.reference.watched else 1
        return None


@dataclass(frozen=True, slots=True)
class Order:
    """``turns`` are groups of tables; a group of more than one, or one in ``together``, goes in one transaction.

    ``broken`` links are set to NULL in the batch that deletes their parent; ``remembered`` tables lose what says
    whose their rows are before their turn comes, so their keys must be kept from the beginning; ``circles`` are
    links for which there is no order.
    """

    turns: tuple[tuple[str, ...], ...]
    broken: tuple[Link, ...] = ()
    remembered: frozenset[str] = frozenset()
    together: frozenset[str] = frozenset()
    circles: tuple[tuple[Link, ...], ...] = ()


@dataclass
class _Arranging:
    tables: Sequence[str]
    links: list[Link]
    broken: list[Link] = field(default_factory=list)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    together: set[str] = field(default_factory=set)
    circles: list[tuple[Link, ...]] = field(default_factory=list)

    def break_circles(self) -> None:
        """Takes out links until only circles without a breakable link remain; those become groups or refusals."""
        while True:
            known = {tuple(sorted(group)) for group in self.groups.values()}
            edges = [(link.child, link.parent) for link in self.links]
            knots = [knot for knot in circles_of(self.tables, edges) if knot not in known]
            if not knots:
                return
            inside = [link for link in self.links if link.child in knots[0] and link.parent in knots[0]]
            weak = [link for link in inside if link.breakable is not None]
            if weak:
                chosen = min(weak, key=lambda link: (link.breakable or 0, link.child, link.reference.name))
                self.links.remove(chosen)
                self.broken.append(chosen)
            else:
                self.group(knots[0], inside)

    def group(self, knot: tuple[str, ...], inside: list[Link]) -> None:
        firm = [(link.child, link.parent) for link in inside if not link.reference.deferrable]
        ordered = sorted_topologically(knot, firm)
        if ordered is None:
            self.circles.append(tuple(inside))
        turn = tuple(ordered or knot)
        self.groups |= dict.fromkeys(turn, turn)
        self.together |= set(turn)


def arrange(
    tables: Sequence[str], links: Iterable[Link], before: Sequence[Edge], last: str, needed: Iterable[Edge] = ()
) -> Order:
    """Puts ``tables`` in order.

    ``before`` are pairs (X, Y) where Y's rows say whose the rows of X are: X first, or X remembered. ``needed`` are
    pairs that hold in any case (what uses shared rows, and the shared rows). ``last`` is the tenant's own table, which
    comes as late as the rest allows. Deterministic: equal candidates go by name.
    """
    own: list[Link] = []
    others: list[Link] = []
    for link in links:
        (own if link.child == link.parent else others).append(link)
    arranging = _Arranging(tables, others)
    arranging.break_circles()
    for link in own:
        if link.breakable is None:
            arranging.together.add(link.child)
        else:
            arranging.broken.append(link)
    turn_of = {name: arranging.groups.get(name, (name,)) for name in tables}
    fixed = [(link.child, link.parent) for link in arranging.links] + list(needed)
    remembered = _remembered(turn_of, fixed, before)
    loose = [(first, second) for first, second in before if first not in remembered]
    edges = _between(turn_of, [*fixed, *loose])
    heads = sorted_topologically(sorted({turn[0] for turn in turn_of.values()}), edges, turn_of[last][0])
    assert heads is not None
    return Order(
        tuple(turn_of[head] for head in heads),
        tuple(arranging.broken),
        remembered,
        frozenset(arranging.together),
        tuple(arranging.circles),
    )


def _remembered(turn_of: dict[str, tuple[str, ...]], fixed: list[Edge], before: Sequence[Edge]) -> frozenset[str]:
    """Tables whose turn cannot come before what says whose their rows are; raises ``ValueError`` for no order."""
    edges = {(first, second) for first, second in before if turn_of[first] != turn_of[second]}
    found = {first for first, second in before if first == second}
    while True:
        wanted = _between(turn_of, [*fixed, *(edge for edge in edges if edge[0] not in found)])
        knots = circles_of(sorted({turn[0] for turn in turn_of.values()}), wanted)
        if not knots:
            return frozenset(found)
        loose = sorted(a for a, _ in edges if a not in found and turn_of[a][0] in knots[0])
        if not loose:
            raise ValueError(f"no order for {', '.join(knots[0])}")
        found.add(loose[0])


def _between(turn_of: dict[str, tuple[str, ...]], edges: Iterable[Edge]) -> list[Edge]:
    pairs = ((turn_of[first][0], turn_of[second][0]) for first, second in edges)
    return sorted({pair for pair in pairs if pair[0] != pair[1]})


def circles_of(names: Sequence[str], edges: Iterable[Edge]) -> list[tuple[str, ...]]:
    """Groups of two and more names that lead to each other, in a fixed order."""
    following: dict[str, set[str]] = {name: set() for name in names}
    for first, second in edges:
        if first != second:
            following[first].add(second)
    reached = {name: _reachable(name, following) for name in names}
    found = {tuple(sorted(other for other in reached[name] if name in reached[other])) for name in names}
    return sorted(circle for circle in found if len(circle) > 1)


def _reachable(start: str, following: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in following[waiting.pop()] - seen:
            seen.add(name)
            waiting.append(name)
    return seen


def sorted_topologically(names: Sequence[str], edges: Iterable[Edge], last: str = "") -> list[str] | None:
    """Names so that the first of each edge comes before its second, ``last`` as late as possible; None in a circle."""
    edges = set(edges)
    waits = {name: sum(1 for _, second in edges if second == name) for name in names}
    ready = [(name == last, name) for name in names if not waits[name]]
    heapq.heapify(ready)
    found: list[str] = []
    while ready:
        _, name = heapq.heappop(ready)
        found.append(name)
        for first, second in sorted(edges):
            if first == name:
                waits[second] -= 1
                if not waits[second]:
                    heapq.heappush(ready, (second == last, second))
    return found if len(found) == len(names) else None
