"""The duties that the data map lays down, as records: made, ended and replaced when the map says something else."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from exports import announcing
from exports.datamap import Collection, CountedFrom, DataMap
from offboarding import journal
from offboarding.actors import Actor
from retention.models import RetentionDuty
from retention.reach import Reach
from retention.reach_names import in_short

MAP = Actor.machine("data_map")
_TOLD = ("ground", "source", "reach", "rule", "years", "until", "counted_from", "counted_day", "counted_column")


def sync(datamap: DataMap) -> int:
    """Makes the records say what the map says, and tells how many duties were made or ended; 0 when they did.

    A plan is only right after it, so whoever makes one, or asks what law keeps, calls it first. It asks for no
    permission: the map is reviewed like code.
    """
    try:
        with transaction.atomic():
            return _sync(datamap)
    except IntegrityError:  # somebody else made the same records meanwhile
        with transaction.atomic():
            return _sync(datamap)


def _sync(datamap: DataMap) -> int:
    rows = RetentionDuty.objects.in_force().filter(origin=RetentionDuty.Origin.MAP)
    standing = {row.key: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    wanted = {
        duty.key: duty
        for store in datamap.databases.values()
        for collection in store.collections.values()
        if (duty := _of(store.key, collection)) is not None
    }
    ended = [row for key, row in standing.items() if key not in wanted or _told(row) != _told(wanted[key])]
    for row in ended:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        write_down("duty.ended", row, MAP, origin=row.origin)
    made = [duty for key, duty in wanted.items() if key not in standing or standing[key] in ended]
    for duty in made:
        duty.save()
        write_down("duty.decided", duty, MAP, **facts_of(duty))
    return len(ended) + len(made)


def _of(store: str, collection: Collection) -> RetentionDuty | None:
    """The record that the map's words make, not saved; None where law keeps nothing of the collection."""
    said = collection.retention
    if said is None:
        return None
    key = f"{store}.{collection.key}"
    by_column = said.counted_from is CountedFrom.COLUMN
    return RetentionDuty(
        customer=None, origin=RetentionDuty.Origin.MAP, key=key, ground=said.ground, source=said.source,
        reach=Reach(tables=frozenset({(store, collection.key)})).to_json(), rule=said.rule.value, years=said.years,
        until=said.until, counted_from=said.counted_from.value,
        counted_column=f"{key}.{said.counted_column}" if by_column else "", decided_at=timezone.now(),
    )  # fmt: skip


def _told(duty: RetentionDuty) -> dict[str, Any]:
    return {name: getattr(duty, name) for name in _TOLD}


def facts_of(duty: RetentionDuty) -> dict[str, Any]:
    """What the journal keeps of a decision."""
    until: date | None = duty.until
    facts: dict[str, Any] = {"rule": duty.rule, "origin": duty.origin, "reach": in_short(duty.keeps)}
    if duty.years is not None:
        facts["years"] = duty.years
    return facts | {"until": until.isoformat() if until else None}


def write_down(event: str, duty: RetentionDuty, actor: Actor, reason: str = "", **facts: Any) -> None:
    """One entry: in the customer's journal, or in nobody's where the duty is about every customer."""
    facts |= {"duty": duty.pk}
    if duty.customer is None:
        journal.record(event, actor=actor, reason=reason, facts=facts)
    else:
        announcing.record(event, duty.customer, actor=actor, reason=reason, **facts)
