"""Django system checks: a data map that cannot be used stops the start with every mistake in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from exports.datamap import DataMap, DataMapError, load
from exports.documents import templates


def check_data_map(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: a mistake in the map; E002: a database without URL; E003: a file store without storage;
    E004: a document without a usable template; W001: a URL that the map does not name."""
    try:
        datamap = load(Path(settings.DATA_MAP))
    except DataMapError as error:
        hint = "The setting DATA_MAP names the file; exports/README.md explains it (write a data map)."
        return [Error(str(mistake), hint=hint, id="exports.E001") for mistake in error.mistakes]
    return list(check_settings(datamap))


def check_settings(datamap: DataMap) -> Iterator[CheckMessage]:
    """Whether the settings give what the stores and documents of the map need."""
    name = datamap.path.name
    for mistake in templates.mistakes(datamap):
        yield Error(
            str(mistake),
            hint="DOCUMENT_TEMPLATES names the folder of your own templates; ours lie in templates/documents/platform.",
            id="exports.E004",
        )
    for key in datamap.databases.keys() - settings.PLATFORM_URLS.keys():
        setting = "PLATFORM_URL" if key == "platform" else f"PLATFORM_{key.upper()}_URL"
        yield Error(
            f"{name}: stores.{key}: there is no URL for this database.",
            hint=f"Set {setting} to its SQLAlchemy URL, e.g. postgresql://reader@host/name.",
            id="exports.E002",
        )
    for store in datamap.files.values():
        if store.storage not in settings.STORAGES:
            yield Error(
                f"{name}: stores.{store.key}.storage: {store.storage!r} is no storage.",
                hint=f"Known are {', '.join(sorted(settings.STORAGES))}; STORAGE_PLATFORM_…_URL adds platform_….",
                id="exports.E003",
            )
    for key in settings.PLATFORM_URLS.keys() - datamap.databases.keys():
        yield Warning(
            f"PLATFORM_URLS knows a database {key!r} that {name} does not name; nothing of it is exported.",
            hint="Map it (manage.py draft_datamap) or take its setting away.",
            id="exports.W001",
        )
