"""Comparing tombstones with the platform: whose row is there although its tenant was erased. Changes nothing there.

A tombstone knows the fingerprint of the tenant's row. The same fingerprint is the same tenant; another one is somebody
else who got the key later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from retention import tombstones
from retention.erasers.database import DatabaseEraser
from retention.erasers.findings import EraserError, Findings
from retention.platform_map import datamap
from retention.tombstones import Grave, Tombstone


@dataclass(frozen=True, slots=True)
class Sighting:
    """A tenant's row that is in a database although its tombstone stands; ``same``: by its fingerprint."""

    tombstone: Tombstone
    store: str
    tenant_key: str
    fingerprint: str
    rows: int
    same: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What a comparison came to. ``wrong``: tombstones or stores about which nothing can be said, in words."""

    tombstones: int
    sightings: tuple[Sighting, ...]
    wrong: tuple[str, ...]


def compare() -> Seen:
    """Looks and changes nothing, but that tombstones a kill left unwritten are written first."""
    tombstones.complete()
    read, wrong = [], []
    for found in tombstones.every():
        if found.tombstone is None:
            wrong.append(found.wrong)
        else:
            read.append(found.tombstone)
    sightings: list[Sighting] = []
    for key, graves in sorted(_by_place(read).items()):
        try:
            sightings += _at(*key, graves)
        except EraserError as error:
            wrong.append(f"{key[0]}: {error}")
    return Seen(len(read), tuple(sightings), tuple(wrong))


def _by_place(read: list[Tombstone]) -> dict[tuple[str, str], dict[str, tuple[Tombstone, Grave]]]:
    """(store, tenant key) → fingerprint → the newest tombstone of that tenant."""
    places: dict[tuple[str, str], dict[str, tuple[Tombstone, Grave]]] = {}
    for tombstone in sorted(read, key=lambda one: one.erased_at):
        for grave in tombstone.graves:
            places.setdefault((grave.store, grave.tenant_key), {})[grave.fingerprint] = (tombstone, grave)
    return places


def _at(store: str, tenant_key: str, graves: dict[str, tuple[Tombstone, Grave]]) -> Iterator[Sighting]:
    if store not in datamap().databases:
        raise EraserError(_("The data map does not know the store “%(store)s” any more.") % {"store": store})
    with DatabaseEraser(datamap(), store, settings.PLATFORM_URLS[store], tenant_key, Path()) as eraser:
        identity = eraser.identity()
        if identity is None:
            return
        tombstone, grave = graves.get(identity.fingerprint) or next(reversed(graves.values()))
        if identity.fingerprint != grave.fingerprint:
            yield Sighting(tombstone, store, tenant_key, identity.fingerprint, 0, same=False)
            return
        rows = _erased_rows(eraser.inspect(), grave)
    if rows:
        yield Sighting(tombstone, store, tenant_key, identity.fingerprint, rows, same=True)


def _erased_rows(findings: Findings, grave: Grave) -> int:
    """Rows in tables of which nothing had been kept: where the tenant's own row was kept, that alone is no return."""
    return sum(one.rows for one in findings.tables if one.table in grave.erased)
