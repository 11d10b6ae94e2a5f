"""Whether the data map knows what a hold or a duty names: a name that it does not know would keep nothing, silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exports.datamap import DataMap, DataMapError, FileStore, Ownership, load
from exports.sources.places import unsafe
from offboarding.canonical import canonical, digest
from retention.reach import Reach

EVERY_TENANT = "{tenant}"
"""Stands for the tenant's key in the names of a duty over every customer, as it does in the data map."""


def current_map(field: str = "reach") -> DataMap:
    """The data map of the settings; a ValidationError where it cannot be used, because then no name can be checked."""
    try:
        return load(Path(settings.DATA_MAP))
    except DataMapError as error:
        refusal = _("The data map cannot be used now, so no table, file or column can be named.")
        raise ValidationError({field: refusal}) from error


def check_named(reach: Reach, tenant_key: str = EVERY_TENANT) -> None:
    """``check_reach`` against the data map of the settings, which is read only where something is named."""
    named = reach.tables | reach.prefixes | reach.files
    if named or reach.nothing:
        check_reach(reach, current_map() if named else _EMPTY, tenant_key)


def check_reach(reach: Reach, datamap: DataMap, tenant_key: str = EVERY_TENANT) -> None:
    """A ValidationError with every table, prefix and file that the map does not know of this tenant, by field.

    Files and prefixes must begin with one of the tenant's places; a file may also lie where a column names files.
    """
    if reach.nothing:
        raise ValidationError({"reach": _("Say what is kept: everything, or some categories, tables or files.")})
    wrong = {
        "tables": [text for place in sorted(reach.tables) for text in _table(*place, datamap)],
        "prefixes": [text for place in sorted(reach.prefixes) for text in _prefix(*place, datamap, tenant_key)],
        "files": [text for place in sorted(reach.files) for text in _file(*place, datamap, tenant_key)],
    }
    if found := {field: texts for field, texts in wrong.items() if texts}:
        raise ValidationError(found)


def in_short(reach: Reach) -> dict[str, Any]:
    """What is kept, for the journal: names of files may say who somebody is, so only their number and a hash."""
    return {
        "everything": reach.everything,
        "categories": sorted(category.value for category in reach.categories),
        "tables": [f"{store}.{name}" for store, name in sorted(reach.tables)],
        "prefixes": len(reach.prefixes),
        "files": len(reach.files),
        "sha256": digest(canonical(reach.to_json())),
    }


_EMPTY = DataMap(Path(), "", {}, {}, {})


def _table(store: str, name: str, datamap: DataMap) -> Iterator[str]:
    database = datamap.databases.get(store)
    collection = database.collections.get(name) if database else None
    if collection is None:
        yield _("The data map knows no table “%(name)s” in “%(store)s”.") % {"name": name, "store": store}
    elif collection.ownership is Ownership.REFERENCE:
        yield _("“%(name)s” in “%(store)s” is the vendor's own and is never deleted.") % {"name": name, "store": store}


def _prefix(store: str, name: str, datamap: DataMap, tenant_key: str) -> Iterator[str]:
    files = datamap.files.get(store)
    if files is None:
        yield _("The data map knows no file store “%(store)s”.") % {"store": store}
    elif unsafe(name):
        yield _("“%(name)s” is no name of a file.") % {"name": name}
    elif not name.startswith(places := _places(files, tenant_key)):
        told = {"name": name, "store": store, "places": ", ".join(places) or "–"}
        yield _("“%(name)s” does not begin with one of the customer's places in “%(store)s”: %(places)s.") % told


def _file(store: str, name: str, datamap: DataMap, tenant_key: str) -> Iterator[str]:
    if not (store in datamap.files and not unsafe(name) and name.startswith(_linked(store, datamap))):
        yield from _prefix(store, name, datamap, tenant_key)


def _places(store: FileStore, tenant_key: str) -> tuple[str, ...]:
    return tuple(prefix.prefix.replace(EVERY_TENANT, tenant_key) for prefix in store.prefixes)


def _linked(store: str, datamap: DataMap) -> tuple[str, ...]:
    """How the names begin that columns of the map give to files of the store."""
    return tuple(
        field.file.prefix
        for database in datamap.databases.values()
        for collection in database.collections.values()
        for field in collection.fields.values()
        if field.file is not None and field.file.store == store
    )
