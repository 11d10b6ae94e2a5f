"""What a certificate says, as canonical JSON: whole numbers, texts and codes, so that it can be signed. Pure.

It is built from records of what was done and looked at, never from what was meant to be done. The shape::

    version, number, code, occasion, supplements {number, sha256} | None, issued_at, language, vendor, software, verify,
    customer {number, name, tenant_key}, agreement {number, contract, delete_from}, agreements [{number, reference}],
    plan {number, sha256, occasion, by, at}, approval {by, at, again}, data_map_sha256,
    run {number, started_at, live_erased_at, final_at, attempts},
    stores [{store, kind, engine, method, verification, validation, counts {before, gone, kept, left}, bytes,
        places [{name, category, shared, with, state, before, gone, kept, left, bytes, at, verified_at}]}],
    own [{what, state, before, gone, left, bytes, at}],
    looks [{after_days, at, passed, looked_at, found [{store, place, count, certain}]}],
    copies [{store, description, attester, keep_days, due_on, by, at, statement, evidence_sha256}],
    remains [{what, store, name, amount, why [reason], until, ends}]

``before`` was counted for the plan, ``gone`` while deleting, ``left`` by the look after the last batch. Reasons are
those of ``plan_keeping`` with the ground and the last day, or ``{"why": "law"}`` where the ground may not be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
Content = dict[str, Any]
ERASURES = ("live_erased", "remainder", "erased_again")
"""Occasions that say: the live data is gone."""
SETTLED = ("done", "kept")
STAYING = ("kept", "locked", "shared")
"""Files of a place that do not go: by a hold or a duty, by the storage's lock, because others use them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What is not about the deletion itself. ``supplements``: number and SHA-256 of the certificate it adds to."""

    number: str
    code: str
    occasion: str
    issued_at: str
    language: str
    vendor: str
    software: str
    verify: str
    supplements: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One step of the run, as its row says; ``left`` None: not looked yet. Times as ISO text, '' for none."""

    kind: str
    store: str
    name: str
    category: str
    goes_with: str
    state: str
    before: int
    gone: int
    kept: int
    left: int | None
    bytes: int
    at: str
    verified_at: str


@dataclass(frozen=True, slots=True)
class Record:
    """All that the records say. ``untold``: numbers of holds that the customer may not be told of."""

    plan: Mapping[str, Any]
    approval: Mapping[str, Any]
    agreements: Sequence[Mapping[str, str]]
    run: Mapping[str, Any]
    steps: Sequence[Done]
    looks: Sequence[Mapping[str, Any]]
    copies: Sequence[Mapping[str, Any]]
    untold: frozenset[int] = field(default_factory=frozenset)


def build(heading: Heading, plan_content: Content, record: Record) -> Content:
    """The whole statement; the same records and heading give the same statement."""
    stores = list(_stores(plan_content, record))
    return {
        "version": VERSION,
        "number": heading.number,
        "code": heading.code,
        "occasion": heading.occasion,
        "supplements": dict(heading.supplements) if heading.supplements else None,
        "issued_at": heading.issued_at,
        "language": heading.language,
        "vendor": heading.vendor,
        "software": heading.software,
        "verify": heading.verify,
        "customer": dict(plan_content["customer"]),
        "agreement": dict(plan_content["agreement"]),
        "agreements": [dict(one) for one in record.agreements],
        "plan": dict(record.plan),
        "approval": dict(record.approval),
        "data_map_sha256": plan_content["datamap_sha256"],
        "run": dict(record.run),
        "stores": stores,
        "own": [_own(step) for step in record.steps if step.kind in ("packages", "traces")],
        "looks": [dict(look) for look in record.looks],
        "copies": [dict(copy) for copy in record.copies],
        "remains": list(_remains(plan_content, record, stores)),
    }


def objections(content: Content) -> list[str]:
    """Codes of everything that keeps this statement from being made; [] when all that it claims was verified."""
    found = []
    if content["occasion"] in ERASURES:
        places = [place for store in content["stores"] for place in store["places"]]
        if any(one["state"] not in SETTLED for one in [*places, *content["own"]]):
            found.append("not_done")
        if any(place["left"] != 0 or not place["verified_at"] for place in places if place["state"] == "done"):
            found.append("not_verified")
        if not any(look["after_days"] == 0 and look["at"] and look["passed"] is not False for look in content["looks"]):
            found.append("not_looked")
        if not content["run"]["live_erased_at"]:
            found.append("not_erased")
    if content["occasion"] == "copies_gone" and any(not copy["at"] for copy in content["copies"]):
        found.append("not_attested")
    if content["occasion"] == "found_again" and not any(look["found"] for look in content["looks"]):
        found.append("nothing_found")
    return found


# Stores ---------------------------------------------------------------------------------------------------------------


def _stores(plan: Content, record: Record) -> Iterator[Content]:
    tables = {(one["store"], table["table"]): table for one in plan["databases"] for table in one["tables"]}
    prefixes = {(one["store"], place["prefix"]): place for one in plan["files"] for place in one["places"]}
    for kind, found, engine in (("table", plan["databases"], "engine"), ("files", plan["files"], "storage")):
        for store in found:
            steps = [step for step in record.steps if (step.kind, step.store) == (kind, store["store"])]
            known = tables if kind == "table" else prefixes
            places = [_place(step, known.get((step.store, step.name), {})) for step in steps]
            yield {
                "store": store["store"],
                "kind": kind,
                "engine": str(store[engine]),
                "method": "rows_deleted" if kind == "table" else "files_deleted",
                "verification": "counted" if kind == "table" else "listed",
                "validation": _validation(record, store["store"]),
                "counts": {name: sum(place[name] or 0 for place in places) for name in _COUNTED},
                "bytes": sum(place["bytes"] for place in places),
                "places": places,
            }


_COUNTED = ("before", "gone", "kept", "left")


def _place(step: Done, planned: Mapping[str, Any]) -> Content:
    """``planned``: the same place in the plan. How many files stay is known from there alone."""
    staying = sum(planned.get(name, 0) for name in STAYING) if step.kind == "files" and step.state == "done" else 0
    return {
        "name": step.name,
        "category": step.category,
        "shared": bool(planned.get("shared")),
        "with": step.goes_with,
        "state": step.state,
        "before": step.before,
        "gone": step.gone,
        "kept": step.kept or staying,
        "left": step.left,
        "bytes": step.bytes,
        "at": step.at,
        "verified_at": step.verified_at,
    }


def _own(step: Done) -> Content:
    counts = {"before": step.before, "gone": step.gone, "left": step.left, "bytes": step.bytes}
    return {"what": step.kind, "state": step.state, **counts, "at": step.at}


def _validation(record: Record, store: str) -> str:
    """What the newest look says of a store: nothing left, something left, perhaps something, or nobody has looked."""
    newest = _newest_look(record)
    if newest is None:
        return "not_looked"
    if newest["passed"] is True or all(one["store"] != store for one in newest["found"]):
        return "searched"
    return "found" if any(one["certain"] for one in newest["found"] if one["store"] == store) else "unsure"


def _newest_look(record: Record) -> Mapping[str, Any] | None:
    made = [look for look in record.looks if look["at"]]
    return max(made, key=lambda look: str(look["at"]), default=None)


# What remains ---------------------------------------------------------------------------------------------------------


def _remains(plan: Content, record: Record, stores: Sequence[Content]) -> Iterator[Content]:
    yield from _found_again(record)
    yield from _kept(plan, record)
    for copy in record.copies:
        if not copy["at"]:
            yield _remaining("copy", copy["store"], copy["description"], until=copy["due_on"], ends="attested")
    for store in stores:
        if store["counts"]["gone"]:
            what = "freed_rows" if store["kind"] == "table" else "freed_files"
            yield _remaining(what, store["store"], ends="overwritten")
    if not record.run["final_at"]:
        yield _remaining("contacts", ends="final")
    yield _remaining("evidence", ends="evidence")


def _remaining(
    what: str, store: str = "", name: str = "", amount: int | None = None, *, why: Sequence[Content] = (),
    until: str = "", ends: str,
) -> Content:  # fmt: skip
    return {
        "what": what, "store": store, "name": name, "amount": amount, "why": list(why), "until": until, "ends": ends,
    }  # fmt: skip


def _found_again(record: Record) -> Iterator[Content]:
    """What the newest look found, unless a person settled that it is somebody else's."""
    newest = _newest_look(record)
    for one in newest["found"] if newest and newest["passed"] is not True else ():
        what, ends = ("found", "erasing") if one["certain"] else ("unsure", "settled")
        yield _remaining(what, one["store"], one["place"], one["count"], ends=ends)


def _kept(plan: Content, record: Record) -> Iterator[Content]:
    """Tables and places that stay whole, parts of places, and rows that others use."""
    steps = {(step.kind, step.store, step.name): step for step in record.steps}
    reasons = _Reasons(plan, record.untold)
    for database in plan["databases"]:
        for table in database["tables"]:
            step = steps.get(("table", database["store"], table["table"]))
            if table["kept_by"]:
                amount = step.kept or step.before if step else table["rows"]
                yield reasons.kept("rows", database["store"], table["table"], amount, table["kept_by"])
            elif table["shared"] and step is not None and step.kept:
                yield _remaining("shared_rows", database["store"], table["table"], step.kept, ends="shared")
    for store in plan["files"]:
        for place in store["places"]:
            step = steps.get(("files", store["store"], place["prefix"]))
            if place["kept_by"]:
                amount = step.kept or step.before if step else None
                yield reasons.kept("files", store["store"], place["prefix"], amount, place["kept_by"])
                continue
            if place["parts_kept_by"]:
                amount = place.get("kept")
                yield reasons.kept("some_files", store["store"], place["prefix"], amount, place["parts_kept_by"])
            for what, ends in (("locked", "lock"), ("shared", "shared")):
                if place.get(what):
                    yield _remaining(f"{what}_files", store["store"], place["prefix"], place[what], ends=ends)


class _Reasons:
    """A plan's reasons with what they rest on."""

    def __init__(self, plan: Content, untold: frozenset[int]) -> None:
        self._by_number = {
            (kind, one[kind]): one for one in plan["kept"] for kind in ("hold", "duty") if kind in one
        }  # fmt: skip
        self._untold = untold
        self._needs: dict[tuple[str, str], Sequence[Content]] = {
            (database["store"], table["table"]): table["kept_by"]
            for database in plan["databases"]
            for table in database["tables"]
        }

    def kept(self, what: str, store: str, name: str, amount: int | None, why: Sequence[Content]) -> Content:
        """One line; where a hold is among the roots no day is named, else the last day of the duties."""
        roots = list(self._roots(store, why, set()))
        holds = [root["number"] for root in roots if root["why"] == "hold"]
        until = "" if holds else max((str(self._day(root)) for root in roots), default="")
        ends = "law" if self._untold.intersection(holds) else "hold" if holds else "duty" if until else "unknown"
        told = [shown for n, one in enumerate(why) if (shown := self._told(one)) not in map(self._told, why[:n])]
        return _remaining(what, store, name, amount, why=told, until=until, ends=ends)

    def _roots(self, store: str, why: Sequence[Content], seen: set[str]) -> Iterator[Content]:
        for one in why:
            if one["why"] in ("hold", "duty"):
                yield one
            elif one["table"] not in seen:
                seen.add(one["table"])
                yield from self._roots(store, self._needs.get((store, one["table"]), ()), seen)

    def _day(self, root: Content) -> str:
        return str(self._by_number.get((root["why"], root["number"]), {}).get("until", ""))

    def _told(self, one: Content) -> Content:
        if one["why"] not in ("hold", "duty"):
            return dict(one)
        if one["why"] == "hold" and one["number"] in self._untold:
            return {"why": "law"}
        ground = str(self._by_number.get((one["why"], one["number"]), {}).get("ground", ""))
        return {"why": one["why"], "number": one["number"], "ground": ground}
