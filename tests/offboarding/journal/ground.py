"""What the tests of the journal share: recording a few entries, and tampering as whoever owns the database can."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection, transaction

from offboarding import journal, signing
from offboarding.actors import Actor
from offboarding.journal_chain import GENESIS, Entry, hash_of, instant, seal_of
from offboarding.models import JournalEntry

TABLE = "offboarding_journalentry"
SAM = Actor.staff(3, "sam")


def record(count: int = 1, **fields: Any) -> list[JournalEntry]:
    """Entries about alice's agreement 7, as a verb writes them."""
    with transaction.atomic():
        return [
            journal.record(
                "notice.refused", actor=SAM, customer=7, agreement=7, reason="wrong sender", facts={"notice": number}
            )
            for number in range(count)
        ]


def tamper(*statements: str) -> None:
    """Runs SQL with the triggers switched off, and on again, so that only the change can be found."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER ALL")
        for statement in statements:
            cursor.execute(statement)
        for name in ("journal_refuses_rows", "journal_refuses_statements"):
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}")


def verify() -> tuple[int, str]:
    """Exit code and everything that ``manage.py verify_journal`` says."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_journal", stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{err.getvalue()}{error}"
    return 0, out.getvalue() + err.getvalue()


def recompute(first: int = 1, key: bytes | None = None) -> None:
    """Computes the hashes anew from one entry on, rightly; with the key of seals also those."""
    previous = GENESIS
    for row in JournalEntry.objects.order_by("seq"):
        if row.seq >= first:
            entry = Entry(
                row.seq, instant(row.at), row.actor, row.event, row.customer, row.agreement, row.reason, row.facts,
                previous,
            )  # fmt: skip
            row.hash = hash_of(entry)
            seal = seal_of(row.hash, key) if key else row.seal
            changed = f"previous = '{previous}', hash = '{row.hash}', seal = '{seal}'"
            tamper(f"UPDATE {TABLE} SET {changed} WHERE seq = {row.seq}")
        previous = row.hash


def key_in_use() -> bytes:
    return signing.seal_key()[1]
