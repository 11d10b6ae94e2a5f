"""``manage.py verify_journal`` – for cron: does the journal still say what was written?"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from offboarding import journal_proof, journal_restores

NEEDS_A_PERSON, NOT_CHECKED = 1, 2


class Command(BaseCommand):
    """Exit code 0: all entries and signed heads hold; 1: a person has to look; 2: it could not be checked."""

    help = (
        "Verifies every entry of the journal and the signed heads in the evidence storage, and signs a new head. "
        "Exits 1 when something is wrong, 2 when it could not be checked."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The declaration of a restore."""
        parser.add_argument(
            "--restored",
            metavar="WHY",
            help="Our own database was restored from a backup: record when, why and from which one, and that the "
            "entries which signed heads speak of are lost. Then verify.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many entries hold, or names the first that does not."""
        try:
            if options["restored"] is not None:
                self._declare(options["restored"])
            proof = journal_proof.verify()
        except (DatabaseError, OSError) as error:
            raise CommandError(f"The journal could not be checked: {error}", returncode=NOT_CHECKED) from error
        for finding in proof.findings:
            self.stderr.write(finding)
        if proof.findings:
            raise CommandError(
                f"The journal holds up to entry {proof.entries}. A person has to look.", returncode=NEEDS_A_PERSON
            )
        self.stdout.write(f"The journal holds: entries: {proof.entries}.")
        if proof.lost:
            self.stdout.write(f"Heads whose entries a restore of the database has lost, as was declared: {proof.lost}.")
        if proof.signed:
            self.stdout.write(f"Signed: {proof.signed}.json")

    def _declare(self, because: str) -> None:
        try:
            journal_restores.declare(because)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=NOT_CHECKED) from error
