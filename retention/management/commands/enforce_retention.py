"""``manage.py enforce_retention`` – for cron: plans, asks for approvals, erases what was approved, looks again.

Exit code 0: nothing is wrong; 1: something waits for a person; 2: something failed. One line per case says what. It may
be late, missed or doubled: a second one beside it says so and ends with 0.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from offboarding import clock
from offboarding.models import Agreement
from retention import enforcing
from retention.alone import Lock, NotAloneError, alone
from retention.next_step import Grade
from retention.read_only import reading_only

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Works through everything that is due; one case that fails never stops the others."""

    help = __doc__
    requires_system_checks = []  # a data map that cannot be read is told as a line, and stops nothing else

    def add_arguments(self, parser: CommandParser) -> None:
        """What to leave out."""
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and why not; change nothing")
        parser.add_argument("--agreement", metavar="NUMBER", help="only the customer of this agreement")
        parser.add_argument("--limit", type=int, metavar="N", help="no more than N agreements that are due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints a line per case as it is done."""
        agreement = _agreement(options["agreement"]) if options["agreement"] else None
        if options["limit"] is not None and options["limit"] < 0:
            raise CommandError("--limit: a number of agreements, 0 or more.", returncode=Grade.FAILED)
        wish = enforcing.Wish(clock.today(), agreement, options["limit"])
        if options["dry_run"]:
            with reading_only():
                self._tell(wish, None)
            return
        with alone() as lock:
            if lock is None:
                self.stdout.write("another enforce_retention is at work")
                return
            self._tell(wish, lock)

    def _tell(self, wish: enforcing.Wish, lock: Lock | None) -> None:
        counts = dict.fromkeys(Grade, 0)
        lines = enforcing.work(wish, lock) if lock else enforcing.foresee(wish)
        try:
            for line in lines:
                counts[line.grade] += 1
                self.stdout.write(str(line))
                self.stdout.flush()
        except NotAloneError as error:
            raise CommandError(str(error), returncode=Grade.FAILED) from error
        except Exception as error:
            log.exception("enforce_retention failed")
            raise CommandError(f"failed: {type(error).__name__}: {error}", returncode=Grade.FAILED) from error
        worst = max((grade for grade, count in counts.items() if count), default=Grade.FINE)
        if worst:
            said = f"needs a person: {counts[Grade.PERSON]}, failed: {counts[Grade.FAILED]}"
            raise CommandError(said, returncode=worst)


def _agreement(number: str) -> Agreement:
    found = Agreement.objects.select_related("customer").filter(number=number).first()
    if found is None:
        raise CommandError(f"There is no agreement {number}.", returncode=Grade.FAILED)
    return found
