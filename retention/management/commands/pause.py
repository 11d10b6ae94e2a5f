"""``manage.py pause --because "…"`` – stops everything destructive at the next batch."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _

from retention import pausing

NOTHING_CHANGED, FAILED = 1, 2


class Command(BaseCommand):
    """Exit code 0: paused now; 1: nothing was changed, and why; 2: it could not be written down, nothing is paused."""

    help = "Stops all deletion at the next batch. Exits 1 when nothing was changed, 2 when it failed."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--because", required=True, help="why; it goes into the journal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says in one sentence what is so now."""
        try:
            pausing.pause(actor=pausing.COMMAND, because=options["because"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=NOTHING_CHANGED) from error
        except DatabaseError as error:
            raise CommandError(f"Deletion could not be paused: {error}", returncode=FAILED) from error
        self.stdout.write(_("All deletion is paused; nothing goes after the batch that is on."))
