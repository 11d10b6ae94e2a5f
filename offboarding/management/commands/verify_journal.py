"""``manage.py verify_journal`` – for cron: does the journal still say what was written?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from offboarding import journal_proof

NEEDS_A_PERSON, NOT_CHECKED = 1, 2


class Command(BaseCommand):
    """Exit code 0: all entries and signed heads hold; 1: a person has to look; 2: it could not be checked."""

    help = (
        "Verifies every entry of the journal and the signed heads in the evidence storage, and signs a new head. "
        "Exits 1 when something is wrong, 2 when it could not be checked."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many entries hold, or names the first that does not."""
        try:
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
        if proof.signed:
            self.stdout.write(f"Signed: {proof.signed}.json")
