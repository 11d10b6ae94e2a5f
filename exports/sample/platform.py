"""Creates the sample platform: a learning platform with four invented customers, in a database and a file storage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from django.core.files.storage import Storage

from exports.sample import courses, learning, people, reports, schema, vendor
from exports.sample.loading import open_loader
from exports.sample.shelf import Shelf
from exports.sample.world import SECRET_CANARY, VENDOR_CANARY, Batch, Tenant, World

DEFAULT_SIZE = 150_000

NEVER_EXPORTED = ("help_articles", *schema.VENDOR)


@dataclass(frozen=True, slots=True)
class TenantSummary:
    """What a correct export of one customer holds, as counted while the rows were made."""

    key: str
    """The tenant key: ``organisations.id`` as text."""
    name: str
    rows: dict[str, int]
    """Collection → rows, for every exported collection, zero included."""
    files: dict[str, int]
    """Path in the media storage → bytes: below the customer's prefix, or named by a row of the customer."""
    canary: str
    """A word that stands in every free text of this customer and of nobody else; '' without canaries."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The platform as created."""

    tenants: dict[str, TenantSummary]
    """``nordic`` (the large one), ``empty``, ``fjord`` and ``quill`` (which share people and files)."""
    rows: dict[str, int] = field(default_factory=dict)
    """Table → rows of everybody, the vendor's tables included."""
    files: dict[str, int] = field(default_factory=dict)
    """Every file of the platform → bytes."""
    forbidden: tuple[str, ...] = ()
    """Words of secret columns and of the vendor's own rows, which no export may hold; () without canaries."""


def create(url: str, storage: Storage, *, size: int = DEFAULT_SIZE, seed: int = 1, canaries: bool = False) -> Summary:
    """Replaces the sample platform in the database ``url`` and the files in ``storage``; same input, same rows.

    ``url`` is ``sqlite:///path`` or ``postgresql://…``; ``size`` about how many rows there are in all. Raises
    ``NotTheSampleError`` when the database holds any table that is not the sample's; nothing is changed then.
    """
    shelf = Shelf(storage)
    world = World(size, seed, shelf, canaries=canaries)
    people.gather(world)
    reports.prepare(world)
    counts: dict[str, Counter[str]] = {tenant.word: Counter() for tenant in world.tenants}
    total: Counter[str] = Counter(dict.fromkeys(schema.TABLES, 0))
    with open_loader(url) as loader:
        shelf.clear()
        for batch in _batches(world):
            added = loader.load(batch.table, batch.rows)
            total[batch.table] += added
            for tenant in batch.owners:
                counts[tenant.word][batch.table] += added
    tenants = {tenant.word: _summary(world, tenant, counts[tenant.word]) for tenant in world.tenants}
    forbidden = (VENDOR_CANARY, SECRET_CANARY) if canaries else ()
    return Summary(tenants, dict(total), dict(shelf.sizes), forbidden)


def _batches(world: World) -> Iterator[Batch]:
    return chain(
        vendor.reference(world),
        people.batches(world),
        courses.batches(world),
        learning.batches(world),
        reports.batches(world),
        vendor.excluded(world),
    )


def _summary(world: World, tenant: Tenant, counts: Counter[str]) -> TenantSummary:
    rows = {table: counts[table] for table in schema.TABLES if table not in NEVER_EXPORTED}
    named = world.named[tenant.id]
    files = {
        path: size
        for path, size in sorted(world.shelf.sizes.items())
        if path.startswith(f"{tenant.folder}/") or path in named
    }
    return TenantSummary(str(tenant.id), tenant.mark(tenant.name), rows, files, tenant.canary)
