"""``manage.py send_reminders`` – for cron, every five minutes: writes what has become due, and sends what waits.

Once a day it also counts how many agreements are in each phase, for the first page of the desk, and it forgets which
requests programs sent more than a day ago.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from offboarding import clock, phase_counts
from offboarding.api import keys
from offboarding.posting import send_due
from offboarding.reminders import write_due


class Command(BaseCommand):
    """Writes reminders and warnings, then sends the outbox; each letter once, also beside another such run."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what was done; fails, after doing all it could, where something needs a person."""
        phase_counts.count(clock.today())
        keys.forget_old(timezone.now())
        reminded = write_due(clock.today())
        if reminded.written:
            self.stdout.write(f"written: {reminded.written}")
        sent = send_due()
        for state, count in sorted(sent.counts.items()):
            self.stdout.write(f"{state}: {count}")
        problems = list(reminded.problems)
        if sent.trouble:
            problems.append(f"the mail server: {sent.trouble}")
        if problems:
            raise CommandError("\n".join(problems))
