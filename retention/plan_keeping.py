"""What stays although the rest goes, and why: tables and files that holds and duties keep, and what those need. Pure.

A reason is a small dict, as a plan's content has it: ``{"why": "hold", "number": 3}``, ``{"why": "duty", "number":
5}``, ``{"why": "refers", "table": …, "key": foreign key}`` (rows of that kept table refer to this one's),
``{"why": "leads", "table": …}`` (that kept table's rows are found or used through this one's), ``{"why": "together",
"table": …}`` (the rows of both go in one batch or not at all).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retention.erasers.findings import Need, TableFinding
from retention.reach import Reach, Target

Why = dict[str, Any]
MOST_REASONS = 5
"""As many are told of a table that kept tables need; the first ones by name."""


@dataclass(frozen=True, slots=True)
class Keep:
    """A hold or a duty in force. ``kind``: ``hold`` or ``duty``; ``until``: the last day as ISO text, '' where there is
    none or it is not known."""

    kind: str
    number: int
    ground: str
    reach: Reach
    until: str = ""

    @property
    def why(self) -> Why:
        """It, as a reason."""
        return {"why": self.kind, "number": self.number}


def kept_tables(
    targets: Sequence[Target], tables: Sequence[TableFinding], needs: Iterable[Need], keeps: Iterable[Keep]
) -> dict[str, list[Why]]:
    """Table → why it stays, for the tables of one store that do; ``targets`` and ``tables`` are about the same ones.

    No kept table needs one that goes, and tables that go together stay together.
    """
    named: defaultdict[str, list[Why]] = defaultdict(list)
    for keep in keeps:
        for target in targets:
            if keep.reach.keeps(target):
                named[target.name].append(keep.why)
    links = _links(tables, list(needs))
    kept = _closed(set(named), links)
    return {key: named.get(key) or _needed(key, kept, links) for key in sorted(kept)}


def _links(tables: Sequence[TableFinding], needs: list[Need]) -> list[tuple[str, str, Why]]:
    """(table, what stays with it, why), in a fixed order."""
    found: list[tuple[str, str, Why]] = []
    for need in needs:
        why = {"why": "refers", "table": need.table, "key": need.name} if need.name else {"why": "leads"}
        found.append((need.table, need.other, {**why, "table": need.table}))
    for table in tables:
        if table.goes_with:
            found.append((table.table, table.goes_with, {"why": "together", "table": table.table}))
            found.append((table.goes_with, table.table, {"why": "together", "table": table.goes_with}))
    return sorted(found, key=lambda link: (link[0], link[1], link[2]["why"], link[2].get("key", "")))


def _closed(kept: set[str], links: list[tuple[str, str, Why]]) -> set[str]:
    following: defaultdict[str, set[str]] = defaultdict(set)
    for table, other, _why in links:
        following[table].add(other)
    seen, waiting = set(kept), sorted(kept)
    while waiting:
        new = following[waiting.pop()] - seen
        seen |= new
        waiting += sorted(new)
    return seen


def _needed(key: str, kept: set[str], links: list[tuple[str, str, Why]]) -> list[Why]:
    return [why for table, other, why in links if other == key and table in kept][:MOST_REASONS]


# Files ----------------------------------------------------------------------------------------------------------------


def kept_wholly(place: Target, keeps: Iterable[Keep]) -> list[Why]:
    """Why all files of a place stay; [] where some or all may go."""
    return [keep.why for keep in keeps if keep.reach.keeps_all(place)]


def kept_in_part(place: Target, keeps: Iterable[Keep]) -> dict[str, list[str]]:
    """The prefixes and files inside a place that stay although the rest of it goes; {} where nothing does."""
    found: dict[str, set[str]] = {"prefixes": set(), "files": set()}
    for keep in keeps:
        for part in keep.reach.parts() if not keep.reach.keeps_all(place) else ():
            if part.keeps(place):
                found["prefixes"] |= {name for _store, name in part.prefixes}
                found["files"] |= {name for _store, name in part.files}
    return {name: sorted(names) for name, names in found.items() if names}


def parts_in(place: Target, keeps: Iterable[Keep]) -> list[Why]:
    """Whose the parts are that stay inside a place."""
    some = [keep for keep in keeps if not keep.reach.keeps_all(place)]
    return [keep.why for keep in some if any(part.keeps(place) for part in keep.reach.parts())]


def as_records(keeps: Iterable[Keep]) -> list[Mapping[str, Any]]:
    """All of them as a plan's content names them, holds first."""
    ordered = sorted(keeps, key=lambda keep: (keep.kind != "hold", keep.number))
    return [
        {keep.kind: keep.number, "ground": keep.ground, "reach": keep.reach.to_json(), "until": keep.until}
        for keep in ordered
    ]


def keeps_in(content: Mapping[str, Any]) -> list[Keep]:
    """The holds and duties that a plan's content names."""
    found = []
    for one in content["kept"]:
        kind = "hold" if "hold" in one else "duty"
        found.append(Keep(kind, one[kind], one["ground"], Reach.from_json(one["reach"]), one["until"]))
    return found
