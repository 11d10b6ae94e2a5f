"""Verifying the journal: every entry's hash, seal and place, the signed heads, and the triggers that guard it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.db import connection, transaction

from offboarding import journal, journal_heads, journal_restores, signing
from offboarding.actors import Actor
from offboarding.journal_chain import Entry, Head, Sealed, fault, instant
from offboarding.models import JournalEntry

PAGE = 5_000
"""Entries in memory at a time."""
VERIFIED = "journal.verified"
GUARDS = {
    "postgresql": {"journal_refuses_rows", "journal_refuses_statements"},
    "sqlite": {"journal_refuses_update", "journal_refuses_delete", "journal_refuses_replace"},
}
"""The triggers of migration 0003."""
_ROWS = f"""
    SELECT seq, CAST(at AS text), actor, event, customer, agreement, reason, CAST(facts AS text),
           previous, hash, key_id, seal
    FROM {JournalEntry._meta.db_table} {{condition}} ORDER BY seq LIMIT {PAGE}
"""
"""Time and facts as the database's own text: whatever stands there can be read, also what no driver can convert."""
_decode = json.JSONDecoder().raw_decode


@dataclass(slots=True)
class Proof:
    """What a verification found: how far the chain holds, and what a person has to look at, in words."""

    entries: int = 0
    """How many hold, from the first."""
    last: Sealed | None = None
    findings: list[str] = field(default_factory=list)
    halves: list[str] = field(default_factory=list)
    """Names of heads with one file of two, where all entries hold: the other follows from them."""
    lost: int = 0
    """Heads whose entries a declared restore of the database has lost."""
    promised: set[str] = field(default_factory=set)
    """Names of the heads that entries of the journal say were signed."""
    signed: str = ""
    """Name of the head that stands for these entries; empty where something was found or nothing is recorded."""

    @property
    def head(self) -> Head:
        """The last entry that holds."""
        return Head(self.last.seq, self.last.hash) if self.last else Head()


def verify() -> Proof:
    """Checks everything; where all holds and something is new, signs a head and records that.

    Half a head is reported once and completed: a process that died while it wrote leaves one.
    Raises ``DatabaseError`` or ``OSError`` where database or evidence storage do not answer.
    """
    proof = prove()
    proof.findings += [f"{name} is whole again." for name in proof.halves if journal_heads.complete(name)]
    last = proof.last
    if proof.findings or last is None or last.content is None:
        return proof
    if last.content.event == VERIFIED:  # nothing new since; that entry speaks of the head before it
        return proof
    proof.signed = journal_heads.put(proof.head, last.content.at)
    facts = {"entries": proof.entries, "seq": last.seq, "head": last.hash}
    with transaction.atomic():
        journal.record(VERIFIED, actor=Actor.machine("verify_journal"), facts=facts)
    return proof


def prove() -> Proof:
    """Checks everything and writes nothing."""
    proof = Proof()
    found = list(journal_heads.every())  # before the entries: whatever a head speaks of is committed by now
    heads, lost = defaultdict(list), journal_restores.declared()
    for item in found:
        if item.head in lost:
            proof.lost += 1
        elif item.head:
            heads[item.head.seq].append(item)
    whole = _follow(proof, heads)
    proof.findings += [item.wrong for item in found if item.wrong]
    if whole:
        proof.halves = [item.name for item in found if item.half]
        proof.findings += _beyond(proof.entries, heads)
        missing = sorted(proof.promised - {item.name for item in found})
        proof.findings += [
            f"The head {name}.json, which the journal says was signed, is missing."
            for name in missing
            if not journal_heads.exists(name)
        ]
    proof.findings += _guards()
    return proof


def _follow(proof: Proof, heads: dict[int, list[journal_heads.Found]]) -> bool:
    """Walks the chain up to the first entry that is wrong; True where none is."""
    keys, head = signing.seal_keys(), Head()
    for entry in _entries():
        if wrong := fault(entry, head, keys) or _other_than_signed(entry, heads):
            proof.findings.append(wrong)
            return False
        head = Head(entry.seq, entry.hash)
        proof.entries, proof.last = entry.seq, entry
        if entry.content is not None and entry.content.event == VERIFIED:
            facts = entry.content.facts
            if facts.keys() >= {"seq", "head"}:
                proof.promised.add(journal_heads.name_of(Head(facts["seq"], facts["head"])))
    return True


def _other_than_signed(entry: Sealed, heads: dict[int, list[journal_heads.Found]]) -> str:
    for item in heads.get(entry.seq, ()):
        if item.head and item.head.hash != entry.hash:
            return (
                f"Entry {entry.seq} is not the one that the head {item.name}.json was signed for: the chain was "
                "recomputed, from this entry or an earlier one on."
            )
    return ""


def _beyond(entries: int, heads: dict[int, list[journal_heads.Found]]) -> list[str]:
    """A head of an entry after the last one: the tail was cut off."""
    cut = [items[0] for seq, items in sorted(heads.items()) if seq > entries]
    if not cut or cut[-1].head is None:
        return []
    return [
        f"Entry {entries + 1} is missing: the journal ends at entry {entries}, and the head {cut[-1].name}.json was "
        f"signed for entry {cut[-1].head.seq}. The tail was cut off."
    ]


# Reading --------------------------------------------------------------------------------------------------------------


def _entries() -> Iterator[Sealed]:
    """All rows in order, a page at a time; what is appended meanwhile comes too."""
    after: int | None = None
    while page := _page(after):
        yield from map(_sealed, page)
        after = page[-1][0]


def _page(after: int | None) -> list[tuple[Any, ...]]:
    condition, values = ("", []) if after is None else ("WHERE seq > %s", [after])
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(condition=condition), values)
        return list(cursor.fetchall())


def _sealed(row: tuple[Any, ...]) -> Sealed:
    seq, at, actor, event, customer, agreement, reason, facts, previous, hash_, key_id, seal = row
    try:
        written = _instant(at)
        kept, end = _decode(facts)
        if end != len(facts):
            raise ValueError(facts)
    except (ValueError, TypeError):
        return Sealed(seq, None, hash_, key_id, seal)
    content = Entry(seq, written, actor, event, customer, agreement, reason, kept, previous)
    return Sealed(seq, content, hash_, key_id, seal)


def _instant(text: str) -> str:
    """The database's own text of a time as ``instant`` writes it; ValueError where it is none of our calendar."""
    if len(text) == 29 and text.endswith("+00"):  # PostgreSQL's, as nearly always: 2027-01-31 13:05:00.123456+00
        return f"{text[:10]}T{text[11:26]}Z"
    moment = datetime.fromisoformat(text)
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))  # SQLite keeps no offset


def _guards() -> list[str]:
    """What is missing of the triggers that refuse changes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled = 'A'",
                [JournalEntry._meta.db_table],
            )
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [JournalEntry._meta.db_table]
            )
        present = set(chain.from_iterable(cursor.fetchall()))
    missing = sorted(GUARDS[connection.vendor] - present)
    return [f"The database does not refuse changes: the trigger {name} is missing or switched off." for name in missing]
