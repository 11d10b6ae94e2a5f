"""``manage.py draft_datamap --store platform --tenant TABLE.COLUMN``: a first data map from a live database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exports.draft import draft
from exports.sources.database import SourceError, open_snapshot
from exports.sources.reflection import reflect


class Command(BaseCommand):
    help = "Writes a first data map of a live database: paths to the tenant by foreign keys, the rest to be decided."
    requires_system_checks = []  # it makes what the checks ask for

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--store", default="platform", help="key of the database in PLATFORM_URLS (platform)")
        parser.add_argument("--tenant", required=True, metavar="TABLE.COLUMN", help="the column with the tenant's key")
        parser.add_argument("--output", type=Path, help="a new file; without it the map goes to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        store, output = options["store"], options["output"]
        if store not in settings.PLATFORM_URLS:
            raise CommandError(f"--store {store}: PLATFORM_URLS knows only {', '.join(settings.PLATFORM_URLS)}.")
        if output is not None and output.exists():
            raise CommandError(f"--output {output}: the file exists; a draft does not replace a map.")
        try:
            with open_snapshot(store, settings.PLATFORM_URLS[store]) as snapshot:
                text = draft(store, reflect(snapshot), options["tenant"])
        except SourceError as error:
            raise CommandError(f"{store}: {error}") from error
        except ValueError as error:
            raise CommandError(f"--tenant: {error}.") from error
        if output is None:
            self.stdout.write(text, ending="")
            return
        output.write_text(text, encoding="utf-8")
        self.stdout.write(f"{output}: {text.count('.fields]')} tables, {text.count('DECIDE:')} decisions for a person.")
