"""``manage.py check_datamap``: the data map against the live databases; exits 1 when anything is undecided."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exports.checks import check_settings
from exports.datamap import DatabaseStore, DataMapError, load
from exports.drift import Difference, compare
from exports.sources.database import SourceError, open_snapshot
from exports.sources.reflection import reflect


class Command(BaseCommand):
    help = (
        "Compares the data map with the live databases: tables, partitions, columns, types, triggers. Exits 1 on any."
    )
    requires_system_checks = []  # it reports the map's mistakes itself

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--map", type=Path, help="the map to check (the setting DATA_MAP)")
        parser.add_argument("--store", help="only this database of the map")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["map"] or Path(settings.DATA_MAP)
        try:
            datamap = load(path)
        except DataMapError as error:
            for mistake in error.mistakes:
                self.stderr.write(str(mistake))
            raise CommandError(f"{path}: {_many(len(error.mistakes), 'mistake')}; the map cannot be used.") from error
        if options["store"] and options["store"] not in datamap.databases:
            raise CommandError(f"--store {options['store']}: the map knows only {', '.join(datamap.databases)}.")
        messages = list(check_settings(datamap))
        for message in messages:
            self.stderr.write(f"{message.msg} {message.hint}")
        if any(message.is_serious() for message in messages):
            raise CommandError(f"{path}: the settings do not fit the map.")
        stores = [datamap.databases[options["store"]]] if options["store"] else list(datamap.databases.values())
        total = sum(self.check_store(store) for store in stores)
        if total:
            self.stdout.write(f"{_many(total, 'difference')}: exports and deletions stop until each is decided.")
            sys.exit(1)

    def check_store(self, store: DatabaseStore) -> int:
        """Prints the differences of one database and returns how many there are."""
        try:
            with open_snapshot(store.key, settings.PLATFORM_URLS[store.key]) as snapshot:
                catalogue = reflect(snapshot)
        except SourceError as error:
            raise CommandError(f"{store.key}: {error}") from error
        differences = sorted(compare(store, catalogue), key=lambda difference: (difference.table, difference.column))
        if not differences:
            fields = sum(len(collection.fields) for collection in store.collections.values())
            self.stdout.write(
                f"{store.key}: the map agrees with {catalogue.engine} {catalogue.version}: "
                f"{len(store.collections)} tables with {fields} columns, {len(store.excluded)} excluded."
            )
        for table, found in groupby(differences, key=lambda difference: difference.table):
            self.stdout.write(f"{store.key}: {table or 'the whole database'}")
            for difference in found:
                self.stdout.write(_line(difference))
        return len(differences)


def _line(difference: Difference) -> str:
    place = f"{difference.column}: " if difference.column else ""
    return f"  [{difference.kind}] {place}{difference.text}\n    → {difference.advice}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
