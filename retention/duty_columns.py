"""The last date in a column of the platform, among one tenant's rows: what some duties count from.

Never guessed: a column that is gone, that holds no dates, or that cannot be read now is not known, and then the duty
keeps on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from exports.catalogue import Catalogue
from exports.contents import Kind
from exports.datamap import Collection, DatabaseStore, DataMap, DataMapError, Ownership, load
from exports.drift import compare
from exports.predicates import Predicates
from exports.scope import ScopeError, tenant_row_sql
from exports.sources.database import SourceError, open_snapshot
from exports.sources.reflection import reflect
from exports.sources.snapshot import Snapshot
from offboarding import clock
from offboarding.models import Customer
from retention.models import RetentionDuty
from retention.reach import Reach

NO_ROWS = date.min
"""The event of a duty over one table that holds none of the tenant's rows: it keeps nothing, and has long lapsed."""
_TIMES = (Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([ T].+)?")
_GLOB = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*"


class Column(NamedTuple):
    """One field of a collection of the map."""

    store: DatabaseStore
    collection: Collection
    field: str


def find(datamap: DataMap, name: str) -> Column | None:
    """``store.collection.field`` as the map names them, of a collection that is erased; None for anything else."""
    for store in datamap.databases.values():
        for collection in store.collections.values():
            field = name.removeprefix(f"{store.key}.{collection.key}.")
            if field != name and field in collection.fields and collection.ownership is not Ownership.REFERENCE:
                return Column(store, collection, field)
    return None


def events_of(customer: Customer, tenant_key: str) -> dict[int, date | None]:
    """Number of each duty that counts from a column → the last date in it, in the vendor's zone; None: not known.

    It reads the platform, each database in one snapshot; ``tenant_key`` is the customer's key there.
    """
    duties = RetentionDuty.objects.in_force().of(customer).filter(counted_from=RetentionDuty.CountedFrom.COLUMN)
    events: dict[int, date | None] = dict.fromkeys(duties.values_list("pk", flat=True))
    if not events:
        return {}
    try:
        datamap = load(Path(settings.DATA_MAP))
    except DataMapError:
        return events
    wanted: dict[str, dict[int, tuple[Column, Reach]]] = defaultdict(dict)
    for duty in duties:
        if column := find(datamap, duty.counted_column):
            wanted[column.store.key][duty.pk] = column, duty.keeps
    for key, columns in wanted.items():
        events |= _read(datamap.databases[key], tenant_key, columns)
    return events


def _read(store: DatabaseStore, tenant_key: str, columns: dict[int, tuple[Column, Reach]]) -> dict[int, date | None]:
    """The events that one database gives; {} where it cannot be reached or is not as the map says."""
    if store.key not in settings.PLATFORM_URLS:
        return {}
    try:
        with open_snapshot(store.key, settings.PLATFORM_URLS[store.key]) as snapshot:
            catalogue = reflect(snapshot)
            if compare(store, catalogue) or not _sure_of(store, snapshot, tenant_key):
                return {}
            predicates = Predicates(store, catalogue, tenant_key)
            return {
                number: _last_date(snapshot, catalogue, predicates, column, reach)
                for number, (column, reach) in columns.items()
            }
    except (SourceError, ScopeError):
        return {}


def _sure_of(store: DatabaseStore, snapshot: Snapshot, tenant_key: str) -> bool:
    """Whether the key means this tenant alone; its own row may be gone where the rest was erased."""
    rows = snapshot.query(tenant_row_sql(store, tenant_key, snapshot.engine))
    return len(rows) < 2 and all(row[0] == tenant_key for row in rows)


def _last_date(
    snapshot: Snapshot, catalogue: Catalogue, predicates: Predicates, column: Column, reach: Reach
) -> date | None:
    live = predicates.live(column.collection)
    kind = next(one.kind for one in live.columns if one.name == column.field)
    name = predicates.column(live, column.field)
    odd = "0"
    if catalogue.engine == "sqlite":
        odd = f"SUM({name} IS NOT NULL AND (typeof({name}) <> 'text' OR NOT {name} GLOB '{_GLOB}'))"
    elif kind not in _TIMES:
        return None
    text = "CHAR" if catalogue.engine == "mysql" else "TEXT"
    where = f"{predicates.relation(live)} WHERE {predicates.predicate(column.collection)}"
    found = snapshot.query(f"SELECT count(*), CAST(max({name}) AS {text}), {odd} FROM {where}")[0]
    if found[0] == "0":
        alone = Reach(tables=frozenset({(column.store.key, column.collection.key)}))
        return NO_ROWS if reach == alone else None
    return day_of(found[1]) if found[2] == "0" else None


def day_of(text: str | None) -> date | None:
    """A date or time as a database spells it, as a day in the vendor's zone; None for what is none.

    A time without a zone may be meant in UTC or as it stands; the later day of the two keeps no shorter.
    """
    if text is None or not (found := _DAY.fullmatch(text)):
        return None
    try:
        if found[1] is None:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return clock.local_day(moment)
        return max(moment.date(), clock.local_day(moment.replace(tzinfo=UTC)))
    except (ValueError, OverflowError):
        return None
