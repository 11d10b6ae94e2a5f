"""Looks whether a restored backup has brought erased tenants back; for cron, and after every restore."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retention import resurrections, sightings
from retention.erasers.findings import EraserError
from retention.models import Resurrection

NEEDS_A_PERSON, FAILED = 1, 2


class Command(BaseCommand):
    """Exit code 0: nobody came back. 1: somebody did, or nothing can be said of a tombstone. 2: it could not look."""

    help = (
        "Compares the tombstones in the evidence storage with every database of the platform. Erased tenants that are "
        "there again are written down and told to Legal; nothing is deleted before a person has confirmed it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seen = sightings.compare()
        except (OSError, EraserError) as error:
            said = f"The evidence storage or a store does not answer: {error}"
            raise CommandError(said, returncode=FAILED) from error
        for wrong in seen.wrong:
            self.stderr.write(wrong)
        found = [resurrections.noted(sighting) for sighting in seen.sightings]
        for resurrection in found:
            self.stdout.write(_line(resurrection))
        self.stdout.write(f"{seen.tombstones} tombstones compared.")
        waits = {Resurrection.State.FOUND, Resurrection.State.CONFIRMED, Resurrection.State.DISMISSED}
        waiting = sum(resurrection.state in waits for resurrection in found)
        if seen.wrong or waiting:
            said = f"needs a person: {waiting} came back, {len(seen.wrong)} could not be read"
            raise CommandError(said, returncode=NEEDS_A_PERSON)


def _line(resurrection: Resurrection) -> str:
    place = f"{resurrection.store}: tenant {resurrection.tenant_key}"
    if resurrection.state == Resurrection.State.REUSED:
        return f"{place} is somebody else now and is left alone ({resurrection.tombstone})."
    state = resurrection.get_state_display()
    return f"{place} came back with {resurrection.rows} rows: {state} ({resurrection.tombstone})."
