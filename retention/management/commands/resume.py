"""``manage.py resume --because "…"`` – lets deletion go on after ``manage.py pause``."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _

from retention import pausing

NOTHING_CHANGED, FAILED = 1, 2


class Command(BaseCommand):
    """Exit code 0: not paused any more; 1: nothing was changed, and why; 2: it could not be written down."""

    help = (
        "Lets deletion go on where all that is needed for it is there. Exits 1 when nothing was changed, 2 on failure."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--because", required=True, help="why; it goes into the journal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says in one sentence what is so now."""
        try:
            pausing.resume(actor=pausing.COMMAND, because=options["because"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=NOTHING_CHANGED) from error
        except DatabaseError as error:
            raise CommandError(f"The pause could not be lifted: {error}", returncode=FAILED) from error
        self.stdout.write(_("Deletion is not paused any more; approved plans go on."))
