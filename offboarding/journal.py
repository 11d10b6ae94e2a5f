"""The journal: the append-only, hash-chained record of everything that happened to a case.

``record`` is called by every verb, inside its transaction. It takes one lock for the whole journal, which is
held until that transaction ends: take the row locks first, record last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import journal_words, signing
from offboarding.actors import Actor
from offboarding.journal_chain import MOST_REASON, Entry, Head, check_text, hash_of, instant, seal_of
from offboarding.models import Agreement, JournalEntry

_LOCK = 0x6A6F75726E616C  # "journal"


class Case(TypedDict):
    """The numbers by which the journal knows a case."""

    customer: int
    agreement: int


def case_of(agreement: Agreement) -> Case:
    """The numbers of an agreement's case, for ``record``."""
    return {"customer": agreement.customer_id, "agreement": agreement.pk}


def record(
    event: str,
    *,
    actor: Actor,
    customer: int | None = None,
    agreement: int | None = None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """Appends one entry, in the transaction that is open; a verb that rolls back leaves neither entry nor gap.

    ``customer`` and ``agreement`` are primary keys; ``facts`` what the event declares in ``journal_events``.
    Raises ``ValueError`` for an event or fact that is not declared or malformed, ``ValidationError`` for a reason
    that cannot be kept, ``TransactionManagementError`` outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("journal.record belongs into the transaction of what it records.")
    kept = journal_words.checked(event, facts or {})
    _check_reason(reason)
    head = _locked_head()
    at = timezone.now()
    entry = Entry(head.seq + 1, instant(at), str(actor), event, customer, agreement, reason, kept, head.hash)
    hash_ = hash_of(entry)
    key_id, key = signing.seal_key()
    columns = {**entry._asdict(), "at": at, "hash": hash_, "key_id": key_id, "seal": seal_of(hash_, key)}
    return JournalEntry.objects.create(**columns)


def take_turn() -> None:
    """Nobody else records until the open transaction ends: for a verb that numbers something without gaps.

    It is the lock that ``record`` takes, so nobody waits for each other in a circle. Row locks come before it.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("journal.take_turn belongs into the transaction that records afterwards.")
    _locked_head()


def _check_reason(reason: str) -> None:
    if check_text(reason):
        raise ValidationError({"because": _("The reason has a character that is no text and cannot be kept.")})
    if len(reason) > MOST_REASON:
        raise ValidationError(
            {"because": _("The reason is too long: at most %(most)d characters.") % {"most": MOST_REASON}}
        )


def _locked_head() -> Head:
    """The last entry, with nobody else recording until this transaction ends (SQLite: it has one writer anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = JournalEntry.objects.order_by("-seq").values_list("seq", "hash").first()
    return Head(*last) if last else Head()


def entries_of(agreement: Agreement, limit: int, before_seq: int | None = None) -> list[JournalEntry]:
    """An agreement's newest entries, newest first; ``before_seq`` goes on where the last page ended."""
    entries = JournalEntry.objects.filter(agreement=agreement.pk)
    if before_seq is not None:
        entries = entries.filter(seq__lt=before_seq)
    return list(entries.order_by("-seq")[:limit])
